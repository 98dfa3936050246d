"""The legs of a rig and their soles, and where the pass `feet` takes hold of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.contacts import REFERENCE_LEG
from retarget.roles import SIDES
from retarget.soles import HEEL, Sole, soles_of_rig
from retarget_ik.limbs import Limb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import Rig
    from retarget_ik.limbs import Posed

    Array = NDArray[Any]

_FORWARD = np.array([0.0, 0.0, 1.0])
"""Where the knees of a rig at rest point. Its own rest bend does not tell: a few millimetres that a
joint was placed beside the line decide it, outwards by 50° in the mean SMPL body."""


@attrs.frozen(kw_only=True, eq=False)
class Leg:
    """One leg."""

    side: str
    limb: Limb
    sole: Sole
    toe_down: Array
    """(3,) straight down at rest, in the axes of the joint that carries the toes."""

    @property
    def joints(self) -> tuple[int, ...]:
        """The joints whose world transforms are needed."""
        return (*self.limb.joints, self.sole.toe)

    @property
    def size(self) -> float:
        """By how much thresholds scale for the leg: its length over the reference's."""
        return self.limb.length / REFERENCE_LEG

    @property
    def has_toe(self) -> bool:
        """Whether a joint carries the toes."""
        return self.sole.toe != self.sole.ankle

    @property
    def toe_height(self) -> float:
        """Height above the floor at which `toe` rests, metres."""
        return self.sole.height if self.has_toe else 0.0

    @property
    def ankle_share(self) -> float:
        """How far from the heel (0) to the toe (1) the ankle stands, along the foot."""
        return HEEL / (1 + HEEL)

    def toe(self, world: Posed) -> Array:
        """Return the point (F, 3) that rests while the heel rises: the toe joint, or the ball."""
        if self.has_toe:
            return world.position(self.sole.toe)
        return self._carried(world, self.sole.ball)

    def heel(self, world: Posed) -> Array:
        """Return the sole's heel (F, 3)."""
        return self._carried(world, self.sole.heel)

    def _carried(self, world: Posed, offset: Array) -> Array:
        ankle = self.sole.ankle
        return world.position(ankle) + quat.rotate(world.rotation(ankle), offset)


def legs_of(rig: Rig) -> list[Leg]:
    """Return the legs that a rig has whole, hip to ankle."""
    soles = soles_of_rig(rig)
    legs = []
    for side in SIDES:
        roles = (f"{side}_hip", f"{side}_knee", f"{side}_ankle")
        limb = Limb.of(rig, roles, _FORWARD, _FORWARD)
        if limb is not None and limb.length > 0:
            sole = soles[side]
            turned = quat.conjugate(rig.skeleton.rest.rotations[sole.toe, 0])
            down = quat.rotate(turned, np.array([0.0, -1.0, 0.0]))
            legs.append(Leg(side=side, limb=limb, sole=sole, toe_down=down))
    return legs
