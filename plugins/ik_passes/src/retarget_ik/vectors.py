"""Arithmetic on vectors (…, 3); results lie in memory as the operands do.

Meant for tracks laid out by `quaternions.by_component`, on which it is several times as fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_NO_LENGTH = 1e-12
"""Metres below which a vector has no direction."""


def dot(a: Array, b: Array) -> Array:
    """Return the scalar products (…)."""
    return np.einsum("...i,...i->...", a, b)


def length(v: Array) -> Array:
    """Return the lengths (…)."""
    return np.sqrt(dot(v, v))


def cross(a: Array, b: Array) -> Array:
    """Return the vector products (…, 3)."""
    ax, ay, az, bx, by, bz = (v[..., i] for v in (a, b) for i in range(3))
    model = a if a.size >= b.size else b
    shape = (*np.broadcast(ax, bx).shape, 3)
    out = np.empty_like(model, np.result_type(a, b), shape=shape)
    out[..., 0] = ay * bz - az * by
    out[..., 1] = az * bx - ax * bz
    out[..., 2] = ax * by - ay * bx
    return out


def unit(v: Array) -> Array:
    """Return the directions (…, 3); zero of what has none."""
    size = length(v)
    return v * np.where(size > _NO_LENGTH, 1 / np.maximum(size, _NO_LENGTH), 0)[..., None]
