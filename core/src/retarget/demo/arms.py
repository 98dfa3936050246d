"""Shoulders, elbows and wrists: arms that swing against the legs, and one that waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.demo.body import SIGN, X, Y, Z
from retarget.demo.rotations import about, chain

if TYPE_CHECKING:
    from retarget.values import Float64

HANGING = np.radians([18, 60, 0, 12, 20, 6])
WAVING = np.radians([-4, 22, 28, -80, 95, -8])
"""Collar and upper arm lowered from the T-pose, upper arm brought in front of the body and turned
about itself, elbow bent, wrist flexed."""

COLLAR_SWING, SHOULDER_SWING, ELBOW_SWING = np.radians([3, 18, 9])
"""How far each swings forward and back with full steps."""

SHOULDER_WAVE, ELBOW_WAVE, WRIST_WAVE = np.radians([4, 20, 10])
"""How far each moves to and fro in waving."""


def arm(side: str, swing: Float64, raised: Float64, sway: Float64) -> dict[str, Float64]:
    """Return the local rotations (F, 4) of one arm by role.

    swing: (F,) -1 back to 1 forward. raised: (F,) 0 hanging to 1 waving. sway: (F,) the
    waving forearm from -1, away from the head, to 1.
    """
    collar, lowered, across, twist, bent, flexed = HANGING[:, None] + np.outer(
        WAVING - HANGING, raised
    )
    x, y, z = X, SIGN[side] * Y, SIGN[side] * Z
    return {
        f"{side}_collar": chain(about(y, COLLAR_SWING * -swing), about(z, -collar)),
        f"{side}_shoulder": chain(
            about(y, -across),
            about(x, SHOULDER_SWING * -swing),
            about(z, SHOULDER_WAVE * sway - lowered),
            about(x, twist),
        ),
        f"{side}_elbow": about(y, -bent - ELBOW_SWING * swing - ELBOW_WAVE * sway),
        f"{side}_wrist": chain(about(y, WRIST_WAVE * -sway), about(z, -flexed)),
    }
