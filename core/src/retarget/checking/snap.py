"""Snap: a joint of a limb that jumps round from one frame to the next, where the source's does not.

A jump is told by its size, at any frame rate: joints are compared over a fixed time, not a frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.checking.figures import Metric, Moment, Pair
from retarget.checking.turning import geodesic

if TYPE_CHECKING:
    from retarget.checking.body import Body
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

METRICS = (
    Metric(
        name="snap",
        unit="deg",
        summary="turn of a limb's or toe's joint within 1/30 s beyond the source's, largest",
    ),
)

SPAN = 1 / 30
"""Seconds: one frame of the slowest rates in use, so that one jump is one size at all of them."""

_STILL = 0.02
"""Degrees that are rounding, so that no moment is worth a look: four int16 rotations' worth."""

JOINTS = tuple(
    f"{side}_{joint}"
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")
    for side in roles.SIDES
)


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure how much farther than the source's each joint turns, against the one above it."""
    span = min(max(1, round(SPAN * c.fps)), c.target.frames - 1)
    worst, moment = None, None
    for role in JOINTS if span > 0 else ():
        above = roles.nearest_above(role, c.shared)
        if above is None or role not in c.shared:
            continue
        bends = [_bend(body, above, role) for body in (c.target, c.source)]
        beyond = _beyond(bends, span)
        start = int(beyond.argmax())
        if worst is None or beyond[start] > worst:
            worst = float(beyond[start])
            # Of the frames of that time, the one on which most of it happens.
            steps = _beyond([bend[start : start + span + 1] for bend in bends], 1)
            frame = c.moving.start + start + int(steps.argmax()) + 1
            joint = c.rig.skeleton.names[c.rig.joint_of_role[role]]
            moment = Moment(joint=joint, frame=frame)
    if worst is None or worst < _STILL:
        moment = None
    return {"snap": (None if worst is None else max(0.0, worst), None, moment)}


def _bend(body: Body, above: str, role: str) -> Float64:
    """Return rotations (F, 4) against the joint above; axes fixed to either do not matter."""
    return quat.multiply(quat.conjugate(body.turn(above)), body.turn(role))


def _beyond(bends: list[Float64], span: int) -> Float64:
    """Return (F - span,) degrees by which the first of two turns farther within so many frames."""
    target, source = (geodesic(bend[:-span], bend[span:]) for bend in bends)
    return np.degrees(target - source)
