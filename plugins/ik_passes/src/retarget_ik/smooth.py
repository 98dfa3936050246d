"""The pass `smooth`: takes jitter out of rotations and of the root's path, without lag."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.parameters import parameter
from retarget_ik.smooth_filters import butterworth, one_euro
from retarget_ik.smooth_tangent import angular_speed, exp_from, log_from, reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import Clip, PassContext, Rig
    from retarget.values import Float32, Float64


@attrs.frozen(kw_only=True)
class SmoothParameters:
    """What may be set of `smooth`."""

    method: str = parameter(
        "butterworth",
        "butterworth: one cut-off; one-euro: one that rises with speed, for live capture",
        one_of=("butterworth", "one-euro"),
    )
    cutoff: float = parameter(
        6.0, "what is faster is taken out; one-euro: of a joint at rest", unit="Hz", at_least=0.01
    )
    order: int = parameter(2, "steepness of the Butterworth filter", at_least=1, at_most=8)
    beta: float = parameter(
        1.0, "one-euro: by how much the cut-off rises", unit="Hz per rad/s or m/s", at_least=0
    )
    joints: str = parameter("*", "roles, with * and ?, between commas; 'root' is the root's path")


class Smooth:
    """Filters local rotations in tangent space, and the root's path."""

    parameters = SmoothParameters

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return the smoothed clip; see `retarget.Pass.apply`."""
        chosen = context.parameters(SmoothParameters)
        patterns = [text.strip() for text in chosen.joints.split(",") if text.strip()]
        joints, root = _chosen(clip.rig, patterns)
        if not (joints.size or root):
            return _warned(clip, f"no joint is called {chosen.joints}; nothing was done.")
        if chosen.cutoff >= clip.fps / 2:
            return _warned(
                clip,
                f"the cut-off of {chosen.cutoff:g} Hz is not below half of {clip.fps:g} frames/s; "
                "nothing was done.",
            )
        moving = joints[(clip.rotations[joints] != clip.rotations[joints, :1]).any(axis=(1, 2))]
        rotations = clip.rotations
        if moving.size:
            rotations = rotations.copy()
            rotations[moving] = _rotations(clip.rotations[moving], chosen, clip.fps)
        path = _path(clip.root_translations, chosen, clip.fps) if root else clip.root_translations
        return attrs.evolve(clip, rotations=rotations, root_translations=path)


def _chosen(rig: Rig, patterns: list[str]) -> tuple[NDArray[np.intp], bool]:
    """Return the joints meant, by role or, without one, by name, and whether the path is."""
    called = [rig.roles.get(name, name) for name in rig.skeleton.names]
    joints = [j for j, name in enumerate(called) if any(fnmatchcase(name, p) for p in patterns)]
    return np.array(joints, np.intp), any(fnmatchcase("root", p) for p in patterns)


def _warned(clip: Clip, told: str) -> Clip:
    return attrs.evolve(clip, warnings=(*clip.warnings, f"smooth: {told}"))


def _rotations(tracks: Float32, chosen: SmoothParameters, fps: float) -> Float32:
    """Filter local rotations (J, F, 4)."""
    q = np.swapaxes(quat.continuous(tracks.astype(np.float64)), 0, 1)
    base = reference(q, chosen.cutoff, fps)
    away = log_from(base, q)
    if chosen.method == "butterworth":
        away = butterworth(away, chosen.cutoff, fps, chosen.order)
    else:
        away = one_euro(away, angular_speed(q, fps), chosen.cutoff, chosen.beta, fps)
    smoothed = np.swapaxes(exp_from(base, away), 0, 1).astype(np.float32)
    return quat.continuous(quat.normalize(smoothed))


def _path(path: Float32, chosen: SmoothParameters, fps: float) -> Float32:
    """Filter the root's path (F, 3), metres."""
    if (path == path[:1]).all():
        return path
    start = path[0].astype(np.float64)  # far from the origin, digits would be lost in the filter
    x: Float64 = path - start
    if chosen.method == "butterworth":
        x = butterworth(x, chosen.cutoff, fps, chosen.order)
    else:
        speed = np.linalg.norm(np.gradient(x, axis=0), axis=-1) * fps
        x = one_euro(x, speed, chosen.cutoff, chosen.beta, fps)
    return (x + start).astype(np.float32)
