"""Foot contacts of the source: heels and toes, by speed and height, with hysteresis.

Thresholds in metres and m/s for a leg of 0.86 m, scaled by leg length. A point comes into contact
when it is slower and lower than ON and stays until it is faster or higher than OFF; a plain
threshold at 120 frames/s gives three times as many contacts. Runs and gaps under 50 ms are merged.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retarget.values import Contacts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.floor import Floor
    from retarget.values import Motion, World

POINTS = ("left_ankle", "left_foot", "right_ankle", "right_foot")
"""Ankles stand for heels, foot joints for toes."""

SPEED_ON, SPEED_OFF = 0.25, 0.45
HEIGHT_ON, HEIGHT_OFF = 0.03, 0.05
"""Above the height the joint rests at when the sole is flat on the floor."""

SHORTEST = 0.05
"""Seconds below which a run or a gap is noise."""

REFERENCE_LEG = 0.86


def detect(motion: Motion, world: World, floor: Floor) -> Contacts:
    """Label the contacts of a source with its floor, from its world transforms (J, F, …)."""
    from scipy import ndimage  # noqa: PLC0415 - scipy costs 0.1 s to import

    index = motion.skeleton.index
    points = tuple(p for p in POINTS if p in index)
    if not points or motion.frames == 1:
        return Contacts(points=points, touching=np.zeros((len(points), motion.frames), bool))
    positions = world.positions[[index[p] for p in points]].astype(np.float64)
    scale = leg_length(motion) / REFERENCE_LEG
    speed = np.linalg.norm(np.gradient(positions, axis=1), axis=-1) * motion.fps
    height = positions[..., 1] - (floor.toe_level + _above_toes(motion, points))[:, None]
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


def _above_toes(motion: Motion, points: tuple[str, ...]) -> NDArray[np.float64]:
    """Return (C,) how far above the toes' level each point rests when the sole is flat."""
    heights = motion.skeleton.rest.positions[:, 0, 1]
    index = motion.skeleton.index
    toes = [index[p] for p in points if p.endswith("_foot")]
    level = heights[toes].mean() if toes else heights[[index[p] for p in points]].mean()
    return np.array([heights[index[p]] - level for p in points])


def _smooth(mask: NDArray[np.bool_], shortest: int) -> NDArray[np.bool_]:
    """Fill gaps, then drop runs, of fewer than `shortest` frames; the ends count as they are."""
    from scipy import ndimage  # noqa: PLC0415

    padded = np.pad(mask, shortest, mode="edge")
    line = np.ones(shortest, bool)
    padded = ndimage.binary_opening(ndimage.binary_closing(padded, line), line)
    return np.asarray(padded[shortest:-shortest], bool)
