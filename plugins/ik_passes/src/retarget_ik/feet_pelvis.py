"""What the pelvis does for the feet: it rides with the floor, and gives way where legs end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retarget_ik.easing import upheld
from retarget_ik.vectors import dot, length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget_ik.feet_anchors import Stance
    from retarget_ik.feet_foot import Foot
    from retarget_ik.feet_legs import Leg
    from retarget_ik.grounds import Ground
    from retarget_ik.limbs import Posed
    from retarget_ik.two_bone import Bones

    Array = NDArray[Any]

RIDE = 0.09
"""Seconds: standard deviation of the Gaussian over the height by which the body rides."""

LIFTED = 0.0005
"""Metres, for a leg of 0.86 m, from which a foot in the air was lifted out of the floor."""

HOLD, SMOOTH = 0.22, 0.06
"""Seconds: window of the sliding maximum over the drop, deviation of the Gaussian after it. A drop
bends every leg that did not ask for it; a shorter one (0.12, 0.035) bends them 0.05° less on
average, and jerks hips and head twice as hard. With less of a window than three deviations the
Gaussian takes away from the drop, and feet float."""

STRAIGHT = 0.0005
"""1 - r² at which a leg is as straight as makes no difference: r = 0.99975."""

SHORT = 0.0015
"""Metres, for a leg of 0.86 m, by which a leg may fall short of its foot before the pelvis drops:
the sliding maximum would make a drop of each trembling millimetre, and of that 5° at the knee."""

TURNED = np.radians(12.0)
"""How far thigh or shin may be turned by a leg that is bent for its foot, before the pelvis goes up
and the other foot floats by millimetres."""

RELIEF = 0.03
"""Metres, for a leg of 0.86 m, by which it goes up for that at the most."""

RELIEF_HOLD, RELIEF_SMOOTH = 0.06, 0.03
"""Seconds, as `HOLD` and `SMOOTH`; shorter, for the other foot's sake."""

KNEE = 0.042
"""Seconds: deviation of the Gaussian over the turns of knees that are nearly straight."""

UNREST = 0.1
"""Seconds: deviation of the Gaussian over a knee's squared acceleration, which tells its unrest."""

BENT = np.radians(35.0)
"""Flexion of a knee from which its turns are taken as they come."""

_NOTHING = 1e-300


def follow(stances: list[Stance], ground: Ground, fps: float) -> Array:
    """Return (F,) metres by which the whole body is raised so that its feet meet the floor.

    By what the ankles of feet in contact rise, but for moments in which a foot is leaving, or a
    jump would be pulled down; where none is, so that no sole is below the floor.
    A first guess: `settle` knows better, once the feet are placed.
    """
    frames = len(stances[0].ankle)
    rise, below, count = (np.zeros(frames) for _ in range(3))
    for stance in stances:
        leg, size = stance.leg, stance.leg.size
        toe, heel = stance.toe.at[:, 1] - leg.toe_height, stance.heel.at[:, 1]
        below = np.maximum(below, ground.floor - np.minimum(toe, heel))
        toe = stance.toe.level - stance.toe.at[:, 1]
        heel = stance.heel.level - heel
        toe_on, heel_on = stance.toe.runs.mask, stance.heel.runs.mask
        share = np.where(heel_on & toe_on, leg.ankle_share, toe_on)
        still = stance.toe.still(fps, size) | stance.heel.still(fps, size)
        rise += still * (share * toe + (1 - share) * heel)
        count += still
    rise = np.where(count > 0, rise / np.maximum(count, 1), below)
    return _ridden(rise, (count > 0) | (below > 0), fps)


def settle(legs: list[Leg], world: Posed, body: Array, feet: list[Foot], fps: float) -> Array:
    """Return (F,) metres by which a body, raised by `body`, is raised further for its placed feet.

    By what the ankles in contact rise, on average, straight legs counting most: the knee of a leg
    at extension r turns by 1 / sqrt(1 - r²) with the distance. Where none is in contact, by what
    the ankle is lifted out of the floor that is lifted most.
    """
    asked, counted, lifted = (np.zeros(len(body)) for _ in range(3))
    known = np.zeros(len(body), bool)
    for leg, foot in zip(legs, feet, strict=True):
        ankle = world.position(leg.limb.end)
        extent = ankle - world.position(leg.limb.upper)
        bent = 1 - dot(extent, extent) / leg.limb.length**2
        rise = foot.ankle[:, 1] - ankle[:, 1] - body
        weight = foot.still / (np.maximum(bent, 0) + STRAIGHT)
        asked += weight * rise
        counted += weight
        lifted = np.maximum(lifted, rise)
        known |= foot.still | (rise > LIFTED * leg.size)
    rise = np.where(counted > 0, asked / np.maximum(counted, 1e-9), lifted)
    return _ridden(rise, known, fps)


