"""A limb of a rig that two-bone IK moves: its joints, how it bends, and back to local rotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget_ik.two_bone import Bones, bend_at_rest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from retarget import Clip, PassContext, Rig

    Array = NDArray[Any]


@attrs.frozen(kw_only=True, eq=False)
class Limb:
    """Upper bone, lower bone and end joint, which may have joints between them."""

    upper: int
    lower: int
    end: int
    before: tuple[int, int, int]
    """The parents of the three; -1 where the upper bone hangs from nothing."""
    bend: Array
    """(3,) world direction in which it bends at rest, turned back by the upper bone's rest."""
    length: float
    """Metres from the upper joint to the end, stretched."""

    @classmethod
    def of(
        cls, rig: Rig, roles: tuple[str, str, str], bend: Array | None, otherwise: Array
    ) -> Limb | None:
        """Find a limb by the roles of its joints; None where the rig lacks one, or the chain.

        `bend` (3,) is the world direction in which it bends at rest, where that is known; else the
        rest pose tells, and `otherwise` where it is straight.
        """
        of_role = rig.joint_of_role
        if not all(role in of_role for role in roles):
            return None
        upper, lower, end = (of_role[role] for role in roles)
        chain = rig.skeleton.chain(end)
        if not (upper in chain and lower in chain and chain.index(upper) < chain.index(lower)):
            return None
        rest = rig.skeleton.rest
        root, mid, last = joints = [rest.positions[j, 0] for j in (upper, lower, end)]
        told = bend if bend is not None else bend_at_rest(root, mid, last, otherwise)
        parents = rig.skeleton.parents
        return cls(
            upper=upper,
            lower=lower,
            end=end,
            before=(int(parents[upper]), int(parents[lower]), int(parents[end])),
            bend=quat.rotate(quat.conjugate(rest.rotations[upper, 0]), told),
            length=float(sum(np.linalg.norm(np.diff(joints, axis=0), axis=1))),
        )

    @property
    def joints(self) -> tuple[int, ...]:
        """The joints whose world transforms the methods need."""
        return (self.upper, self.lower, self.end, *(j for j in self.before if j >= 0))

    def bones(self, world: Posed) -> Bones:
        """Return its two bones as animated."""
        root, mid, end = (world.position(joint) for joint in (self.upper, self.lower, self.end))
        return Bones.of(root, mid, end, self.bends(world))

    def bends(self, world: Posed) -> Array:
        """Return the world direction (F, 3) in which the limb would bend, if it were straight."""
        rotation = world.rotation(self.upper)
        return quat.rotate(rotation, self.bend.astype(rotation.dtype))

    def turned(self, world: Posed, upper: Array, lower: Array, end: Array) -> dict[int, Array]:
        """Return the new local rotations (F, 4) of the three joints.

        `upper` and `lower` (F, 4) are put before the bones' world rotations, `end` (F, 4) before
        the end's: the identity keeps how the end is turned in the world. In float32, as tracks are.
        """

        def turn_of(joint: int) -> Array:
            return world.rotation(joint).astype(np.float32)

        locals_: dict[int, Array] = {}
        carried = None  # what stands before the world rotation of the parent
        for joint, parent, own in zip(
            (self.upper, self.lower, self.end), self.before, (upper, lower, end), strict=True
        ):
            own = own.astype(np.float32)  # noqa: PLW2901
            new = quat.multiply(own, turn_of(joint))
            if parent >= 0:
                above = turn_of(parent)
                if carried is not None:
                    above = quat.multiply(carried, above)
                new = quat.multiply(quat.conjugate(above), new)
            locals_[joint] = new
            carried = own
        return locals_


@attrs.frozen(eq=False)
class Posed:
    """World transforms of a few joints, by joint."""

    rotations: Mapping[int, Array]
    positions: Mapping[int, Array]

    @classmethod
    def of(cls, clip: Clip, context: PassContext, joints: Iterable[int]) -> Posed:
        """Solve for some joints of a clip, in float64: near-straight limbs need the digits."""
        rows = sorted(set(joints))
        world = context.world_of(clip, rows, dtype="f8")
        return cls(
            dict(zip(rows, world.rotations, strict=True)),
            dict(zip(rows, world.positions, strict=True)),
        )

    def rotation(self, joint: int) -> Array:
        """Return the world rotations (F, 4) of a joint."""
        return self.rotations[joint]

    def position(self, joint: int) -> Array:
        """Return the world positions (F, 3) of a joint."""
        return self.positions[joint]
