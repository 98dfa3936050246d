"""The wave at the end: when the arm goes up, what forearm and fingers do, when it comes down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.demo.curves import through
from retarget.demo.footsteps import END

if TYPE_CHECKING:
    from retarget.values import Float64

UP, RAISED, RIPPLE, DOWN, LOWERED = (END + s for s in (-0.3, 0.5, 1.9, 2.5, 3.4))
"""Seconds: the arm sets off, is up, its fingers wave, it sinks, it hangs again."""

WAVES, RIPPLES = 1.7, 1.5
"""Waves of the forearm, and of the fingers, per second."""

FINGER_LAG = 0.07
"""Seconds by which each finger follows its neighbour."""


@attrs.frozen(kw_only=True, eq=False)
class Greeting:
    """The state of the wave at F times."""

    raised: Float64
    """(F,) 0 with the arm down, 1 with the arm up."""
    sway: Float64
    """(F,) the forearm between -1, away from the head, and +1."""
    ripple: Float64
    """(5, F) closing of each finger, 0 to 1, in the order of `roles.FINGERS`."""


def greet(t: Float64) -> Greeting:
    """Return the state of the wave at times t (F,), seconds."""
    waving = through(t, [RAISED - 0.4, RAISED + 0.1, RIPPLE - 0.3, RIPPLE + 0.2], [0, 1, 1, 0])
    playing = through(t, [RIPPLE - 0.2, RIPPLE + 0.2, DOWN, DOWN + 0.4], [0, 1, 1, 0])
    order = np.array([0, 1, 3, 2, 1])  # index, middle, pinky, ring; the thumb with the middle
    ripple = 2 * np.pi * RIPPLES * (t - RIPPLE - FINGER_LAG * order[:, None])
    return Greeting(
        raised=through(t, [UP, RAISED, DOWN, LOWERED], [0, 1, 1, 0]),
        sway=waving * np.sin(2 * np.pi * WAVES * (t - RAISED)),
        ripple=playing * (1 - np.cos(ripple)) / 2,
    )
