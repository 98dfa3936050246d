"""Corrections that hold within runs of frames and fade between them, without a jump in speed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.runs import mask_of, runs_of

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
        starts, ends = runs_of(mask).T
        return cls(starts, ends, len(mask))

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.starts)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """(F,) True within the runs."""
        return mask_of(np.stack([self.starts, self.ends], axis=1), self.frames)

    @cached_property
    def run(self) -> NDArray[np.intp]:
        """(F,) the run that each frame lies in, or the nearest before it."""
        begun = np.zeros(self.frames, np.intp)
        begun[self.starts[1:]] = 1
        return np.cumsum(begun)

    def spread(self, values: Array) -> Array:
        """Give each frame the value (R, …) of the run it lies in, or of the nearest before it."""
        return values[self.run]

    def means(self, values: Array, weights: Array) -> Array:
        """Return the weighted means (R, C) of values (F, C) over each run; weights (F,) > 0."""
        weights = weights * self.mask
        sums = [np.add.reduceat(column * weights, self.starts) for column in values.T]
        return np.stack(sums, axis=1) / np.add.reduceat(weights, self.starts)[:, None]

    def most(self, values: Array) -> Array:
        """Return the largest (R,) of values (F,) over each run."""
        return np.maximum.reduceat(np.where(self.mask, values, -np.inf), self.starts)

    def shrunk(self, by: int) -> Runs:
        """Take some frames off both ends of runs that are longer than four times as many."""
        if by == 0:
            return self
        less = np.where(self.ends - self.starts > 4 * by, by, 0)
        first, last = self.starts > 0, self.ends < self.frames
        return Runs(self.starts + first * less, self.ends - last * less, self.frames)


@attrs.frozen(eq=False)
class Fade:
    """How what holds within runs fades between them: cubic (Hermite) curves.

    Two runs closer than two fades are joined by one curve.
    """

    runs: Runs
    sides: tuple[tuple[NDArray[np.intp], NDArray[np.intp], Array, Array], ...]
    """For the ends of runs and for their starts: frames (N,) outside of runs, the frame of the run
    that each goes by, and the shares that value and speed there have."""

    @classmethod
    def of(cls, runs: Runs, blend: float) -> Fade:
        """Lay the curves; `blend` is a fade's length in frames."""
        frame = np.flatnonzero(~runs.mask)
        if len(runs) == 0 or len(frame) == 0:
            return cls(runs, ())
        before = np.where(frame < runs.starts[0], -1, runs.run[frame])
        after = before + 1
        left = np.where(before >= 0, runs.ends[before] - 1, -np.inf)
        right = np.where(after < len(runs), runs.starts[np.minimum(after, len(runs) - 1)], np.inf)
        near = right - left < 2 * blend
        leaving, coming = near | (frame - left < blend), near | (right - frame < blend)
        start = np.where(leaving, left, right - blend)
        end = np.where(coming, right, left + blend)
        sides = []
        for is_left, used, bound in ((True, leaving, left), (False, coming, right)):
            rows = np.flatnonzero(used)
            length = (end - start)[rows]
            s = (frame[rows] - start[rows]) / length
            if not is_left:
                s = 1 - s
            place = (1 + 2 * s) * (1 - s) ** 2
            slope = s * (1 - s) ** 2 * length * (1 if is_left else -1)
            sides.append((frame[rows], bound[rows].astype(np.intp), place, slope))
        return cls(runs, tuple(sides))

    @cached_property
    def weight(self) -> Array:
        """(F,) 1 within runs, fading to 0."""
        out = self.runs.mask.astype(np.float64)
        for frame, _, place, _ in self.sides:
            out[frame] += place
        return out

    def apply(self, values: Array, speed: Array | None = None) -> Array:
        """Return values (F, C) as they are within runs, faded to zero outside of them.

        At the ends of a run the fade starts with the speed `speed` (F, C), per frame, or at rest.
        """
        out = values * self.runs.mask[:, None]
        for frame, at, place, slope in self.sides:
            for c in range(values.shape[1]):
                out[frame, c] += place * values[at, c]
                if speed is not None:
                    out[frame, c] += slope * speed[at, c]
        return out


def eased(values: Array, runs: Runs, blend: float, *, speed: Array | None = None) -> Array:
    """Return values (F, C) as they are within runs, faded to zero outside; see `Fade`."""
    return Fade.of(runs, blend).apply(values, speed)


def upheld(values: Array, hold: float, smooth: float, fps: float) -> Array:
    """Return values (F,) that last and come and go smoothly: sliding maximum, then Gaussian.

    `hold` is the window of the one, `smooth` the deviation of the other, both in seconds.
    """
    from scipy import ndimage  # noqa: PLC0415 - scipy costs 0.1 s to import

    held = ndimage.maximum_filter1d(values, 2 * round(hold / 2 * fps) + 1, mode="nearest")
    return np.asarray(ndimage.gaussian_filter1d(held, smooth * fps, mode="nearest"))
