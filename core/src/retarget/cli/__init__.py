"""The command line: `retarget INPUT…` converts, further commands list, inspect and demonstrate.

Nothing here imports numpy before it is needed, so that help and lists come at once.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING

from retarget.errors import RetargetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMANDS = {
    "plugins": "list what is installed and what is not",
    "inspect": "tell what a motion file is",
    "match": "show which joint of a target has which role",
    "check": "measure a finished file against its clip",
    "apose": "write the A-pose of a target as an NPZ file",
    "demo": "make a clip and retarget it; needs no data",
}
"""Commands besides converting, each a module of this package with `run(arguments) -> int`."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it, and after what else ends a run from outside."""

_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""How queues and containers stop a run, and a terminal that is closed; Windows has no SIGHUP."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status: 0 all well, 1 something failed, 2 usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = given.pop(0) if given and given[0] in COMMANDS else "convert"
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file's name may hold what stdout cannot
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            with _terminable():
                status: int = import_module(f"retarget.cli.{name}").run(given)
        finally:
            print(end="", flush=True)  # here, where a reader that has gone is understood
    except RetargetError as error:
        print(f"retarget: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("retarget: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); keep Python from complaining at exit.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return 1
    except OSError as error:
        print(f"retarget: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return 1
    return status


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let a run that is stopped from outside end as Ctrl-C does: tidily."""
    ours = [
        ending
        for ending in _ENDINGS
        if threading.current_thread() is threading.main_thread()
        and signal.getsignal(ending) is signal.SIG_DFL  # nohup ignores SIGHUP, and so do we then
    ]
    for ending in ours:
        signal.signal(ending, signal.default_int_handler)
    try:
        yield
    finally:
        for ending in ours:
            signal.signal(ending, signal.SIG_DFL)
