"""Where a foot goes: toe and heel to their anchors, never below the floor, toes flat on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget_ik.easing import upheld
from retarget_ik.two_bone import swing
from retarget_ik.vectors import cross, dot, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget_ik.feet import FeetParameters
    from retarget_ik.feet_anchors import Held
    from retarget_ik.feet_legs import Leg
    from retarget_ik.limbs import Posed

    Array = NDArray[Any]

SOFT = 0.003
"""Metres above the floor, for a leg of 0.86 m, from which toes that come down are slowed."""

FOLLOW = 0.015
"""Metres, for a leg of 0.86 m, by which a foot's free end is raised with its held end, at most.
A foot that is long for its leg would lift the whole leg; so it rolls less instead."""

UPRIGHT, TURNED_OVER = 0.6, 0.2
"""Cosines of the toes' tilt between which they are laid flat wholly and not at all."""

LIFT_HOLD, LIFT_SMOOTH = 0.03, 0.03
"""Seconds: window of the sliding maximum over how far a free foot is lifted, deviation of the
Gaussian after it. A foot stopped at the floor itself would stop within a frame."""

TOE_HOLD, TOE_SMOOTH = 0.1, 0.06
"""The same of the turn that lifts toes. Longer, for a foot that leaves the floor pitches fast, and
past straight down its toes go over from one side to the other."""

STEEP = 0.5
"""Sine of the angle between toes and straight down below which they do not tell which way is up
for them: a foot that pushes off tips them past the vertical for a moment."""

_NO_LENGTH = 1e-6


@attrs.frozen(kw_only=True, eq=False)
class Foot:
    """What is asked of a leg."""

    ankle: Array
    """(F, 3) goal of the ankle."""
    turn: Array
    """(F, 4) put before the ankle's world rotation."""
    toe_height: Array
    """(F,) metres from the floor up to the toe joint, or the ball."""
    toe_weight: Array
    """(F,) how much the toes are held."""
    weight: Array
    """(F,) how much the foot is held."""
    still: NDArray[np.bool_]
    """(F,) where it is in contact and, as animated, neither rises nor falls."""
    released: int
    """Number of contacts that slide too far to be held in place."""
    fps: float
    """Frames a second."""


def place(leg: Leg, held: Held, floor: float, fps: float, chosen: FeetParameters) -> Foot:
    """Place a foot: ankle, and rotations of ankle and toe joint."""
    # What is not held itself goes with what is.
    most = FOLLOW * leg.size
    toe = held.toe + held.toe_offset + held.toe_free * _goes(held.heel_offset, most)
    heel = held.heel + held.heel_offset + held.heel_free * _goes(held.toe_offset, most)
    weight = 1 - (1 - held.toe_weight) * (1 - held.heel_weight)
    if chosen.clamp:
        toe, heel = _above(toe, heel, floor + leg.toe_height, floor, weight, fps)
    sole = held.heel - held.toe
    turn = swing(sole, heel - toe)
    # The foot is rigid: what the two points disagree in length goes to the one that is not held.
    loose = held.toe_free[:, 0] + 0.01, held.heel_free[:, 0] + 0.01
    share = loose[1] / (loose[0] + loose[1])
    surplus = (heel - toe) - quat.rotate(turn, sole)
    toe = toe + (1 - share)[:, None] * surplus
    ankle = toe + quat.rotate(turn, held.ankle - held.toe)
    return Foot(
        ankle=ankle,
        turn=turn,
        toe_height=toe[:, 1] - floor,
        toe_weight=held.toe_weight,
        weight=weight,
        still=held.still,
        released=held.released,
        fps=fps,
    )


def _goes(offset: Array, most: float) -> Array:
    """Return the offset (F, 3) of a foot's free end from that of its held end: less far up."""
    follows = np.copy(offset)
    follows[:, 1] = most * np.tanh(offset[:, 1] / most)
    return follows


def _above(
    toe: Array, heel: Array, toe_level: float, heel_level: float, weight: Array, fps: float
) -> tuple[Array, Array]:
    """Keep both points above their levels: the foot rolls, the end that does not sink stays.

    So the ankle, and with it the leg, moves least. A free foot that points down is lifted as a
    whole, for it cannot roll so far.
    """
    below = toe_level - toe[:, 1], heel_level - heel[:, 1]
    if max(sunk.max() for sunk in below) <= 0:
        return toe, heel
    free = 1 - weight
    lifts = [free * upheld(free * np.maximum(s, 0), LIFT_HOLD, LIFT_SMOOTH, fps) for s in below]
    sole = heel - toe
    rises = sole[:, 1] - (heel_level - toe_level)
    steep = rises**2 / np.maximum(dot(sole, sole), _NO_LENGTH**2)
    whole = steep * np.maximum(*lifts)
    toe, heel = np.copy(toe), np.copy(heel)
    for point, level, lift in zip((toe, heel), (toe_level, heel_level), lifts, strict=True):
        point[:, 1] += whole + (1 - steep) * lift
        point[:, 1] += weight * np.maximum(level - point[:, 1], 0)
    return toe, heel


