"""Anchors: where each contact of a foot is held, and how far the foot is from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget_ik.easing import Runs, eased

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget_ik.feet import FeetParameters
    from retarget_ik.feet_legs import Leg
    from retarget_ik.grounds import Ground
    from retarget_ik.limbs import Posed

    Array = NDArray[Any]

STILL = 0.05
"""m/s: a frame this fast counts half in the place of its contact."""

RISING = 0.1
"""m/s, for a leg of 0.86 m, at which a foot is about to leave the floor, or just arriving."""

EASE = 0.0085
"""Seconds at either end of a contact in which its lock sets in already: a frame at 120 frames/s,
none at 60. A foot stopped dead at the last moment jerks."""

SLACK = 0.002
"""Metres by which a contact may stay above or below the floor, for a leg of 0.86 m. The last
millimetres cost the most: a standing leg is straight, and 4 mm less bend its knee by 11°."""


@attrs.frozen(kw_only=True, eq=False)
class Held:
    """The two points of a foot, as animated, and what would hold them."""

    toe: Array
    """(F, 3) animated, on the raised body."""
    heel: Array
    toe_offset: Array
    """(F, 3) metres to the anchor within contacts, fading to zero outside of them."""
    heel_offset: Array
    toe_weight: Array
    """(F,) 1 within contacts, fading to 0."""
    heel_weight: Array
    still: NDArray[np.bool_]
    """(F,) where a point in contact, as animated, neither rises nor falls."""
    released: int
    """Number of contacts that slide too far to be held in place."""


def hold(
    leg: Leg,
    world: Posed,
    rise: Array,
    touching: Mapping[str, NDArray[np.bool_]],
    ground: Ground,
    fps: float,
    chosen: FeetParameters,
) -> Held:
    """Anchor the contacts of a foot, toe and heel apart, on a body raised by `rise` (F,)."""
    frames = len(rise)
    raised = np.zeros((frames, 3))
    raised[:, 1] = rise
    toe, heel = leg.toe(world), leg.heel(world)
    toe_runs, heel_runs = (
        Runs.of(touching.get(f"{leg.side}_{joint}", np.zeros(frames, bool)))
        for joint in ("foot", "ankle")
    )
    toe_level = ground.under(toe[:, 1] - leg.toe_height) + leg.toe_height
    heel_level = ground.under(heel[:, 1])
    toe, heel, slack = toe + raised, heel + raised, SLACK * leg.size
    toe_anchors = _anchors(toe, toe_runs, toe_level, slack, fps)
    heel_anchors = _anchors(heel, heel_runs, heel_level, slack, fps)
    if len(toe_runs) and len(heel_runs):
        heel_anchors = _at_foot_length(heel_anchors, heel_runs, toe_anchors, toe_runs, leg, world)
    blend, release = chosen.blend * fps, chosen.release * leg.size
    toe_offset, toe_weight, toes = _offset(toe, toe_runs, toe_anchors, blend, release, fps)
    heel_offset, heel_weight, heels = _offset(heel, heel_runs, heel_anchors, blend, release, fps)
    return Held(
        toe=toe,
        heel=heel,
        toe_offset=toe_offset,
        heel_offset=heel_offset,
        toe_weight=toe_weight,
        heel_weight=heel_weight,
        still=(toe_runs.mask() & at_rest(toe[:, 1], fps, leg.size))
        | (heel_runs.mask() & at_rest(heel[:, 1], fps, leg.size)),
        released=max(toes, heels),
    )


def _anchors(point: Array, runs: Runs, level: Array, slack: float, fps: float) -> Array:
    """Return (R, 3) the place of each contact: the mean, where the point moves least."""
    if len(runs) == 0:
        return np.zeros((0, 3))
    speed = _speed(point) * fps
    weights = 1 / (1 + np.einsum("fi,fi->f", speed, speed) / STILL**2)
    anchors = runs.means(point, weights)
    height = runs.means(level[:, None], weights)[:, 0]
    anchors[:, 1] = height + np.clip(anchors[:, 1] - height, -slack, 1.5 * slack)
    return anchors


def _at_foot_length(
    heels: Array, heel_runs: Runs, toes: Array, toe_runs: Runs, leg: Leg, world: Posed
) -> Array:
    """Move heel anchors (R, 3) as far from the toe's as the foot is long, where both touch.

    Else the foot, which is rigid, would shift as one of them lets go.
    """
    first = np.clip(np.searchsorted(toe_runs.ends, heel_runs.starts, "right"), 0, len(toe_runs) - 1)
    overlaps = (toe_runs.starts[first] < heel_runs.ends) & (toe_runs.ends[first] > heel_runs.starts)
    line = heels - toes[first]
    animated = leg.heel(world)[:1] - leg.toe(world)[:1]
    length = float(np.linalg.norm(animated))
    level = np.sqrt(np.maximum(length**2 - line[:, 1] ** 2, 0))
    away = np.linalg.norm(line[:, [0, 2]], axis=1)
    scale = np.where(overlaps & (away > 1e-6), level / np.maximum(away, 1e-6), 1)
    line[:, [0, 2]] *= scale[:, None]
    return toes[first] + line


def _offset(
    point: Array, runs: Runs, anchors: Array, blend: float, release: float, fps: float
) -> tuple[Array, Array, int]:
    """Return the offsets (F, 3) that hold a point, how much it is held (F,), and what slides."""
    if len(runs) == 0:
        return np.zeros_like(point), np.zeros(len(point)), 0
    offset = runs.spread(anchors) - point
    # The held point is at rest: the offset's speed is the animated point's, reversed.
    speed = -_speed(point)
    slides = np.hypot(offset[:, 0], offset[:, 2])
    far = runs.most(slides) > release
    let_go = runs.spread(far)
    if let_go.any():
        for track in (offset, speed):
            track[let_go, ::2] = 0
    runs = runs.shrunk(int(EASE * fps))
    weight = eased(np.ones((len(point), 1)), runs, blend)[:, 0]
    return eased(offset, runs, blend, speed=speed), weight, int(far.sum())


def at_rest(height: Array, fps: float, size: float) -> NDArray[np.bool_]:
    """Return where a height (F,) hardly changes; `size` is by how much thresholds scale."""
    if len(height) == 1:
        return np.ones(1, bool)
    return np.abs(np.gradient(height)) * fps < RISING * size


def _speed(point: Array) -> Array:
    return np.gradient(point, axis=0) if len(point) > 1 else np.zeros_like(point)
