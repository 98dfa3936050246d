"""One Blender process: started apart from everything of the user's, spoken with, surely ended."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retarget.errors import PluginError

if TYPE_CHECKING:
    from retarget_blender.locate import Blender

WORKER = Path(__file__).parent / "in_blender" / "worker.py"
"""The script that runs in Blender."""

MARK = "retarget-worker "
"""Begins the worker's answers; every other line is Blender's own talk."""

SECONDS_TO_START = 120
"""In which Blender must be ready for work; a cold disk takes a tenth of it."""

OLDEST = (4, 5)
"""The first version with all that the worker uses."""

_TOLD_LINES, _TOLD_BYTES = 8, 4000


class WorkerLostError(Exception):
    """The process has died or does not answer; says how, in a few words."""


class Worker:
    """A Blender process and its folder; both are gone at the latest when this program ends.

    The process leads a session of its own, so that Ctrl-C reaches this program alone, which then
    ends the whole session. Should this program be killed, the process sees its input end, and
    ends itself.

    Raises:
        PluginError: Blender does not start, or is too old.

    """

    def __init__(self, blender: Blender) -> None:
        """Start the process and wait until it is ready."""
        self.folder = Path(tempfile.mkdtemp(prefix="retarget-blender-"))
        """Private to this process: its settings (none), its temporary files, arrays, outputs."""
        (self.folder / "user").mkdir()
        self._log = self.folder / "log"
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = self._start(blender)
        self._end = weakref.finalize(self, _end, self._process, self.folder, os.getpid())
        try:
            ready = self._receive(SECONDS_TO_START)
        except WorkerLostError as lost:
            told = self.last_words()
            self.close()
            raise PluginError(
                f"Blender ({blender.program}) does not start: {lost}.{told}"
            ) from None
        except BaseException:
            self.close()
            raise
        self.version: str = ready["blender"]
        self.memory_at_start: int = ready.get("memory", 0)
        self.memory = self.memory_at_start
        if tuple(ready["version"][:2]) < OLDEST:
            self.close()
            oldest = ".".join(map(str, OLDEST))
            raise PluginError(f"{blender.program} is Blender {self.version}; it takes {oldest}.")

    def _start(self, blender: Blender) -> subprocess.Popen[bytes]:
        log = self._log.open("ab", buffering=0)
        try:
            process = subprocess.Popen(  # noqa: S603 - what `locate` found
                blender.command(WORKER),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.folder,
                env=blender.environment(self.folder),
                start_new_session=True,
            )
        except OSError as error:
            log.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise PluginError(f"{blender.program}: does not start ({error.strerror}).") from error
        threading.Thread(target=_listen, args=(process, self._lines, log), daemon=True).start()
        return process

    def ask(self, job: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Hand over a job and wait for the answer; the process is ended where none comes.

        Raises:
            WorkerLostError: the process died, or took longer than `seconds`.

        """
        line = json.dumps({**job, "seconds": seconds}) + "\n"
        os.truncate(self._log, 0)  # all write at its end: what is told will be of this job
        try:
            assert self._process.stdin is not None  # noqa: S101 - for the type checker
            with contextlib.suppress(OSError):  # that it has died is told by its output
                self._process.stdin.write(line.encode())
            answer = self._receive(seconds)
        except BaseException:
            self._kill()
            raise
        self.memory = answer.get("memory", 0)
        return answer

    def _receive(self, seconds: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise WorkerLostError(f"no answer within {seconds:g} s") from None
        if line is None:
            self._kill()
            raise WorkerLostError(_fate(self._process.returncode))
        answer: dict[str, Any] = json.loads(line.removeprefix(MARK))
        return answer

    def last_words(self) -> str:
        """Return the last lines of Blender's log as an addition to an error; empty without any."""
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _TOLD_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        told = [line for line in lines if line.strip()][-_TOLD_LINES:]
        return (
            "".join(["\nBlender's last lines:", *(f"\n  {line}" for line in told)]) if told else ""
        )

    def _kill(self) -> None:
        _kill(self._process)

    def close(self) -> None:
        """End the process and remove its folder."""
        self._end()


def _listen(
    process: subprocess.Popen[bytes], lines: queue.SimpleQueue[str | None], log: Any
) -> None:
    """Sort the process's output: answers to the queue, the rest to the log; None at its end."""
    assert process.stdout is not None  # noqa: S101 - for the type checker
    with process.stdout as output, log:
        for line in output:
            text = line.decode(errors="replace")
            if text.startswith(MARK):
                lines.put(text)
            else:
                with contextlib.suppress(OSError):  # a full disk costs the log, not the clip
                    log.write(line)
    lines.put(None)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it has started; nothing is reaped before, so the number is its own."""
    if process.returncode is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _end(process: subprocess.Popen[bytes], folder: Path, owner: int) -> None:
    """End a process and remove its folder, unless this is a fork of the program that started it."""
    if os.getpid() == owner:
        _kill(process)
        shutil.rmtree(folder, ignore_errors=True)


def _fate(code: int) -> str:
    """Tell in words how a process ended."""
    if code >= 0:
        return f"it ended by itself (status {code})"
    if -code == signal.SIGKILL:
        return "it was killed (SIGKILL; the system does that when memory runs out)"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"
