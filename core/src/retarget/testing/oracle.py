"""The kit's own forward kinematics: 4x4 matrices, one joint and one frame at a time, in float64.

Slow and plain on purpose. It shares no code with the core, so that it cannot share a mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retarget.values import Float64, Skeleton


def matrix(quaternions: NDArray[Any]) -> Float64:
    """Return the matrices (…, 3, 3) of v -> q v q* for q = (x, y, z, w), shape (…, 4).

    A unit q gives a rotation. q is not normalised: one of another length scales, and so shows.
    """
    x, y, z, w = np.moveaxis(np.asarray(quaternions, np.float64), -1, 0)
    rows = (
        (w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def transform(rotations: Float64, translations: NDArray[Any]) -> Float64:
    """Return the 4x4 matrices (…, 4, 4) that first rotate (…, 3, 3), then translate (…, 3)."""
    result = np.zeros((*rotations.shape[:-2], 4, 4))
    result[..., :3, :3] = rotations
    result[..., :3, 3] = translations
    result[..., 3, 3] = 1
    return result


def forward(
    parents: Sequence[int], offsets: Float64, local: Float64, root_positions: NDArray[Any]
) -> Float64:
    """Return world transforms (J, F, 4, 4).

    Args:
        parents: index of each joint's parent, -1 for the root.
        offsets: (J, 3) each joint in its parent's frame; the root's is not used.
        local: (F, J, 3, 3) local rotation matrices.
        root_positions: (F, 3) where the root stands.

    """
    frames, joints = local.shape[:2]
    world = np.zeros((joints, frames, 4, 4))
    for frame in range(frames):
        for joint, parent in enumerate(parents):
            if parent < 0:
                world[joint, frame] = transform(local[frame, joint], root_positions[frame])
            else:
                step = transform(local[frame, joint], offsets[joint])
                world[joint, frame] = world[parent, frame] @ step
    return world


def world_of_tracks(
    skeleton: Skeleton, rotations: NDArray[Any], root_translations: NDArray[Any]
) -> Float64:
    """Return world transforms (J, F, 4, 4) of rotations (J, F, 4) xyzw and root (F, 3)."""
    local = np.swapaxes(matrix(rotations), 0, 1)
    return forward(skeleton.parents.tolist(), skeleton.rest_translations, local, root_translations)


def world_of_rest(skeleton: Skeleton) -> Float64:
    """Return world transforms (J, 4, 4) of the rest pose."""
    rest = skeleton.rest_rotations[:, None]
    return world_of_tracks(skeleton, rest, skeleton.rest_translations[:1])[:, 0]
