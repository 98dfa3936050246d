"""Work for Blender: a worker is kept, and replaced when it dies, hangs or grows."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from retarget.errors import RetargetError
from retarget_blender.process import Worker, WorkerLostError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget_blender.locate import Blender

GROWTH = 2**30
"""Bytes that a worker may hold more than at its start; beyond, a fresh one does the next clip.

What a clip of some ten thousand frames leaves behind stays below; the next clip uses it again.
"""

TRIALS = 2
"""How often a clip is tried: what ended a worker need not have been the clip."""


class Session:
    """Hands jobs to a worker of one Blender, one at a time, whoever calls."""

    def __init__(self, blender: Blender) -> None:
        """Keep which Blender to use; it is started when there is work."""
        self.blender = blender
        self.worker: Worker | None = None
        """The process at work, if there is one."""
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def run(self, job: Mapping[str, Any], *, what: str, seconds: float) -> dict[str, Any]:
        """Return the worker's answer to a job; see `in_blender/worker.py` for both.

        Args:
            job: names the `script` that does it and holds what that script needs, as JSON allows.
            what: names the job in an error: the file that is to be made or read.
            seconds: the time limit.

        Raises:
            PluginError: Blender does not start.
            RetargetError: the script failed, or Blender died or hung on every trial.

        """
        with self._lock:
            for trial in range(1, TRIALS + 1):
                worker = self._ready()
                try:
                    answer = worker.ask({**job}, seconds)
                except WorkerLostError as lost:
                    told = worker.last_words()
                    self._drop()
                    if trial == TRIALS:
                        raise RetargetError(
                            f"{what}: Blender failed {TRIALS} times: {lost}.{told}"
                        ) from None
                except BaseException:
                    self._drop()
                    raise
                else:
                    if worker.memory - worker.memory_at_start > GROWTH:
                        self._drop()
                    if "error" in answer:
                        raise RetargetError(f"{what}: Blender failed: {answer['error']}")
                    return answer
            raise AssertionError("not reached")

    def close(self) -> None:
        """End the worker; a later job starts another."""
        with self._lock:
            self._drop()

    def _ready(self) -> Worker:
        if self._owner != os.getpid():  # a fork must not speak over its parent's pipe
            self._owner, self.worker = os.getpid(), None
        if self.worker is None:
            self.worker = Worker(self.blender)
        return self.worker

    def _drop(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.worker = None
