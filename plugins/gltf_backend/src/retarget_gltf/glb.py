"""Writes the GLB container: a JSON chunk and a BIN chunk streamed from arrays, all or nothing.

Format: glTF 2.0 specification, chapter "GLB File Format Specification".
"""

from __future__ import annotations

import struct
import uuid
from typing import TYPE_CHECKING, Any

from retarget.errors import OutputExistsError, RetargetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MAX_BYTES = 2**32 - 1
"""A GLB states its length in 32 bits."""

_HEADER = struct.Struct("<4sII")
_CHUNK = struct.Struct("<I4s")


def refuse(path: Path, *, overwrite: bool) -> None:
    """Check, before any work is done, that `path` may be written.

    Raises:
        OutputExistsError: there is a file, and it is not to be overwritten.
        RetargetError: there is a folder, or the path cannot be looked at.

    """
    try:
        folder, taken = path.is_dir(), path.exists()
    except OSError as error:
        raise RetargetError(f"{path}: cannot be written ({error.strerror or error}).") from error
    if folder:
        raise RetargetError(f"{path}: is a folder; name a file.")
    if taken and not overwrite:
        raise OutputExistsError(f"{path}: exists already; use --force to overwrite it.")


def write(path: Path, document: bytes, binary: Sequence[NDArray[Any]]) -> int:
    """Write `document` (JSON) and the C-contiguous arrays `binary`, one after the other.

    The arrays are written from where they lie. The file appears under its name only once it is
    complete; folders that are missing are made.

    Returns the number of bytes written.

    Raises:
        RetargetError: the file would pass `MAX_BYTES`, or the disk or its permissions refuse;
            nothing is left behind.

    """
    document += b" " * (-len(document) % 4)
    payload = sum(array.nbytes for array in binary)
    padding = bytes(-payload % 4)
    total = _HEADER.size + 2 * _CHUNK.size + len(document) + payload + len(padding)
    if total > MAX_BYTES:
        raise RetargetError(
            f"{path}: the clip needs {total / 2**30:.1f} GiB, and a GLB file cannot pass 4 GiB; "
            "resample to fewer frames per second, or limit the frames."
        )
    # Beside the target, so that the final rename never crosses a file system.
    unfinished = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("xb") as file:
            file.write(_HEADER.pack(b"glTF", 2, total))
            file.write(_CHUNK.pack(len(document), b"JSON"))
            file.write(document)
            file.write(_CHUNK.pack(payload + len(padding), b"BIN\0"))
            for array in binary:
                file.write(array.reshape(-1).view("u1").data)
            file.write(padding)
        unfinished.replace(path)
    except OSError as error:
        raise RetargetError(f"{path}: cannot be written ({error.strerror or error}).") from error
    finally:
        _discard(unfinished)
    return total


def _discard(unfinished: Path) -> None:
    try:
        unfinished.unlink(missing_ok=True)
    except OSError:  # the folder itself is gone or locked: the error under way says so
        return
