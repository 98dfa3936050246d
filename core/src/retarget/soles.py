"""Soles: where a foot touches the floor, by points that lie on it when the body stands at rest.

Joints are inside the body; what must neither sink nor float is the skin below them. Without a mesh
the rest pose tells: every rig stands flat on its floor, so the points straight below on that floor
are points of the sole. Three to a foot, on the line from ankle to toe:

- the heel, behind the ankle, moves with the ankle;
- the ball, below the toe joint, and the tip, before it, move with the toe joint, which stays put
  while the heel rises; with the ankle where a rig has no toes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.floor import SOLE
from retarget.roles import SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget.values import Float64, Rig, Skeleton

HEEL, TIP = 0.35, 0.5
"""How far the heel lies behind the ankle and the tip before the toe joint, in horizontal distances
from ankle to toe: shares of the foot of the mean SMPL body, rounded."""

TOELESS = 0.15
"""Ankle to ball, in leg lengths, of a foot without a toe joint: that of the mean SMPL body."""


@attrs.frozen(kw_only=True, eq=False)
class Sole:
    """One foot's sole."""

    ankle: int
    """Joint that carries the heel."""
    toe: int
    """Joint that carries ball and tip; the ankle where there is no toe joint."""
    heel: Float64
    """(3,) metres, in the axes of the joint that carries it."""
    ball: Float64
    tip: Float64
    height: float
    """Metres from the floor up to the joint `toe` at rest."""

    def points(
        self,
        ankle: tuple[NDArray[Any], NDArray[Any]],
        toe: tuple[NDArray[Any], NDArray[Any]],
    ) -> NDArray[Any]:
        """Return heel, ball and tip (3, F, 3) from world rotations and positions of both joints."""
        return np.stack(
            [
                position + quat.rotate(rotation, offset.astype(rotation.dtype))
                for (rotation, position), offset in (
                    (ankle, self.heel),
                    (toe, self.ball),
                    (toe, self.tip),
                )
            ]
        )


def soles_of_rig(rig: Rig) -> dict[str, Sole]:
    """Return the soles of a rig by side ("left", "right"); none of a side without an ankle."""
    return _soles(rig.skeleton, rig.joint_of_role, rig.floor)


def soles_of_source(skeleton: Skeleton) -> dict[str, Sole]:
    """Return the soles of a source, whose floor at rest is as far below its toes as a mean body's.

    Its floor in a motion is `Floor.toe_level` less `floor.SOLE`.
    """
    rest = skeleton.rest.positions[:, 0, 1]
    present = [skeleton.index[r] for s in SIDES if (r := f"{s}_foot") in skeleton.index]
    toes = present or [skeleton.index[r] for s in SIDES if (r := f"{s}_ankle") in skeleton.index]
    return _soles(skeleton, skeleton.index, float(rest[toes].mean()) - SOLE) if toes else {}


def _soles(skeleton: Skeleton, of_role: Mapping[str, int], floor: float) -> dict[str, Sole]:
    return {
        side: _sole(skeleton, of_role, side, floor) for side in SIDES if f"{side}_ankle" in of_role
    }


def _sole(skeleton: Skeleton, of_role: Mapping[str, int], side: str, floor: float) -> Sole:
    rest = skeleton.rest
    ankle = of_role[f"{side}_ankle"]
    toe = of_role.get(f"{side}_foot", ankle)
    level = np.array([1.0, 0.0, 1.0])
    forward = (rest.positions[toe, 0] - rest.positions[ankle, 0]) * level
    if toe == ankle:  # a body at rest faces +Z
        forward = np.array([0.0, 0.0, TOELESS * _leg(rest.positions[:, 0], of_role, side)])
    ground = np.array([0.0, floor, 0.0])
    below_ankle = rest.positions[ankle, 0] * level + ground
    ball = below_ankle + forward

    def carried(joint: int, point: Float64) -> Float64:
        inverse = quat.conjugate(rest.rotations[joint, 0])
        return quat.rotate(inverse, point - rest.positions[joint, 0])

    return Sole(
        ankle=ankle,
        toe=toe,
        heel=carried(ankle, below_ankle - HEEL * forward),
        ball=carried(toe, ball),
        tip=carried(toe, ball + TIP * forward),
        height=float(rest.positions[toe, 0, 1] - floor),
    )


def _leg(positions: Float64, of_role: Mapping[str, int], side: str) -> float:
    hip, ankle = of_role.get(f"{side}_hip"), of_role[f"{side}_ankle"]
    if hip is None:
        return float(positions[ankle, 1])
    return float(np.linalg.norm(positions[hip] - positions[ankle]))
