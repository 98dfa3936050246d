"""Knee acceleration: a knee that pops accelerates where the source's does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.checking.figures import Metric, Pair, largest, ratio

if TYPE_CHECKING:
    from retarget.checking.body import Body
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

METRICS = (
    Metric(
        name="knee_acceleration",
        unit="rad/s2",
        summary="angular acceleration of a knee against its thigh, largest",
    ),
    Metric(name="knee_acceleration_ratio", unit="x", summary="the same over the source's own"),
)

_STILL = 1.0
"""rad/s2 that is rounding: int16 rotations at 120 frames/s leave a half."""


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure the largest length of the change of angular velocity, times fps squared."""
    knees = [
        (f"{side}_hip", f"{side}_knee")
        for side in roles.SIDES
        if c.both(f"{side}_hip", f"{side}_knee")
    ]
    target, source = (
        largest(
            np.concatenate([np.zeros(0), *(_accelerations(body, *knee) for knee in knees)]),
            c.fps**2,
        )
        for body in (c.target, c.source)
    )
    return {
        "knee_acceleration": (target, source),
        "knee_acceleration_ratio": (ratio(target, source, _STILL), None),
    }


def _accelerations(body: Body, thigh: str, shin: str) -> Float64:
    """Return (F - 2,) radians per frame squared; axes fixed to either bone do not matter."""
    bend = quat.multiply(quat.conjugate(body.turn(thigh)), body.turn(shin))
    step = quat.multiply(quat.conjugate(bend[:-1]), bend[1:])
    return np.linalg.norm(np.diff(quat.to_rotvec(quat.shorter(step)), axis=0), axis=1)
