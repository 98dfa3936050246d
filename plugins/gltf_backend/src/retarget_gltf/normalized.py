"""The normalised humanoid of a rig: what VRM animations are made for.

Every bone rests at the identity, in the T-pose of SMPL, with the rig's own bone lengths. With `A`
the alignment from that T-pose to the rig's rest, `B` a joint's rest rotation and `W` its rotation
in the clip, all in the world,

    N = W · B⁻¹ · A        local = N_parent⁻¹ · N        offset = A_parent⁻¹ · (rest offset)

so that `N_parent · offset = W_parent · B_parent⁻¹ · (rest offset)`: bones point where the rig's do.
A skeleton generated from an A-pose has `B = A`; its normalised rotations are its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget import roles, smpl
from retarget.alignment import align
from retarget.errors import RetargetError
from retarget.fk import NumpyFK

if TYPE_CHECKING:
    from retarget.values import Clip, Float32, Float64, Rig


@attrs.frozen(kw_only=True, eq=False)
class Humanoid:
    """The joints of a rig that have a humanoid role, in the T-pose."""

    roles: tuple[str, ...]
    """H roles, parents before children; the pelvis is the first."""
    parents: tuple[int, ...]
    """Index of the nearest role above that is present; -1 for the pelvis."""
    positions: Float64
    """(H, 3) offset from the parent at rest, of the pelvis its place in the humanoid's world, m."""
    joints: tuple[int, ...]
    """Index of each in the rig."""
    constants: Float64
    """(H, 4) `B⁻¹ A`."""
    origin: Float64
    """(3,) where on its floor the rig stands, metres: the humanoid's origin."""

    @classmethod
    def of(cls, rig: Rig) -> Humanoid:
        """Normalise a rig's rest.

        Raises:
            RetargetError: the rig has no pelvis.

        """
        joint_of = rig.joint_of_role
        present = tuple(role for role in roles.HUMANOID if role in joint_of)
        if "pelvis" not in present:
            raise RetargetError(
                f"{rig.name}: no joint is the pelvis, and a VRM animation is one of a human body; "
                "write .glb or .gltf."
            )
        joints = tuple(joint_of[role] for role in present)
        rest_positions = rig.skeleton.rest.positions[list(joints), 0]
        rest_rotations = rig.skeleton.rest.rotations[list(joints), 0]
        body = smpl.smplh()
        aligned_by_role = align(
            {name: body.rest.positions[j, 0] for name, j in body.index.items()},
            dict(zip(present, rest_positions, strict=True)),
        )
        aligned = np.array([aligned_by_role[role] for role in present])
        above = (roles.nearest_above(role, present) for role in present)
        parents = tuple(-1 if role is None else present.index(role) for role in above)
        offsets = rest_positions.copy()
        for j, parent in enumerate(parents):
            if parent >= 0:
                bone = rest_positions[j] - rest_positions[parent]
                offsets[j] = quat.rotate(quat.conjugate(aligned[parent]), bone)
        offsets[0, 1] += _drop(offsets, parents, rest_positions)
        origin = np.insert(rig.place, 1, rig.floor)
        offsets[0] -= origin
        return cls(
            roles=present,
            parents=parents,
            positions=offsets,
            joints=joints,
            constants=quat.multiply(quat.conjugate(rest_rotations), aligned),
            origin=origin,
        )

    def tracks(self, clip: Clip) -> tuple[list[Float32], Float32]:
        """Return the local rotations of each, H times (F, 4), and the path of the pelvis (F, 3)."""
        world = NumpyFK().solve(clip.rig.skeleton, clip.rotations, clip.root_translations)
        constants = self.constants.astype(np.float32)
        normal = [
            quat.multiply(world.rotations[joint], constants[h])
            for h, joint in enumerate(self.joints)
        ]
        local = [
            turned if parent < 0 else quat.multiply(quat.conjugate(normal[parent]), turned)
            for turned, parent in zip(normal, self.parents, strict=True)
        ]
        path = world.positions[self.joints[0]] - self.origin.astype(np.float32)
        return local, path


def _drop(offsets: Float64, parents: tuple[int, ...], rest_positions: Float64) -> float:
    """Return by how much the T-pose's hips stand higher, so that both poses touch the ground alike.

    A player scales the hips' path by the height of its own model's hips over this one's.
    """
    heights = np.empty(len(parents))
    for j, parent in enumerate(parents):
        heights[j] = offsets[j, 1] + (heights[parent] if parent >= 0 else 0)
    return float(rest_positions[:, 1].min() - heights.min())
