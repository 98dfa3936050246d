"""Reads a GLB file as the glTF 2.0 specification says, in float64: numpy, json and struct alone.

It shares no code with any exporter, so that an exporter's mistake in a layout cannot be undone by
the same mistake here. Source: Khronos glTF 2.0 specification, sections 3.5 (nodes), 3.6 (buffers,
accessors), 3.7.3 (skins) and 4.4 (GLB). Meshes and materials are left alone.
"""

from __future__ import annotations

import json
import struct
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.testing import sampling
from retarget.testing.oracle import matrix, transform
from retarget.testing.readback import ReadBack

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from retarget.values import Float64

_DTYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_JSON, _BIN = 0x4E4F534A, 0x004E4942


class GlbError(ValueError):
    """The file breaks the specification where it is read."""


@attrs.frozen(kw_only=True, eq=False)
class Glb:
    """An open GLB: its document, its binary chunk, and what they say of nodes and animations."""

    document: dict[str, Any] = attrs.field(repr=False)
    binary: bytes = attrs.field(repr=False)

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """The nodes of the document."""
        nodes: list[dict[str, Any]] = self.document.get("nodes", [])
        return nodes

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the nodes; a nameless one is called by its index."""
        return tuple(node.get("name", f"node {i}") for i, node in enumerate(self.nodes))

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """Index of each node's parent, -1 for roots.

        Raises:
            GlbError: a node has two parents.

        """
        parents = [-1] * len(self.nodes)
        for parent, node in enumerate(self.nodes):
            for child in node.get("children", []):
                if parents[child] >= 0:
                    raise GlbError(f"node {child} has two parents")
                parents[child] = parent
        return tuple(parents)

    def accessor(self, index: int) -> Float64:
        """Return an accessor's elements (count, width), normalised integers as fractions."""
        accessor = self.document["accessors"][index]
        kind, width = accessor["componentType"], _WIDTHS[accessor["type"]]
        count = accessor["count"]
        if "bufferView" in accessor:
            offset = accessor.get("byteOffset", 0)
            raw = self._elements(accessor["bufferView"], offset, kind, count, width)
        else:
            raw = np.zeros((count, width), _DTYPES[kind])
        if sparse := accessor.get("sparse"):
            where, what = sparse["indices"], sparse["values"]
            at = self._elements(
                where["bufferView"],
                where.get("byteOffset", 0),
                where["componentType"],
                sparse["count"],
                1,
            )
            raw = raw.copy()
            raw[at[:, 0]] = self._elements(
                what["bufferView"], what.get("byteOffset", 0), kind, sparse["count"], width
            )
        values = raw.astype(np.float64)
        if accessor.get("normalized"):
            values = np.maximum(values / np.iinfo(raw.dtype).max, -1.0)
        return values

    def _elements(
        self, view_index: int, offset: int, kind: int, count: int, width: int
    ) -> NDArray[Any]:
        view = self.document["bufferViews"][view_index]
        dtype = np.dtype(_DTYPES[kind])
        stride = view.get("byteStride", dtype.itemsize * width)
        start = view.get("byteOffset", 0)
        end = offset + stride * (count - 1) + dtype.itemsize * width
        if end > view["byteLength"] or start + view["byteLength"] > len(self.binary):
            raise GlbError(f"bufferView {view_index} is too short for its accessor")
        if (start + offset) % dtype.itemsize:
            raise GlbError(f"bufferView {view_index}: accessor not aligned to its component size")
        return np.ndarray(
            (count, width), dtype, self.binary, start + offset, (stride, dtype.itemsize)
        )

    @cached_property
    def tracks(self) -> dict[tuple[int, str], sampling.Track]:
        """The tracks of the first animation by (node, "rotation" | "translation" | "scale").

        Raises:
            GlbError: two channels drive the same property.

        """
        tracks: dict[tuple[int, str], sampling.Track] = {}
        for animation in self.document.get("animations", [])[:1]:
            for channel in animation["channels"]:
                key = (channel["target"].get("node", -1), channel["target"]["path"])
                if key in tracks:
                    raise GlbError(f"two channels drive the {key[1]} of node {key[0]}")
                sampler = animation["samplers"][channel["sampler"]]
                tracks[key] = sampling.Track(
                    times=self.accessor(sampler["input"])[:, 0],
                    values=self.accessor(sampler["output"]),
                    interpolation=sampler.get("interpolation", "LINEAR"),
                    rotation=channel["target"]["path"] == "rotation",
                )
        return tracks

    @cached_property
    def key_times(self) -> Float64:
        """All key times of the first animation, sorted, seconds; empty without one."""
        return np.unique(np.concatenate([np.empty(0), *(t.times for t in self.tracks.values())]))

    def sample(self, times: ArrayLike) -> Float64:
        """Return the world transforms (N, T, 4, 4) of the first animation at seconds (T,)."""
        moments = np.atleast_1d(np.asarray(times, np.float64))
        sampled = {key: track.at(moments) for key, track in self.tracks.items()}
        local = np.empty((len(self.nodes), len(moments), 4, 4))
        for n, node in enumerate(self.nodes):
            moving = {path: values for (of, path), values in sampled.items() if of == n}
            if moving and "matrix" in node:
                raise GlbError(f"node {n} is animated but has a matrix")
            local[n] = _local(node, moving)
        return self._world(local)

    def rest(self) -> Float64:
        """Return the world transforms (N, 4, 4) of the nodes as they stand without animation."""
        return self._world(np.array([_local(node, {}) for node in self.nodes]))

    def _world(self, local: Float64) -> Float64:
        world = local.copy()
        for n, parent in enumerate(self.parents):
            while parent >= 0:
                world[n] = local[parent] @ world[n]
                parent = self.parents[parent]  # noqa: PLW2901 - climbs to the root
        return world

    @cached_property
    def inverse_binds(self) -> dict[str, Float64]:
        """The inverse bind matrices (4, 4) of all skins by joint name; identity where left out."""
        binds: dict[str, Float64] = {}
        for skin in self.document.get("skins", []):
            joints = skin["joints"]
            stored = np.tile(np.eye(4), (len(joints), 1, 1))
            if "inverseBindMatrices" in skin:
                columns = self.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
                stored = np.swapaxes(columns, 1, 2)  # stored column by column
            binds |= {self.names[joint]: stored[j] for j, joint in enumerate(joints)}
        return binds

    def read_back(self) -> ReadBack:
        """Return the form in which the kit judges a file."""
        times = self.key_times
        return ReadBack(
            names=self.names,
            parents=self.parents,
            times=times,
            world=self.sample(times),
            rest=self.rest(),
            between=self.sample((times[1:] + times[:-1]) / 2),
            rotations={
                self.names[node]: track.values
                for (node, path), track in self.tracks.items()
                if path == "rotation" and track.interpolation != "CUBICSPLINE"
            },
            inverse_binds=self.inverse_binds,
        )


