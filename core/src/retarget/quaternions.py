"""Quaternion arithmetic on whole arrays: xyzw, any leading shape, dtype kept.

A unit quaternion (x, y, z, w) stands for the active rotation v -> q v q⁻¹; `multiply(a, b)` first
rotates by b, then by a. Every function broadcasts over leading axes. scipy's `Rotation` is the
oracle in the tests; it is not used on tracks because it works in float64 on flat lists only.

Results lie in memory as the larger operand does. On tracks laid out by `by_component` everything is
three times as fast: each operation then runs over neighbours.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])
IDENTITY.flags.writeable = False

NEAR_IDENTITY = math.cos(math.pi / 4)
"""Unit quaternions whose w is larger lie in one half: no sign flip is possible between them."""


def multiply(a: Array, b: Array, out: Array | None = None) -> Array:
    """Return the Hamilton product a b, shape (…, 4), in `out`, which must be neither, if given."""
    ax, ay, az, aw = (a[..., i] for i in range(4))
    bx, by, bz, bw = (b[..., i] for i in range(4))
    out = _result(a, b, np.broadcast(ax, bx).shape, 4) if out is None else out
    scratch = np.empty_like(out[..., 0])
    _products(out[..., 0], scratch, (aw, bx), (ax, bw), (ay, bz), (az, by))
    _products(out[..., 1], scratch, (aw, by), (ay, bw), (az, bx), (ax, bz))
    _products(out[..., 2], scratch, (aw, bz), (az, bw), (ax, by), (ay, bx))
    _products(out[..., 3], scratch, (aw, bw), (ax, bx), (ay, by), (az, bz), minus=3)
    return out


def by_component(track: Array) -> Array:
    """Copy an array (…, F, C), of any C, so that in memory each component's frames are neighbours.

    Shape and values stay; only the strides differ.
    """
    return np.ascontiguousarray(np.swapaxes(track, -1, -2)).swapaxes(-1, -2)


def _result(a: Array, b: Array, shape: tuple[int, ...], components: int) -> Array:
    model = a if a.size >= b.size else b
    return np.empty_like(model, np.result_type(a, b), shape=(*shape, components))


def _products(out: Array, scratch: Array, *pairs: tuple[Array, Array], minus: int = 1) -> None:
    """Write the sum of products, the last `minus` of them subtracted; without temporaries."""
    np.multiply(*pairs[0], out)
    plus = len(pairs) - minus
    for one in pairs[1:plus]:
        np.add(out, np.multiply(*one, scratch), out)
    for one in pairs[plus:]:
        np.subtract(out, np.multiply(*one, scratch), out)


def conjugate(q: Array) -> Array:
    """Return the conjugate, the inverse rotation of a unit quaternion, shape (…, 4)."""
    out = -q
    out[..., 3] = q[..., 3]
    return out


def rotate(q: Array, v: Array, out: Array | None = None) -> Array:
    """Rotate vectors (…, 3) by unit quaternions (…, 4): v + 2 w (u x v) + 2 u x (u x v).

    In `out`, which must be neither, if given.
    """
    x, y, z, w = (q[..., i] for i in range(4))
    vx, vy, vz = (v[..., i] for i in range(3))
    out = _result(q, v, np.broadcast(x, vx).shape, 3) if out is None else out
    tx, ty, tz, scratch = (np.empty_like(out[..., 0]) for _ in range(4))
    _products(tx, scratch, (y, vz), (z, vy))
    _products(ty, scratch, (z, vx), (x, vz))
    _products(tz, scratch, (x, vy), (y, vx))
    _products(out[..., 0], scratch, (w, tx), (y, tz), (z, ty))
    _products(out[..., 1], scratch, (w, ty), (z, tx), (x, tz))
    _products(out[..., 2], scratch, (w, tz), (x, ty), (y, tx))
    out *= 2
    out += v
    return out


def normalize(q: Array) -> Array:
    """Scale to unit length, shape (…, 4). A zero quaternion gives NaN."""
    length: Array = np.sqrt(np.einsum("...i,...i->...", q, q))
    return q / length[..., None]


def from_rotvec(v: Array) -> Array:
    """Convert rotation vectors (…, 3), radians times axis, to unit quaternions (…, 4)."""
    angle = np.sqrt(np.einsum("...i,...i->...", v, v))
    half = angle / 2
    tiny = np.finfo(v.dtype).tiny
    out = np.empty((*v.shape[:-1], 4), v.dtype)
    # sin(half)/angle; at zero angle v is zero too, so any finite factor does.
    np.multiply(v, (np.sin(half) / np.maximum(angle, tiny))[..., None], out=out[..., :3])
    out[..., 3] = np.cos(half)
    return out


def shorter(q: Array) -> Array:
    """Return q (…, 4) or -q, the same rotation, whichever turns by no more than pi."""
    return np.where(q[..., 3:] < 0, -q, q)


def to_rotvec(q: Array) -> Array:
    """Convert unit quaternions (…, 4) to rotation vectors (…, 3), radians times axis.

    Of length 0 to 2 pi, the longer way round where w < 0: of `shorter(q)` no longer than pi.
    """
    sine = np.sqrt(np.einsum("...i,...i->...", q[..., :3], q[..., :3]))
    tiny = np.finfo(q.dtype).tiny
    # angle / sin(angle / 2); at zero angle the vector is zero too, so any finite factor does.
    factor: Array = 2 * np.arctan2(sine, _packed(q[..., 3])) / np.maximum(sine, tiny)
    return q[..., :3] * factor[..., None]


def twist_angle(q: Array, axis: Array) -> Array:
    """Return by how much unit quaternions (…, 4) turn about a unit axis (3,): (…), -2 pi..2 pi.

    The angle of the twist in the swing-twist decomposition; arbitrary where q swings by pi.
    """
    return 2 * np.arctan2(q[..., :3] @ axis, _packed(q[..., 3]))


def _packed(component: Array) -> Array:
    """Copy to neighbouring memory: numpy rounds functions of angles otherwise in some places."""
    return np.array(component)


def to_matrix(q: Array) -> Array:
    """Return rotation matrices (…, 3, 3) that act on column vectors."""
    x, y, z, w = (q[..., i] for i in range(4))
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def sandwich(left: Array, right: Array) -> Array:
    """Return the (…, 4, 4) matrix M with `M @ q == left q right` for every quaternion q.

    Lets a constant rotation on each side of a whole track cost one matrix product.
    """
    basis = np.broadcast_to(np.eye(4), (*np.broadcast_shapes(left.shape, right.shape)[:-1], 4, 4))
    columns = multiply(multiply(left[..., None, :], basis), right[..., None, :])
    return np.swapaxes(columns, -1, -2)


def swing(a: Array, b: Array) -> Array:
    """Return the smallest rotation (…, 4) that carries direction a (…, 3) onto direction b.

    Neither need be of unit length. For opposite directions the axis is any perpendicular one.
    """
    dtype = np.result_type(a, b)
    # In float64: near opposite directions float32 leaves only rounding in a x b and 1 + a.b.
    a, b = np.broadcast_arrays(a.astype(np.float64), b.astype(np.float64))
    a = a / np.linalg.norm(a, axis=-1, keepdims=True)
    b = b / np.linalg.norm(b, axis=-1, keepdims=True)
    # The quaternion (a x b, 1 + a.b) is twice the half-angle quaternion's direction.
    w = 1 + np.sum(a * b, axis=-1, keepdims=True)
    # Perpendicular to a, from the world axis that a follows least; used where a = -b.
    least = np.eye(3)[np.argmin(np.abs(a), axis=-1)]
    q = np.where(
        w > 1e-14,  # below, within 1e-7 rad of opposite, the cross product has no direction left
        np.concatenate([np.cross(a, b), w], axis=-1),
        np.concatenate([np.cross(a, least), np.zeros_like(w)], axis=-1),
    )
    return normalize(q).astype(dtype)


def heading(q: Array) -> Array:
    """Return the part of q (…, 4) that turns about +Y: the twist of its swing-twist split.

    Where q turns +Y right over (no twist is defined) the identity is returned.
    """
    twist = np.zeros_like(q)
    twist[..., 1] = q[..., 1]
    twist[..., 3] = q[..., 3]
    undefined = np.abs(twist).max(axis=-1) < 1e-6  # float32 noise
    twist[undefined] = IDENTITY
    return normalize(twist)


def continuous(q: Array) -> Array:
    """Flip signs along axis -2 (time) so that neighbours never point to opposite halves.

    Returns q itself where nothing has to be flipped.
    """
    tracks = q.reshape(-1, *q.shape[-2:])
    away = tracks[..., 3].min(axis=-1, initial=1) <= NEAR_IDENTITY  # of most joints none is
    some = tracks[away]
    flips = np.einsum("...i,...i->...", some[:, 1:], some[:, :-1]) < 0
    if not flips.any():
        return q
    signs = np.ones(some.shape[:-1], q.dtype)
    np.cumprod(np.where(flips, -1, 1), axis=-1, out=signs[..., 1:], dtype=q.dtype)
    mended = tracks.copy()
    mended[away] = some * signs[..., None]
    return mended.reshape(q.shape)


def slerp(a: Array, b: Array, t: Array) -> Array:
    """Interpolate on the shorter arc from a to b (…, 4) at t (…) in 0..1, at constant speed."""
    dot = np.einsum("...i,...i->...", a, b)
    sign = np.where(dot < 0, -1, 1).astype(a.dtype)
    angle = np.arccos(np.minimum(np.abs(dot), 1))
    sine = np.sin(angle)
    near = sine < 1e-4  # here the chord and the arc agree to 1e-9
    safe = np.where(near, 1, sine)
    wa = np.where(near, 1 - t, np.sin((1 - t) * angle) / safe)
    wb = np.where(near, t, np.sin(t * angle) / safe) * sign
    return normalize(wa[..., None] * a + wb[..., None] * b)