def _ridden(rise: Array, known: NDArray[np.bool_], fps: float) -> Array:
    """Smooth (F,) what is known of it, and lead from one known stretch to the next."""
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415 - scipy costs 0.1 s to import

    frames = np.flatnonzero(known)
    if len(frames) == 0:
        return np.zeros_like(rise)
    rise = np.interp(np.arange(len(rise)), frames, rise[frames])
    return np.asarray(gaussian_filter1d(rise, RIDE * fps, mode="nearest"))


def drop(
    legs: list[Leg], world: Posed, rise: Array, feet: list[Foot], fps: float, reach: float
) -> Array:
    """Return (F,) metres by which the pelvis goes down so that the legs reach their feet.

    A leg of length l whose foot is h away horizontally reaches it from sqrt((r l)² - h²) above; r
    is `reach`, or what the leg was animated at if that is more.
    """
    need = np.zeros(len(rise))
    for leg, foot in zip(legs, feet, strict=True):
        hip, ankle = world.position(leg.limb.upper), world.position(leg.limb.end)
        animated = length(ankle - hip)
        longest = np.maximum(reach * leg.limb.length, animated)
        away = foot.ankle - hip
        level = away[:, 0] ** 2 + away[:, 2] ** 2
        above = np.sqrt(np.maximum(longest**2 - level, 0))
        need = np.maximum(need, foot.weight * (rise - away[:, 1] - above - SHORT * leg.size))
    return upheld(need, HOLD, SMOOTH, fps)


def relieve(
    legs: list[Leg],
    limbs: list[Bones],
    world: Posed,
    body: Array,
    feet: list[Foot],
    fps: float,
    reach: float,
) -> Array:
    """Return (F,) metres by which the pelvis goes up so that no leg is bent beyond `TURNED`.

    Where one of two straight legs stands lower, a knee would give more than the pose bears. Up to
    where the other leg reaches its foot no further than `reach`, or no longer stands.
    """
    need, room = np.zeros(len(body)), np.full(len(body), np.inf)
    for leg, bones, foot in zip(legs, limbs, feet, strict=True):
        upper, lower = (float(length(bone[0])) for bone in (bones.upper, bones.lower))
        least = bones.span(TURNED * (upper + lower) / max(upper, lower, 1e-6))
        away = foot.ankle - world.position(leg.limb.upper)
        down, level = body - away[:, 1], away[:, 0] ** 2 + away[:, 2] ** 2
        upright = (down > least / 2) & (least**2 > level)
        lack = np.where(upright, np.sqrt(np.maximum(least**2 - level, 0)) - down, 0)
        need = np.maximum(need, np.minimum(lack, RELIEF * leg.size))
        above = np.sqrt(np.maximum((reach * leg.limb.length) ** 2 - level, 0)) - down
        room = np.minimum(room, np.maximum(above, 0) + (1 - foot.weight) * leg.limb.length)
    need = np.minimum(need, room)
    if need.max() <= 0:
        return need
    return upheld(need, RELIEF_HOLD, RELIEF_SMOOTH, fps)


def steady(bones: Bones, opening: Array, fps: float) -> Array:
    """Smooth over time by how much nearly straight knees are turned, radians (F,).

    Their flexion, 2 acos(r), makes degrees of the tenths of a millimetre by which hips tremble; and
    the other way round such degrees move the foot by no more than these. Only knees that would be
    more restless than they were animated: where the animation itself trembles, its foot would.
    """
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415

    smooth = gaussian_filter1d(opening, KNEE * fps, mode="nearest")
    flexion = bones.flexion()
    least = np.minimum(flexion, flexion + opening)
    share = np.clip(1 - least / BENT, 0, 1)
    share = share * share * (3 - 2 * share)
    own, asked = _unrest(flexion, fps), _unrest(flexion + opening, fps)
    share = share * (asked / np.maximum(np.hypot(own, asked), _NOTHING)) ** 2
    return opening + share * (smooth - opening)


def _unrest(angle: Array, fps: float) -> Array:
    """Return (F,) the mean squared acceleration about each frame of an angle (F,), in radians."""
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415

    square = np.zeros_like(angle)
    square[1:-1] = np.diff(angle, n=2) ** 2
    return np.asarray(gaussian_filter1d(square, UNREST * fps, mode="nearest"))
