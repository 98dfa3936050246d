"""How many keys a track needs, and quaternions an importer can interpolate without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.errors import RetargetError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.values import Float32, Float64

STILL = 2.0**-22
"""Values this near are one value: two units in the last place of float32, 0.5 µm at arm's reach."""

OFF_UNIT = 1e-5
"""Squared length this far from one is more than rounding; the quaternion is normalised again."""

AT_REST = 1e-6
"""Components this near to the rest's are the rest: a few roundings of float32, 0.0003°."""

_ONES = np.ones(4, np.float32)


def keys_needed(track: Float32) -> int:
    """Return how many leading keys of a track (F, C) tell all of it: 1, 2 or F.

    1 where it never changes; 2 where only frame 0, the rest pose, differs from all the others
    (an importer holds the last key); else F.
    """
    frames = len(track)
    # The last frame alone clears nearly every moving track, and costs nothing.
    if frames > 2 and not (_still(track[-1:], track[1]) and _still(track[2:], track[1])):
        return frames
    return 1 if _still(track[1:2], track[0]) else 2


def _still(values: Float32, value: Float32) -> bool:
    return bool((np.abs(values - value) <= STILL).all())


def plain(rotations: Float32) -> NDArray[np.bool_]:
    """Tell which tracks (J, F, 4) stay as they are: a first look at all of them at once.

    True where all quaternions are of unit length and lie in one half, and the last differs from the
    second, so that every key is needed. False says nothing: `sound` and `keys_needed` decide.
    """
    if rotations.shape[1] <= 2:
        return np.zeros(len(rotations), np.bool_)
    squares = np.einsum("jfc,jfc->jf", rotations, rotations)
    unit = (squares.max(axis=1) <= 1 + OFF_UNIT) & (squares.min(axis=1) >= 1 - OFF_UNIT)
    one_half = rotations[..., 3].min(axis=1) > quat.NEAR_IDENTITY
    moving: NDArray[np.bool_] = np.abs(rotations[:, -1] - rotations[:, 1]).max(axis=1) > STILL
    return unit & one_half & moving


def holds(track: Float32, rotation: Float64) -> bool:
    """Tell whether every quaternion of a track (F, 4) is one rotation (4,), of either sign."""
    signs = np.where(track @ rotation < 0, -1, 1)[:, None]
    return bool((np.abs(track - signs * rotation) <= AT_REST).all())


def sound(track: Float32, whose: str) -> Float32:
    """Return quaternions (F, 4) of unit length whose neighbours lie in the same half.

    Importers interpolate components, so a flipped sign between two keys is a full turn. The track
    itself is returned where nothing has to be done.

    Raises:
        RetargetError: the track holds NaN, infinity or a zero quaternion.

    """
    squares = (track * track) @ _ONES
    if not (squares.max() <= 1 + OFF_UNIT and squares.min() >= 1 - OFF_UNIT):  # nor if it is NaN
        with np.errstate(invalid="ignore", divide="ignore"):
            track = quat.normalize(track)
        if not np.isfinite(track).all():
            raise RetargetError(f"{whose}: the rotations hold NaN or a zero quaternion.")
    return quat.continuous(track)
