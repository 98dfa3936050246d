"""Motions and positions made up for tests: seeded, smooth, and known as rotation matrices too."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from retarget import smpl
from retarget.values import Motion, Source


def rotvecs(joints: int, frames: int, *, seed: int = 0, size: float = 0.6):
    """Smooth random rotation vectors (F, J, 3): a few sine waves each."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, frames)[:, None, None]
    waves = rng.uniform(0.5, 2.0, (3, 1, joints, 3))
    phases = rng.uniform(0, 2 * np.pi, (3, 1, joints, 3))
    amplitudes = rng.normal(0, size / 3, (3, 1, joints, 3))
    return (amplitudes * np.sin(2 * np.pi * waves * t + phases)).sum(axis=0)


def motion(skeleton=None, *, frames: int = 40, fps: float = 60.0, seed: int = 0, **source):
    """A random motion of a skeleton, and its local matrices (F, J, 3, 3)."""
    skeleton = skeleton or smpl.smplh()
    vectors = rotvecs(len(skeleton), frames, seed=seed)
    turns = Rotation.from_rotvec(vectors.reshape(-1, 3))
    quats = turns.as_quat().reshape(frames, -1, 4)
    sign = np.cumprod(
        np.concatenate([np.ones_like(quats[:1, :, 0]), np.sign((quats[1:] * quats[:-1]).sum(-1))]),
        axis=0,
    )
    root = np.stack(
        [np.linspace(0, 1, frames), np.full(frames, 0.93), np.linspace(0, 2, frames)], axis=1
    )
    made = Motion(
        skeleton=skeleton,
        fps=fps,
        rotations=np.swapaxes(quats * sign[..., None], 0, 1),
        root_translations=root,
        source=Source(**source),
    )
    return made, turns.as_matrix().reshape(frames, -1, 3, 3)
