"""Where a source stands: the height its toe joints rest at when they rest.

AMASS promises no ground and other layouts less. The feet that stand still tell: the lowest
cluster of static toe heights is the floor. Where no foot stands, of somebody who lies, crawls or
does a handstand, what rests lowest of the whole body tells, less the flesh about its joints. Never
subtract the lowest height per frame; that turns jumps into stretches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.fk import Branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from retarget.providers import FKSolver
    from retarget.values import Motion

SOLE = 0.02
"""Metres from the toe joint of the mean SMPL body down to its sole, rounded."""

STATIC_SPEED = 0.15
"""m/s below which a toe stands: where published thresholds meet once units are normalised."""

_SAMPLES = 512
"""Moments looked at; a longer clip is sampled evenly, for the floor does not move."""

_CLUSTER = (-0.02, 0.03)
"""Metres around the lowest static heights that count as the same level: noise and heel-off."""

_STOREY = 0.04
"""Metres above the floor from which still toes tell of another level: stairs, a kerb, a box."""

_STOREY_TIME = 0.25
"""Seconds that toes must have been still on a level, all in all, before it is one. For a quarter of
them the other foot must swing or not be lower: on stairs one passes the other. A foot that is
lifted, or crossed over the other leg, bears nothing; the other stands below it all the time."""

_REST = 0.06
"""Seconds before and after for which they must have been: falling, one leaves 1.8 cm behind."""

TRUST = 0.15
"""Metres a measured level may lie above a floor the layout promises before it is not believed:
feet can hang, stand on a box or do a handstand. Below the floor nothing can be: then there is no
such floor, as where a clip was put about its own root."""

_LOST = 1.0
"""Seconds, of both feet together, that toes may stand below a promised floor without disproving it:
tracking is lost for less."""

_STANCE, _STAYS = 0.15, 0.015
"""Seconds before and after for which a foot that bears weight stays where it is, and metres."""

_STEP, _STEP_SPEED = 0.15, 0.5
"""Metres between two places where a foot bears weight, and m/s at which it is moved there."""

_SOLE_DOWN, _TOES_UP = 0.5, 0.4
"""Sine by which a sole must face the floor, and by which toes may point up, of a foot that stands:
on tiptoe it is pitched by 50 degrees, and so are the pointed feet of somebody who lies supine."""

_FEW = 0.1
"""Share of the moments with a still toe in which it must be one of a foot that stands; less are
the soles of somebody who turns over."""

_LOWEST = 1.0
"""Percentile of the body's lowest points that counts as the lowest where nothing rests."""

SKIN: Mapping[str, float] = {
    "pelvis": 0.11,
    "spine3": 0.11,
    "head": 0.10,
    "left_shoulder": 0.07,
    "right_shoulder": 0.07,
    "left_elbow": 0.04,
    "right_elbow": 0.04,
    "left_wrist": 0.03,
    "right_wrist": 0.03,
    "left_middle3": 0.01,
    "right_middle3": 0.01,
    "left_knee": 0.055,
    "right_knee": 0.055,
    "left_ankle": 0.04,
    "right_ankle": 0.04,
    "left_foot": SOLE,
    "right_foot": SOLE,
}
"""Metres of flesh about joints of the mean body, by role: how high they are when it lies on them.
Rough, to a centimetre or two: front, back and sides differ by as much."""


@attrs.frozen(kw_only=True)
class Floor:
    """The source's floor, as a level for its toe joints."""

    toe_level: float
    """Height (metres, world Y) of the toe joints when they stand on the floor."""
    found_by: str
    """"static toes"; "body" (no foot stood, but something of the body rested); "layout" (the
    format's promise); or "lowest point" (nothing rested)."""
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
    following = np.minimum(moments + 1, motion.frames - 1)
    positions, sole_down = _feet(motion, points, solver, np.concatenate([moments, following]))
    here, there = np.split(positions, 2, axis=1)
    speed = np.linalg.norm(there - here, axis=-1) * motion.fps
    static = speed < STATIC_SPEED
    stands = static & sole_down[:, : len(moments)]
    heights = here[..., 1]
    each = motion.frames / motion.fps / len(moments)  # seconds that a moment stands for
    promised = motion.source.ground_at_zero and _may_be_at_zero(heights[stands], each)
    if promised:
        stands &= heights >= SOLE - TRUST
    higher: tuple[float, ...] = ()
    if stands.any() and stands.sum() >= _FEW * static.sum():
        level, found_by = _lowest_cluster(heights[stands]), "static toes"
        if (heights[stands] > level + _STOREY).any():
            high = heights > level + _STOREY
            rests = stands & high & _rests(motion, points, solver, moments, here)
            other = (heights[::-1], speed[::-1])
            bears = (other[0] > heights - _STOREY) | (other[1] > _STEP_SPEED)
            least = max(2, round(_STOREY_TIME / each))
            higher = _levels(heights[rests], bears[rests], level, least)
    else:
        level, found_by = _under_body(motion, solver, moments)
    if promised and level > SOLE + TRUST:
        walks = found_by == "static toes" and _walks(
            here,
            speed,
            _rests(motion, points, solver, moments, here, seconds=_STANCE, within=_STAYS),
        )
        stood_on = (level, *higher) if walks else ()
        return Floor(toe_level=SOLE, found_by="layout", higher=stood_on)
    return Floor(toe_level=level, found_by=found_by, higher=higher)


def _may_be_at_zero(standing: NDArray[np.floating[Any]], each: float) -> bool:
    """Tell whether a floor may be at height 0, by the heights (N,) of toes that stand.

    Not where they stand below it, but for a moment at which a capture was lost; `each` height is
    that of so many seconds.
    """
    below = int((standing < SOLE - TRUST).sum())
    near = int((np.abs(standing - SOLE) <= TRUST).sum())
    return below * each < _LOST and below <= near


