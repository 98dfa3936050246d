"""Questions to the header of one array of a file: is it numeric, how wide, what does it say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retarget.npz import Npz

_SMALL = 1024
"""Bytes; no frame rate, gender or version is longer, so no longer one is read."""


def is_numeric(npz: Npz, key: str) -> bool:
    """Tell whether the file has an array `key` of real numbers."""
    member = npz.members.get(key)
    return member is not None and member.dtype.kind in "fiu"


def width(npz: Npz, key: str) -> int | None:
    """Return the values per frame of a numeric array (F, n) or (F, n/3, 3), else None."""
    shape = npz.shape(key)
    if shape is None or not is_numeric(npz, key):
        return None
    if len(shape) == 2 or (len(shape) == 3 and shape[2] == 3):
        return math.prod(shape[1:])
    return None


def scalar(npz: Npz, key: str) -> float | str | bytes | None:
    """Read the one value of an array of any shape; None where it is absent, pickled or not one.

    Raises:
        FileReadError: the array is damaged.

    """
    member = npz.members.get(key)
    if member is None or member.dtype.kind not in "fiuUS" or member.dtype.itemsize > _SMALL:
        return None
    if math.prod(member.shape) != 1:
        return None
    value: float | str | bytes = npz.read(key).reshape(-1)[0].item()
    return value


def describe(npz: Npz, key: str) -> str:
    """Return what an array is, for a message: `'poses' (10, 99) float64`."""
    member = npz.members[key]
    if member.pickled:
        return f"{key!r}, pickled"
    return f"{key!r} {member.shape} {member.dtype}"
