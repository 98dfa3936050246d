"""The body that acts: the mean SMPL+H body, its axes and its bones."""

from __future__ import annotations

import numpy as np

from retarget import roles
from retarget.smpl import smplh

X, Y, Z = np.eye(3)
"""The axes of every joint at rest: X to the body's left, Y up, Z forward."""

BONE = dict(zip(roles.HUMANOID, smplh().rest_translations, strict=True))
"""(3,) of each joint at rest, metres from its parent; of the pelvis, from the model's origin."""

SIGN = {"left": 1.0, "right": -1.0}
"""What mirrors a pose: rotations about Y and Z change sign across the body, about X they do not."""
