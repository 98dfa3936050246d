"""Files that are written all or nothing: the old one stays until the new one is whole."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from retarget.errors import OutputExistsError, RetargetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike


def landing(path: Path) -> Path:
    """Return where what is written to `path` ends, its folders made: `new/../x` is `x`.

    Nothing is at `new/../x` before `new` is there, so that to look there first says nothing.
    """
    return Path(os.path.realpath(path))


def refuse(path: Path, *, overwrite: bool) -> None:
    """Check, before any work is done, that an exporter may write `path`.

    Raises:
        OutputExistsError: there is a file, and it is not to be overwritten.
        UsageError: there is a folder.
        RetargetError: there is a file where a folder must be, the folder may not be written
            into, or the path cannot be looked at.

    """
    try:
        end = landing(path)
        folder, taken = end.is_dir(), end.exists()
        above = next((p for p in end.parents if p.exists()), end.parent)
        lost = next((p for p in path.absolute().parents if p.is_symlink() and not p.exists()), None)
    except OSError as error:
        raise RetargetError(f"{path}: cannot be written ({error.strerror or error}).") from error
    if folder:
        raise UsageError(f"{path} is a folder; name a file.")
    if lost is not None:
        raise RetargetError(
            f"{path}: cannot be written ({lost.name} is a link that leads nowhere)."
        )
    if not above.is_dir():
        raise RetargetError(f"{path}: cannot be written ({above.name} is a file, no folder).")
    if taken and not overwrite:
        raise OutputExistsError(f"{path} is already there; --force overwrites it.")
    if not os.access(above, os.W_OK | os.X_OK):
        raise RetargetError(f"{path}: cannot be written (nothing may be written into {above}).")


def same_file(path: Path, other: str | PathLike[str]) -> bool:
    """Tell whether both lead to one file that is there; links count as what they lead to."""
    try:
        return landing(path).samefile(other)
    except (OSError, ValueError):  # one of them is not there, or no path at all
        return False


def refuse_own(path: Path, target: str | PathLike[str] | None) -> None:
    """Check that writing `path` does not overwrite the target that the user named.

    Raises:
        UsageError: both are one file.

    """
    if target is not None and same_file(path, target):
        raise UsageError(f"{path}: is the target itself, which is never changed; name another.")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name to write to; on leaving, what was written there becomes `path`.

    Missing folders are made. After an exception nothing is left behind and `path` is as it was.

    Raises:
        RetargetError: the disk or its permissions refuse.

    """
    # Beside the target, so that the final rename never crosses a file system.
    unfinished = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise RetargetError(f"{path}: cannot be written ({error.strerror or error}).") from error
    finally:
        with contextlib.suppress(OSError):  # the folder is gone or locked: the error says so
            unfinished.unlink(missing_ok=True)
