"""How many keys a track needs, and quaternions an importer can interpolate without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.errors import RetargetError

if TYPE_CHECKING:
    from retarget.values import Float32

STILL = 2.0**-22
"""Values this near are one value: two units in the last place of float32, 0.5 µm at arm's reach."""

OFF_UNIT = 1e-5
"""Squared length this far from one is more than rounding; the quaternion is normalised again."""

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


def sound(track: Float32, whose: str) -> Float32:
    """Return quaternions (F, 4) of unit length whose neighbours lie in the same half.

    Importers interpolate components, so a flipped sign between two keys is a full turn. The track
    itself is returned where nothing has to be done.

    Raises:
        RetargetError: the track holds NaN, infinity or a zero quaternion.

    """
    if not (np.abs((track * track) @ _ONES - 1) <= OFF_UNIT).all():
        with np.errstate(invalid="ignore", divide="ignore"):
            track = quat.normalize(track)
        if not np.isfinite(track).all():
            raise RetargetError(f"{whose}: the rotations hold NaN or a zero quaternion.")
    return quat.continuous(track)
