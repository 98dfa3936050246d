"""Reads a GLB with struct and json alone: the document, and the values behind an accessor."""

from __future__ import annotations

import json
import struct

import numpy as np

DTYPES = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """A GLB 2.0 file whose chunks are where the format says, or an AssertionError."""

    def __init__(self, path):
        data = path.read_bytes()
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data))
        size, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON"
        assert size % 4 == 0
        self.document = json.loads(data[20 : 20 + size])
        held, kind = struct.unpack_from("<I4s", data, 20 + size)
        assert kind == b"BIN\0"
        assert held % 4 == 0
        self.binary = data[28 + size :]
        assert len(self.binary) == held

    def values(self, accessor):
        """The values (count, width) of an accessor, which must lie inside its view."""
        a = self.document["accessors"][accessor]
        view = self.document["bufferViews"][a["bufferView"]]
        assert "byteStride" not in view
        dtype, width = np.dtype(DTYPES[a["componentType"]]), WIDTHS[a["type"]]
        offset = a.get("byteOffset", 0)
        assert offset + a["count"] * width * dtype.itemsize <= view["byteLength"]
        start = view.get("byteOffset", 0) + offset
        flat = np.frombuffer(self.binary, dtype, a["count"] * width, start)
        return flat.reshape(a["count"], width)

    def channels(self):
        """(times (K, 1), values (K, width)) of the only animation, by (joint name, path)."""
        (animation,) = self.document["animations"]
        found = {}
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            name = self.document["nodes"][channel["target"]["node"]]["name"]
            key = (name, channel["target"]["path"])
            assert key not in found
            assert sampler.get("interpolation", "LINEAR") == "LINEAR"
            found[key] = self.values(sampler["input"]), self.values(sampler["output"])
        return found

    def inputs(self):
        """The accessors the animation takes its times from."""
        (animation,) = self.document["animations"]
        return {sampler["input"] for sampler in animation["samplers"]}