def _walks(
    here: NDArray[np.floating[Any]], speed: NDArray[np.floating[Any]], rests: NDArray[np.bool_]
) -> bool:
    """Tell whether a foot is set from one place to another; feet that hang only sway.

    By where toes are (P, N, 3), how fast (P, N), and whether they bear weight (P, N).
    """
    for places, still, fast in zip(here[..., [0, 2]], rests, speed, strict=True):
        at = np.flatnonzero(still)
        if not len(at):
            continue
        apart = np.linalg.norm(np.ptp(places[at], axis=0))
        if apart > _STEP and fast[at[0] : at[-1] + 1].max() > _STEP_SPEED:
            return True
    return False


def _lowest_cluster(heights: NDArray[np.floating[Any]]) -> float:
    """Return the median (metres) of the lowest of heights (N,) that lie together."""
    low = np.percentile(heights, 5, method="lower")  # one of the heights: never alone
    near = (heights >= low + _CLUSTER[0]) & (heights <= low + _CLUSTER[1])
    return float(np.median(heights[near]))


def _feet(
    motion: Motion, points: Sequence[str], solver: FKSolver, moments: NDArray[np.intp]
) -> tuple[NDArray[np.floating[Any]], NDArray[np.bool_]]:
    """Return positions (P, N, 3) of toes, and where (P, N) their foot stands rather than lies.

    Flat or on its ball.
    """
    skeleton = motion.skeleton
    ankles = [p.replace("foot", "ankle") for p in points]
    if not set(ankles) <= set(skeleton.names):
        positions = _positions(motion, points, solver, moments)
        return positions, np.ones(positions.shape[:2], bool)
    joints = [skeleton.index[role] for role in (*points, *ankles)]
    world = Branch.of(skeleton, joints).solve(
        solver, motion.rotations, motion.root_translations, moments
    )
    count = len(points)
    up, ahead = facing(world.rotations[count:], skeleton.rest.rotations[joints[count:]])
    return world.positions[:count], (up > _SOLE_DOWN) & (ahead < _TOES_UP)


def facing(
    rotations: NDArray[np.floating[Any]], rest: NDArray[np.floating[Any]]
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Return how far up, as sines (…), what points up and what points ahead at rest now points.

    From world rotations (…, 4) and those at rest.
    """
    x, y, z, w = np.moveaxis(quat.multiply(rotations, quat.conjugate(rest)), -1, 0)
    return 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)


def _under_body(motion: Motion, solver: FKSolver, moments: NDArray[np.intp]) -> tuple[float, str]:
    """Return the toe level by what of the whole body rests lowest, and how it was found."""
    roles = [role for role in SKIN if role in motion.skeleton.index]
    here = _positions(motion, roles, solver, moments)
    there = _positions(motion, roles, solver, np.minimum(moments + 1, motion.frames - 1))
    rests = np.linalg.norm(there - here, axis=-1) * motion.fps < STATIC_SPEED
    if rests.any():
        rests &= _rests(motion, roles, solver, moments, here)
    heights = here[..., 1] - np.array([[SKIN[role]] for role in roles])
    resting = np.where(rests, heights, np.inf).min(axis=0)
    resting = resting[np.isfinite(resting)]
    if len(resting) and len(resting) >= _FEW * len(moments):
        return _lowest_cluster(resting) + SOLE, "body"
    return float(np.percentile(heights.min(axis=0), _LOWEST)) + SOLE, "lowest point"


def _rests(
    motion: Motion,
    points: Sequence[str],
    solver: FKSolver,
    moments: NDArray[np.intp],
    here: NDArray[np.floating[Any]],
    *,
    seconds: float = _REST,
    within: float = STATIC_SPEED * _REST,
) -> NDArray[np.bool_]:
    """Tell (P, N) which points rest before and after each moment; at the top of a jump none.

    They stay `within` so many metres of where they are then, the given `seconds` before and after.
    """
    reach = max(1, round(seconds * motion.fps))
    rests = np.ones(here.shape[:2], bool)
    for frames in (moments - reach, moments + reach):
        near = _positions(motion, points, solver, np.clip(frames, 0, motion.frames - 1))
        rests &= np.linalg.norm(near - here, axis=-1) < within * reach / (seconds * motion.fps)
    return rests


def _levels(
    heights: NDArray[np.floating[Any]], bears: NDArray[np.bool_], floor: float, least: int
) -> tuple[float, ...]:
    """Return the levels (metres, rising) above the floor's at which `least` heights (N,) gather.

    Of each, a quarter as many must be of a foot that may bear the body (N,).
    """
    found = [floor]
    order = np.argsort(heights, kind="stable")
    rest, bears = heights[order], bears[order]
    while len(rest):
        count = int(np.searchsorted(rest, rest[0] + _STOREY, side="right"))
        middle = float(np.median(rest[:count]))
        stood_on = count >= least and 4 * bears[:count].sum() >= least
        if stood_on and middle >= found[-1] + _STOREY:
            found.append(middle)
        rest, bears = rest[count:], bears[count:]
    return tuple(found[1:])


def _positions(
    motion: Motion, points: Sequence[str], solver: FKSolver, frames: NDArray[np.intp]
) -> NDArray[np.floating[Any]]:
    """World positions (P, N, 3) of a few joints on a few frames: FK of their ancestors alone."""
    branch = Branch.of(motion.skeleton, [motion.skeleton.index[p] for p in points])
    return branch.solve(solver, motion.rotations, motion.root_translations, frames).positions
