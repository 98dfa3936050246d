"""Where a source stands: the height its toe joints rest at when they rest.

AMASS promises no ground and other layouts less. The feet that stand still tell: the lowest
cluster of static toe heights is the floor. Never subtract the lowest height per frame; that turns
jumps into stretches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.fk import Branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from retarget.providers import FKSolver
    from retarget.values import Float32, Motion

SOLE = 0.02
"""Metres from the toe joint of the mean SMPL body down to its sole, rounded."""

STATIC_SPEED = 0.15
"""m/s below which a toe stands: where published thresholds meet once units are normalised."""

_SAMPLES = 1024
"""Moments looked at; a longer clip is sampled evenly, for the floor does not move."""

_CLUSTER = (-0.02, 0.03)
"""Metres around the lowest static heights that count as the same level: noise and heel-off."""

_STOREY = 0.04
"""Metres above the floor from which still toes tell of another level: stairs, a kerb, a box."""

_STOREY_TIME = 0.25
"""Seconds that toes must have been still on a level, all in all, before it is one."""

_REST = 0.06
"""Seconds before and after for which they must have been: falling, one leaves 1.8 cm behind."""

_TRUST = 0.15
"""Metres a measured level may lie from a floor the layout promises before it is not believed:
feet can hang, rest on a chair or do a handstand."""


@attrs.frozen(kw_only=True)
class Floor:
    """The source's floor, as a level for its toe joints."""

    toe_level: float
    """Height (metres, world Y) of the toe joints when they stand on the floor."""
    found_by: str
    """"static toes", "layout" (the format's promise) or "lowest toes" (nothing stood still)."""
    higher: tuple[float, ...] = ()
    """Further levels, rising, on which toes stand still: stairs and the like. As `toe_level`."""

    @property
    def levels(self) -> tuple[float, ...]:
        """All levels, the floor's first."""
        return (self.toe_level, *self.higher)


def stance_roles(names: Iterable[str]) -> tuple[str, ...]:
    """Return the joints a body stands on: toes, or ankles where there are no toes; else none."""
    present = set(names)
    for joint in ("foot", "ankle"):
        pair = (f"left_{joint}", f"right_{joint}")
        if present.issuperset(pair):
            return pair
    return ()


def estimate(motion: Motion, solver: FKSolver) -> Floor | None:
    """Find the floor of a motion, or None where it has no feet."""
    points = stance_roles(motion.skeleton.names)
    if not points:
        return None
    steps = max(1, motion.frames - 1)
    moments = np.unique(np.linspace(0, max(0, motion.frames - 2), min(steps, _SAMPLES)).astype(int))
    here = _positions(motion, points, solver, moments)
    there = _positions(motion, points, solver, np.minimum(moments + 1, motion.frames - 1))
    static = np.linalg.norm(there - here, axis=-1) * motion.fps < STATIC_SPEED
    heights = here[..., 1]
    higher: tuple[float, ...] = ()
    if static.any():
        standing = heights[static]
        low = np.percentile(standing, 5, method="lower")  # one of the heights: never alone
        near = (standing >= low + _CLUSTER[0]) & (standing <= low + _CLUSTER[1])
        level, found_by = float(np.median(standing[near])), "static toes"
        if (standing > level + _STOREY).any():
            high = here[..., 1] > level + _STOREY
            rests = static & high & _rests(motion, points, solver, moments, here)
            each = motion.frames / motion.fps / len(moments)  # seconds that a moment stands for
            higher = _levels(heights[rests], level, max(2, round(_STOREY_TIME / each)))
    else:
        level, found_by = float(np.percentile(heights.min(axis=0), 5)), "lowest toes"
    if motion.source.ground_at_zero and abs(level - SOLE) > _TRUST:
        return Floor(toe_level=SOLE, found_by="layout")
    return Floor(toe_level=level, found_by=found_by, higher=higher)


def _rests(
    motion: Motion,
    points: Sequence[str],
    solver: FKSolver,
    moments: NDArray[np.intp],
    here: NDArray[np.floating[Any]],
) -> NDArray[np.bool_]:
    """Tell (P, N) which points rest before and after each moment; at the top of a jump none."""
    reach = max(1, round(_REST * motion.fps))
    rests = np.ones(here.shape[:2], bool)
    for frames in (moments - reach, moments + reach):
        near = _positions(motion, points, solver, np.clip(frames, 0, motion.frames - 1))
        rests &= np.linalg.norm(near - here, axis=-1) < STATIC_SPEED * reach / motion.fps
    return rests


def _levels(heights: NDArray[np.floating[Any]], floor: float, least: int) -> tuple[float, ...]:
    """Return the levels (metres, rising) above the floor's at which `least` heights gather."""
    found = [floor]
    rest = np.sort(heights)
    while len(rest):
        together = rest[rest <= rest[0] + _STOREY]
        middle = float(np.median(together))
        if len(together) >= least and middle >= found[-1] + _STOREY:
            found.append(middle)
        rest = rest[len(together) :]
    return tuple(found[1:])


def _positions(
    motion: Motion, points: Sequence[str], solver: FKSolver, frames: NDArray[np.intp]
) -> NDArray[np.floating[Any]]:
    """World positions (P, N, 3) of a few joints on a few frames: FK of their ancestors alone."""
    branch = Branch.of(motion.skeleton, [motion.skeleton.index[p] for p in points])
    rotations: Float32 = motion.rotations[:, frames]
    return branch.solve(solver, rotations, motion.root_translations[frames]).positions
