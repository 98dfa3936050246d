"""Seeded clips for any rig: smooth, turning far, beginning in the rig's rest pose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from retarget.values import Clip

if TYPE_CHECKING:
    from retarget.values import Float64, Rig

FRAMES = 12
"""Frames of a clip where nothing else is said: few, because the oracle is slow."""


def smooth_curves(count: int, frames: int, *, seed: int) -> Float64:
    """Return curves (count, F, 3) that begin at 0: three waves each, of unit size together."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(size=(3, count, 1, 3), scale=3**-0.5)
    phases = rng.uniform(0, 2 * np.pi, size=(3, count, 1, 3))
    speeds = rng.uniform(1, 5, size=(3, count, 1, 3))
    t = np.linspace(0, 1, frames)[:, None]
    curves: Float64 = (waves * (np.sin(speeds * t + phases) - np.sin(phases))).sum(axis=0)
    return curves


def smooth_clip(
    rig: Rig, *, frames: int = FRAMES, fps: float = 30.0, seed: int = 0, root_reach: float = 2.0
) -> Clip:
    """Return a clip of the rig whose frame 0 is the rest pose.

    Every joint swings some 60 degrees about its rest. The root travels some `root_reach` metres
    and turns one and a half times about +Y, so that a track kept continuous has to leave the half
    of the quaternions in which w is positive.
    """
    skeleton = rig.skeleton
    joints = len(skeleton)
    swings = smooth_curves(joints, frames, seed=seed)
    spin = 3 * np.pi * min(1, (frames - 1) / (FRAMES - 1))  # never 180 degrees in one frame
    swings[0] = np.linspace(0, spin, frames)[:, None] * [0, 1, 0]
    rest = Rotation.from_quat(np.repeat(skeleton.rest_rotations, frames, axis=0))
    turned = Rotation.from_rotvec(swings.reshape(-1, 3)) * rest
    rotations = turned.as_quat().reshape(joints, frames, 4)
    return Clip(
        rig=rig,
        fps=fps,
        rotations=without_flips(rotations),
        root_translations=skeleton.rest_translations[0]
        + root_reach * smooth_curves(1, frames, seed=seed + 1)[0],
        name=f"{rig.name}_{seed}",
        provenance={"source": "retarget.testing", "seed": seed},
    )


def without_flips(rotations: Float64) -> Float64:
    """Return the same rotations (J, F, 4), each on the side of its neighbour in time."""
    result = rotations.copy()
    for frame in range(1, result.shape[1]):
        dots = np.sum(result[:, frame] * result[:, frame - 1], axis=-1)
        result[dots < 0, frame] *= -1
    return result
