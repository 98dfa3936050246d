"""The worker: a Blender that does jobs for the host, clip after clip, until its input ends.

Needs bpy (4.5 or 5.0) and numpy alone. The host, `process.py`, starts it by one of

    python worker.py                                 where Python can import bpy
    blender --background … --python worker.py

A job is a line of JSON on standard input. It names a script, beside this one or anywhere, whose
`run(job)` does the work and returns what to answer, and its time limit in seconds; arrays are
handed over as .npy files. The answer is a line on standard output that begins with `MARK`;
whatever else is printed goes to the log on standard error.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from collections.abc import Iterator

    Job = dict[str, Any]

MARK = "retarget-worker "
"""Begins every line that is meant for the host."""

GRACE = 30
"""Seconds after its time limit at which the system ends a job, should the host be gone."""


def main() -> None:
    """Do jobs until standard input ends."""
    channel, jobs = take_pipes()
    let_scripts_share()
    say(channel, {"blender": bpy.app.version_string, "version": list(bpy.app.version)} | memory())
    while True:
        job = jobs.get()
        try:
            with limited(job["seconds"]):
                answer = script(job["script"]).run(job)
        except Exception as error:  # noqa: BLE001 - the host tells the user
            traceback.print_exc()
            answer = {"error": told(error)}
        sys.stdout.flush()
        sys.stderr.flush()
        say(channel, answer | memory())


@functools.cache
def script(path: str) -> ModuleType:
    """Load a script by its path, once: nothing of it has to be installed for Blender's Python."""
    spec = importlib.util.spec_from_file_location(f"retarget_worker_{Path(path).stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def let_scripts_share() -> None:
    """Let scripts import what lies beside this one under the names it has in the package.

    Nothing else of the package is run, not even its `__init__`: this Python may have neither the
    package nor what it needs.
    """
    here = Path(__file__).resolve().parent
    for name, folder in (("retarget_blender", here.parent), ("retarget_blender.in_blender", here)):
        module = ModuleType(name)
        module.__path__ = [str(folder)]
        sys.modules[name] = module


def take_pipes() -> tuple[Any, queue.SimpleQueue[Job]]:
    """Keep standard input and output for the host; what Blender prints goes to the log.

    The host's end is watched by a thread: when it closes, whatever is going on, this process ends.
    It does so without cleaning up, because bpy 4.5 may hang in it.
    """
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    orders = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(2, 1)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()

    def listen() -> None:
        for line in orders:
            jobs.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    return channel, jobs


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let the system end this process if the work takes far too long and nobody else ended it."""
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def memory() -> Job:
    """Return how much memory this process holds, where the system says so."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return {}
    return {"memory": pages * os.sysconf("SC_PAGE_SIZE")}


def told(error: Exception) -> str:
    """Return an error in a line; of one that an operator passes on with its traceback, the last."""
    if "Traceback" not in str(error):
        return f"{type(error).__name__}: {error}"
    lines = [line for line in str(error).splitlines() if line[:1].strip()]
    return next(line for line in reversed(lines) if not line.startswith("Location:"))


def say(channel: Any, answer: Job) -> None:
    """Send one line to the host, apart from what Blender may have left unfinished."""
    channel.write(f"\n{MARK}{json.dumps(answer)}\n")
    channel.flush()


if __name__ == "__main__":
    main()
