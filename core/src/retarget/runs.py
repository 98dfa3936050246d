"""Runs: stretches of frames in which something holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def runs_of(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return (R, 2) of each run of True in a mask (F,): its first frame, the one after its last."""
    return np.flatnonzero(np.diff(mask, prepend=False, append=False)).reshape(-1, 2)


def mask_of(runs: NDArray[np.intp], frames: int) -> NDArray[np.bool_]:
    """Return the mask (F,) that is True in the runs (R, 2); the inverse of `runs_of`."""
    begun = np.zeros(frames + 1, np.int8)
    begun[runs[:, 0]] += 1
    begun[runs[:, 1]] -= 1
    return np.cumsum(begun[:-1], dtype=np.int8).view(bool)
