"""The few rotations that a pose is written in: about an axis, one after another, a share of one."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from retarget import quaternions as quat

if TYPE_CHECKING:
    from retarget.values import Float64


def about(axis: Float64, angle: Float64) -> Float64:
    """Return the rotations (F, 4) by angles (F,), radians, about a unit axis (3,)."""
    return quat.from_rotvec(angle[:, None] * axis)


def chain(*rotations: Float64) -> Float64:
    """Return the product of rotations (F, 4); the last one acts first."""
    return reduce(quat.multiply, rotations)


def relative(parent: Float64, child: Float64) -> Float64:
    """Return the local rotations (F, 4) that lead from parent to child, both in world space."""
    return quat.multiply(quat.conjugate(parent), child)


def to_rotvec(q: Float64) -> Float64:
    """Convert unit quaternions (…, 4) to rotation vectors (…, 3) no longer than pi."""
    return quat.to_rotvec(quat.shorter(q))


def share(q: Float64, part: float) -> Float64:
    """Return rotations (…, 4) about the axes of q by `part` of its angles."""
    return quat.from_rotvec(part * to_rotvec(q))
