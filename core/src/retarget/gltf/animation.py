"""Sampling a finished file: an animation's channels, and where they put the nodes.

Format: glTF 2.0, sections 3.11 (animations) and appendix C (interpolation). Computed in float64, so
that what is measured of a file is the file's own rounding and not this reader's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.errors import FileReadError, RetargetError
from retarget.gltf import fields
from retarget.gltf.accessors import read_accessor
from retarget.values import World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retarget.gltf.file import GltfFile
    from retarget.gltf.nodes import NodeTree
    from retarget.values import Float64

_WIDTHS = {"translation": 3, "rotation": 4, "scale": 3}
"""The properties that move a node; weights and pointers of extensions do not."""

_INTERPOLATIONS = ("LINEAR", "STEP", "CUBICSPLINE")


@attrs.frozen(kw_only=True, eq=False)
class Track:
    """The keys of one property of one node."""

    times: Float64 = attrs.field(repr=False)
    """(K,) seconds, rising."""
    values: Float64 = attrs.field(repr=False)
    """(K, n), or (3 K, n) for a cubic spline: in-tangent, value, out-tangent of each key."""
    interpolation: str = "LINEAR"
    rotation: bool = False
    """True where the values are quaternions xyzw."""

    def at(self, moments: Float64) -> Float64:
        """Return the values (T, n) at moments (T,), seconds; clamped outside the keys.

        A track of one value comes back as (1, n), which broadcasts.
        """
        if len(self.times) == 1:
            one = self.values[1:2] if self.interpolation == "CUBICSPLINE" else self.values
            return quat.normalize(one) if self.rotation else one
        if len(moments) == len(self.times) and (moments == self.times).all():
            keys = self.values[1::3] if self.interpolation == "CUBICSPLINE" else self.values
            return quat.normalize(keys) if self.rotation else keys
        inside = np.clip(moments, self.times[0], self.times[-1])
        after = np.clip(np.searchsorted(self.times, inside, "right"), 1, len(self.times) - 1)
        before = after - 1
        step = (self.times[after] - self.times[before])[:, None]
        share = (inside - self.times[before])[:, None] / step
        if self.interpolation == "CUBICSPLINE":
            found = self._spline(before, after, share, step)
        else:
            a, b = self.values[before], self.values[after]
            if self.interpolation == "STEP":
                found = np.where(share >= 1, b, a)
            elif self.rotation:
                found = _slerp(a, b, share)
            else:
                found = a + share * (b - a)
        return quat.normalize(found) if self.rotation else found

    def _spline(
        self, before: NDArray[np.intp], after: NDArray[np.intp], t: Float64, step: Float64
    ) -> Float64:
        into, value, out = np.moveaxis(self.values.reshape(len(self.times), 3, -1), 1, 0)
        spline: Float64 = (
            (2 * t**3 - 3 * t**2 + 1) * value[before]
            + step * (t**3 - 2 * t**2 + t) * out[before]
            + (3 * t**2 - 2 * t**3) * value[after]
            + step * (t**3 - t**2) * into[after]
        )
        return spline


@attrs.frozen(kw_only=True, eq=False)
class Animation:
    """One animation of a file, its channels that move nodes."""

    name: str
    """As it can be shown; empty where it has none."""
    extras: Mapping[str, Any] = attrs.field(repr=False)
    """What the file says of it; empty where that is nothing, or no object."""
    tracks: Mapping[tuple[int, str], Track] = attrs.field(repr=False)
    """By node and property ("translation", "rotation", "scale")."""

    @property
    def last(self) -> float:
        """Time of the last key, seconds; 0 without keys."""
        return max((float(track.times[-1]) for track in self.tracks.values()), default=0.0)

    @property
    def times(self) -> Float64:
        """The most key times (K,) that a track has; empty without tracks."""
        every = (track.times for track in self.tracks.values())
        return max(every, key=len, default=np.zeros(0))


def labels(file: GltfFile) -> list[tuple[str, Mapping[str, Any]]]:
    """Return name and extras of every animation, without reading keys.

    Raises:
        FileReadError: `animations` is not a list of objects.

    """
    return [
        (fields.text(entry.get("name")), _extras(entry))
        for entry in fields.entries(file.name, file.json, "animations")
    ]


def read_animation(file: GltfFile, index: int) -> Animation:
    """Read one animation.

    Raises:
        FileReadError: channels, samplers or keys that are none; says where.
        RetargetError: keys that are compressed.

    """
    name = file.name
    entry = fields.entries(name, file.json, "animations")[index]
    where = f"animations[{index}]"
    nodes = len(fields.entries(name, file.json, "nodes"))
    samplers = fields.entries(name, entry, "samplers")
    times: dict[int, Float64] = {}  # most samplers share one accessor
    tracks: dict[tuple[int, str], Track] = {}
    for c, channel in enumerate(fields.entries(name, entry, "channels")):
        at = f"{where}.channels[{c}]"
        target = fields.child(name, at, channel, "target")
        path = target.get("path")
        if "node" not in target or not isinstance(path, str) or path not in _WIDTHS:
            continue
        node = fields.index(name, f"{at}.target.node", target["node"], nodes, "nodes")
        if (node, path) in tracks:
            raise FileReadError(f"{name}: damaged glTF: {at} moves what another channel moves.")
        number = fields.index(
            name, f"{at}.sampler", channel.get("sampler"), len(samplers), "samplers"
        )
        tracks[node, path] = _track(
            file, f"{where}.samplers[{number}]", samplers[number], path, times
        )
    return Animation(name=fields.text(entry.get("name")), extras=_extras(entry), tracks=tracks)


def world_of(tree: NodeTree, animation: Animation, moments: Float64, nodes: Sequence[int]) -> World:
    """Return where an animation puts nodes: rotations (N, T, 4), positions (N, T, 3).

    In the file's world and unit; nodes and properties without keys keep their rest.

    Raises:
        RetargetError: a node among them or above them is scaled unevenly, so that no rotation
            tells how it stands.

    """
    wanted = sorted({above for node in nodes for above in tree.line(node)}, key=_depth(tree))
    turned: dict[int, Float64] = {-1: quat.IDENTITY[None]}
    placed: dict[int, Float64] = {-1: np.zeros((1, 3))}
    sized: dict[int, Float64] = {-1: np.ones((1, 1))}
    for node in wanted:
        parent = int(tree.parents[node])
        local = {
            path: track.at(moments) if (track := animation.tracks.get((node, path))) else rest
            for path, rest in (
                ("translation", tree.translations[node : node + 1]),
                ("rotation", tree.rotations[node : node + 1]),
                ("scale", tree.scales[node : node + 1]),
            )
        }
        offset = quat.rotate(turned[parent], sized[parent] * local["translation"])
        placed[node] = placed[parent] + offset
        turned[node] = quat.multiply(turned[parent], local["rotation"])
        sized[node] = sized[parent] * _even(tree, node, local["scale"])
    rotations = np.empty((len(nodes), len(moments), 4))
    positions = np.empty((len(nodes), len(moments), 3))
    for n, node in enumerate(nodes):
        rotations[n], positions[n] = turned[node], placed[node]
    return World(rotations=rotations, positions=positions)


def _depth(tree: NodeTree) -> Any:
    return lambda node: (int(tree.depths[node]), node)


def _even(tree: NodeTree, node: int, scale: Float64) -> Float64:
    """Return the one factor (T, 1) of a scale (T, 3)."""
    size = scale.mean(axis=1, keepdims=True)
    if (np.abs(scale - size) > 1e-3 * np.abs(size)).any():
        raise RetargetError(
            f"the node {tree.label(node)} is scaled unevenly; rotations do not tell how joints "
            "below it stand."
        )
    return size


def _extras(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    held = entry.get("extras")
    return held if isinstance(held, dict) else {}


def _track(
    file: GltfFile, where: str, sampler: dict[str, Any], path: str, times: dict[int, Float64]
) -> Track:
    name = file.name
    accessors = len(fields.entries(name, file.json, "accessors"))
    when, what = (
        fields.index(name, f"{where}.{key}", sampler.get(key), accessors, "accessors")
        for key in ("input", "output")
    )
    if when not in times:
        times[when] = _times(file, where, when)
    interpolation = sampler.get("interpolation", "LINEAR")
    if interpolation not in _INTERPOLATIONS:
        raise FileReadError(
            f"{name}: damaged glTF: {where}.interpolation is {fields.shown(interpolation)}."
        )
    values = read_accessor(file, what).astype(np.float64)
    keys = len(times[when]) * (3 if interpolation == "CUBICSPLINE" else 1)
    if values.shape != (keys, _WIDTHS[path]):
        raise FileReadError(
            f"{name}: damaged glTF: {where} has {values.shape[0]} values of {values.shape[1]} "
            f"numbers; {keys} of {_WIDTHS[path]} were expected."
        )
    track = Track(
        times=times[when],
        values=values,
        interpolation=interpolation,
        rotation=path == "rotation",
    )
    _check(name, where, track)
    return track


def _times(file: GltfFile, where: str, index: int) -> Float64:
    held = read_accessor(file, index).astype(np.float64)
    if held.shape[1] != 1 or not len(held) or not np.isfinite(held).all():
        raise FileReadError(f"{file.name}: damaged glTF: {where}.input holds no times.")
    moments = held[:, 0]
    if not (np.diff(moments) > 0).all():
        raise FileReadError(f"{file.name}: damaged glTF: the times of {where}.input do not rise.")
    return moments


def _check(name: str, where: str, track: Track) -> None:
    keys = track.values[1::3] if track.interpolation == "CUBICSPLINE" else track.values
    if not np.isfinite(track.values).all():
        raise FileReadError(f"{name}: {where} holds NaN or infinity.")
    if track.rotation and not (np.einsum("ki,ki->k", keys, keys) > 1e-6).all():
        raise FileReadError(f"{name}: {where} holds a rotation of no length.")


def _slerp(a: Float64, b: Float64, t: Float64) -> Float64:
    """Interpolate (T, 4) on the shorter arc at t (T, 1); appendix C.4 of the specification."""
    a, b = quat.normalize(a), quat.normalize(b)
    return quat.slerp(a, b, t[:, 0])
