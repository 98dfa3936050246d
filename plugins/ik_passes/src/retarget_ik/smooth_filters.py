"""Low-pass filters along axis 0 (time) of whole arrays: Butterworth without lag, and One-Euro.

Neither loops over frames: the One-Euro recursion, whose coefficient changes with every frame, is
solved by recursive doubling.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.values import Float64

    Array = NDArray[Any]

SPEED_CUTOFF = 1.0
"""Hz; of the speed that opens the One-Euro filter, as Casiez et al. recommend."""

_FORGOTTEN = 1e-12
"""Weight below which what lies further back no longer counts."""


def butterworth(x: Array, cutoff: float, fps: float, order: int) -> Float64:
    """Return tracks (F, …) filtered forward and backward: no lag, half the power at `cutoff` (Hz).

    Running a filter twice lowers its corner; the corner asked for is corrected for that. Beyond
    both ends the tracks are mirrored in their last value, so that they keep their slope there.
    Source: Winter, Biomechanics and Motor Control of Human Movement, 4th ed., 2.2.4.4.
    """
    from scipy import signal  # noqa: PLC0415 - scipy costs 0.1 s to import

    frames = len(x)
    if frames < 2:
        return np.asarray(x, np.float64)
    per_pass = (math.sqrt(2) - 1) ** (1 / (2 * order))
    # Corrected where the bilinear transform is linear, hence never past half the frame rate.
    corner = math.atan(math.tan(math.pi * cutoff / fps) / per_pass) * fps / math.pi
    sections = signal.butter(order, corner, fs=fps, output="sos")
    padding = min(frames - 1, max(6 * len(sections), math.ceil(fps / cutoff)))
    return np.asarray(signal.sosfiltfilt(sections, x, axis=0, padlen=padding), np.float64)


def one_euro(x: Array, speed: Array, cutoff: float, beta: float, fps: float) -> Float64:
    """Return tracks (F, …, C) through the One-Euro filter forward, then backward over the result.

    `speed` (F, …) opens the filter: its corner is `cutoff + beta |speed|` Hz, the speed itself
    through a filter of 1 Hz before. The published filter runs forward alone and lags behind; here
    the second run takes the lag back, and the ends are mirrored as for `butterworth`, for a filter
    that sets out from the first value lags until it has caught up.
    Source: Casiez, Roussel, Vogel, 1 € Filter, CHI 2012.
    """
    padding = min(len(x) - 1, math.ceil(fps / min(cutoff, SPEED_CUTOFF)))
    speeds = _mirrored(np.abs(np.asarray(speed, np.float64)), padding, odd=False)
    open_at = cutoff + beta * _both_ways(speeds, SPEED_CUTOFF, fps)
    tracks = _mirrored(np.asarray(x, np.float64), padding, odd=True)
    return _both_ways(tracks, open_at[..., None], fps)[padding : padding + len(x)]


def _mirrored(x: Float64, padding: int, *, odd: bool) -> Float64:
    """Return tracks (F, …) continued by so many frames at both ends.

    Mirrored in time; `odd`: and in the end's own value, so that the slope goes on.
    """
    width = ((padding, padding), *((0, 0) for _ in x.shape[1:]))
    return np.pad(x, width, mode="reflect", reflect_type="odd" if odd else "even")


def _both_ways(x: Float64, cutoff: Float64 | float, fps: float) -> Float64:
    weight = np.broadcast_to(_weight(cutoff, fps), x.shape)
    forward = exponential(x, weight)
    return exponential(forward[::-1], weight[::-1])[::-1]


def _weight(cutoff: Float64 | float, fps: float) -> Array:
    """Return the weight of a new value, 1 / (1 + tau / dt), for a corner in Hz."""
    tau = 1 / (2 * np.pi * np.asarray(cutoff))
    return np.asarray(1 / (1 + tau * fps))


def exponential(x: Float64, weight: Float64) -> Float64:
    """Return `y[k] = w[k] x[k] + (1 - w[k]) y[k-1]`, `y[0] = x[0]`, both arrays (F, …).

    Recursive doubling: n frames together map y[k-n] to `b[k] + a[k] y[k-n]`; two such maps make
    one of 2n frames. Source: Kogge, Stone, IEEE Trans. Computers C-22 (1973) 786.
    """
    b = weight * x
    a = 1 - weight
    b[0], a[0] = x[0], 0
    step = 1
    while step < len(x) and a[step:].max() > _FORGOTTEN:
        b[step:] = b[step:] + a[step:] * b[:-step]
        a[step:] = a[step:] * a[:-step]
        step *= 2
    return b
