"""Moves a rig's wrist by two-bone IK on its arm; the hand keeps its rotation in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget_ik import two_bone
from retarget_ik.limbs import Limb, Posed
from retarget_ik.vectors import length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import Rig
    from retarget_ik.hands_body import Walked

    Array = NDArray[Any]

BACKWARDS = np.array([0.0, 0.0, -1.0])
"""Where elbows point on a rig that rests with straight arms."""

MEMORY = 0.05
"""Seconds for which a straight arm remembers the plane it was bent in: deviation of a Gaussian."""


def arm_of(rig: Rig, side: str) -> Limb | None:
    """Return one side's arm; None where the rig lacks it, or its joints are not in one line."""
    shoulder, elbow, wrist = (f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist"))
    return Limb.of(rig, (shoulder, elbow, wrist), None, BACKWARDS)


@attrs.frozen(eq=False)
class Arm:
    """One arm of a rig, as animated, on N frames."""

    limb: Limb
    world: Posed

    @classmethod
    def of(cls, limb: Limb, walked: Walked) -> Arm:
        """Take one arm out of what was solved."""
        return cls(
            limb,
            Posed(
                {joint: walked.turn(joint) for joint in limb.joints},
                {joint: walked.place(joint) for joint in limb.joints},
            ),
        )

    def on(self, frames: Any) -> Arm:
        """Take some of the frames alone."""
        rotations, positions = self.world.rotations, self.world.positions
        return attrs.evolve(
            self,
            world=Posed(
                {joint: track[frames] for joint, track in rotations.items()},
                {joint: track[frames] for joint, track in positions.items()},
            ),
        )

    @property
    def shoulder(self) -> Array:
        """Where the shoulder is (N, 3)."""
        return self.world.position(self.limb.upper)

    @property
    def wrist(self) -> Array:
        """Where the wrist is (N, 3)."""
        return self.world.position(self.limb.end)

    def span(self, extended: float) -> Array:
        """Return how far from the shoulder the wrist may be (N,), metres.

        A share of the arm's length, or as animated if that is more.
        """
        off = self.wrist - self.shoulder
        return np.maximum(extended * self.limb.length, length(off))

    def reach(self, goal: Array, *, fps: float = 0.0) -> tuple[Array, dict[int, Array]]:
        """Move the wrist to a goal (N, 3), metres, as far as the arm goes.

        With `fps`, frames a second, a straight arm keeps the plane that it has when it is bent.
        Returns where it comes (N, 3), and the local rotations (N, 4) of its joints.
        """
        root, mid, end = self.shoulder, self.world.position(self.limb.lower), self.wrist
        bends = self.limb.bends(self.world)
        upper, lower = two_bone.solve(root, mid, end, goal, bends, memory=MEMORY * fps)
        wrist = root + quat.rotate(upper, mid - root) + quat.rotate(lower, end - mid)
        still = np.broadcast_to(quat.IDENTITY.astype(upper.dtype), upper.shape)
        return wrist, self.limb.turned(self.world, upper, lower, still)
