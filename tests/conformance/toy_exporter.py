"""A correct GLB exporter in json, struct and numpy, its every step open to be got wrong."""

from __future__ import annotations

import json
import struct

import numpy as np

from retarget.errors import OutputExistsError, RetargetError
from retarget.testing import ExporterTests
from retarget.values import ExportResult


class Toy:
    """Correct. The wrong ones each override one step."""

    formats = (".glb",)
    interpolation = "LINEAR"

    # The animation

    def local(self, clip):
        """(J, F, 4) xyzw."""
        return clip.rotations

    def root(self, clip):
        return clip.root_translations

    def times(self, clip):
        return clip.times()

    # The skeleton

    def names(self, skeleton):
        return list(skeleton.names)

    def parents(self, skeleton):
        return skeleton.parents.tolist()

    def rest_rotations(self, skeleton):
        return skeleton.rest_rotations

    def rest_translations(self, skeleton):
        return skeleton.rest_translations

    def inverse_binds(self, skeleton):
        """(J, 4, 4), acting on column vectors."""
        return np.linalg.inv(self.rest_world(skeleton))

    def rest_world(self, skeleton):
        world = np.tile(np.eye(4), (len(skeleton), 1, 1))
        for j, parent in enumerate(skeleton.parents.tolist()):
            x, y, z, w = skeleton.rest_rotations[j]
            world[j, :3, :3] = [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
            world[j, :3, 3] = skeleton.rest_translations[j]
            if parent >= 0:
                world[j] = world[parent] @ world[j]
        return world

    # The document

    def document(self, clip):
        skeleton = clip.rig.skeleton
        joints = range(len(skeleton))
        document = {"asset": {"version": "2.0"}, "accessors": [], "bufferViews": [], "nodes": []}
        parents = self.parents(skeleton)
        for j in joints:
            node = {
                "name": self.names(skeleton)[j],
                "rotation": self.rest_rotations(skeleton)[j].tolist(),
                "translation": self.rest_translations(skeleton)[j].tolist(),
            }
            children = [c for c in joints if parents[c] == j]
            document["nodes"].append(node | ({"children": children} if children else {}))
        roots = [j for j in joints if parents[j] < 0]
        document |= {"scene": 0, "scenes": [{"nodes": roots}], "extras": self.extras(clip)}
        chunks = []
        binds = np.swapaxes(self.inverse_binds(skeleton), 1, 2).reshape(-1, 16)
        document["skins"] = [
            {"joints": list(joints), "inverseBindMatrices": add(document, chunks, binds, "MAT4")}
        ]
        document["animations"] = [self.animation(clip, document, chunks)]
        document["buffers"] = [{"byteLength": sum(len(chunk) for chunk in chunks)}]
        return document, b"".join(chunks)

    def extras(self, clip):
        return dict(clip.provenance)

    def animation(self, clip, document, chunks):
        when = add(document, chunks, np.asarray(self.times(clip))[:, None], "SCALAR")
        tracks = [(0, "translation", self.root(clip), "VEC3")]
        tracks += [(j, "rotation", track, "VEC4") for j, track in enumerate(self.local(clip))]
        samplers = [
            {
                "input": when,
                "output": add(document, chunks, track, kind),
                "interpolation": self.interpolation,
            }
            for _, _, track, kind in tracks
        ]
        channels = [
            {"sampler": s, "target": {"node": node, "path": path}}
            for s, (node, path, _, _) in enumerate(tracks)
        ]
        return {"samplers": samplers, "channels": channels}

    # The file

    def export(self, clip, path, options):
        if path.is_dir():
            raise RetargetError(f"{path} is a folder.")
        self.refuse_existing(path, options)
        self.refuse_nan(clip)
        self.refuse_travel(clip)
        document, binary = self.document(clip)
        text = json.dumps(document).encode()
        text += b" " * (-len(text) % 4)
        size = 12 + 8 + len(text) + 8 + len(binary)
        content = struct.pack("<4sIIII", b"glTF", 2, size, len(text), 0x4E4F534A) + text
        content += struct.pack("<II", len(binary), 0x004E4942) + binary
        self.write(path, content)
        return self.result(clip, path, size)

    def refuse_existing(self, path, options):
        if path.exists() and not options.force:
            raise OutputExistsError(f"{path} is already there.")

    def refuse_nan(self, clip):
        if not (np.isfinite(clip.rotations).all() and np.isfinite(clip.root_translations).all()):
            raise RetargetError(f"{clip.name} holds NaN.")

    def refuse_travel(self, clip):
        if clip.root_motion is not None:
            raise RetargetError(f"{clip.name}: a toy has no root joint to carry travel.")

    def write(self, path, content):
        part = path.with_name(f".{path.name}.part")
        try:
            part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            if part.parent.is_dir():
                part.unlink(missing_ok=True)
            raise RetargetError(f"{path} cannot be written ({error}).") from error

    def result(self, clip, path, size):
        return ExportResult(
            path=path, frames=clip.frames, duration=clip.duration, bytes_written=size
        )


def add(document, chunks, array, kind):
    """Append a float32 array; return the index of its accessor."""
    content = np.ascontiguousarray(array, "<f4").tobytes()
    start = sum(len(chunk) for chunk in chunks)
    chunks.append(content)
    view = {"buffer": 0, "byteOffset": start, "byteLength": len(content)}
    document["bufferViews"].append(view)
    accessor = {"bufferView": len(document["bufferViews"]) - 1, "componentType": 5126}
    accessor |= {"type": kind, "count": len(array)}
    if kind == "SCALAR":
        accessor |= {"min": [float(array.min())], "max": [float(array.max())]}
    document["accessors"].append(accessor)
    return len(document["accessors"]) - 1


class Kit(ExporterTests):
    """The kit over the toy named by `made`."""

    made = Toy

    def make(self):
        return self.made()
