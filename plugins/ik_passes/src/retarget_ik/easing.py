"""Corrections that hold within runs of frames and fade between them, without a jump in speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@attrs.frozen(eq=False)
class Runs:
    """The runs of True of a mask (F,)."""

    starts: NDArray[np.intp]
    """(R,) first frames."""
    ends: NDArray[np.intp]
    """(R,) frames after the last."""
    frames: int

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> Runs:
        """Find the runs of a mask."""
        edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
        return cls(edges[::2], edges[1::2], len(mask))

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.starts)

    def spread(self, values: Array) -> Array:
        """Give each frame the value (R, …) of the run it lies in, or of the nearest before it."""
        return values[
            np.maximum(np.searchsorted(self.starts, np.arange(self.frames), "right") - 1, 0)
        ]

    def means(self, values: Array, weights: Array) -> Array:
        """Return the weighted means (R, C) of values (F, C) over each run; weights (F,) > 0."""
        weights = np.append(np.where(self.mask(), weights, 0), 0)[:, None]
        values = np.concatenate([values, values[-1:]])  # so that a run may end with the clip
        bounds = np.stack([self.starts, self.ends], axis=1).ravel()
        sums = (np.add.reduceat(a, bounds, axis=0)[::2] for a in (values * weights, weights))
        return np.divide(*sums)

    def most(self, values: Array) -> Array:
        """Return the largest (R,) of values (F,) over each run."""
        bounds = np.stack([self.starts, self.ends], axis=1).ravel()
        return np.maximum.reduceat(np.append(values, -np.inf), bounds)[::2]

    def shrunk(self, by: int) -> Runs:
        """Take some frames off both ends of runs that are longer than four times as many."""
        less = np.where(self.ends - self.starts > 4 * by, by, 0)
        first, last = self.starts > 0, self.ends < self.frames
        return Runs(self.starts + first * less, self.ends - last * less, self.frames)

    def mask(self) -> NDArray[np.bool_]:
        """Return the mask (F,)."""
        out = np.zeros(self.frames + 1, np.int8)
        out[self.starts] += 1
        out[self.ends] -= 1
        return np.cumsum(out[:-1]).astype(bool)


def eased(values: Array, runs: Runs, blend: float, *, speed: Array | None = None) -> Array:
    """Return values (F, C) as they are within runs, faded to zero outside of them.

    `blend` is the fade's length in frames. At the ends of a run the fade starts with the speed
    `speed` (F, C), per frame, or at rest. Two runs closer than two fades are joined by one curve.
    Curves are cubic (Hermite).
    """
    out = np.where(runs.mask()[:, None], values, 0)
    if len(runs) == 0:
        return out
    frame = np.flatnonzero(~runs.mask())
    if len(frame) == 0:
        return out
    before = np.searchsorted(runs.starts, frame, "right") - 1
    after = before + 1
    left = np.where(before >= 0, runs.ends[before] - 1, -np.inf)
    right = np.where(after < len(runs), runs.starts[np.minimum(after, len(runs) - 1)], np.inf)
    near = right - left < 2 * blend
    leaving, coming = near | (frame - left < blend), near | (right - frame < blend)
    start = np.where(leaving, left, right - blend)
    end = np.where(coming, right, left + blend)
    for is_left, used, bound in ((True, leaving, left), (False, coming, right)):
        rows = np.flatnonzero(used)
        at = bound[rows].astype(np.intp)
        length = (end - start)[rows]
        s = (frame[rows] - start[rows]) / length
        if not is_left:
            s = 1 - s
        place = (1 + 2 * s) * (1 - s) ** 2
        slope = s * (1 - s) ** 2 * length * (1 if is_left else -1)
        out[frame[rows]] += place[:, None] * values[at]
        if speed is not None:
            out[frame[rows]] += slope[:, None] * speed[at]
    return out
