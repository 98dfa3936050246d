"""Writes the GLB container: a JSON chunk and a BIN chunk streamed from arrays, all or nothing.

Format: glTF 2.0 specification, chapter "GLB File Format Specification".
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from retarget.errors import RetargetError
from retarget.output import replacing
from retarget_gltf.parts import length, write_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retarget_gltf.parts import Part

MAX_BYTES = 2**32 - 1
"""A GLB states its length in 32 bits."""

_HEADER = struct.Struct("<4sII")
_CHUNK = struct.Struct("<I4s")


def write(
    path: Path, document: bytes, binary: Sequence[Part], others: Sequence[tuple[bytes, bytes]] = ()
) -> int:
    """Write `document` (JSON), the parts of `binary` one after the other, then `others`.

    `others` are further chunks as (type, content). Arrays are written from where they lie. The file
    appears under its name only once it is complete; folders that are missing are made.

    Returns the number of bytes written.

    Raises:
        RetargetError: the file would pass `MAX_BYTES`, or the disk or its permissions refuse;
            nothing is left behind.

    """
    document += b" " * (-len(document) % 4)
    payload = length(binary)
    padding = bytes(-payload % 4)
    total = _HEADER.size + 2 * _CHUNK.size + len(document) + payload + len(padding)
    total += sum(_CHUNK.size + len(content) for _, content in others)
    refuse_beyond_limit(path, total)
    with replacing(path) as unfinished, unfinished.open("xb") as file:
        file.write(_HEADER.pack(b"glTF", 2, total))
        file.write(_CHUNK.pack(len(document), b"JSON"))
        file.write(document)
        file.write(_CHUNK.pack(payload + len(padding), b"BIN\0"))
        write_parts(file, (*binary, padding))
        for kind, content in others:
            file.write(_CHUNK.pack(len(content), kind))
            file.write(content)
    return total


def refuse_beyond_limit(path: Path, total: int) -> None:
    """Raise where a file of `total` bytes could not say how long it is.

    Raises:
        RetargetError: it could not.

    """
    if total > MAX_BYTES:
        raise RetargetError(
            f"{path}: the file needs {total / 2**30:.1f} GiB or more, and a GLB cannot pass 4 GiB; "
            "take fewer clips, resample to fewer frames per second, or limit the frames."
        )
