"""Runs in Blender: a job that goes wrong in the way it is told to."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path


def run(job):
    how, marker = job["how"], Path(job.get("marker", ""))
    if how == "once" and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "hang":
        time.sleep(600)
    if how == "hang in C":  # as a library would that never gives Python its turn
        ctypes.PyDLL(None).pause()
    if how == "crash":
        os.write(2, b"about to fall\n")
        ctypes.string_at(0)
    if how == "exit":
        os._exit(3)
    if how == "raise":
        raise ValueError("the bone is broken")
    if how == "chatter":
        os.write(1, b"no line end; ")
        sys.stdout.write("retarget-worker is my name\n" * 1000)
    if how == "grow":
        job["kept"] = bytearray(job["bytes"])
        for i in range(0, job["bytes"], 4096):
            job["kept"][i] = 1
        globals().setdefault("KEPT", []).append(job["kept"])
    return {"pid": os.getpid(), "environment": dict(os.environ), "path": sys.path}
