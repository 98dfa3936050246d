"""Hands: how near they are to each other and to the body, in arm lengths, and their touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import roles
from retarget.checking.figures import Metric, Pair, mean, percentile95

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.checking.body import Body
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

METRICS = (
    *(
        Metric(
            name=f"hand_{what}{suffix}",
            unit="arm lengths",
            summary=f"distance of a hand to {near}, against the source's, where it is near, "
            f"{spread}",
        )
        for what, near in (("hand", "the other"), ("body", "the body"))
        for suffix, spread in (("", "mean"), ("_p95", "95th percentile"))
    ),
    Metric(
        name="touch_recall",
        unit="",
        summary="share of the moments at which the source's hands touch that the target's do",
        at_least=True,
    ),
)

NEAR = 0.25
"""Metres between a hand of the source and something below which the two are related."""

TOUCH = 0.02
"""Metres between joints of the source's hands below which they touch."""

PARTED = 0.03
"""Metres, on arms of the source's length, from which the target's hands do not touch. More than
`TOUCH`, so that a touch at the threshold is not lost by a tenth of a millimetre."""

_BODY = (
    ("pelvis", "spine3"),
    ("spine3", "neck"),
    ("neck", "head"),
    ("left_collar", "left_shoulder"),
    ("right_collar", "right_shoulder"),
    ("left_hip", "left_knee"),
    ("right_hip", "right_knee"),
    ("left_knee", "left_ankle"),
    ("right_knee", "right_ankle"),
)
"""Bones that a hand may come near, as (joint, child)."""

_ARM = (("shoulder", "elbow"), ("elbow", "wrist"))
"""The same of the other arm."""

_POINTS = ("wrist", "thumb3", "index1", "index3", "middle3", "pinky1", "pinky3")
"""Joints of a hand that stand for it against the body; against the other hand, all do."""

_BLOCK = 512
"""Frames at a time, so that all pairs of joints of both hands fit into the cache."""


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure |d_t / S_t - d_s / S_s| where d_s < 25 cm, S being the arm length."""
    reach = [body.limb_length("arm") for body in (c.target, c.source)]
    if reach[0] is None or reach[1] is None:
        return {metric.name: (None, None) for metric in METRICS}
    scales = (reach[0], reach[1])
    hands = [
        [r for r in roles.HUMANOID if r in c.shared and _of_hand(r, side)] for side in roles.SIDES
    ]
    apart = [between(body, hands[0], hands[1]) for body in (c.target, c.source)]
    related = _relation(apart[0], apart[1], scales)
    beside = np.concatenate(
        [_to_body(c, side, hand, scales) for side, hand in zip(roles.SIDES, hands, strict=True)]
    )
    touching = apart[1] < TOUCH
    recalled = apart[0][touching] < PARTED * scales[0] / scales[1]
    return {
        "hand_hand": (mean(related), None),
        "hand_hand_p95": (percentile95(related), None),
        "hand_body": (mean(beside), None),
        "hand_body_p95": (percentile95(beside), None),
        "touch_recall": (mean(recalled), None),
    }


def _of_hand(role: str, side: str) -> bool:
    joint = role.removeprefix(f"{side}_")
    return joint != role and joint.startswith(("wrist", *roles.FINGERS))


def _relation(target: Float64, source: Float64, scales: tuple[float, float]) -> Float64:
    near = source < NEAR
    return np.abs(target[near] / scales[0] - source[near] / scales[1])


def between(body: Body, left: Sequence[str], right: Sequence[str]) -> Float64:
    """Return the distances (F,), metres, of the nearest two joints, one of each set."""
    if not left or not right:
        return np.full(body.frames, np.inf)
    sides = [body.positions[[body.index[role] for role in hand]] for hand in (left, right)]
    nearest = np.empty(body.frames)
    for start in range(0, body.frames, _BLOCK):
        a, b = (side[:, start : start + _BLOCK] for side in sides)
        gaps = a[:, None] - b[None]
        squared = np.einsum("lrfi,lrfi->lrf", gaps, gaps)
        nearest[start : start + _BLOCK] = np.sqrt(squared.min(axis=(0, 1)))
    return nearest


def _to_body(c: Comparison, side: str, hand: Sequence[str], scales: tuple[float, float]) -> Float64:
    """Compare how far each point of a hand is from the bones of the body."""
    other = roles.SIDES[1 - roles.SIDES.index(side)]
    bones = [
        bone
        for bone in (*_BODY, *((f"{other}_{a}", f"{other}_{b}") for a, b in _ARM))
        if c.both(*bone)
    ]
    points = [role for role in hand if role.removeprefix(f"{side}_") in _POINTS]
    found = [np.zeros(0)]
    for role in points if bones else ():
        target, source = (
            np.min([to_bone(body, role, bone) for bone in bones], axis=0)
            for body in (c.target, c.source)
        )
        found.append(_relation(target, source, scales))
    return np.concatenate(found)


def to_bone(body: Body, role: str, bone: tuple[str, str]) -> Float64:
    """Return the distances (F,), metres, of a joint to the line between two others."""
    start = body.place(bone[0])
    along, to_point = body.place(bone[1]) - start, body.place(role) - start
    squared = np.maximum(np.einsum("fi,fi->f", along, along), 1e-12)
    share = np.clip(np.einsum("fi,fi->f", to_point, along) / squared, 0.0, 1.0)
    return np.linalg.norm(to_point - share[:, None] * along, axis=1)
