"""Two-bone IK for the legs: the knee is a hinge, the hip aims, the ankle sets the foot down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.demo.body import BONE, X, Y, Z
from retarget.demo.rotations import about, relative

if TYPE_CHECKING:
    from retarget.demo.feet import Foot
    from retarget.demo.trunk import Trunk
    from retarget.values import Float64


def flexion(thigh: Float64, shank: Float64, reach: Float64) -> Float64:
    """Return the knee's angles (F,), radians about X, that put the ankle `reach` from the hip.

    With the shank turned by k about X, the squared reach is a cos k + b sin k + c. Of the two
    solutions this is the one with the heel drawn back; out of reach, the longest the leg gets.

    thigh, shank: (3,) hip to knee and knee to ankle, at rest; reach: (F,) metres.
    """
    a = 2 * (thigh[1] * shank[1] + thigh[2] * shank[2])
    b = 2 * (thigh[2] * shank[1] - thigh[1] * shank[2])
    c = thigh @ thigh + shank @ shank + 2 * thigh[0] * shank[0]
    longest = np.arctan2(b, a)
    angle: Float64 = longest + np.arccos(np.clip((reach**2 - c) / np.hypot(a, b), -1, 1))
    return angle


def aim(leg: Float64, target: Float64) -> Float64:
    """Return the rotations (F, 4) that point the leg at the target as a hip does.

    Forward or back first, about X, then to the side, about Z; never a twist.
    leg, target: (F, 3) of equal length, pointing down.
    """
    (x, y, z), (tx, ty, tz) = (np.ascontiguousarray(v.T) for v in (leg, target))
    down = -np.sqrt(y**2 + z**2 - tz**2)
    swing = np.arctan2(tz, down) - np.arctan2(z, y)
    spread = np.arctan2(ty, tx) - np.arctan2(down, x)
    return quat.multiply(about(Z, spread), about(X, swing))


def leg(side: str, trunk: Trunk, yaw: Float64, foot: Foot) -> dict[str, Float64]:
    """Return the local rotations (F, 4), by role, of the leg that ends in `foot`.

    yaw: (F,) heading of the body; the knee looks halfway between body and foot.
    """
    hip, thigh, shank = (BONE[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
    facing = about(Y, (yaw + foot.yaw) / 2)
    reach = foot.ankle - trunk.position - quat.rotate(trunk.rotations["pelvis"], hip)
    knee = about(X, flexion(thigh, shank, np.linalg.norm(reach, axis=-1)))
    target = quat.rotate(quat.conjugate(facing), reach)
    upper = quat.multiply(facing, aim(thigh + quat.rotate(knee, shank), target))
    return {
        f"{side}_hip": relative(trunk.rotations["pelvis"], upper),
        f"{side}_knee": knee,
        f"{side}_ankle": relative(quat.multiply(upper, knee), foot.rotation),
        f"{side}_foot": foot.toes,
    }
