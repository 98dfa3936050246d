"""Makes a motion and writes it in every layout that a source reads."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

# From the axes of a file, by its up axis, to +Y up: what becomes x, y and z, row by row.
TO_Y_UP = {
    "y": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    "z": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "-y": np.array([[1, 0, 0], [0, -1, 0], [0, 0, -1]]),
    "-z": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]),
}

LAYOUTS = ("amass", "smplx", "split", "smpl24", "python63", "python69", "matrices", "smpl")
SOURCE = {
    "split": "smplx",
    "python63": "smplx-python",
    "python69": "smplx-python",
}
"""The source that reads a layout, where it is named otherwise."""

FINGERLESS = ("smpl24", "python69")
SMPLX_BODIES = ("smplx", "split", "python63", "matrices", "smpl")


def rotvecs(frames=7, seed=3, scale=0.3):
    """Rotation vectors (F, 52, 3) of a body that stands +Y up and moves every joint."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 6, (52, 3))
    speed = rng.uniform(0.2, 1.0, (52, 3))
    return scale * np.sin(np.arange(frames)[:, None, None] * speed + phase)


def trans(frames=7):
    """Root translations (F, 3), +Y up."""
    t = np.arange(frames)[:, None]
    return np.hstack([0.01 * t, 1.2 + 0.01 * t, 0.3 - 0.02 * t])


def in_axes(up, vectors, translations, pelvis):
    """The same motion as a file whose up axis is `up` would hold it."""
    back = TO_Y_UP[up].T
    turned = vectors.copy()
    root = Rotation.from_matrix(back) * Rotation.from_rotvec(vectors[:, 0])
    turned[:, 0] = root.as_rotvec()
    return turned, (translations + pelvis) @ back.T - pelvis


def arrays(layout, vectors, translations):
    """The arrays of a file of this layout."""
    frames = len(vectors)
    flat = vectors.reshape(frames, -1)
    body, hands = flat[:, :66], flat[:, 66:]
    face = np.full((frames, 9), 0.7)  # jaw and eyes, to be dropped
    hand_joints = np.full((frames, 6), 0.4)  # SMPL's two, to be dropped
    sides = {"left_hand_pose": hands[:, :45], "right_hand_pose": hands[:, 45:]}
    split = {"root_orient": flat[:, :3], "pose_body": flat[:, 3:66], "pose_hand": hands}
    python = {"global_orient": flat[:, :3], "transl": translations}
    joints55 = np.hstack([body, face, hands]).reshape(-1, 3)
    return {
        "amass": {"poses": flat, "trans": translations},
        "smplx": {"poses": np.hstack([body, face, hands]), "trans": translations},
        "split": {**split, "pose_jaw": face[:, :3], "trans": translations},
        "smpl24": {"poses": np.hstack([body, hand_joints]), "trans": translations},
        "python63": {**python, **sides, "body_pose": flat[:, 3:66], "jaw_pose": face[:, :3]},
        "python69": {**python, "body_pose": np.hstack([flat[:, 3:66], hand_joints])},
        "matrices": {
            "local_rotations": Rotation.from_rotvec(joints55).as_matrix().reshape(-1, 55, 3, 3),
            "global_translations": translations,
        },
        "smpl": {
            "smplVersion": np.int32(2),
            "bodyPose": vectors[:, :22].astype(np.float32),
            "headPose": face.reshape(frames, 3, 3),
            "leftHandPose": vectors[:, 22:37],
            "rightHandPose": vectors[:, 37:],
            "bodyTranslation": translations,
        },
    }[layout]
