"""Fingers: a relaxed curl that loosens with the arm's swing, an open hand, a ripple."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.demo.body import BONE
from retarget.demo.rotations import about, to_rotvec

if TYPE_CHECKING:
    from retarget.values import Float64

FIST = dict.fromkeys(roles.FINGERS, np.radians([70, 95, 55])) | {"thumb": np.radians([40, 30, 50])}
"""(3,) angles of the joints of a closed finger, from the palm."""

RELAXED = {"index": 0.24, "middle": 0.30, "pinky": 0.36, "ring": 0.34, "thumb": 0.5}
"""How far each finger of a relaxed hand is closed."""

TOGETHER = {"index": 0.4, "middle": 0.0, "pinky": 0.5, "ring": 0.5, "thumb": 0.0}
"""How far each finger, spread in the T-pose, lies toward the middle finger in a relaxed hand."""

PALM, ACROSS = np.array([[0, -1, 0], [0, -1, -1]])
"""Where fingers curl to in the T-pose, and the thumb: the palm, and across it to the fingers."""

LOOSENESS, OPENNESS, RIPPLE = 0.25, 0.85, 0.7
"""Share of a relaxed curl that the arm's swing adds and that opening the hand takes away; how far
the ripple closes a finger."""


def hand(side: str, swing: Float64, opened: Float64, ripple: Float64) -> dict[str, Float64]:
    """Return the local rotations (F, 4) of one hand's fingers by role.

    swing: (F,) of the arm, -1 to 1. opened: (F,) 0 relaxed to 1 open. ripple: (5, F) closing of
    each finger, 0 to 1, in the order of `roles.FINGERS`.
    """
    relaxed = (1 + LOOSENESS * swing) * (1 - OPENNESS * opened)
    along = {f: BONE[f"{side}_{f}2"] + BONE[f"{side}_{f}3"] for f in roles.FINGERS}
    rotations: dict[str, Float64] = {}
    for finger, closing in zip(roles.FINGERS, ripple, strict=True):
        hinge = np.cross(along[finger], ACROSS if finger == "thumb" else PALM)
        hinge /= np.linalg.norm(hinge)
        closed = RELAXED[finger] * relaxed + RIPPLE * closing
        knuckle, *others = (about(hinge, angle * closed) for angle in FIST[finger])
        inward = TOGETHER[finger] * to_rotvec(quat.swing(along[finger], along["middle"]))
        gathered = quat.from_rotvec(np.outer(relaxed, inward))
        chain = (quat.multiply(gathered, knuckle), *others)
        rotations |= {f"{side}_{finger}{j}": q for j, q in enumerate(chain, start=1)}
    return rotations
