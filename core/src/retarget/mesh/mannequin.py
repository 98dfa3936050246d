"""The mannequin: a body drawn on a rig's own bones, or capsules where the rig is no humanoid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.mesh.arm import add_arm
from retarget.mesh.body import humanoid
from retarget.mesh.cage import Cage
from retarget.mesh.capsules import add_capsules
from retarget.mesh.hand import across_knuckles, add_hand
from retarget.mesh.leg import add_leg
from retarget.mesh.trunk import add_trunk
from retarget.roles import SIDES

if TYPE_CHECKING:
    from retarget.mesh.value import Mesh
    from retarget.values import Rig


def mannequin(rig: Rig) -> Mesh:
    """Draw a body whose every joint moves some of it.

    A rig with all of `roles.REQUIRED` gets a human figure, one closed surface; joints it has
    beyond the humanoid ones, and those of any other rig, get a capsule along each bone.
    """
    cage, body = Cage(), humanoid(rig)
    if body is not None:
        openings = add_trunk(cage, body)
        for side in SIDES:
            across = across_knuckles(body, side)
            add_leg(cage, body, side, openings.legs[side])
            wrist = add_arm(cage, body, side, openings.arms[side], across)
            add_hand(cage, body, side, wrist, across)
    joints = range(len(rig.skeleton))
    add_capsules(cage, rig.skeleton, set(joints) - cage.carried())
    return cage.mesh("mannequin", len(joints), float("-inf") if body is None else body.sole)
