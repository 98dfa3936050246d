"""Which way is up in a file, and the turn that makes it +Y."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.options import Options
    from retarget.values import Float32, Skeleton
    from retarget_motion.recording import Recording

_S = np.sqrt(0.5)
TURNS = {
    "y": np.array([0.0, 0.0, 0.0, 1.0]),
    "z": np.array([-_S, 0.0, 0.0, _S]),
    "-y": np.array([1.0, 0.0, 0.0, 0.0]),
    "-z": np.array([_S, 0.0, 0.0, _S]),
}
"""Rotation (xyzw, about X) from the axes of a file, by its up axis, to +Y up."""

_AXES = {
    "y": np.array([0, 1, 0]),
    "z": np.array([0, 0, 1]),
    "-y": np.array([0, -1, 0]),
    "-z": np.array([0, 0, -1]),
}

_SAMPLES = 256
"""Frames looked at; a second of evidence would do, these see the whole clip."""

_CLEAR = 0.75
"""Below, the body leans more than 41 degrees on average: lying, tumbling, bent."""

_PLAIN = 0.9
"""Above, the body stands along an axis if anything does."""


@attrs.frozen(kw_only=True)
class UpAxis:
    """The up axis of a file and how it was found."""

    axis: str
    decided_by: str
    """As `Source.up_decided_by`: "layout", "motion" or "user"."""
    warnings: tuple[str, ...] = ()


def find(recording: Recording, rotations: Float32, options: Options) -> UpAxis:
    """Return what the user said, else what the layout promises, else how the body stands.

    `rotations` (J, F, 4) are local, the root's in the axes of the file.
    """
    if options.up != "auto":
        return UpAxis(axis=options.up, decided_by="user")
    direction = standing_direction(recording.skeleton, rotations)
    upright = {name: float(direction @ axis) for name, axis in _AXES.items()}
    best = max(upright, key=upright.__getitem__)
    if recording.amass:
        against = (
            f"AMASS is z-up and was read so; the body points along {best}, as of somebody who "
            f"lies, crawls or stands on the hands. If it should stand, pass --up={best}."
        )
        plain = best != "z" and upright[best] > _PLAIN
        return UpAxis(axis="z", decided_by="layout", warnings=(against,) if plain else ())
    unsure = (
        "the file does not say which way is up and the body does not clearly stand: "
        f"{best}-up assumed; --up sets it."
    )
    weak = upright[best] < _CLEAR
    return UpAxis(axis=best, decided_by="motion", warnings=(unsure,) if weak else ())


def standing_direction(skeleton: Skeleton, rotations: Float32) -> NDArray[np.float64]:
    """Return the mean direction (3,) of the body, feet to head, in the axes of `rotations`.

    The mean over frames of the torso's direction and of that from the ankles to the head: a
    seated body keeps the first, one that bends down the second. Its length, at most 1, tells how
    steadily the body keeps the direction.
    """
    frames = rotations.shape[1]
    moments = np.unique(np.linspace(0, frames - 1, _SAMPLES).astype(int))
    ends = ("head", "neck", "left_ankle", "right_ankle")
    head, neck, *ankles = (_reach(skeleton, rotations, moments, end) for end in ends)
    torso, height = neck, head - (ankles[0] + ankles[1]) / 2
    units = [v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (torso, height)]
    mean: NDArray[np.float64] = np.mean(units, axis=(0, 1))
    return mean


def _reach(
    skeleton: Skeleton, rotations: Float32, moments: NDArray[np.intp], end: str
) -> NDArray[np.floating[Any]]:
    """Return (N, 3), the way from the root to a joint on some frames."""
    world = rotations[0, moments]
    reach = np.zeros((len(moments), 3))
    for joint in skeleton.chain(skeleton.index[end])[1:]:
        reach += quat.rotate(world, skeleton.rest_translations[joint])
        world = quat.multiply(world, rotations[joint, moments])
    return reach
