"""Recognises a .blend by its first bytes; Blender is not needed for it."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC, _GZIP, _ZSTD = b"BLENDER", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
"""How a .blend begins, and how one begins that is compressed (by Blender before 3.0, and since)."""

_START = 4096
"""Bytes that hold the beginning of a file, whatever its gzip header says besides."""


def is_blend(path: Path) -> bool:
    """Tell from its first bytes whether a file is a .blend.

    What zstd has compressed cannot be looked into from here: there the name must say it, too.
    """
    start = _start(path)
    if start.startswith(_ZSTD):
        return is_called_blend(path)
    if start.startswith(_GZIP):
        try:
            start = zlib.decompressobj(wbits=31).decompress(start, len(_MAGIC))
        except zlib.error:
            return False
    return start.startswith(_MAGIC)


def is_called_blend(path: Path) -> bool:
    """Tell whether a file is named as a .blend, or as one that Blender keeps (.blend1)."""
    return re.fullmatch(r"\.blend\d*", path.suffix.lower()) is not None


def why_no_blend(path: Path) -> str | None:
    """Return why a file is no .blend, as the rest of a sentence; None where it is one."""
    if is_blend(path):
        return None
    if not path.is_file():
        return "no such file."
    start = _start(path)[:16]
    return f"is no .blend file: it begins with {start!r}." if start else "is empty."


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_START)
    except (OSError, ValueError):  # ValueError: no path at all, as with a NUL in it
        return b""
