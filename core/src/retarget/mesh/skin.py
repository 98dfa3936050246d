"""Skin weights: how joints take over from one another, and the four that glTF holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from retarget.values import Float32, Float64

VISIBLE = 1e-3
"""A joint that moves a vertex by less than this share is left out."""


def smoothstep(x: Float64) -> Float64:
    """Return 0 up to x = 0, 1 from x = 1, and the cubic with flat ends between."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def taking_over(chain: ArrayLike, stations: ArrayLike, half_widths: ArrayLike) -> Float64:
    """Return the shares (K, C) of C joints in a row, at places (K,) along their chain.

    Joint c takes over from the one before at `stations` (C - 1,), over `half_widths` (C - 1,) to
    either side, all in the measure of `chain`. The shares sum to 1 also where zones overlap.
    """
    chain, stations = np.asarray(chain, float), np.asarray(stations, float)
    reached = np.ones((len(chain), len(stations) + 1))
    reached[:, 1:] = smoothstep(0.5 + (chain[:, None] - stations) / (2 * np.asarray(half_widths)))
    # A joint keeps what it has reached less what all joints after it take.
    reached[:, :-1] *= np.cumprod(1 - reached[:, :0:-1], axis=1)[:, ::-1]
    return reached


def strongest(weights: Float32, most: int = 4) -> tuple[NDArray[np.int64], Float32]:
    """Return joints (V, 4) and shares (V, 4) summing to 1, the strongest first, of (V, J) weights.

    A joint without a share is joint 0.
    """
    left = np.array(weights)
    each = np.arange(len(left))
    joints = np.zeros((len(left), most), np.int64)
    kept = np.zeros((len(left), most))
    for k in range(min(most, left.shape[1])):
        joints[:, k] = left.argmax(axis=1)
        kept[:, k] = left[each, joints[:, k]]
        left[each, joints[:, k]] = 0
    kept[kept < VISIBLE] = 0
    shares = (kept / kept.sum(axis=1, keepdims=True)).astype(np.float32)
    # Rounding may leave the sum a little off one: the strongest takes the difference.
    shares[:, 0] = 1 - shares[:, 1:].sum(axis=1, dtype=np.float32)
    return np.where(shares > 0, joints, 0), shares
