"""Shell error: how far points 3 cm off each joint are from where the plain transfer has them.

Source: Nicholas Frechette, Animation Compression Library: rotations of short bones matter by what
they do to the skin, so points off the bone are compared, not the joints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.checking.figures import Metric, Pair, largest, mean

if TYPE_CHECKING:
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64, World

METRICS = tuple(
    Metric(
        name=f"shell_error{suffix}",
        unit="mm",
        summary=f"points 3 cm off each joint against the same clip without passes, {spread}",
    )
    for suffix, spread in (("", "mean"), ("_max", "largest"))
)

RADIUS = 0.03
"""Metres from the joint to the points, one along each of its axes."""


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure all joints of the rig; nothing where the clip does not fit the rig."""
    errors = np.zeros(0) if c.plain is None else shell_errors(c.world, c.plain)
    return {
        "shell_error": (mean(errors, 1000), None),
        "shell_error_max": (largest(errors, 1000), None),
    }


def shell_errors(a: World, b: World) -> Float64:
    """Return (J, F) metres: the farthest of each joint's three points."""
    apart = np.asarray(a.positions - b.positions, np.float64)
    worst = np.zeros(apart.shape[:2])
    for axis in RADIUS * np.eye(3):
        moved = apart + quat.rotate(a.rotations, axis) - quat.rotate(b.rotations, axis)
        np.maximum(worst, np.linalg.norm(moved, axis=-1), out=worst)
    return worst
