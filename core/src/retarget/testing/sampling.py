"""Samples an animation track as the glTF 2.0 specification says, appendix C.

Step, linear (slerp for rotations, on the shorter arc), cubic spline; clamped outside its keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

if TYPE_CHECKING:
    from retarget.values import Float64


@attrs.frozen(kw_only=True, eq=False)
class Track:
    """The keys of one property of one node."""

    times: Float64 = attrs.field(repr=False)
    """(K,) seconds, rising."""
    values: Float64 = attrs.field(repr=False)
    """(K, D), or (3 K, D) for a cubic spline: in-tangent, value, out-tangent of each key."""
    interpolation: str
    """"STEP", "LINEAR" or "CUBICSPLINE"."""
    rotation: bool
    """True where the values are quaternions xyzw."""

    def __attrs_post_init__(self) -> None:
        """Refuse keys that are not in order or not as many as their times."""
        if not (np.diff(self.times) > 0).all():
            raise ValueError("key times do not rise")
        per_key = 3 if self.interpolation == "CUBICSPLINE" else 1
        if len(self.values) != per_key * len(self.times):
            raise ValueError(f"{len(self.values)} values for {len(self.times)} key times")

    def at(self, moments: Float64) -> Float64:
        """Return the values (T, D) at moments (T,), seconds."""
        inside = np.clip(moments, self.times[0], self.times[-1])
        last = max(len(self.times) - 2, 0)
        before = np.clip(np.searchsorted(self.times, inside, side="right") - 1, 0, last)
        after = np.minimum(before + 1, len(self.times) - 1)
        step = self.times[after] - self.times[before]
        t = np.where(step > 0, (inside - self.times[before]) / np.where(step > 0, step, 1), 0)
        return self._between(before, after, t[:, None], step[:, None])

    def _between(
        self,
        before: np.ndarray[tuple[int, ...], np.dtype[np.intp]],
        after: np.ndarray[tuple[int, ...], np.dtype[np.intp]],
        t: Float64,
        step: Float64,
    ) -> Float64:
        if self.interpolation == "CUBICSPLINE":
            into, value, out = np.moveaxis(self.values.reshape(len(self.times), 3, -1), 1, 0)
            spline = (
                (2 * t**3 - 3 * t**2 + 1) * value[before]
                + step * (t**3 - 2 * t**2 + t) * out[before]
                + (3 * t**2 - 2 * t**3) * value[after]
                + step * (t**3 - t**2) * into[after]
            )
            return _unit(spline) if self.rotation else spline
        a, b = self.values[before], self.values[after]
        if self.interpolation == "STEP":
            stepped: Float64 = np.where(t >= 1, b, a)
            return stepped
        straight: Float64 = np.add((1 - t) * a, t * b)
        return _slerp(a, b, t) if self.rotation else straight


def _unit(q: Float64) -> Float64:
    lengths: Float64 = np.linalg.norm(q, axis=-1, keepdims=True)
    return q / lengths


def _slerp(a: Float64, b: Float64, t: Float64) -> Float64:
    """Interpolate quaternions (T, 4) at t (T, 1), on the shorter arc."""
    dot = np.sum(a * b, axis=-1, keepdims=True)
    angle = np.arccos(np.minimum(np.abs(dot), 1))
    close = angle < 1e-6  # the sines would divide zero by zero; the chord is as good
    sine = np.where(close, 1, np.sin(angle))
    from_a = np.where(close, 1 - t, np.sin((1 - t) * angle) / sine)
    from_b = np.where(close, t, np.sin(t * angle) / sine) * np.where(dot < 0, -1, 1)
    return from_a * a + from_b * b
