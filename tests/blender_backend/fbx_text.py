"""Writes a binary FBX as text, to have one: no program at hand still does.

Format of both, as far as they are known: "FBX binary file format specification", Blender
developers' blog, 2013.
"""

from __future__ import annotations

import struct
import zlib

SCALARS = {b"Y": "<h", b"I": "<i", b"F": "<f", b"D": "<d", b"L": "<q"}
ARRAYS = {b"f": "f", b"d": "d", b"l": "q", b"i": "i", b"b": "b"}
NULL = 13
"""Bytes that end a list of nodes, in versions before 7500."""


def as_text(content):
    """The same nodes as text."""
    (version,) = struct.unpack_from("<I", content, 23)
    assert version < 7500
    major, minor = version // 1000, version // 100 % 10
    lines, at = [f"; FBX {major}.{minor}.0 project file"], 27
    while struct.unpack_from("<I", content, at)[0]:
        at = node(content, at, lines, 0)
    return "\n".join(lines) + "\n"


def node(content, at, lines, depth):
    """Add a node and what is in it; return where the next one begins."""
    end, count, _, length = struct.unpack_from("<IIIB", content, at)
    name = content[at + 13 : at + 13 + length].decode()
    at += 13 + length
    values = []
    for _ in range(count):
        value, at = value_at(content, at, depth)
        values.append(value)
    head = "\t" * depth + f"{name}: " + ",".join(values)
    if at == end:
        lines.append(head)
        return end
    lines.append(head + " {")
    while at < end - NULL:
        at = node(content, at, lines, depth + 1)
    lines.append("\t" * depth + "}")
    return end


def value_at(content, at, depth):
    kind = content[at : at + 1]
    at += 1
    if kind == b"C":
        return ("T" if content[at] else "F"), at + 1
    if kind in SCALARS:
        (value,) = struct.unpack_from(SCALARS[kind], content, at)
        return repr(value), at + struct.calcsize(SCALARS[kind])
    if kind in b"SR":
        (length,) = struct.unpack_from("<I", content, at)
        text = content[at + 4 : at + 4 + length]
        if kind == b"R":
            return '""', at + 4 + length
        told, _, of = text.partition(b"\0\1")  # "name\0\1class" is "class::name" in text
        words = of + b"::" + told if of else told
        return '"' + words.decode().replace('"', "&quot;") + '"', at + 4 + length
    count, packed, size = struct.unpack_from("<III", content, at)
    data = content[at + 12 : at + 12 + size]
    values = struct.unpack(f"<{count}{ARRAYS[kind]}", zlib.decompress(data) if packed else data)
    tabs = "\t" * (depth + 1)
    numbers = ",".join(map(repr, values))
    return f"*{count} {{\n{tabs}a: {numbers}\n{tabs[1:]}}}", at + 12 + size
