"""Whether the numbers of tracks are sound; what is not is told with its joint and its frame.

Making a value looks at shapes alone: passes make motions and clips of every few frames, exporters
are tried with broken ones. Numbers are looked at where they come in, and no more than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retarget.values import Motion

UNIT_TOLERANCE = 1e-3
"""How far the squared length of a float32 quaternion may lie from 1."""

_SOUND: WeakValueDictionary[int, NDArray[Any]] = WeakValueDictionary()
"""Locked tracks found sound, by id: `attrs.evolve` hands on the arrays that it does not change."""


def fault_of_motion(motion: Motion) -> str | None:
    """Tell what is wrong with the numbers of a motion; None where nothing is."""
    tracks = (motion.rotations, motion.root_translations)
    if all(_SOUND.get(id(track)) is track for track in tracks):
        return None
    names = motion.skeleton.names
    fault = not_unit(tracks[0], names) or not_finite(tracks[1][None], "root translations", names)
    if fault is None:
        _SOUND.update((id(track), track) for track in tracks)
    return fault


def not_unit(rotations: NDArray[Any], names: Sequence[str]) -> str | None:
    """Tell which of rotations (J, F, 4) is farthest from a unit quaternion, as NaN is; or None."""
    square = np.einsum("...i,...i->...", rotations, rotations)
    if square.min() > 1 - UNIT_TOLERANCE and square.max() < 1 + UNIT_TOLERANCE:
        return None
    worst = int(np.abs(square - 1).argmax())  # the first NaN, if there is one
    where = _where(rotations, worst, names)
    return f"rotations that are not unit quaternions: {where}"


def not_finite(positions: NDArray[Any], what: str, names: Sequence[str]) -> str | None:
    """Tell where positions (J, F, 3) first hold NaN or infinity; None where they do not."""
    finite = np.isfinite(positions)
    if finite.all():
        return None
    first = int(finite.all(axis=-1).argmin())
    return f"{what} with NaN or infinity: {_where(positions, first, names)}"


def _where(array: NDArray[Any], index: int, names: Sequence[str]) -> str:
    joint, frame = divmod(index, array.shape[1])
    numbers = ", ".join(f"{number:g}" for number in array[joint, frame].tolist())
    return f"{names[joint]} at frame {frame} is ({numbers})"
