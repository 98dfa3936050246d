"""Writes the GLB container: a JSON chunk and a BIN chunk streamed from arrays, all or nothing.

Format: glTF 2.0 specification, chapter "GLB File Format Specification".
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from retarget.errors import RetargetError
from retarget.output import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MAX_BYTES = 2**32 - 1
"""A GLB states its length in 32 bits."""

_HEADER = struct.Struct("<4sII")
_CHUNK = struct.Struct("<I4s")


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
    with replacing(path) as unfinished, unfinished.open("xb") as file:
        file.write(_HEADER.pack(b"glTF", 2, total))
        file.write(_CHUNK.pack(len(document), b"JSON"))
        file.write(document)
        file.write(_CHUNK.pack(payload + len(padding), b"BIN\0"))
        for array in binary:
            file.write(array.reshape(-1).view("u1").data)
        file.write(padding)
    return total
