"""Rotations as vectors that filters can take: the turn away from a slow running reference.

A quaternion lies on a sphere, where no linear filter stays. The reference `R` is the track itself
far below the cut-off, so that a filter would leave it as it is; `v = log(R⁻¹ q)` is small, lies in
the tangent space at R, and is filtered; `R exp(v)` is the result. It matters not how far the
joint turns in all, only how far within a few periods of the cut-off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget_ik.smooth_filters import butterworth

if TYPE_CHECKING:
    from retarget.values import Float64

SLOWER = 4.0
"""How far the reference stays below the cut-off; there a Butterworth filter of order 2 leaves the
reference as it is within 0.4 %."""

_DEFINED = 0.5
"""Length of an averaged quaternion below which the track turns too fast to have a mean there."""

_ORDER = 2


def reference(q: Float64, cutoff: float, fps: float) -> Float64:
    """Return the slow part (F, J, 4) of sign-continuous quaternions (F, J, 4).

    A joint that turns too fast for it gets one with a higher corner, at last its own track.
    """
    slow = q.copy()
    open_ = np.arange(q.shape[1])
    corner = cutoff / SLOWER
    while open_.size and corner < fps / 2:
        mean = butterworth(q[:, open_], corner, fps, _ORDER)
        found = (np.linalg.norm(mean, axis=-1) > _DEFINED).all(axis=0)
        slow[:, open_[found]] = quat.normalize(mean[:, found])
        open_ = open_[~found]
        corner *= 2
    return slow


def log_from(base: Float64, q: Float64) -> Float64:
    """Return `log(base⁻¹ q)` (…, 3): rotation vectors up to 2 pi, so that none jumps at pi."""
    return quat.to_rotvec(quat.multiply(quat.conjugate(base), q))


def exp_from(base: Float64, v: Float64) -> Float64:
    """Return `base exp(v)` (…, 4) for rotation vectors (…, 3)."""
    return quat.multiply(base, quat.from_rotvec(v))


def angular_speed(q: Float64, fps: float) -> Float64:
    """Return how fast quaternions (F, …, 4) turn (F, …), rad/s, by central differences."""
    if len(q) < 2:
        return np.zeros(q.shape[:-1])
    step = np.linalg.norm(log_from(q[:-1], q[1:]), axis=-1)
    ends = np.concatenate([step[:1], (step[:-1] + step[1:]) / 2, step[-1:]])
    return ends * fps
