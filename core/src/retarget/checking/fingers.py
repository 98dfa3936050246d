"""Finger direction and knuckle line: whether the hand does what the source's does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget import roles
from retarget.checking.directions import bone_angles
from retarget.checking.figures import Metric, Pair, largest, mean

if TYPE_CHECKING:
    from retarget.checking.comparison import Comparison

METRICS = tuple(
    Metric(name=f"{name}{suffix}", unit="deg", summary=f"{summary}, {spread}")
    for name, summary in (
        ("finger_direction", "angle of phalanges to the source's"),
        ("knuckle_line", "angle of the line from index1 to pinky1 to the source's"),
    )
    for suffix, spread in (("", "mean"), ("_max", "largest"))
)

PHALANGES = tuple(
    (f"{side}_{finger}{n}", f"{side}_{finger}{n + 1}")
    for side in roles.SIDES
    for finger in roles.FINGERS
    for n in (1, 2)
)

LINES = tuple((f"{side}_index1", f"{side}_pinky1") for side in roles.SIDES)


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure the phalanges and lines that both have."""
    figures: dict[str, Pair] = {}
    for name, bones in (("finger_direction", PHALANGES), ("knuckle_line", LINES)):
        angles = bone_angles(c, bones)
        figures[name] = (mean(angles), None)
        figures[f"{name}_max"] = (largest(angles), None)
    return figures
