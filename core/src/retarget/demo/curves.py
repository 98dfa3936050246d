"""Smooth curves of time: what every track of the demo clip is made of.

All are C2, so that positions, speeds and accelerations run on without a jump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.values import Float64


def ease(u: Float64) -> Float64:
    """Go from 0 to 1 as u does, slow at both ends.

    The minimum-jerk profile of human reaching (Flash and Hogan, J. Neurosci. 1985).
    """
    u = np.clip(u, 0, 1)
    return u**3 * (10 - 15 * u + 6 * u**2)


def glide(u: Float64, ramp: float = 0.35) -> Float64:
    """Go from 0 to 1 as u does at an even speed, gathered and lost over `ramp` of the way.

    The peak speed is 1 / (1 - ramp): lower than that of `ease`, as a foot in mid-air has it.
    """

    def gather(u: Float64) -> Float64:
        v = np.clip(u / ramp, 0, 1)
        return ramp * (v**3 - v**4 / 2) + np.maximum(u - ramp, 0)  # integral of a smoothstep

    u = np.clip(u, 0.0, 1.0)
    along: Float64 = np.subtract(gather(u), gather(u - (1 - ramp)))
    return along / (1 - ramp)


def bump(u: Float64) -> Float64:
    """Rise from 0 to 1 at u = 1/2 and sink back to 0 at u = 1; 0 outside."""
    u = np.clip(u, 0, 1)
    return np.power(4.0 * u * (1.0 - u), 3.0)


def through(t: Float64, times: Sequence[float], values: Sequence[float]) -> Float64:
    """Ease from key to key, pausing at each; constant before the first and after the last."""
    time: Float64 = np.array(times)
    value: Float64 = np.array(values)
    key = np.clip(np.searchsorted(time, t, side="right") - 1, 0, len(time) - 2)
    u = (t - time[key]) / (time[key + 1] - time[key])
    return value[key] + (value[key + 1] - value[key]) * ease(u)


def spline(t: Float64, start: float, spacing: float, controls: Float64) -> Float64:
    """Evaluate a uniform cubic B-spline at times t (F,), returning (F, C).

    Control k, of controls (K, C), acts around start + k spacing; the curve passes near it rather
    than through it, and rests on the first and the last control beyond the ends.
    """
    knot = np.floor((t - start) / spacing)
    u = (t - start) / spacing - knot
    weights = np.stack(
        [(1 - u) ** 3, 4 - 6 * u**2 + 3 * u**3, 1 + 3 * u + 3 * u**2 - 3 * u**3, u**3]
    )
    nearest = np.clip(knot + np.arange(-1, 3)[:, None], 0, len(controls) - 1).astype(np.intp)
    points: Float64 = np.einsum("wf,wfc->fc", weights / 6, controls[nearest])
    return points
