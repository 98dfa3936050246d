"""Frames that are stored several times over: a slow capture in a file of a higher rate.

Between two such frames everything stands still, feet in mid-air among it, and every so manieth
step moves several times too fast. What looks at speeds is misled by that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.values import Float32

_FEW = 0.4
"""Share of the steps that move something, below which frames are repeated. Twice each, half of the
steps move, and does no harm yet."""

_STILL = 0.15
"""Seconds in which nothing moves, above which somebody stands as still as stone."""

_LEAST = 8
"""Steps that move something which there must be at the least."""


def warnings(roots: NDArray[np.float64], rotations: Float32, fps: float) -> tuple[str, ...]:
    """Say where most frames are those before them, by roots (F, 3) and rotations (J, F, 4)."""
    moves = (roots[1:] != roots[:-1]).any(axis=1)
    if _seldom(moves):  # of most clips the root alone tells, and quickly
        moves |= (rotations[:, 1:] != rotations[:, :-1]).any(axis=(0, 2))
    at = np.flatnonzero(moves)
    if len(at) < _LEAST or not _seldom(moves) or np.diff(at).max() > _STILL * fps:
        return ()
    apart = np.diff(at)
    rate = fps * len(apart) / apart.sum()
    even = (apart == apart[0]).all()  # else frames of that rate would lie between stored ones
    cure = f"pass --fps {rate:.6g}." if even else "convert the capture at its own rate instead."
    told = (
        f"most frames repeat the one before: a capture of about {rate:.4g} frames/s is stored as "
        f"{fps:g}, so feet in mid-air seem to stand; {cure}"
    )
    return (told,)


def _seldom(moves: NDArray[np.bool_]) -> bool:
    """Tell whether few steps (F - 1,) move, of those between the first that does and the last."""
    at = np.flatnonzero(moves)
    return len(at) < 2 or (len(at) - 1) <= _FEW * (at[-1] - at[0])
