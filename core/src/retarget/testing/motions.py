"""Motions whose truth is known: what a motion source must read back from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

from retarget.testing import oracle
from retarget.testing.clips import smooth_curves, without_flips
from retarget.values import Motion, Source

if TYPE_CHECKING:
    from retarget.values import Float64, Skeleton


@attrs.frozen(kw_only=True, eq=False)
class MotionTruth:
    """A motion in plain matrices, for `MotionSourceTests.write` to store in a layout's own way.

    Right-handed, +Y up, +Z forward at rest, +X the character's left, metres, frame-major.
    """

    skeleton: Skeleton
    """The skeleton at rest, joints named by role."""
    fps: float
    rotations: Float64 = attrs.field(repr=False)
    """(F, J, 3, 3) local rotation matrices, relative to the parent joint."""
    root_positions: Float64 = attrs.field(repr=False)
    """(F, 3) world position of joint 0: of the pelvis itself, whatever a layout's `trans` is."""

    @property
    def frames(self) -> int:
        """Number of frames F."""
        return len(self.rotations)

    def world(self) -> Float64:
        """Return world transforms (J, F, 4, 4), by the kit's own forward kinematics."""
        skeleton = self.skeleton
        return oracle.forward(
            skeleton.parents.tolist(),
            skeleton.rest_translations,
            self.rotations,
            self.root_positions,
        )


def true_motion(skeleton: Skeleton, *, frames: int, fps: float, seed: int = 0) -> MotionTruth:
    """Return a seeded motion of a skeleton: smooth, plausible, told apart from any mistake.

    Joints swing some 25 degrees about their rest. The root stays upright with its feet near the
    floor and walks off to one side, so that up and side can be found from the motion and a
    confusion of axes moves it far; it turns by 250 degrees, past the half turn where the signs of
    quaternions have to be minded.
    """
    joints = len(skeleton)
    swings = 0.45 * smooth_curves(joints, frames, seed=seed)
    swings[0] /= 2
    heading = np.linspace(-0.4, 4.0, frames)[:, None] * [0, 1, 0]
    rest = Rotation.from_quat(np.repeat(skeleton.rest_rotations, frames, axis=0))
    turned = Rotation.from_rotvec(swings.reshape(-1, 3)) * rest
    turns = np.concatenate([heading, np.zeros(((joints - 1) * frames, 3))])
    matrices = (Rotation.from_rotvec(turns) * turned).as_matrix()
    at_rest = oracle.world_of_rest(skeleton)[:, 1, 3]
    walk = np.linspace([0.3, 0, -0.2], [1.7, 0, 0.9], frames)
    walk[:, 1] = (
        at_rest[0] - at_rest.min() + 0.02 * smooth_curves(1, frames, seed=seed + 1)[0, :, 1]
    )
    return MotionTruth(
        skeleton=skeleton,
        fps=fps,
        rotations=np.swapaxes(matrices.reshape(joints, frames, 3, 3), 0, 1).copy(),
        root_positions=walk,
    )


def as_motion(truth: MotionTruth) -> Motion:
    """Return the truth as the value a motion source would return."""
    frames, joints = truth.rotations.shape[:2]
    flat = np.swapaxes(truth.rotations, 0, 1).reshape(-1, 3, 3)
    rotations = Rotation.from_matrix(flat).as_quat().reshape(joints, frames, 4)
    return Motion(
        skeleton=truth.skeleton,
        fps=truth.fps,
        rotations=without_flips(rotations),
        root_translations=truth.root_positions,
        source=Source(kind="made by retarget.testing"),
    )
