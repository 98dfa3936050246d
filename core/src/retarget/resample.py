"""Change of frame rate: slerp between the two nearest frames, straight lines for the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.errors import RetargetError
from retarget.npz import MAX_BYTES

if TYPE_CHECKING:
    from retarget.values import Motion

_SAME_RATE = 1e-9


def resample(motion: Motion, fps: float) -> Motion:
    """Return the motion at `fps` frames per second, from its first frame to its last or just short.

    The rate is exact; a duration that is no multiple of 1/fps loses its remainder at the end.

    Raises:
        RetargetError: so many frames that they would not fit into memory.

    """
    if abs(motion.fps - fps) < _SAME_RATE * fps:
        return motion
    # The small term keeps a last frame that rounding would put a hair beyond the end.
    frames = int((motion.frames - 1) / motion.fps * fps + 1e-6) + 1
    size = len(motion.skeleton) * frames * 16
    if size > MAX_BYTES:
        raise RetargetError(
            f"At {fps:g} frames/s this clip of {motion.frames / motion.fps:.4g} s would take "
            f"{size / 2**30:.1f} GiB; resample to fewer, or say its own rate with --source-fps."
        )
    at = np.minimum(np.arange(frames) * (motion.fps / fps), motion.frames - 1)
    before = np.minimum(at.astype(np.intp), max(0, motion.frames - 2))
    after = np.minimum(before + 1, motion.frames - 1)
    share = (at - before).astype(np.float32)
    rotations = np.empty((len(motion.skeleton), frames, 4), np.float32)
    for joint, track in enumerate(motion.rotations):  # joint by joint, to keep temporaries small
        rotations[joint] = quat.slerp(track[before], track[after], share)
    root = motion.root_translations
    return attrs.evolve(
        motion,
        fps=fps,
        rotations=quat.continuous(rotations),
        root_translations=root[before] + share[:, None] * (root[after] - root[before]),
    )
