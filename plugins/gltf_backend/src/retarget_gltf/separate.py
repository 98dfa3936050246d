"""Writes a .gltf and the .bin it names, so that nobody sees one without the other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from retarget.output import replacing
from retarget_gltf.parts import length, write_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retarget_gltf.parts import Part


def binary_of(path: Path) -> Path:
    """Return where the buffer of a .gltf goes: beside it, under its own stem."""
    return path.with_suffix(".bin")


def uri_of(path: Path) -> str:
    """Return how a .gltf names its buffer: relative, percent-encoded (RFC 3986)."""
    return quote(binary_of(path).name)


def write(path: Path, document: bytes, binary: Sequence[Part]) -> int:
    """Write `document` (JSON) to `path` and the parts of `binary` beside it.

    Both are written in full under other names first; then the buffer gets its name, then the
    document that points to it.

    Returns the number of bytes of both.

    Raises:
        RetargetError: the disk or its permissions refuse; nothing is left behind.

    """
    with replacing(path) as unfinished:
        unfinished.write_bytes(document)
        with replacing(binary_of(path)) as buffer, buffer.open("xb") as file:
            write_parts(file, binary)
    return len(document) + length(binary)
