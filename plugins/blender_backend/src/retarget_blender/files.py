"""Puts a finished file in its place: the old one stays until the new one is whole."""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING

from retarget.errors import OutputExistsError, RetargetError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise where a file is in the way and may not be overwritten, or a folder is.

    Raises:
        OutputExistsError: `path` is there and `force` is not set.
        RetargetError: `path` is a folder.

    """
    if path.is_dir():
        raise RetargetError(f"{path}: is a folder; name a file.")
    if path.exists() and not force:
        raise OutputExistsError(f"{path}: exists already; use --force to overwrite it.")


def write(path: Path, parts: Iterable[bytes | bytearray]) -> int:
    """Write a file of the parts, one after the other; make its folder; return its size.

    Raises:
        RetargetError: the disk or its permissions refuse; nothing is left behind.

    """
    # Beside the target, so that the final rename never crosses a file system.
    unfinished = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("xb") as file:
            size = sum(file.write(part) for part in parts)
        unfinished.replace(path)
    except OSError as error:
        raise RetargetError(f"{path}: cannot be written ({error.strerror or error}).") from error
    finally:
        with contextlib.suppress(OSError):  # the folder may be gone: the error under way says so
            unfinished.unlink(missing_ok=True)
    return size
