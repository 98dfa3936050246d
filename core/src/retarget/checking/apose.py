"""Frame 0 and bone lengths: what a conversion must leave exactly as the target has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.checking.figures import Metric, Pair, largest

if TYPE_CHECKING:
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

METRICS = (
    Metric(name="frame0_error", unit="mm", summary="joints on frame 0 to the A-pose, largest"),
    Metric(name="bone_length", unit="mm", summary="change of any bone's length, largest"),
)


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure all joints of the rig."""
    return {"frame0_error": (_frame0(c), None), "bone_length": (_lengths(c), None)}


def _frame0(c: Comparison) -> float | None:
    if c.frame0 == "none" or not c.rests_in_apose:
        return None
    # Nobody saying where it stands, it may stand anywhere on the floor.
    rest = c.rig.skeleton.rest.positions[:, 0]
    expected = rest if c.place == "authored" else _moved(c)
    return largest(np.linalg.norm(c.whole.positions[:, 0] - expected, axis=1), 1000)


def _moved(c: Comparison) -> Float64:
    """Return the rest positions (J, 3) turned about +Y and moved level to where frame 0 is."""
    hips = c.rig.joint_of_role.get("pelvis", 0)
    rest = c.rig.skeleton.rest
    turn = quat.multiply(c.whole.rotations[hips, 0], quat.conjugate(rest.rotations[hips, 0]))
    from_hips = rest.positions[:, 0] - rest.positions[hips, 0]
    placed = c.whole.positions[hips, 0] + quat.rotate(quat.heading(turn), from_hips)
    placed[:, 1] = rest.positions[:, 0, 1]
    return placed


def _lengths(c: Comparison) -> float | None:
    parents = c.rig.skeleton.parents[1:]
    rest = c.rig.skeleton.rest.positions[:, 0]
    wanted = np.linalg.norm(rest[1:] - rest[parents], axis=1)
    changes = [
        largest(np.abs(np.linalg.norm(path - c.whole.positions[parent], axis=1) - length))
        for path, parent, length in zip(c.whole.positions[1:], parents, wanted, strict=True)
    ]
    return largest([change for change in changes if change is not None], 1000)
