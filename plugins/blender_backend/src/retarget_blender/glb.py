"""Finishes the GLB that Blender wrote: exact times, no sign changes, and who made it of what.

Format: glTF 2.0 specification, chapter "GLB File Format Specification".
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import quaternions as quat
from retarget.errors import RetargetError
from retarget.gltf import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from retarget.values import Float32

_HEADER, _CHUNK = struct.Struct("<4sII"), struct.Struct("<I4s")
_WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}


def finished(
    path: Path, times: Float32, asset: dict[str, Any], facts: dict[str, Any]
) -> list[bytes | bytearray]:
    """Return the parts of the file at `path`, mended.

    Frames become seconds, computed as the clip computes them, and keys beyond them are cut off;
    neighbouring quaternions lie on the same side, where Blender's exporter may change it; `asset`
    says more, and so do the animations in their extras.

    Args:
        path: a GLB of one buffer, whose animations count frames instead of seconds.
        times: (F,) seconds of the frames.
        asset: what to put into the document's `asset`.
        facts: what to put into the `extras` of each animation.

    Raises:
        RetargetError: a value has no form in JSON.

    """
    file = read(path)
    document, binary = file.json, bytearray(file.buffers[0])
    binary += bytes(-len(binary) % 4)
    document["asset"].update(asset)
    for animation in document.get("animations", []):
        animation["extras"] = {**animation.get("extras", {}), **facts}
    accessors = document["accessors"]
    for sampler in _samplers(document):
        for index in (sampler["input"], sampler["output"]):
            accessors[index]["count"] = min(accessors[index]["count"], len(times))
    for index in {sampler["input"] for sampler in _samplers(document)}:
        keys = _array(document, accessors[index], binary)
        keys[:, 0] = times[np.rint(keys[:, 0]).astype(np.intp)]
        accessors[index].update(min=keys.min(axis=0).tolist(), max=keys.max(axis=0).tolist())
    for index in {sampler["output"] for sampler in _samplers(document, "rotation")}:
        track = _array(document, accessors[index], binary)
        track[:] = quat.continuous(track)
    text = _json(document)
    total = _HEADER.size + 2 * _CHUNK.size + len(text) + len(binary)
    return [
        _HEADER.pack(b"glTF", 2, total),
        _CHUNK.pack(len(text), b"JSON"),
        text,
        _CHUNK.pack(len(binary), b"BIN\0"),
        binary,
    ]


def _samplers(document: dict[str, Any], path: str = "") -> Iterator[dict[str, Any]]:
    """Yield the samplers of all channels, or of those that drive the property `path`."""
    for animation in document.get("animations", []):
        for channel in animation["channels"]:
            if channel["target"]["path"] == path or not path:
                yield animation["samplers"][channel["sampler"]]


def _array(document: dict[str, Any], accessor: dict[str, Any], binary: bytearray) -> Float32:
    """Return the accessor's elements (count, width) where they lie in the buffer."""
    view = document["bufferViews"][accessor["bufferView"]]
    offset = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    count, width = accessor["count"], _WIDTHS[accessor["type"]]
    return np.frombuffer(binary, "<f4", count * width, offset).reshape(count, width)


def _json(document: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise RetargetError(f"The clip's provenance cannot be written as JSON: {error}.") from error
    encoded = text.encode(errors="replace")
    return encoded + b" " * (-len(encoded) % 4)
