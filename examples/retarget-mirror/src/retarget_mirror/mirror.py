"""The pass: a clip as a mirror in the plane x = 0 shows it, left for right.

With `M` the mirror, `W` a joint's world rotation and `B` its rest, both world, and m(i) the joint
on the other side of the body, what joint i has turned from its rest is the mirror image of what
m(i) has turned from its own:

    W'[i] = M (W[m(i)] B[m(i)]⁻¹) M · B[i]

Joint axes and bone lengths stay the rig's own. Where the rig's rest is symmetric, every joint comes
to stand exactly at the mirror image of its twin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat

if TYPE_CHECKING:
    from retarget import Clip, PassContext, Rig

_SIDES = {"left": "right", "right": "left"}

_POINT = np.array([-1, 1, 1], np.float32)
"""M on a point (x, y, z)."""

_ROTATION = np.array([1, -1, -1, 1], np.float32)
"""M q M on a quaternion xyzw: a mirror turns an axis round unless it is normal to the mirror."""


class Mirror:
    """Swaps left and right by role; a joint without a role keeps its local rotation."""

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return the mirrored clip; see `retarget.Pass.apply`."""
        skeleton, twins = clip.rig.skeleton, _twins(clip.rig)
        rest = skeleton.rest.rotations
        turned = quat.multiply(context.world(clip).rotations, quat.conjugate(rest)) * _ROTATION
        world, local = np.empty_like(turned), clip.rotations.astype(turned.dtype)
        for joint, parent in enumerate(skeleton.parents.tolist()):
            if twins[joint] is None:
                world[joint] = quat.multiply(world[parent], local[joint])
                continue
            world[joint] = local[joint] = quat.multiply(turned[twins[joint]], rest[joint])
            if parent >= 0:
                local[joint] = quat.multiply(quat.conjugate(world[parent]), world[joint])
        root, contacts = clip.root_translations, clip.contacts
        start = context.options.extra.get("mirror_about") == "start"
        if contacts is not None:
            contacts = attrs.evolve(contacts, points=map(_other_side, contacts.points))
        return attrs.evolve(
            clip,
            rotations=local,
            root_translations=root * _POINT + (root[0] * [2, 0, 0] if start else 0),
            contacts=contacts,
        )


def _other_side(role: str) -> str:
    """Return the role across the body; one that names no side lies on the midline: itself."""
    side, _, joint = role.partition("_")
    return f"{_SIDES[side]}_{joint}" if side in _SIDES else role


def _twins(rig: Rig) -> list[int | None]:
    """Return each joint's twin: None without a role, or with one that the other side lacks."""
    of_role = rig.joint_of_role
    twins = [of_role.get(_other_side(rig.roles.get(name, ""))) for name in rig.skeleton.names]
    return [0, *twins[1:]]  # joint 0 carries the whole body, whatever it is called
