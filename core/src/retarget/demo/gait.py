"""How the body travels over its footprints, and the rhythm that all limbs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.demo.curves import spline
from retarget.demo.footsteps import START, STEP, forward

if TYPE_CHECKING:
    from retarget.demo.footsteps import Footsteps
    from retarget.values import Float64

FULL_STEP = 0.52
"""Length of a step, metres, at which arms, hips and heels move by their full amplitude."""

AHEAD = 0.02
"""How far the walking body keeps ahead of where its feet would let it stand, metres."""

GRAVITY = 9.81


@attrs.frozen(kw_only=True, eq=False)
class Gait:
    """The state of walking at F times."""

    position: Float64
    """(F, 3) the point of the ground below the pelvis, metres."""
    yaw: Float64
    """(F,) heading of the body, radians from +Z to the left."""
    lean: Float64
    """(F,) lean to the left that balances the turn, radians."""
    vigour: Float64
    """(F,) 0 standing, 1 walking with full steps."""
    leading: Float64
    """(F,) +1 with the left foot ahead, -1 with the right, times vigour."""
    swinging: Float64
    """(F,) +1 with the left foot in mid-air, -1 with the right, times vigour."""
    bearing: Float64
    """(F,) +1 on both feet, -1 on one, times vigour."""


def walk(steps: Footsteps, t: Float64) -> Gait:
    """Return the state of walking at times t (F,), seconds.

    The body follows the B-spline whose controls are the footprints: so it is beside each
    footprint when that foot bears, sways toward it, cuts corners, sets off and stops smoothly.
    """
    ground = steps.places.copy()
    ground[[0, -1]] = steps.middles[[0, -1]]  # stands between the feet
    vigour = np.append(steps.lengths[1:], 0) / FULL_STEP
    controls = np.column_stack([ground, steps.yaws, vigour])
    before, now, after = (
        spline(t + shift, steps.centres[0], STEP, controls) for shift in (-STEP / 2, 0, STEP / 2)
    )
    yaw, vigour = now[:, 3], now[:, 4]
    speed = np.linalg.norm((after - before)[:, :3], axis=-1) / STEP
    turning = (after - before)[:, 3] / STEP
    phase = np.pi * (t - START) / STEP  # half a stride is one step
    first = steps.sides[0]
    return Gait(
        position=now[:, :3] + AHEAD * vigour[:, None] * forward(yaw),
        yaw=yaw,
        lean=speed * turning / GRAVITY,  # centripetal acceleration against the weight
        vigour=vigour,
        leading=-first * np.cos(phase) * vigour,
        swinging=first * np.sin(phase) * vigour,
        bearing=np.cos(2 * phase) * vigour,
    )
