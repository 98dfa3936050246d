"""The real clips as an oracle sees them: read with numpy alone, posed a matrix at a time."""

from __future__ import annotations

import numpy as np

from retarget import roles, smpl
from support.oracle import forward, rotvec_matrix

Z_UP = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float)
Y_DOWN = np.diag([1.0, -1.0, -1.0])
Y_UP = np.eye(3)

AMASS = np.r_[:52]
SMPLX = np.r_[:22, 25:55]  # jaw and eyes lie between body and hands
BODY = np.r_[:22]


def wide(key="poses", joints=AMASS):
    return lambda f: f[key].reshape(len(f[key]), -1, 3)[:, joints]


def smplx_python(f):
    body = f["body_pose"].reshape(len(f["body_pose"]), -1, 3)
    return np.concatenate([f["global_orient"][:, None], body], axis=1)[:, BODY]


def codec(f):
    return np.concatenate([f["bodyPose"], f["leftHandPose"], f["rightHandPose"]], axis=1)


CLIPS = {
    "amass/amass_sample.npz": (smpl.SMPLH_T_POSE, wide(), "trans", Z_UP),
    "amass/A1_-_Stand_poses.npz": (smpl.SMPLH_T_POSE, wide(), "trans", Z_UP),
    "smplx/apose_to_catwalk_001.npz": (smpl.SMPLH_T_POSE, wide(), "trans", Y_UP),
    "smplx/apose_to_handsFront_smplx.npz": (
        smpl.SMPLX_T_POSE,
        wide(joints=SMPLX),
        "trans",
        Y_UP,
    ),
    "smplx/armswing_matrices.npz": (
        smpl.SMPLX_T_POSE,
        lambda f: f["local_rotations"][:, SMPLX],
        "global_translations",
        Y_UP,
    ),
    "smpl24/aist_demo.npz": (smpl.SMPLH_T_POSE, wide(joints=BODY), "trans", Y_DOWN),
    "smpl24/anim_nerf_train.npz": (smpl.SMPLH_T_POSE, smplx_python, "transl", Y_DOWN),
    "smpl_codec/squat_ow.smpl": (smpl.SMPLX_T_POSE, codec, "bodyTranslation", Y_UP),
    "smpl_codec/Dance_03_w_hands.smpl": (smpl.SMPLX_T_POSE, codec, "bodyTranslation", Y_UP),
    "variants/stand_stageii.npz": (smpl.SMPLX_T_POSE, wide(joints=SMPLX), "trans", Z_UP),
    "variants/stand_gender_bytes_fps_noninteger_poses.npz": (
        smpl.SMPLH_T_POSE,
        wide(),
        "trans",
        Z_UP,
    ),
    "variants/stand_no_fps_no_gender_poses.npz": (smpl.SMPLH_T_POSE, wide(), "trans", Z_UP),
}
TORSO = ("pelvis", "spine1", "spine2", "spine3", "neck", "head", "left_collar", "right_collar")
BONES = [
    (f"{side}_{a}", f"{side}_{b}")
    for side in roles.SIDES
    for a, b in [
        ("hip", "knee"),
        ("knee", "ankle"),
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        *((f"{f}{n}", f"{f}{n + 1}") for f in roles.FINGERS for n in (1, 2)),
    ]
]
PARENTS = [roles.HUMANOID.index(p) if (p := roles.PARENT[r]) else -1 for r in roles.HUMANOID]


def source_world(path, t_pose, locals_of, root_key, turn, frames):
    """World matrices (N, J, 4, 4) of the file's own frames, turned to +Y up."""
    with np.load(path) as f:
        local, root = locals_of(f)[frames].astype(float), f[root_key][frames].astype(float)
    joints = local.shape[1]
    if local.ndim == 3:
        local = np.array([[rotvec_matrix(v) for v in frame] for frame in local])
    local[:, 0] = turn @ local[:, 0]
    offsets = t_pose[:joints].copy()
    offsets[1:] -= t_pose[PARENTS[1:joints]]
    return forward(PARENTS[:joints], offsets, local, (root + t_pose[0]) @ turn.T)


def degrees(a, b):
    """Angle between directions, exact for small ones."""
    a = a / np.linalg.norm(a, axis=-1, keepdims=True)
    b = b / np.linalg.norm(b, axis=-1, keepdims=True)
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(a - b, axis=-1) / 2, 0, 1)))


def turned(a, b):
    """Angle of the rotation between matrices, exact for small ones."""
    size = np.linalg.norm(a - b, axis=(-2, -1)) / np.sqrt(8)
    return np.degrees(2 * np.arcsin(np.clip(size, 0, 1)))
