"""Small animated glTF files written by hand: nodes and tracks in, one JSON out."""

from __future__ import annotations

import base64
import json

import numpy as np

_COMPONENTS = {"float32": 5126, "int16": 5122, "uint16": 5123, "int8": 5120}
_TYPES = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}


class Animated:
    """A document under construction."""

    def __init__(self, nodes):
        self.json = {
            "asset": {"version": "2.0"},
            "nodes": nodes,
            "accessors": [],
            "bufferViews": [],
            "animations": [],
        }
        self.binary = b""

    def accessor(self, array):
        """Store an array (K,) or (K, n); integers count as normalized."""
        array = np.asarray(array)
        array = array.reshape(len(array), -1)
        self.binary += b"\0" * (-len(self.binary) % 4)
        view = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": array.nbytes}
        self.binary += array.tobytes()
        self.json["bufferViews"].append(view)
        self.json["accessors"].append(
            {
                "bufferView": len(self.json["bufferViews"]) - 1,
                "componentType": _COMPONENTS[array.dtype.name],
                "count": len(array),
                "type": _TYPES[array.shape[1]],
                "normalized": array.dtype.kind == "i",
            }
        )
        return len(self.json["accessors"]) - 1

    def animate(self, tracks, **more):
        """Add an animation; tracks are (node, path, times, values, interpolation)."""
        channels, samplers = [], []
        for node, path, times, values, *interpolation in tracks:
            sampler = {
                "input": self.accessor(np.asarray(times, np.float32)),
                "output": self.accessor(
                    values if np.asarray(values).dtype == np.int16 else np.asarray(values, "f4")
                ),
            }
            if interpolation:
                sampler["interpolation"] = interpolation[0]
            channels.append({"sampler": len(samplers), "target": {"node": node, "path": path}})
            samplers.append(sampler)
        self.json["animations"].append({"channels": channels, "samplers": samplers, **more})
        return self

    def content(self):
        """The file, a .gltf with its buffer inside."""
        uri = "data:application/octet-stream;base64," + base64.b64encode(self.binary).decode()
        buffers = [{"byteLength": len(self.binary), "uri": uri}] if self.binary else []
        return json.dumps({**self.json, "buffers": buffers}).encode()