def read_glb(path: Path) -> Glb:
    """Read a GLB 2.0 file.

    Raises:
        GlbError: the container is not as the specification says.

    """
    content = path.read_bytes()
    if len(content) < 20 or content[:4] != b"glTF":
        raise GlbError(f"{path}: not a GLB file")
    _, version, length = struct.unpack_from("<4sII", content)
    if (version, length) != (2, len(content)):
        raise GlbError(f"{path}: version {version}, {length} bytes said, {len(content)} there")
    chunks: list[tuple[int, bytes]] = []
    at = 12
    while at < len(content):
        size, kind = struct.unpack_from("<II", content, at)
        if size % 4 or at + 8 + size > len(content):
            raise GlbError(f"{path}: chunk of {size} bytes at {at} does not fit or is not padded")
        chunks.append((kind, content[at + 8 : at + 8 + size]))
        at += 8 + size
    if [kind for kind, _ in chunks[:2]] not in ([_JSON], [_JSON, _BIN]):
        raise GlbError(f"{path}: the first chunk must be JSON, the second BIN")
    document = json.loads(chunks[0][1], parse_constant=_refuse_constant)
    return Glb(document=document, binary=chunks[1][1] if len(chunks) > 1 else b"")


def _refuse_constant(constant: str) -> float:
    raise GlbError(f"the document holds {constant}, which is no JSON")


def _local(node: dict[str, Any], moving: dict[str, Float64]) -> Float64:
    """Return a node's local transform (4, 4), or (T, 4, 4) where it moves."""
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T  # stored column by column
    translation, rotation, scale = (
        moving.get(path, np.array(node.get(path, default), np.float64))
        for path, default in (
            ("translation", [0, 0, 0]),
            ("rotation", [0, 0, 0, 1]),
            ("scale", [1, 1, 1]),
        )
    )
    linear = matrix(rotation) * scale[..., None, :]
    frames = np.broadcast_shapes(linear.shape[:-2], translation.shape[:-1])
    return transform(np.broadcast_to(linear, (*frames, 3, 3)), translation)
