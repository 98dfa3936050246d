"""Where a joint goes round, past the far side of its range, its limit gives way.

An angle is limited by the nearer end of its range. A joint that turns on and on comes to where the
other end is nearer; limited frame by frame it would be flung there, right across its range. No pose
within the range lies on its way, so there the joint goes as it was animated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget_ik.easing import Fade, Runs

if TYPE_CHECKING:
    from retarget.values import Float64

_FLUNG = np.radians(20)
"""A step between two frames that is this much larger than twice the animated one is no motion."""

_GIVES_WAY = 0.3
"""Seconds over which a limit is let go before the joint is past its range's far side."""


def let_round(turns: Float64, limited: Float64, fps: float) -> tuple[Float64, list[int]]:
    """Return limited turns that never fling, and the frames at which they would have.

    Args:
        turns: (F, 4) xyzw as animated.
        limited: (F, 4) xyzw within their range.
        fps: frames a second.

    """
    steps = _steps(limited) - 2 * _steps(turns)
    steps[:1] = 0  # frame 0 is the rest pose, and no step leads from it
    flung = np.flatnonzero(steps > _FLUNG)
    if len(flung) == 0:
        return limited, []
    mask = np.zeros(len(turns), np.bool_)
    mask[flung] = mask[flung + 1] = True
    given = Fade.of(Runs.of(mask), _GIVES_WAY * fps).weight
    return quat.slerp(limited, turns, given), (flung + 1).tolist()


def _steps(q: Float64) -> Float64:
    """Return the angles (F - 1,), rad, between neighbours."""
    dots = np.abs(np.einsum("fc,fc->f", q[1:], q[:-1]))
    return np.asarray(2 * np.arccos(np.minimum(dots, 1)))
