"""A naive oracle: 4x4 matrices, one frame and one joint at a time, in float64."""

from __future__ import annotations

import math

import numpy as np


def rotvec_matrix(v):
    """Rodrigues' formula, written out."""
    angle = math.sqrt(float(v[0]) ** 2 + float(v[1]) ** 2 + float(v[2]) ** 2)
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = (float(c) / angle for c in v)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(angle) * k + (1 - math.cos(angle)) * (k @ k)


def quat_matrix(q):
    """Matrix of an xyzw quaternion, by rotating the basis vectors with the Hamilton product."""
    x, y, z, w = (float(c) for c in q)
    n = math.sqrt(x * x + y * y + z * z + w * w)
    x, y, z, w = x / n, y / n, z / n, w / n
    left = np.array([[w, -z, y, x], [z, w, -x, y], [-y, x, w, z], [-x, -y, -z, w]])
    right = np.array([[w, z, -y, x], [-z, w, x, y], [y, -x, w, z], [-x, -y, -z, w]])
    # q v q* as a product of the left matrix of q and the right matrix of its conjugate
    return (left @ right.T)[:3, :3]


def transform(rotation, translation):
    """A 4x4 matrix from a 3x3 rotation and a translation."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = translation
    return matrix


def forward(parents, offsets, local_rotations, root):
    """World 4x4 matrices (F, J, 4, 4).

    `local_rotations` (F, J, 3, 3), `offsets` (J, 3) in the parent's frame, `root` (F, 3) is where
    joint 0 stands.
    """
    frames, joints = len(local_rotations), len(parents)
    world = np.zeros((frames, joints, 4, 4))
    for f in range(frames):
        for j in range(joints):
            p = parents[j]
            where = root[f] if p < 0 else offsets[j]
            local = transform(local_rotations[f][j], where)
            world[f, j] = local if p < 0 else world[f, p] @ local
    return world
