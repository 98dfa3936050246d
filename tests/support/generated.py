"""Generated targets and clips whose truth is known as matrices, made without the retargeter."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from retarget import roles, smpl
from retarget.values import Clip, Rig, Skeleton
from support.oracle import forward, quat_matrix

HUMAN = smpl.SMPLH_A_POSE


def rig_at(positions=HUMAN, names=roles.HUMANOID, **more):
    """A rig at rest at these positions, its rest rotations the identity, joints named by role."""
    skeleton = smpl.skeleton_at_identity(np.asarray(positions), tuple(names))
    return Rig(**{"name": "human", "skeleton": skeleton, "roles": {n: n for n in names}, **more})


def turned_rig(seed=0):
    """The same body at rest, every joint's frame turned at random."""
    turns = Rotation.random(len(HUMAN), rng=seed)
    parents = smpl.smplh().parents
    local = [turns[0]]
    offsets = [HUMAN[0]]
    for j, p in enumerate(parents.tolist()[1:], 1):
        local.append(turns[p].inv() * turns[j])
        offsets.append(turns[p].inv().apply(HUMAN[j] - HUMAN[p]))
    skeleton = Skeleton(
        names=roles.HUMANOID,
        parents=parents,
        rest_translations=np.array(offsets),
        rest_rotations=np.array([r.as_quat() for r in local]),
    )
    return Rig(name="turned", skeleton=skeleton, roles={n: n for n in roles.HUMANOID})


def mirrored():
    """(52, 3) positions of a body whose right side is exactly its left side's mirror image."""
    across = [roles.HUMANOID.index(roles.MIRROR[name]) for name in roles.HUMANOID]
    return (HUMAN + HUMAN[across] * [-1, 1, 1]) / 2


def clip_of(rig, frames=30, *, fps=60.0, seed=0, still=(), held=(), **more):
    """A clip of smooth waves about the rest pose.

    Joints named in `still` never leave the rest; those in `held` leave it after frame 0 for good.
    """
    rng = np.random.default_rng(seed)
    joints = len(rig.skeleton)
    t = np.arange(frames)[None, :, None] / max(frames - 1, 1)
    size, speed, phase = rng.uniform(
        [[[0.1]], [[1]], [[0]]], [[[0.6]], [[9]], [[6]]], (3, joints, 3)
    )
    vectors = size[:, None] * np.sin(speed[:, None] * t + phase[:, None])
    for name in still:
        vectors[rig.skeleton.index[name]] = 0
    for name in held:
        vectors[rig.skeleton.index[name]] = np.where(np.arange(frames) > 0, 0.4, 0)[:, None]
    rest = Rotation.from_quat(np.repeat(rig.skeleton.rest_rotations, frames, axis=0))
    local = (rest * Rotation.from_rotvec(vectors.reshape(-1, 3))).as_quat()
    local = local.reshape(joints, frames, 4)
    for f in range(1, frames):  # sign-continuous
        local[:, f] *= np.where((local[:, f] * local[:, f - 1]).sum(-1) < 0, -1, 1)[:, None]
    root = rig.skeleton.rest_translations[0] + np.cumsum(rng.normal(0, 0.01, (frames, 3)), axis=0)
    return Clip(
        rig=rig, fps=fps, rotations=local, root_translations=root, **{"name": "waves", **more}
    )


def world_of(clip, frame_numbers):
    """(T, J, 4, 4) world matrices of a clip's frames, one joint after the other."""
    skeleton = clip.rig.skeleton
    local = [[quat_matrix(q) for q in clip.rotations[:, f]] for f in frame_numbers]
    root = clip.root_translations[list(frame_numbers)].astype(np.float64)
    return forward(skeleton.parents.tolist(), skeleton.rest_translations, local, root)
