"""How far hands are from keeping the source's relation, and how much that counts.

All is on N frames. A relation is the vector from one point to another in the source, `v_s`, scaled
by the ratio of arm lengths k; what the target lacks is `e = k v_s - v_t`. Many relations hold at
once, palm to palm, thumb to palm …: nearer ones count more, by a soft minimum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget_ik.hands_body import ADULT_ARM, Capsule, Walked
from retarget_ik.vectors import dot, length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]

BLUR = (0.01, 0.08)
"""How much farther, in metres and as a share of the distance, a relation may be than the nearest
and still count e⁻¹ of it: small enough for the nearest to decide, large enough for the next to take
over without a jerk."""

SLOW, FAST = 0.3, 0.8
"""m/s of a hand against the body below which it may rest there, and above which it passes by, as
the hands of somebody who walks do."""

ANCHOR = (0.4, 0.9)
"""Between these shares of a capsule's length the anchor goes over from its begin to its end: a hand
on a knee stays on the knee and one by the hip at the hip, however long the thigh between them."""


@attrs.frozen
class Relation:
    """What a soft minimum over many relations says."""

    lacking: Array
    """(N, 3) metres by which the target's point must move against the other."""
    count: Array
    """(N,) from 0 to 1, how much that matters."""
    distance: Array
    """(N,) metres between the nearest points of the source."""


def between_hands(
    source: tuple[Array, Array], target: tuple[Array, Array], k: float, reach: tuple[float, float]
) -> Relation:
    """Relate left to right: points (P, N, 3) of both hands of source and target.

    `reach`: metres up to which the relation matters in full, and from which not at all.
    """
    v_s = source[0][:, None] - source[1][None]
    # Counted from one of them, float32 has digits enough for what lies so near.
    left, right = ((points - target[0][0]).astype(v_s.dtype) for points in target)
    v_t = left[:, None] - right[None]
    lacking = (np.float32(k) * v_s - v_t).reshape(-1, *v_s.shape[2:])
    distances = length(v_s).reshape(-1, v_s.shape[2])
    return _soft_minimum(lacking, distances, fade(distances, *reach))


def to_body(
    walked: tuple[Walked, Walked],
    points: tuple[Array, Array],
    capsules: Sequence[Capsule],
    k: float,
    reach: tuple[float, float],
    fps: float,
) -> Relation:
    """Relate the points (P, N, 3) of one hand, of source and target, to capsules of the body.

    The first point is the palm, whose speed decides whether the hand rests or passes by; `reach` is
    as above, from the skin. The N frames are in runs; speeds are wrong at the ends of runs.
    """
    lacking, distances, counts = [], [], []
    size = walked[0].figure.arm_length / ADULT_ARM
    for capsule in capsules:
        begin_s, end_s = ends(walked[0], capsule, size)
        begin_t, end_t = ends(walked[1], capsule, size * k)
        of_source, of_target = (p if capsule.fingers else p[:1] for p in points)
        share = along(of_source, begin_s, end_s)
        still = fade(slip(of_source[0], (begin_s, end_s), share[0], fps), SLOW, FAST)
        v_s = of_source - begin_s - share[..., None] * (end_s - begin_s)
        v_t = of_target - _same_place(share, (begin_s, end_s), (begin_t, end_t), k)
        skin = length(v_s) - capsule.radius * size
        lacking.append(k * v_s - v_t)
        distances.append(skin)
        counts.append(fade(skin, *reach) * still)
    return _soft_minimum(*(np.concatenate(rows) for rows in (lacking, distances, counts)))


def ends(walked: Walked, capsule: Capsule, size: float) -> tuple[Array, Array]:
    """Return where a capsule's line begins and ends (N, 3)."""
    begin, end = walked.of(capsule.begin), walked.of(capsule.end)
    if any(capsule.offset):
        joint = walked.figure.joints[capsule.begin]
        turn = walked.turn(joint)
        at_rest = walked.figure.skeleton.rest.rotations[joint, 0]
        own = quat.rotate(quat.conjugate(at_rest), size * np.array(capsule.offset))
        moved = quat.rotate(turn, own.astype(turn.dtype))
        begin, end = begin + moved, end + moved
    return begin, end


def along(points: Array, begin: Array, end: Array) -> Array:
    """Return where on a line, from 0 to 1, points (…, N, 3) are nearest to it."""
    line = end - begin
    square = np.maximum(dot(line, line), 1e-12)
    return np.clip(dot(points - begin, line) / square, 0, 1)


def slip(hand: Array, line: tuple[Array, Array], share: Array, fps: float) -> Array:
    """Return the speed (…, N), m/s, of a hand (…, N, 3) against the point `share` of a line."""
    if hand.shape[-2] < 2:
        return np.zeros(hand.shape[:-1], hand.dtype)
    of_hand, of_begin, of_end = (np.gradient(track, axis=-2) for track in (hand, *line))
    of_body = of_begin + share[..., None] * (of_end - of_begin)
    return fps * length(of_hand - of_body)


def fade(distance: Array, near: float, far: float) -> Array:
    """Return 1 up to `near`, 0 from `far`, smooth between."""
    t = np.clip((far - distance) / max(far - near, 1e-6), 0, 1)
    weight: Array = t * t * (3 - 2 * t)
    return weight


def _same_place(
    share: Array, source: tuple[Array, Array], target: tuple[Array, Array], k: float
) -> Array:
    """Return the point of the target's line (…, N, 3) that stands for the source's at `share`."""
    line_s, line_t = source[1] - source[0], target[1] - target[0]
    from_begin = share[..., None] * k * line_s
    from_end = line_t - (1 - share[..., None]) * k * line_s
    t = np.clip((share - ANCHOR[0]) / (ANCHOR[1] - ANCHOR[0]), 0, 1)
    over = (t * t * (3 - 2 * t))[..., None]
    return target[0] + (1 - over) * from_begin + over * from_end


def _soft_minimum(lacking: Array, distances: Array, counts: Array) -> Relation:
    """Average over relations, (R, N, 3), (R, N) and (R, N), near ones first."""
    least = distances.min(axis=0)
    blur = BLUR[0] + BLUR[1] * np.maximum(least, 0)
    weights = np.exp((least - distances) / blur)
    weights /= weights.sum(axis=0)
    return Relation(
        np.einsum("rn,rnc->nc", weights, lacking), np.einsum("rn,rn->n", weights, counts), least
    )