def _lift(height: Array, slows: float) -> Array:
    """Return (F,) how far a point so high above the floor is lifted: softly, from `slows` on."""
    soft = np.clip((slows - height) / (2 * slows), 0, None)
    return np.where(soft < 1, slows * soft * soft, -height)


def toe_local(leg: Leg, world: Posed, foot: Foot) -> Array:
    """Return the toe joint's local rotation (F, 4): flat in contact, its tip never in the floor."""
    # In float32: a toe's direction has no need of more digits.
    own = foot.turn.astype(np.float32)
    turn, rotation = (
        quat.multiply(own, world.rotation(joint).astype(np.float32))
        for joint in (leg.sole.ankle, leg.sole.toe)
    )
    down = quat.rotate(rotation, leg.toe_down.astype(np.float32))
    # Toes that point elsewhere than down, of somebody who kneels or lies, are not flat.
    flat = np.clip((-down[:, 1] - TURNED_OVER) / (UPRIGHT - TURNED_OVER), 0, 1)
    weight = (foot.toe_weight * flat).astype(np.float32)[:, None]
    rotation = quat.multiply(swing(down, (1 - weight) * down + weight * _DOWN), rotation)
    hinge = unit(cross(leg.toe_down, leg.sole.tip)).astype(np.float32)
    tip = leg.sole.tip.astype(np.float32)
    above = cross(hinge, tip)  # where the tip goes, turned about the hinge
    angle = _raised(
        quat.rotate(rotation, tip)[:, 1],
        quat.rotate(rotation, above)[:, 1],
        1 - weight[:, 0],
        foot,
        leg,
    )
    if angle.any():
        lift = np.empty_like(rotation)
        lift[:, :3] = hinge * np.sin(angle / 2)[:, None]
        lift[:, 3] = np.cos(angle / 2)
        rotation = quat.multiply(rotation, lift)
    return quat.multiply(quat.conjugate(turn), rotation)


def _raised(tip: Array, above: Array, free: Array, foot: Foot, leg: Leg) -> Array:
    """Return the turn (F,), radians, about their hinge that keeps toes out of the floor.

    `tip` (F,) is how high the tip is above its joint, `above` what it would be a quarter turn on,
    `free` (F,) how much the toes are not held.
    About the hinge alone, for toes do not turn sideways; and as a free foot is lifted, smoothly
    over time.
    """
    slows = SOFT * leg.size
    lift = _lift(tip + foot.toe_height, slows)
    if not lift.any():
        return np.zeros(len(tip), np.float32)
    highest = np.maximum(np.hypot(tip, above), _NO_LENGTH)
    from_up = np.arccos(np.clip(tip / highest, -1, 1))
    angle = from_up - np.arccos(np.clip((tip + lift) / highest, -1, 1))
    # The other way round they go by straight down first; not all of it where they hardly sink.
    around = 2 * (np.pi - from_up) * np.clip(lift / slows, 0, 1)
    ahead = _ahead(above / max(float(np.linalg.norm(leg.sole.tip)), _NO_LENGTH))
    forward = np.where(ahead > 0, angle + np.where(above < 0, around, 0), 0)
    back = np.where(ahead < 1, angle + np.where(above > 0, around, 0), 0)
    # Each way by itself, for both last longer than they are asked for: where they met, the one
    # would take from the other.
    ahead = upheld(ahead, 0, TOE_SMOOTH, foot.fps)
    forward, back = (
        upheld(free * part, TOE_HOLD, TOE_SMOOTH, foot.fps) for part in (forward, back)
    )
    return (free * (ahead * forward - (1 - ahead) * back)).astype(np.float32)


def _ahead(above: Array) -> Array:
    """Return the share (F,) in which toes are raised forward; the rest is backward.

    Toes near straight down, by the sine `above` (F,), go on as before, and over to what comes.
    """
    sure = np.flatnonzero(np.abs(above) > STEEP)
    if not len(sure):
        return np.full(len(above), float(above.mean() > 0))
    return np.interp(np.arange(len(above)), sure, (above[sure] > 0).astype(float))


_DOWN = np.array([0.0, -1.0, 0.0], np.float32)
