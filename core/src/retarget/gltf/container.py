"""The GLB container: header and chunks, walked without trusting a length.

Format: glTF 2.0, section 4 (GLB File Format).
"""

from __future__ import annotations

import struct

import attrs

from retarget.errors import FileReadError

MAGIC = b"glTF"
JSON, BIN = b"JSON", b"BIN\0"

_HEADER = struct.Struct("<4sII")
_CHUNK = struct.Struct("<I4s")


@attrs.frozen(kw_only=True, eq=False)
class Chunks:
    """The content of a GLB's chunks."""

    json: bytes = attrs.field(repr=False)
    binary: bytes | None = attrs.field(repr=False)
    """The BIN chunk with its padding; None where the file has none."""
    others: tuple[tuple[bytes, bytes], ...] = attrs.field(default=(), repr=False)
    """Chunks of types the format does not know, in order: (4-byte type, content)."""


def chunks_of(name: str, content: bytes) -> Chunks:
    """Take a GLB apart.

    Raises:
        FileReadError: not version 2, truncated, a length that lies, chunks out of place or twice.

    """
    if len(content) < _HEADER.size:
        raise FileReadError(f"{name}: truncated: {len(content)} bytes are no GLB.")
    _, version, length = _HEADER.unpack_from(content)
    if version != 2:
        raise FileReadError(f"{name}: GLB version {version}; only glTF 2.0 is read.")
    if length != len(content):
        fault = "truncated" if length > len(content) else "damaged"
        raise FileReadError(
            f"{name}: {fault}: the GLB says it has {length} bytes; it has {len(content)}."
        )
    found: list[tuple[bytes, int, int]] = []
    at = _HEADER.size
    while at < len(content):
        if len(content) - at < _CHUNK.size:
            raise FileReadError(f"{name}: damaged GLB: {len(content) - at} bytes after its chunks.")
        size, kind = _CHUNK.unpack_from(content, at)
        at += _CHUNK.size
        if size > len(content) - at:
            raise FileReadError(
                f"{name}: damaged GLB: chunk {len(found)} says it has {size} bytes; "
                f"{len(content) - at} are left."
            )
        found.append((kind, at, size))
        at += size
    return _sorted(name, content, found)


def _sorted(name: str, content: bytes, found: list[tuple[bytes, int, int]]) -> Chunks:
    kinds = [kind for kind, _, _ in found]
    if not kinds or kinds[0] != JSON:
        raise FileReadError(f"{name}: damaged GLB: its first chunk is not JSON.")
    if kinds.count(JSON) > 1 or kinds.count(BIN) > 1:
        raise FileReadError(f"{name}: damaged GLB: two chunks of a type it may have once.")
    if BIN in kinds[2:]:
        raise FileReadError(f"{name}: damaged GLB: its BIN chunk is not the second.")
    parts = [(kind, content[at : at + size]) for kind, at, size in found]
    has_binary = kinds[1:2] == [BIN]
    return Chunks(
        json=parts[0][1],
        binary=parts[1][1] if has_binary else None,
        others=tuple(parts[2 if has_binary else 1 :]),
    )
