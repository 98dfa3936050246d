"""Recognises an FBX by its first bytes, and its animations; Blender is not needed for it."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BINARY = b"Kaydara FBX Binary  \0"
"""How a binary FBX begins; two bytes and a version follow."""

_TEXT = re.compile(rb"\s*;\s*FBX \d")
"""How an FBX begins that is written as text."""

_TAKE = re.compile(rb"""
    S..\0\0 ([^\0]*) \0\x01AnimStack  # binary: the length, four bytes, is below 64 KiB
    | "AnimStack::([^"]*)"            # text
    """, re.DOTALL | re.VERBOSE)  # fmt: skip
"""The name of an animation, as the object that it is has it."""

_VERSION = struct.Struct("<2xI")

OLDEST = 7100
"""FBX 2011: what is older names and nests its nodes otherwise, and few programs still read it."""


def is_fbx(path: Path) -> bool:
    """Tell from its first bytes whether a file is an FBX, binary or text."""
    start = _start(path)
    return start.startswith(_BINARY) or _TEXT.match(start) is not None


def is_called_fbx(path: Path) -> bool:
    """Tell whether a file is named as an FBX."""
    return path.suffix.lower() == ".fbx"


def why_no_fbx(path: Path) -> str | None:
    """Return why a file is no FBX that can be read, as the rest of a sentence; None where it is."""
    start = _start(path)
    if start.startswith(_BINARY):
        if len(start) < len(_BINARY) + _VERSION.size:
            return "is damaged: it ends within its header."
        (version,) = _VERSION.unpack_from(start, len(_BINARY))
        return _too_old(version)
    if _TEXT.match(start):
        written = re.search(rb"FBXVersion:\s*(\d+)", start)
        return _too_old(int(written[1])) if written else None
    if not path.is_file():
        return "no such file."
    return f"is no FBX file: it begins with {start[:16]!r}." if start else "is empty."


def takes(path: Path) -> list[str]:
    """Return the names of the animations in an FBX file, binary or text."""
    found = (binary or text for binary, text in _TAKE.findall(path.read_bytes()))
    return list(dict.fromkeys(name.decode(errors="replace") for name in found))


def _too_old(version: int) -> str | None:
    if version >= OLDEST:
        return None
    return (
        f"is FBX of version {version}; {OLDEST} or newer is read. Open it in the program it comes "
        "from and export it as FBX 2014 or newer, binary."
    )


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except (OSError, ValueError):  # ValueError: no path at all, as with a NUL in it
        return b""
