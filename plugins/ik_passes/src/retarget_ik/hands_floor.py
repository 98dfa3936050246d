"""Hands on the floor: where the source's hands rest on it the target's do, planted and no deeper.

Somebody who crawls or turns a cartwheel on shorter legs has arms too long for his hips' height, and
on longer ones arms too short. The two-bone solver bends and stretches them; hands keep their turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.floor import SOLE
from retarget_ik.easing import Runs, eased, upheld
from retarget_ik.hands_arms import Arm, arm_of
from retarget_ik.hands_body import ADULT_ARM, ARM
from retarget_ik.limbs import Posed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import Clip, PassContext
    from retarget_ik.limbs import Limb

    Array = NDArray[Any]

HAND = (("wrist", 0.03), ("middle1", 0.015), ("middle3", 0.01), ("thumb3", 0.01))
"""Joints by which a hand is measured, and the flesh below them, metres."""

NEAR, FAR = 0.03, 0.12
"""Metres over the floor up to which a hand keeps its height wholly, and from which it does not."""

BEYOND = 0.2
"""Metres from the wrist to the tips of the fingers."""

STILL = 0.2
"""m/s below which a wrist of a hand on the floor is planted; it turns about the palm."""

BLEND = 0.12
"""Seconds over which a planted hand is let go."""

RELEASE = 0.4
"""Metres from its place at which a planted hand is let go: it would hold the whole body back."""

HOLD, SMOOTH = 0.1, 0.04
"""Seconds: window of the sliding maximum over how far a hand is lifted, Gaussian after it."""

SLACK = 0.01
"""Metres by which an arm's extension may be off: of the last of them straight elbows make 20°."""

STRAIGHT = 0.93
"""Share of its longest extension from which an arm is straight."""

EXTENDED = 0.99
"""Share of its length to which an arm stretches, or as animated if that is more."""

LEAST = 1e-4
"""Metres below which a hand is where it should be."""

TELL = 0.03
"""Metres by which hands must sink or hover before the user is told."""

LOOKS = 10.0
"""Moments per second at which the first look is taken, at the least."""


def planted(clip: Clip, context: PassContext) -> Clip:
    """Return the clip with hands that rest on the floor in the source on its own floor."""
    missed: list[tuple[str, Array]] = []
    for side in _low(context):
        limb = arm_of(clip.rig, side)
        if limb is None or limb.length <= 0:
            continue
        clip, lacking = _Hand.of(clip, context, side, limb).on_floor(clip, context)
        missed.append((side, lacking))
    told = _told(missed)
    return attrs.evolve(clip, warnings=(*clip.warnings, told)) if told else clip


def _low(context: PassContext) -> list[str]:
    """Return the sides whose hands may come to the floor, by a few moments of the source."""
    motion, floor = context.motion, context.floor
    if floor is None or floor.found_by == "lowest point":
        return []  # what rests on nothing has no floor to rest on
    sides = [side for side in roles.SIDES if _length(context, side) > 0]
    if not sides:
        return []
    step = max(1, int(motion.fps / LOOKS))
    few = attrs.evolve(
        motion,
        rotations=motion.rotations[:, ::step],
        root_translations=motion.root_translations[::step],
    )
    wrists = attrs.evolve(context, motion=few).source_world_of([f"{s}_wrist" for s in sides])
    heights = wrists.positions[..., 1].min(axis=1) - (floor.toe_level - SOLE)
    # A hand reaches on beyond its wrist; on shorter legs it may sink where the source's does not.
    heights *= min(1.0, context.root_scale)
    return [
        side
        for side, height in zip(sides, heights, strict=True)
        if height < (FAR + BEYOND) * _length(context, side) / ADULT_ARM
    ]


