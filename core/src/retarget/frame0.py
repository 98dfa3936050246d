"""Frame 0 is the target's own A-pose, exactly: animators parent, bind and check against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.values import RootMotion

if TYPE_CHECKING:
    from retarget.values import Clip, Float64

PLACE = {"replace": 1, "insert": 0}
"""How many frames of the motion the A-pose takes the place of."""


def with_apose(clip: Clip, *, mode: str = "replace", place: str = "authored") -> Clip:
    """Put the rig's A-pose on frame 0.

    `mode`: "replace" keeps the frame count, "insert" keeps all frames of the motion, "none"
    returns the clip as it is. `place`: "authored" stands where the target's file has it, "motion"
    under the pelvis of the first frame, facing as it faces, at standing height.
    """
    if mode == "none":
        return clip
    rotations, root = _apose(clip, place)
    kept = slice(PLACE[mode], None)
    joined = np.empty((len(rotations), clip.frames + 1 - PLACE[mode], 4), np.float32)
    joined[:, 0] = rotations
    joined[:, 1:] = clip.rotations[:, kept]
    if joined.shape[1] > 1:  # the A-pose takes the sign of the motion, not the other way round
        opposite = np.einsum("jc,jc->j", joined[:, 0], joined[:, 1]) < 0
        joined[opposite, 0] *= -1
    contacts = clip.contacts
    if contacts is not None:
        touching = contacts.touching[:, kept]
        first = np.zeros((len(touching), 1), bool)  # contacts are the source's; it has no A-pose
        contacts = attrs.evolve(contacts, touching=np.concatenate([first, touching], axis=1))
    travel = clip.root_motion
    if travel is not None:
        travel = RootMotion(
            rotations=np.concatenate([quat.IDENTITY[None], travel.rotations[kept]]),
            translations=np.concatenate([np.zeros((1, 3)), travel.translations[kept]]),
        )
    return attrs.evolve(
        clip,
        rotations=joined,
        root_translations=np.concatenate([root[None], clip.root_translations[kept]]),
        root_motion=travel,
        contacts=contacts,
    )


def _apose(clip: Clip, place: str) -> tuple[Float64, Float64]:
    """Return local rotations (J, 4) and the position (3,) of joint 0 of the A-pose in its place."""
    skeleton = clip.rig.skeleton
    rotations = skeleton.rest_rotations.copy()
    root = skeleton.rest_translations[0]
    if place == "authored":
        return rotations, root
    hips = clip.rig.joint_of_role.get("pelvis", 0)
    world, position = quat.IDENTITY, clip.root_translations[0].astype(np.float64)
    for joint in skeleton.chain(hips):
        if joint:
            position = position + quat.rotate(world, skeleton.rest_translations[joint])
        world = quat.multiply(world, clip.rotations[joint, 0].astype(np.float64))
    rest = skeleton.rest
    yaw = quat.heading(quat.multiply(world, quat.conjugate(rest.rotations[hips, 0])))
    rotations[0] = quat.multiply(yaw, rotations[0])
    placed = position - quat.rotate(yaw, rest.positions[hips, 0] - root)
    placed[1] = root[1]
    return rotations, placed
