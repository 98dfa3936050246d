"""Where each foot is: flat on its footprint, rolling over the ball, in the air, on the heel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.demo.body import BONE, SIGN, X, Y
from retarget.demo.curves import bump, ease, glide, through
from retarget.demo.footsteps import DOUBLE_SUPPORT, STEP, forward
from retarget.demo.gait import FULL_STEP
from retarget.demo.rotations import about

if TYPE_CHECKING:
    from retarget.demo.footsteps import Footsteps
    from retarget.values import Float64

TOE_HEIGHT = 0.015
"""Height of the toe joint above the sole, metres."""

ANKLE, HEEL = 0.05, 0.045
"""How far the ankle lies behind the middle of the foot, and the heel behind the ankle, metres."""

SWING = STEP - DOUBLE_SUPPORT
"""Seconds that a foot is in the air."""

HEEL_OFF, FLAT = 0.2, 0.11
"""Seconds from the heel's rise to the last touch, and from the first touch to the flat sole."""

PUSH, STRIKE = np.radians([60, -18])
"""Pitch of the foot, toes down, at its steepest behind the body and on landing."""

CLEARANCE = 0.05
"""Metres by which mid-swing lifts the foot."""


@attrs.frozen(kw_only=True, eq=False)
class Foot:
    """One foot over F frames, in world space."""

    ankle: Float64
    """(F, 3) position of the ankle, metres."""
    yaw: Float64
    """(F,) heading, radians from +Z to the left."""
    rotation: Float64
    """(F, 4) of the foot, its heading included."""
    toes: Float64
    """(F, 4) local rotation of the toes, which stay flat as long as they bear."""


def tread(steps: Footsteps, side: str, t: Float64) -> Foot:
    """Walk one foot over its footprints, at times t (F,)."""
    own = np.flatnonzero(steps.sides == SIGN[side])
    # The swing that goes on or comes next; it goes on until the sole is flat.
    swing = np.searchsorted(steps.landing[own[1:-1]] + FLAT, t)
    here, there = own[:-1][swing], own[1:][swing]
    since = t - steps.leaving[here]
    u = since / SWING

    way = glide(u)
    yaw = steps.yaws[here] + way * (steps.yaws[there] - steps.yaws[here])
    way = way[:, None]
    start, end = steps.places[here], steps.places[there]
    detour = 4 * (steps.passing[there] - (start + end) / 2)
    place = start + way * (end - start) + way * (1 - way) * detour

    stride = (steps.lengths[there - 1] + steps.lengths[there]) / (2 * FULL_STEP)
    pitch = stride * through(
        since, [-HEEL_OFF, 0.08, SWING - 0.06, SWING + FLAT], [0, PUSH, STRIKE, 0]
    )
    ball = BONE[f"{side}_foot"]
    height = TOE_HEIGHT - ball[1]
    heel = np.array([0, -height, -HEEL])
    # It leaves over the ball and lands on the heel: the pivot stands still under the rolling foot.
    pivot = ball + ease(1.25 * u - 0.25)[:, None] * (heel - ball)
    turned, pitched = about(Y, yaw), about(X, pitch)
    rolled = quat.rotate(turned, pivot - quat.rotate(pitched, pivot))
    lifted = (height + CLEARANCE * bump(u))[:, None] * Y
    return Foot(
        ankle=place - ANKLE * forward(yaw) + rolled + lifted,
        yaw=yaw,
        rotation=quat.multiply(turned, pitched),
        toes=about(X, -pitch * (1 - ease(1.2 * u))),
    )