@attrs.frozen(kw_only=True, eq=False)
class _Hand:
    """One hand of source and target."""

    side: str
    limb: Limb
    points: tuple[tuple[str, float], ...]
    """Roles that both have, and the flesh below them."""
    size: float
    """Source arm over the mean body's."""
    ratio: float
    """Target arm over source arm."""
    over: Array
    """(F,) height of the source's wrist over its floor, metres."""
    lowest: Array
    """(F,) height of the lowest skin of the source's hand over its floor."""
    planted: NDArray[np.bool_]
    """(F,) where it rests."""

    @classmethod
    def of(cls, clip: Clip, context: PassContext, side: str, limb: Limb) -> _Hand:
        """Look at the source."""
        motion, joints = context.motion, clip.rig.joint_of_role
        index = motion.skeleton.index
        points = tuple(
            (role, flesh)
            for joint, flesh in HAND
            if (role := f"{side}_{joint}") in index and role in joints
        )
        length = _length(context, side)
        size = length / ADULT_ARM
        ground = context.floor.toe_level - SOLE if context.floor else 0.0
        positions = context.source_world_of([role for role, _ in points]).positions
        lowest = np.min(
            [p[:, 1] - flesh * size for p, (_, flesh) in zip(positions, points, strict=True)],
            axis=0,
        )
        speed = np.zeros(motion.frames)
        if motion.frames > 1:
            moved = np.gradient(positions[0].astype(np.float64), axis=0)
            speed = np.linalg.norm(moved, axis=1) * motion.fps
        near = lowest - ground < 1.5 * NEAR * size
        return cls(
            side=side,
            limb=limb,
            points=points,
            size=size,
            ratio=limb.length / length,
            over=positions[0, :, 1].astype(np.float64) - ground,
            lowest=lowest - ground,
            planted=_steady(near & (speed < STILL * size), motion.fps),
        )

    def on_floor(self, clip: Clip, context: PassContext) -> tuple[Clip, Array]:
        """Return the clip with the hand moved, and how far up (N,), metres, it should still go."""
        joints, floor, size = clip.rig.joint_of_role, clip.rig.floor, self.size * self.ratio
        wanted = [joints[role] for role, _ in self.points]
        world = Posed.of(clip, context, {*self.limb.joints, *wanted})
        arm = Arm(self.limb, world)
        wrist = arm.wrist
        lowest = np.min(
            [
                world.position(j)[:, 1] - flesh * size - floor
                for j, (_, flesh) in zip(wanted, self.points, strict=True)
            ],
            axis=0,
        )
        # A source whose hand sinks into its own floor may do so here.
        allowed = np.minimum(0, self.ratio * self.lowest)
        share = np.clip((FAR * self.size - self.lowest) / ((FAR - NEAR) * self.size), 0, 1)
        share = share * share * (3 - 2 * share)
        move = np.zeros_like(wrist)
        move[:, 1] = share * (self.ratio * self.over - (wrist[:, 1] - floor))
        sinks = np.maximum(allowed - lowest - move[:, 1], 0)
        move[:, 1] += _smooth_lift(sinks, clip.fps)
        move += self._held(wrist + move, clip.fps)
        asked = move[:, 1].copy()
        move = _at_length(wrist - arm.shoulder, move, SLACK * size, EXTENDED * self.limb.length)
        some = np.flatnonzero(np.abs(move).max(axis=1) > LEAST)
        if not some.size:
            return clip, np.zeros(0)
        part = arm.on(some)
        came, turned = part.reach(part.wrist + move[some], fps=clip.fps)
        rotations = clip.rotations.copy()
        for joint, local in turned.items():
            q = quat.normalize(local)
            q[np.einsum("ni,ni->n", rotations[joint, some], q) < 0] *= -1
            rotations[joint, some] = q
        lacking = (asked[some] - (came - part.wrist)[:, 1]) * share[some]
        return attrs.evolve(clip, rotations=rotations), lacking / self.size

    def _held(self, wrist: Array, fps: float) -> Array:
        """Return (F, 3) what holds a planted hand in place, level; faded outside of contacts."""
        runs = Runs.of(self.planted)
        if not len(runs):
            return np.zeros_like(wrist)
        offset = runs.spread(runs.means(wrist, np.ones(len(wrist)))) - wrist
        offset[:, 1] = 0
        far = runs.most(np.hypot(offset[:, 0], offset[:, 2])) > RELEASE * self.size * self.ratio
        offset[runs.spread(far)] = 0
        speed = -np.gradient(wrist, axis=0) * (offset != 0)
        return eased(offset, runs, BLEND * fps, speed=speed)


def _told(missed: list[tuple[str, Array]]) -> str:
    """Tell what could not be done; empty where all could."""
    off = {side: lacking[np.abs(lacking) > TELL] for side, lacking in missed}
    frames = " and ".join(f"{len(some)} frames ({side})" for side, some in off.items() if len(some))
    if not frames:
        return ""
    every = np.concatenate(list(off.values()))
    what = [
        f"{how} the floor by up to {100 * far:.0f} cm"
        for how, far in (("hover over", -every.min()), ("sink into", every.max()))
        if far > TELL
    ]
    return f"hands: hands that rest on the floor {' and '.join(what)} on {frames}: out of reach."


def _length(context: PassContext, side: str) -> float:
    """Return the length (metres) of the source's arm; 0 where it has none."""
    skeleton = context.motion.skeleton
    if not all(f"{side}_{joint}" in skeleton.index for joint in ARM):
        return 0.0
    bones = [skeleton.index[f"{side}_{joint}"] for joint in ("elbow", "wrist")]
    return float(np.linalg.norm(skeleton.rest_translations[bones], axis=1).sum())


def _smooth_lift(sinks: Array, fps: float) -> Array:
    """Widen (F,) depths in time and smooth them: a hand slows down before the floor."""
    return np.zeros_like(sinks) if sinks.max() <= LEAST else upheld(sinks, HOLD, SMOOTH, fps)


def _at_length(arm: Array, move: Array, slack: float, longest: float) -> Array:
    """Return the move (F, 3) of an arm (F, 3) that spares a straight elbow.

    Small changes of its extension are left out, and none goes beyond `longest`; no corner between.
    """
    goal = arm + move
    animated, asked = (np.linalg.norm(v, axis=1) for v in (arm, goal))
    change = asked - animated
    straight = np.clip((animated / longest - STRAIGHT) / (1 - STRAIGHT), 0, 1)
    change = change**3 / (change**2 + (slack * straight) ** 2 + 1e-12)
    room = np.maximum(longest - animated, slack / 10)
    change = np.where(change > 0, room * np.tanh(change / room), change)
    return goal * ((animated + change) / np.maximum(asked, 1e-9))[:, None] - arm


def _steady(mask: NDArray[np.bool_], fps: float) -> NDArray[np.bool_]:
    """Fill gaps and drop runs shorter than a tenth of a second."""
    from scipy import ndimage  # noqa: PLC0415 - scipy costs 0.1 s to import

    width = max(1, round(0.1 * fps))
    padded = np.pad(mask, width, mode="edge")
    line = np.ones(width, bool)
    padded = ndimage.binary_opening(ndimage.binary_closing(padded, line), line)
    return np.asarray(padded[width:-width], bool)
