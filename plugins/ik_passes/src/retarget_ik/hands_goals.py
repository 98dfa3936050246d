"""Where the wrists must go so that relations survive, and how that comes and goes over time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget_ik.vectors import dot, length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

EXTENDED = 0.99
"""Share of its length to which a goal may stretch an arm; as animated, if that is more."""


def envelope(count: Array, frames: NDArray[np.intp], total: int, blend: float) -> Array:
    """Return weights (N,) that are nowhere below `count` (N,) and change over `blend` frames.

    A sliding maximum, then a Gaussian over the same width: what matters on a frame matters in full
    there, and the arm sets off before. `frames` (N,) are the places among `total`; on others the
    count is 0.
    """
    if blend < 0.5:
        return count
    from scipy import ndimage  # noqa: PLC0415 - scipy costs 0.1 s to import

    whole = np.zeros(total, count.dtype)
    whole[frames] = count
    half = math.ceil(blend)
    held = ndimage.maximum_filter1d(whole, 2 * half + 1, mode="nearest")
    smooth = ndimage.gaussian_filter1d(held, half / 3, mode="nearest", radius=half)
    return np.asarray(smooth[frames], count.dtype)


def widened(near: NDArray[np.bool_], blend: float) -> NDArray[np.bool_]:
    """Return the frames (F,) that an envelope over `blend` frames can reach from others."""
    from scipy import ndimage  # noqa: PLC0415

    if near.all() or not near.any():
        return near
    half = 2 * math.ceil(blend)
    return np.asarray(ndimage.maximum_filter1d(near, 2 * half + 1, mode="nearest"), bool)


def soft(move: Array, deviation: float) -> Array:
    """Smooth moves (N, 3) over time by a Gaussian, its deviation in frames."""
    from scipy import ndimage  # noqa: PLC0415

    return np.asarray(ndimage.gaussian_filter1d(move, deviation, axis=0, mode="nearest"))


def within_reach(
    goals: tuple[Array, Array], roots: tuple[Array, Array], spans: tuple[Array, Array]
) -> Array:
    """Return the least shift (N, 3) of both goals that brings both within reach.

    `roots` (N, 3), `spans` (N,) metres. The vector between the goals stays, so the first must lie
    in the ball about its root and in that about the other's root moved by the vector: what is
    returned leads to the nearest point of their intersection, or between them without one.
    """
    p, a, r, s = goals[0], roots[0], spans[0], spans[1]
    b: Array = roots[1] + goals[0] - goals[1]
    on_first, on_second = _onto_ball(p, a, r), _onto_ball(p, b, s)
    ok_first = length(on_first - b) <= s * (1 + 1e-6)
    ok_second = length(on_second - a) <= r * (1 + 1e-6)
    both = np.where(ok_second[:, None], on_second, _onto_rim(p, (a, b), (r, s)))
    found: Array = np.where(ok_first[:, None], on_first, both)
    return found - p


def _onto_ball(p: Array, centre: Array, radius: Array) -> Array:
    off = p - centre
    away = np.maximum(length(off), 1e-9)
    return centre + off * np.minimum(1, radius / away)[:, None]


def _onto_rim(p: Array, centres: tuple[Array, Array], radii: tuple[Array, Array]) -> Array:
    """Return the nearest point of the circle in which two spheres meet, or between the spheres."""
    (a, b), (r, s) = centres, radii
    apart = np.maximum(length(b - a), 1e-9)
    axis = (b - a) / apart[:, None]
    height = (apart * apart + r * r - s * s) / (2 * apart)
    middle = a + height[:, None] * axis
    rim = np.sqrt(np.maximum(r * r - height * height, 0))
    off = p - middle
    off = off - dot(off, axis)[:, None] * axis
    return middle + off * (rim / np.maximum(length(off), 1e-9))[:, None]
