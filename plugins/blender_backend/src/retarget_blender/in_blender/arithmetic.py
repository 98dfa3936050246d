"""Arithmetic on whole arrays inside Blender: quaternions wxyz, transforms on column vectors.

Needs numpy alone; nothing of the host's can be imported in Blender's own Python.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def multiply(a: Array, b: Array) -> Array:
    """Return the quaternion product a b of wxyz quaternions (…, 4): b rotates first."""
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    product = (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )
    return np.stack(product, axis=-1)


def inverse(m: Array) -> Array:
    """Return the inverses of transforms (…, 4, 4) that rotate and translate."""
    out = np.zeros_like(m)
    out[..., :3, :3] = np.swapaxes(m[..., :3, :3], -1, -2)
    out[..., :3, 3] = -(out[..., :3, :3] @ m[..., :3, 3, None])[..., 0]
    out[..., 3, 3] = 1
    return out


def quaternions(m: Array) -> Array:
    """Return the rotations of transforms (F, 4, 4) as unit quaternions wxyz without sign changes.

    The rows of K are one quaternion, each scaled by four times one of its components; the row of
    the largest is the most exact (Bar-Itzhack, J. Guidance 23(6), 2000).
    """
    (a, b, c), (d, e, f), (g, h, i) = np.moveaxis(m[:, :3, :3], 0, -1)
    k = np.stack(
        [
            np.stack([1 + a + e + i, h - f, c - g, d - b], axis=-1),
            np.stack([h - f, 1 + a - e - i, b + d, c + g], axis=-1),
            np.stack([c - g, b + d, 1 - a + e - i, f + h], axis=-1),
            np.stack([d - b, c + g, f + h, 1 - a - e + i], axis=-1),
        ],
        axis=1,
    )
    largest = np.argmax(np.diagonal(k, axis1=1, axis2=2), axis=1)
    q: Array = k[np.arange(len(k)), largest]
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    flips = np.einsum("fc,fc->f", q[1:], q[:-1]) < 0
    q[1:] *= np.cumprod(np.where(flips, -1, 1))[:, None]
    return q


def seen_from(frame: Array, q: Array) -> Array:
    """Return world rotations (…, 4) wxyz as a frame (3, 3) sees them: Oᵀ R O.

    O is the frame without its scale and shear, the nearest orthogonal matrix (from the singular
    value decomposition; Higham 1986). It may mirror: an axis is a pseudovector and turns over.
    """
    u, _, vt = np.linalg.svd(frame)
    o = u @ vt
    return np.concatenate([q[..., :1], np.linalg.det(o) * (q[..., 1:] @ o)], axis=-1)
