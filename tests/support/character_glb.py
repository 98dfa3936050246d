"""A glTF file with one buffer that tests take apart and put together: struct, json and numpy."""

import base64
import copy
import json
import struct
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

DTYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """A glTF file with one buffer: its JSON and its bytes."""

    def __init__(self, document, binary):
        self.json = document
        self.bin = binary

    @classmethod
    def load(cls, path):
        data = Path(path).read_bytes()
        assert data[:4] == b"glTF"
        (size,) = struct.unpack_from("<I", data, 12)
        return cls(json.loads(data[20 : 20 + size]), data[28 + size :])

    def copy(self):
        return Glb(copy.deepcopy(self.json), self.bin)

    def bytes(self):
        text = json.dumps(self.json).encode()
        text += b" " * (-len(text) % 4)
        content = struct.pack("<I4s", len(text), b"JSON") + text
        if self.bin:
            binary = self.bin + bytes(-len(self.bin) % 4)
            content += struct.pack("<I4s", len(binary), b"BIN\0") + binary
        return struct.pack("<4sII", b"glTF", 2, 12 + len(content)) + content

    def save(self, path):
        """Write a GLB; a path that ends in .gltf gets its buffer in a .bin beside it."""
        path = Path(path)
        if path.suffix == ".gltf":
            return self.save_gltf(path)
        path.write_bytes(self.bytes())
        return path

    def save_gltf(self, path, *, embedded=False, uri=None):
        document = copy.deepcopy(self.json)
        if embedded:
            text = base64.b64encode(self.bin).decode()
            document["buffers"][0]["uri"] = f"data:application/octet-stream;base64,{text}"
        else:
            document["buffers"][0]["uri"] = uri or f"{path.stem}.bin"
            path.with_name(f"{path.stem}.bin").write_bytes(self.bin)
        path.write_text(json.dumps(document))
        return path

    # Nodes

    def node(self, name):
        """The index of the only node of that name."""
        (found,) = [i for i, n in enumerate(self.json["nodes"]) if n.get("name") == name]
        return found

    def parents(self):
        parents = [-1] * len(self.json["nodes"])
        for i, node in enumerate(self.json["nodes"]):
            for child in node.get("children", []):
                parents[child] = i
        return parents

    def joints(self):
        """Nodes of all skins' joints, as a set."""
        return {j for skin in self.json.get("skins", []) for j in skin["joints"]}

    def local(self, i):
        """(4, 4) local matrix of a node."""
        node = self.json["nodes"][i]
        if "matrix" in node:
            return np.array(node["matrix"], float).reshape(4, 4).T
        matrix = np.eye(4)
        turn = Rotation.from_quat(node.get("rotation", [0, 0, 0, 1])).as_matrix()
        matrix[:3, :3] = turn * np.array(node.get("scale", [1, 1, 1]), float)
        matrix[:3, 3] = node.get("translation", [0, 0, 0])
        return matrix

    def set_local(self, i, matrix):
        """Set the local transform of a node from a matrix without shear."""
        node = self.json["nodes"][i]
        for key in ("matrix", "translation", "rotation", "scale"):
            node.pop(key, None)
        scale = np.linalg.norm(matrix[:3, :3], axis=0)
        node["translation"] = matrix[:3, 3].tolist()
        node["rotation"] = Rotation.from_matrix(matrix[:3, :3] / scale).as_quat().tolist()
        if np.abs(scale - 1).max() > 1e-6:
            node["scale"] = scale.tolist()

    def order(self):
        """Nodes, parents first."""
        parents = self.parents()
        line = [i for i, p in enumerate(parents) if p < 0]
        for i in line:
            line.extend(self.json["nodes"][i].get("children", []))
        assert len(line) == len(parents)
        return line

    def world(self):
        """(N, 4, 4) world matrices: the naive walk."""
        world = np.empty((len(self.json["nodes"]), 4, 4))
        parents = self.parents()
        for i in self.order():
            world[i] = self.local(i) if parents[i] < 0 else world[parents[i]] @ self.local(i)
        return world

    # Accessors

    def values(self, accessor):
        """(count, width) values of an accessor of a tight or strided view, as a copy."""
        a = self.json["accessors"][accessor]
        view = self.json["bufferViews"][a["bufferView"]]
        dtype, width = np.dtype(DTYPES[a["componentType"]]), WIDTHS[a["type"]]
        start = view.get("byteOffset", 0) + a.get("byteOffset", 0)
        stride = view.get("byteStride", width * dtype.itemsize)
        shape, strides = (a["count"], width), (stride, dtype.itemsize)
        return np.ndarray(shape, dtype, self.bin, start, strides).copy()

    def add(self, array, kind):
        """Append values as a new accessor and return its index; changes this file."""
        array = np.ascontiguousarray(array)
        self.bin += bytes(-len(self.bin) % 4)
        view = {"buffer": 0, "byteOffset": len(self.bin), "byteLength": array.nbytes}
        self.bin += array.tobytes() + bytes(-array.nbytes % 4)
        self.json.setdefault("buffers", [{}])[0]["byteLength"] = len(self.bin)
        self.json.setdefault("bufferViews", []).append(view)
        component = {np.dtype(d): c for c, d in DTYPES.items()}[array.dtype]
        accessor = {"bufferView": len(self.json["bufferViews"]) - 1, "componentType": component}
        accessor |= {"count": len(array), "type": kind}
        self.json.setdefault("accessors", []).append(accessor)
        return len(self.json["accessors"]) - 1

    def inverse_bind(self, skin):
        """(J, 4, 4) inverse bind matrices of a skin."""
        flat = self.values(self.json["skins"][skin]["inverseBindMatrices"])
        return flat.reshape(-1, 4, 4).swapaxes(1, 2).astype(float)

    def set_inverse_bind(self, skin, matrices):
        flat = np.asarray(matrices).swapaxes(1, 2).reshape(-1, 16).astype("<f4")
        self.json["skins"][skin]["inverseBindMatrices"] = self.add(flat, "MAT4")

    def rebind(self, old):
        """Set the inverse bind matrices with which the mesh stands as in `old`; return this."""
        was, now = old.world(), self.world()
        for s, skin in enumerate(self.json.get("skins", [])):
            pairs = zip(skin["joints"], old.inverse_bind(s), strict=True)
            self.set_inverse_bind(s, [np.linalg.inv(now[j]) @ was[j] @ bind for j, bind in pairs])
        return self
