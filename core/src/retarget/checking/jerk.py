"""Jerk ratio: whether the motion is as smooth as the source's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.checking.figures import Metric, Pair, mean, ratio

if TYPE_CHECKING:
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

METRICS = (
    Metric(name="jerk", unit="m/s3", summary="third derivative of the joints' positions, mean"),
    Metric(name="jerk_ratio", unit="x", summary="jerk over the source's own; size counts"),
    Metric(name="jerk_added", unit="x", summary="jerk over that of the same clip without passes"),
)

_STILL = 1.0
"""m/s3 that is rounding: 1e-7 m of float32 at 120 frames/s leaves 0.2."""


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure the mean length of the third difference times fps cubed."""
    joints = [c.rig.joint_of_role[role] for role in c.shared]
    target = _jerk(c.world.positions[joints], c.fps)
    source = _jerk(c.source.positions[[c.source.index[role] for role in c.shared]], c.fps)
    plain = None if c.plain is None else _jerk(c.plain.positions[joints], c.fps)
    return {
        "jerk": (target, source),
        "jerk_ratio": (ratio(target, source, _STILL), None),
        "jerk_added": (ratio(target, plain, _STILL), None),
    }


def _jerk(positions: Float64, fps: float) -> float | None:
    return mean(np.linalg.norm(np.diff(positions, n=3, axis=1), axis=-1), fps**3)
