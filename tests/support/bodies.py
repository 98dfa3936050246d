"""Bodies that stand, jump and hang: motions whose floor and contacts are known."""

from __future__ import annotations

import numpy as np

from retarget import smpl
from retarget.values import Motion, Source


def upright(heights, *, fps=60.0, x=None, ground_at_zero=False, skeleton=None):
    """A body in its T-pose whose toe joints are at the given heights (F,), metres."""
    skeleton = skeleton or smpl.smplh()
    heights = np.asarray(heights, float)
    rest = skeleton.rest.positions[:, 0]
    feet = [skeleton.index.get(f"{side}_foot", 0) for side in ("left", "right")]
    root = np.tile(rest[0], (len(heights), 1))
    root[:, 1] += heights - rest[feet, 1].mean()
    if x is not None:
        root[:, 0] += x
    return Motion(
        skeleton=skeleton,
        fps=fps,
        rotations=np.tile([0.0, 0.0, 0.0, 1.0], (len(skeleton), len(heights), 1)),
        root_translations=root,
        source=Source(ground_at_zero=ground_at_zero),
    )
