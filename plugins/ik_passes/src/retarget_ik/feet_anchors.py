"""Anchors: where each contact of a foot is held, and how far the foot is from there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget_ik.easing import Fade, Runs
from retarget_ik.feet_chains import apart
from retarget_ik.vectors import dot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget_ik.feet import FeetParameters
    from retarget_ik.feet_legs import Leg
    from retarget_ik.feet_moves import Kept
    from retarget_ik.grounds import Ground
    from retarget_ik.limbs import Posed

    Array = NDArray[Any]
    Mask = NDArray[np.bool_]

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
    toe_free: Array
    """(F, 1 or 3) share in which it goes with the other point: 0 where it is held, fading to 1."""
    heel_free: Array
    still: Mask
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
    """Its contacts."""
    fade: Fade
    rests: Runs
    """The contacts, or parts of them, in which it keeps its place."""
    stay: Fade
    """That of the rests."""
    course: Array
    """(F, 2) metres over the floor by which places go while they are kept."""

    @classmethod
    def of(cls, at: Array, level: Array, touching: Mask, fps: float, blend: float) -> Point:
        """Look at a point that is in contact where `touching` (F,); `blend` in seconds."""
        runs, fade = _fading(touching, fps, blend)
        return cls(
            at=at,
            speed=_speed(at),
            level=level,
            runs=runs,
            fade=fade,
            rests=runs,
            stay=fade,
            course=np.zeros((len(at), 2)),
        )

    def resting(self, kept: Kept, fps: float, blend: float) -> Point:
        """Keep its place only where told, within its contacts."""
        runs, stay = _fading(kept.rests, fps, blend)
        return attrs.evolve(self, rests=runs, stay=stay, course=kept.course)

    @property
    def free(self) -> Array:
        """(F, 1 or 3) 0 where it is held, rising to 1."""
        if self.stay is self.fade:
            return 1 - self.fade.weight[:, None]
        return 1 - np.stack([self.stay.weight, self.fade.weight, self.stay.weight], axis=1)

    def raised(self, rise: Array) -> Point:
        """Raise it by `rise` (F,) metres; what it stands on stays."""
        at, speed = np.copy(self.at), np.copy(self.speed)
        at[:, 1] += rise
        speed[:, 1] += _speed(rise)
        return attrs.evolve(self, at=at, speed=speed)

    def still(self, fps: float, size: float) -> Mask:
        """Return where it is in contact and neither rises nor falls (F,)."""
        return self.runs.mask & (np.abs(self.speed[:, 1]) * fps < RISING * size)

    def anchors(self, slack: float, fps: float) -> tuple[Array, Array]:
        """Return (R, 3) the place of each rest, and (F,) how high each contact is held.

        The place is the mean, where the point moves least; its height is that of the contact.
        """
        places, height = np.zeros((len(self.rests), 3)), np.zeros(len(self.at))
        if len(self.runs) == 0:
            return places, height
        weights = 1 / (1 + dot(self.speed, self.speed) * (fps / STILL) ** 2)
        means = self.runs.means(np.stack([self.at[:, 1], self.level], axis=1), weights)
        level = means[:, 1]
        height = self.runs.spread(level + np.clip(means[:, 0] - level, -slack, 1.5 * slack))
        if len(self.rests) > 0:
            places[:, ::2] = self.rests.means(self.at[:, ::2] - self.course, weights)
            places[:, 1] = height[self.rests.starts]
        return places, height

    def offset(self, places: Array, height: Array, release: float) -> tuple[Array, int]:
        """Return the offsets (F, 3) that hold it there, and how many rests slide too far."""
        # The held point is at rest: the offset's speed is the animated point's, reversed.
        speed = -self.speed
        speed[:, ::2] += _speed(self.course)
        offset = np.zeros_like(self.at)
        offset[:, 1] = height - self.at[:, 1]
        slides = 0
        if len(self.rests) > 0:
            for c in (0, 2):
                place = places[:, c][self.rests.run] + self.course[:, c // 2]
                offset[:, c] = place - self.at[:, c]
            far = self.rests.most(offset[:, 0] ** 2 + offset[:, 2] ** 2) > release**2
            slides = int(far.sum())
            if slides:
                let_go = self.rests.spread(far)
                for track in (offset, speed):
                    track[let_go, ::2] = 0
        held = self.stay.apply(offset, speed)
        if self.stay is not self.fade:
            held[:, 1:2] = self.fade.apply(offset[:, 1:2], speed[:, 1:2])
        return held, slides


def _fading(touching: Mask, fps: float, blend: float) -> tuple[Runs, Fade]:
    runs = Runs.of(touching)
    return runs, Fade.of(runs.shrunk(int(EASE * fps)), blend * fps)


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
        touching: Mapping[str, Mask],
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

    @property
    def contacts(self) -> dict[str, Point]:
        """Its points by the names of their contacts."""
        return {f"{self.leg.side}_foot": self.toe, f"{self.leg.side}_ankle": self.heel}

    def resting(self, rests: Mapping[str, Kept], fps: float, blend: float) -> Stance:
        """Keep points in their places only where told, within their contacts."""
        toe, heel = (
            point.resting(rests[name], fps, blend) if name in rests else point
            for name, point in self.contacts.items()
        )
        return attrs.evolve(self, toe=toe, heel=heel)

    @cached_property
    def sole(self) -> Array:
        """(F, 3) from toe to heel."""
        return self.heel.at - self.toe.at

    def hold(self, rise: Array, fps: float, chosen: FeetParameters) -> Held:
        """Anchor the contacts, toe and heel apart, on a body raised by `rise` (F,)."""
        leg, slack = self.leg, SLACK * self.leg.size
        toe, heel = self.toe.raised(rise), self.heel.raised(rise)
        toe_places, toe_height = toe.anchors(slack, fps)
        heel_places, heel_height = heel.anchors(slack, fps)
        if len(toe.rests) and len(heel.rests):
            turns = toe.rests is not toe.runs or heel.rests is not heel.runs
            toe_places, heel_places = apart(
                (toe_places, toe.rests, toe.course),
                (heel_places, heel.rests, heel.course),
                self.sole,
                turns=turns,
            )
        release = chosen.release * leg.size
        toe_offset, toes = toe.offset(toe_places, toe_height, release)
        heel_offset, heels = heel.offset(heel_places, heel_height, release)
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
            toe_free=toe.free,
            heel_free=heel.free,
            still=toe.still(fps, leg.size) | heel.still(fps, leg.size),
            released=max(toes, heels),
        )


def _speed(point: Array) -> Array:
    return np.gradient(point, axis=0) if len(point) > 1 else np.zeros_like(point)
