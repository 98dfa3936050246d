"""Pelvis, spine and head: hips work with the legs, shoulders against them, the head looks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.demo.body import X, Y, Z
from retarget.demo.footsteps import forward
from retarget.demo.rotations import about, chain, relative, share

if TYPE_CHECKING:
    from retarget.demo.gait import Gait
    from retarget.demo.greeting import Greeting
    from retarget.values import Float64

HEIGHT, DROP, BOB = 0.923, 0.026, 0.014
"""Height of the standing pelvis, how much lower it walks, how far up and down it goes, metres."""

HIP_YAW, HIP_LIST, CHEST_YAW = np.radians([5, 3, 6])
"""How far the leading hip comes forward, the swinging hip sinks, the shoulders turn against."""

PELVIS_PITCH, CHEST_PITCH, HEAD_PITCH = np.radians([2, 3, 3])
"""How far each bends forward with the walk, in world space."""

UPRIGHT, BREATH = np.radians([3, 0.6])
"""Forward pitch of the standing chest, and how far each breath lifts it."""

BREATHING = 4.0
"""Seconds from one breath to the next."""

SHIFT = 0.015
"""How far the weight goes to the left foot while the right arm waves, metres."""

WAVE_LIST, WAVE_LEAN, WAVE_ROCK, WAVE_TILT = np.radians([-1.5, 3, 0.7, -5])
"""Lean to the left while waving: of the pelvis, of the chest, with each wave, of the head."""


@attrs.frozen(kw_only=True, eq=False)
class Trunk:
    """The trunk over F frames."""

    position: Float64
    """(F, 3) of the pelvis, metres."""
    rotations: dict[str, Float64]
    """(F, 4) local rotations by role; the pelvis' is its world rotation."""


def orient(yaw: Float64, lean: Float64, pitch: Float64) -> Float64:
    """Return world rotations (F, 4) that face `yaw`, lean to the left and pitch forward."""
    return chain(about(Y, yaw), about(Z, -lean), about(X, pitch))


def carry(t: Float64, gait: Gait, ahead: Gait, greeting: Greeting) -> Trunk:
    """Return the trunk at times t (F,), seconds.

    The head already faces where the gait will be `ahead`, and draws the chest after it.
    """
    waving = greeting.raised
    height = HEIGHT - DROP * gait.vigour - BOB * gait.bearing
    aside = (SHIFT * waving)[:, None] * forward(gait.yaw + np.pi / 2)
    pelvis = orient(
        gait.yaw - HIP_YAW * gait.leading,
        HIP_LIST * gait.swinging + gait.lean + WAVE_LIST * waving,
        PELVIS_PITCH * gait.vigour,
    )
    chest = orient(
        gait.yaw + 0.4 * (ahead.yaw - gait.yaw) + CHEST_YAW * gait.leading,
        gait.lean + (WAVE_LEAN + WAVE_ROCK * greeting.sway) * waving,
        UPRIGHT + CHEST_PITCH * gait.vigour - BREATH * np.sin(2 * np.pi / BREATHING * t),
    )
    head = orient(ahead.yaw, gait.lean / 2 + WAVE_TILT * waving, HEAD_PITCH * gait.vigour)
    back = share(relative(pelvis, chest), 1 / 3)
    nape = share(relative(chest, head), 1 / 2)
    return Trunk(
        position=gait.position + aside + height[:, None] * Y,
        rotations={
            "pelvis": pelvis,
            **dict.fromkeys(("spine1", "spine2", "spine3"), back),
            **dict.fromkeys(("neck", "head"), nape),
        },
    )
