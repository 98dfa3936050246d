"""A rig made from joint positions alone: a generated skeleton.

Positions say nothing of a joint's axes, so the axes are free to choose. They are chosen such that
the rig's zero pose is SMPL's T-pose: each joint's rest world rotation is the alignment from SMPL's
rest to the A-pose. The animated local rotations of a clip are then SMPL's own, which is what
researchers and VRM expect to find in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget import roles, smpl
from retarget.alignment import align
from retarget.floor import SOLE
from retarget.values import Rig, Skeleton
from retarget_apose.joint_names import checked_roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.options import Options
    from retarget.values import Float64

_ON_GROUND = (-0.02, 0.15)
"""Metres between which the lowest joint of a body that stands on y = 0 lies."""


def rig_from_positions(
    name: str, joints: Sequence[str], positions: Float64, *, warnings: tuple[str, ...] = ()
) -> Rig:
    """Make a rig from the joint names and A-pose positions (J, 3), metres, +Y up, facing +Z.

    Names and their order are kept; only a joint that stands before its parent is moved after it.

    Raises:
        RetargetError: names that state no SMPL-H joint, joints named twice, required ones missing.

    """
    role_of = checked_roles(name, joints)
    order, parents = _parents_first([role_of[joint] for joint in joints])
    joints = [joints[j] for j in order]
    positions = positions[order]
    aligned = align(
        dict(zip(roles.HUMANOID, smpl.SMPLH_T_POSE, strict=True)),
        {role_of[joint]: at for joint, at in zip(joints, positions, strict=True)},
    )
    world = np.array([aligned[role_of[joint]] for joint in joints])
    to_parent = quat.conjugate(world[parents[1:]])
    rest_rotations, rest_translations = world.copy(), positions.copy()
    rest_rotations[1:] = quat.multiply(to_parent, world[1:])
    rest_translations[1:] = quat.rotate(to_parent, positions[1:] - positions[parents[1:]])
    lowest = float(positions[:, 1].min())
    return Rig(
        name=name,
        skeleton=Skeleton(
            names=joints,
            parents=parents,
            rest_translations=rest_translations,
            rest_rotations=rest_rotations,
        ),
        roles={joint: role_of[joint] for joint in joints},
        floor=0.0 if _ON_GROUND[0] <= lowest <= _ON_GROUND[1] else lowest - SOLE,
        warnings=warnings,
    )


def without_use(options: Options) -> tuple[str, ...]:
    """Return a warning where options were given that mean something to characters alone."""
    asked = {"--rig": options.rig, "--joint-map": options.joint_map}
    flags = " and ".join(flag for flag, value in asked.items() if value)
    return (f"{flags}: of no use here; this target's joints are SMPL-H's.",) if flags else ()


def _parents_first(given: list[str]) -> tuple[list[int], list[int]]:
    """Return an order of the joints and each one's parent in it, -1 for the pelvis.

    The parent is the nearest ancestor that is there; the order is the given one as far as it can.
    """
    place = {role: j for j, role in enumerate(given)}
    parents = [roles.nearest_above(role, place) for role in given]
    above = [-1 if parent is None else place[parent] for parent in parents]
    order: list[int] = []
    for joint in [place["pelvis"], *range(len(given))]:
        line = []
        climb = joint
        while climb >= 0 and climb not in order:
            line.append(climb)
            climb = above[climb]
        order.extend(reversed(line))
    return order, [order.index(above[j]) if above[j] >= 0 else -1 for j in order]
