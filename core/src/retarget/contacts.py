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
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import quaternions as quat
from retarget.floor import SOLE, facing
from retarget.runs import mask_of, runs_of
from retarget.soles import soles_of_source
from retarget.values import Contacts, World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.floor import Floor
    from retarget.values import Motion, Skeleton

POINTS = ("left_ankle", "left_foot", "right_ankle", "right_foot")
"""Ankles stand for the heels they carry, foot joints for toes."""

SPEED_ON, SPEED_OFF = 0.20, 0.30
RISING = 0.20
"""Of a point that leaves the floor slowly: held down until it is high, it would bend the leg."""

HEIGHT_ON, HEIGHT_OFF = 0.03, 0.04
"""Above the height of the point when the sole is flat on the floor."""

SOLE_DOWN, TOES_UP = 0.5, 0.64
"""How far, as a sine, a sole must face the floor, and its toes may point up, for its heel to stand:
more than where a heel strikes, less than where somebody lies on the back."""

TREMBLE = 0.05
"""m/s, for a leg of 0.86 m, by which points tremble, even in their stillest moments, in a capture
that was not cleaned: joints that tremble by 0.3 degrees hide that a foot stands."""

CALM = 0.015
"""Seconds: deviation of the Gaussian over paths that tremble, 9 Hz. Over no others, for it also
blurs the moments at which a foot strikes and leaves."""

_MOMENTS = 512
"""Moments at which noise is looked for; in a longer clip every so manieth."""

SHORTEST, SHORTEST_TREMBLING = 0.05, 0.12
"""Seconds below which a run or a gap is noise; and a run of points that tremble."""

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
    points = points_of(motion.skeleton)
    if not points or motion.frames == 1:
        return Contacts(points=points, touching=np.zeros((len(points), motion.frames), bool))
    positions, level = _touching_points(motion, points, world)
    scale = leg_length(motion) / REFERENCE_LEG
    # In the air nothing tells at which level a foot that trembles stands.
    trembles = floor.found_by != "lowest point" and _trembles(positions, motion.fps, scale)
    if trembles:
        positions = _calm(positions, motion.fps)
    velocity = np.gradient(positions, axis=1) * motion.fps
    speed = np.sqrt(np.einsum("cfi,cfi->cf", velocity, velocity))
    height = _above(positions[..., 1] - level[:, None], floor.levels)
    on = (speed < SPEED_ON * scale) & (height < HEIGHT_ON * scale)
    rises = velocity[..., 1] > RISING * scale
    stays = (speed < SPEED_OFF * scale) & (height < HEIGHT_OFF * scale) & ~rises
    for row, point in enumerate(points):
        if point.endswith("ankle"):
            stays[row] &= _stands(motion, point, world.rotations[row])
    on &= stays
    gap = math.ceil(SHORTEST * motion.fps)
    run = math.ceil(SHORTEST_TREMBLING * motion.fps) if trembles else gap
    touching = [_touching(*masks, gap, run) for masks in zip(on, stays, strict=True)]
    return Contacts(points=points, touching=np.stack(touching))


def _trembles(positions: NDArray[np.float64], fps: float, scale: float) -> bool:
    """Tell whether points (C, F, 3) of a body of that scale tremble by more than `TREMBLE`.

    By fourth differences, in which noise is sqrt(70) times as large, and motion next to nothing but
    where a foot strikes: so the stillest tenth of the moments looked at is asked.
    """
    first = np.arange(0, positions.shape[1] - 4, max(1, positions.shape[1] // _MOMENTS))
    if not first.size:
        return False
    fourth = sum(n * positions[:, first + k] for k, n in enumerate((1, -4, 6, -4, 1)))
    noise = np.sqrt(np.einsum("cfi,cfi->cf", fourth, fourth) / 70)
    speed = np.percentile(noise, 10, axis=1) * fps / math.sqrt(2)
    return bool(np.median(speed) > TREMBLE * scale)


def _calm(positions: NDArray[np.float64], fps: float) -> NDArray[np.float64]:
    """Return paths (C, F, 3) without their noise."""
    from scipy import ndimage  # noqa: PLC0415 - scipy costs 0.1 s to import

    calm: NDArray[np.float64] = ndimage.gaussian_filter1d(
        positions, CALM * fps, axis=1, mode="nearest"
    )
    return calm


def _touching(
    on: NDArray[np.bool_], stays: NDArray[np.bool_], gap: int, run: int
) -> NDArray[np.bool_]:
    """Return the runs of `stays` (F,) that are `on` somewhere, without short gaps and runs.

    Those of fewer than so many frames are short; at the ends of the clip none is.
    """
    frames = len(on)
    edges = runs_of(stays).ravel()
    seen = np.concatenate([[0], np.cumsum(on)])[edges]
    edges = edges[np.repeat(np.diff(seen)[::2] > 0, 2)]
    gaps = edges[1:-1].reshape(-1, 2)
    gaps = gaps[gaps[:, 1] - gaps[:, 0] >= gap]
    runs = np.concatenate([edges[:1], gaps.ravel(), edges[-1:]]).reshape(-1, 2)
    first, last = runs.T
    runs = runs[(last - first >= run) | (first == 0) | (last == frames)]
    return mask_of(runs, frames)


def _stands(motion: Motion, ankle: str, rotations: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Tell (F,) where a heel stands on its sole, rather than lies on its back or its side."""
    rest = motion.skeleton.rest.rotations[motion.skeleton.index[ankle], 0]
    up, ahead = facing(rotations, rest)
    return (up > SOLE_DOWN) & (ahead < TOES_UP)


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
