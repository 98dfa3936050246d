"""Anchors: where each contact of a foot is held, and how far the foot is from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget_ik.easing import Fade, Runs
from retarget_ik.vectors import dot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget_ik.feet import FeetParameters
    from retarget_ik.feet_legs import Leg
    from retarget_ik.grounds import Ground
    from retarget_ik.limbs import Posed

    Array = NDArray[Any]

STILL = 0.05
"""m/s: a frame this fast counts half in the place of its contact."""

RISING = 0.1
"""m/s, for a leg of 0.86 m, at which a foot is about to leave the floor, or just arriving."""

EASE = 0.0085
"""Seconds at either end of a contact in which its lock sets in already: a frame at 120 frames/s,
none at 60. A foot stopped dead at the last moment jerks."""

SLACK = 0.002
"""Metres by which a contact may stay above or below the floor, for a leg of 0.86 m. The last
millimetres cost the most: a standing leg is straight, and 4 mm less bend its knee by 11°."""


@attrs.frozen(kw_only=True, eq=False)
class Held:
    """The two points of a foot, as animated, and what would hold them."""

    toe: Array
    """(F, 3) animated, on the raised body."""
    heel: Array
    ankle: Array
    toe_offset: Array
    """(F, 3) metres to the anchor within contacts, fading to zero outside of them."""
    heel_offset: Array
    toe_weight: Array
    """(F,) 1 within contacts, fading to 0."""
    heel_weight: Array
    still: NDArray[np.bool_]
    """(F,) where a point in contact, as animated, neither rises nor falls."""
    released: int
    """Number of contacts that slide too far to be held in place."""


@attrs.frozen(kw_only=True, eq=False)
class Point:
    """One point of a foot as animated, and when it is in contact."""

    at: Array
    """(F, 3) where it is."""
    speed: Array
    """(F, 3) metres per frame."""
    level: Array
    """(F,) how high it is when it stands on what is below it."""
    runs: Runs
    fade: Fade

    @classmethod
    def of(
        cls, at: Array, level: Array, touching: NDArray[np.bool_], fps: float, blend: float
    ) -> Point:
        """Look at a point that is in contact where `touching` (F,); `blend` in seconds."""
        runs = Runs.of(touching)
        fade = Fade.of(runs.shrunk(int(EASE * fps)), blend * fps)
        return cls(at=at, speed=_speed(at), level=level, runs=runs, fade=fade)

    def raised(self, rise: Array) -> Point:
        """Raise it by `rise` (F,) metres; what it stands on stays."""
        at, speed = np.copy(self.at), np.copy(self.speed)
        at[:, 1] += rise
        speed[:, 1] += _speed(rise)
        return attrs.evolve(self, at=at, speed=speed)

    def still(self, fps: float, size: float) -> NDArray[np.bool_]:
        """Return where it is in contact and neither rises nor falls (F,)."""
        return self.runs.mask & (np.abs(self.speed[:, 1]) * fps < RISING * size)

    def anchors(self, slack: float, fps: float) -> Array:
        """Return (R, 3) the place of each contact: the mean, where the point moves least."""
        if len(self.runs) == 0:
            return np.zeros((0, 3))
        weights = 1 / (1 + dot(self.speed, self.speed) * (fps / STILL) ** 2)
        anchors = self.runs.means(self.at, weights)
        height = self.runs.means(self.level[:, None], weights)[:, 0]
        anchors[:, 1] = height + np.clip(anchors[:, 1] - height, -slack, 1.5 * slack)
        return anchors

    def offset(self, anchors: Array, release: float) -> tuple[Array, int]:
        """Return the offsets (F, 3) that hold it at anchors (R, 3), and how many contacts slide."""
        if len(self.runs) == 0:
            return np.zeros_like(self.at), 0
        offset = np.empty_like(self.at)
        for c in range(3):
            offset[:, c] = anchors[:, c][self.runs.run] - self.at[:, c]
        # The held point is at rest: the offset's speed is the animated point's, reversed.
        speed = -self.speed
        slides = offset[:, 0] ** 2 + offset[:, 2] ** 2
        far = self.runs.most(slides) > release**2
        if far.any():
            let_go = self.runs.spread(far)
            for track in (offset, speed):
                track[let_go, ::2] = 0
        return self.fade.apply(offset, speed), int(far.sum())


@attrs.frozen(kw_only=True, eq=False)
class Stance:
    """A foot as animated: its two points, and the ankle between them."""

    leg: Leg
    toe: Point
    heel: Point
    ankle: Array
    """(F, 3)"""

    @classmethod
    def of(
        cls,
        leg: Leg,
        world: Posed,
        touching: Mapping[str, NDArray[np.bool_]],
        ground: Ground,
        fps: float,
        blend: float,
    ) -> Stance:
        """Look at a foot; `blend` in seconds."""
        toe, heel, ankle = leg.toe(world), leg.heel(world), world.position(leg.sole.ankle)
        nowhere = np.zeros(len(ankle), bool)
        on = (touching.get(f"{leg.side}_{joint}", nowhere) for joint in ("foot", "ankle"))
        levels = (
            ground.under(toe[:, 1] - leg.toe_height) + leg.toe_height,
            ground.under(heel[:, 1]),
        )
        points = [
            Point.of(at, level, mask, fps, blend)
            for at, level, mask in zip((toe, heel), levels, on, strict=True)
        ]
        return cls(leg=leg, toe=points[0], heel=points[1], ankle=ankle)

    def hold(self, rise: Array, fps: float, chosen: FeetParameters) -> Held:
        """Anchor the contacts, toe and heel apart, on a body raised by `rise` (F,)."""
        leg, slack = self.leg, SLACK * self.leg.size
        toe, heel = self.toe.raised(rise), self.heel.raised(rise)
        toe_anchors, heel_anchors = toe.anchors(slack, fps), heel.anchors(slack, fps)
        if len(toe.runs) and len(heel.runs):
            length = float(np.linalg.norm(self.heel.at[0] - self.toe.at[0]))
            heel_anchors = _at_foot_length(heel_anchors, heel.runs, toe_anchors, toe.runs, length)
        release = chosen.release * leg.size
        toe_offset, toes = toe.offset(toe_anchors, release)
        heel_offset, heels = heel.offset(heel_anchors, release)
        ankle = np.copy(self.ankle)
        ankle[:, 1] += rise
        return Held(
            toe=toe.at,
            heel=heel.at,
            ankle=ankle,
            toe_offset=toe_offset,
            heel_offset=heel_offset,
            toe_weight=toe.fade.weight,
            heel_weight=heel.fade.weight,
            still=toe.still(fps, leg.size) | heel.still(fps, leg.size),
            released=max(toes, heels),
        )


def _at_foot_length(
    heels: Array, heel_runs: Runs, toes: Array, toe_runs: Runs, length: float
) -> Array:
    """Move heel anchors (R, 3) as far from the toe's as the foot is long, where both touch.

    Else the foot, which is rigid, would shift as one of them lets go.
    """
    first = np.clip(np.searchsorted(toe_runs.ends, heel_runs.starts, "right"), 0, len(toe_runs) - 1)
    overlaps = (toe_runs.starts[first] < heel_runs.ends) & (toe_runs.ends[first] > heel_runs.starts)
    line = heels - toes[first]
    level = np.sqrt(np.maximum(length**2 - line[:, 1] ** 2, 0))
    away = np.linalg.norm(line[:, [0, 2]], axis=1)
    scale = np.where(overlaps & (away > 1e-6), level / np.maximum(away, 1e-6), 1)
    line[:, [0, 2]] *= scale[:, None]
    return toes[first] + line


def _speed(point: Array) -> Array:
    return np.gradient(point, axis=0) if len(point) > 1 else np.zeros_like(point)
