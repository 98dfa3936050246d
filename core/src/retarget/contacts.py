"""Foot contacts of the source: heels and toes, by speed and height, with hysteresis.

Thresholds in metres and m/s for a leg of 0.86 m, scaled by leg length. A point comes into contact
when it is slower and lower than ON and stays until it is faster or higher than OFF; a plain
threshold at 120 frames/s gives three times as many contacts. Runs and gaps under 50 ms are merged.

Swept on walks, a dance and two standing clips: from 0.15 to 0.25 m/s (ON) and 0.25 to 0.45 m/s
(OFF) the number of contacts is the same, one for each step. A higher OFF only adds frames in which
the foot leaves: at 0.45 m/s a walk slides 3.7 cm in each contact, at 0.3 m/s 2.1 cm. The heel is
looked at where it touches: measured at the ankle, which turns about it, a heel that rests slides
1.5 cm, at the sole 0.1 cm.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.floor import SOLE
from retarget.soles import soles_of_source
from retarget.values import Contacts, World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.floor import Floor
    from retarget.values import Motion, Skeleton

POINTS = ("left_ankle", "left_foot", "right_ankle", "right_foot")
"""Ankles stand for the heels they carry, foot joints for toes."""

SPEED_ON, SPEED_OFF = 0.20, 0.30
HEIGHT_ON, HEIGHT_OFF = 0.03, 0.04
"""Above the height of the point when the sole is flat on the floor."""

SHORTEST = 0.05
"""Seconds below which a run or a gap is noise."""

REFERENCE_LEG = 0.86


def points_of(skeleton: Skeleton) -> tuple[str, ...]:
    """Return the roles of the points of a source that can be in contact."""
    return tuple(p for p in POINTS if p in skeleton.index)


def detect(motion: Motion, world: World, floor: Floor) -> Contacts:
    """Label the contacts of a source with its floor, from its world transforms (J, F, …)."""
    points = points_of(motion.skeleton)
    rows = [motion.skeleton.index[p] for p in points]
    return label(
        motion,
        World(rotations=world.rotations[rows], positions=world.positions[rows]),
        floor,
    )


def label(motion: Motion, world: World, floor: Floor) -> Contacts:
    """Label the contacts, from the world transforms (C, F, …) of the joints of `points_of`."""
    from scipy import ndimage  # noqa: PLC0415 - scipy costs 0.1 s to import

    points = points_of(motion.skeleton)
    if not points or motion.frames == 1:
        return Contacts(points=points, touching=np.zeros((len(points), motion.frames), bool))
    positions, level = _touching_points(motion, points, world)
    scale = leg_length(motion) / REFERENCE_LEG
    speed = np.linalg.norm(np.gradient(positions, axis=1), axis=-1) * motion.fps
    height = _above(positions[..., 1] - level[:, None], floor.levels)
    on = (speed < SPEED_ON * scale) & (height < HEIGHT_ON * scale)
    stays = (speed < SPEED_OFF * scale) & (height < HEIGHT_OFF * scale)
    touching = np.zeros_like(on)
    for p in range(len(points)):
        runs, count = ndimage.label(stays[p])
        begun = np.asarray(ndimage.maximum(on[p], runs, np.arange(count + 1)), bool)
        begun[0] = False  # label 0 is the background
        touching[p] = _smooth(begun[runs], math.ceil(SHORTEST * motion.fps))
    return Contacts(points=points, touching=touching)


def leg_length(motion: Motion) -> float:
    """Return the mean length, metres, of hip-knee-ankle; the reference where there are no legs."""
    index, offsets = motion.skeleton.index, motion.skeleton.rest_translations
    bones = [f"{side}_{joint}" for side in ("left", "right") for joint in ("knee", "ankle")]
    if not all(b in index for b in bones):
        return REFERENCE_LEG
    return float(sum(np.linalg.norm(offsets[index[b]]) for b in bones) / 2)


def _touching_points(
    motion: Motion, points: tuple[str, ...], world: World
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return toe joints and heels of the soles (C, F, 3), and their heights on a flat sole (C,).

    The heights count from the level of the toe joints.
    """
    soles = soles_of_source(motion.skeleton)
    positions, level = world.positions.astype(np.float64), np.zeros(len(points))
    for row, point in enumerate(points):
        side, joint = point.split("_")
        if joint == "ankle":
            heel = soles[side].heel.astype(world.rotations.dtype)
            positions[row] += quat.rotate(world.rotations[row], heel)
            level[row] = -SOLE
    return positions, level


def _above(height: NDArray[np.float64], levels: tuple[float, ...]) -> NDArray[np.float64]:
    """Return heights (C, F) above the highest level that is not above them, less a tolerance."""
    storeys = np.asarray(levels)
    under = np.searchsorted(storeys, height + HEIGHT_ON, side="right") - 1
    return height - storeys[np.maximum(under, 0)]


def _smooth(mask: NDArray[np.bool_], shortest: int) -> NDArray[np.bool_]:
    """Fill gaps, then drop runs, of fewer than `shortest` frames; the ends count as they are."""
    from scipy import ndimage  # noqa: PLC0415

    padded = np.pad(mask, shortest, mode="edge")
    line = np.ones(shortest, bool)
    padded = ndimage.binary_opening(ndimage.binary_closing(padded, line), line)
    return np.asarray(padded[shortest:-shortest], bool)
