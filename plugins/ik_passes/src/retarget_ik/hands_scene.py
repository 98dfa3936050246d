"""Source and target side by side: what both have of hands and body, and where they are near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import roles
from retarget_ik.hands_arms import arm_of
from retarget_ik.hands_body import ADULT_ARM, ARM, CAPSULES, KNUCKLES, PADS, Capsule, Figure, Walked
from retarget_ik.hands_relation import FAST, along, ends, slip
from retarget_ik.vectors import length

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from retarget import Clip, PassContext
    from retarget_ik.limbs import Limb

    Array = NDArray[Any]

HAND = 0.08
"""Metres from amid the knuckles of the mean body to the pads of its fingers, however they are bent,
and to its palm."""

NO_ARM = 1e-3
"""Metres below which an arm is none."""

CURL = 0.02
"""Metres by which fingers may come nearer by their own movement between two looks."""

SAGITTA = 0.01
"""Metres by which the way from one look to the next is bent, at the most: 70 m/s² do that."""

LOOKS = 30.0
"""Moments per second at which the first look is taken, at the least."""


@attrs.frozen(eq=False)
class Near:
    """Where hands are near something, from a first look."""

    frames: NDArray[np.bool_]
    """(F,) where a closer look is worth it."""
    each_other: bool
    """Whether the hands come near each other."""
    capsules: dict[str, list[Capsule]]
    """By side, what its hand comes near."""

    @property
    def fingers(self) -> bool:
        """Whether fingers have to be looked at."""
        close = (capsule for capsules in self.capsules.values() for capsule in capsules)
        return self.each_other or any(capsule.fingers for capsule in close)


@attrs.frozen(kw_only=True, eq=False)
class Scene:
    """A clip and its source, and what both have of what hands relate to."""

    clip: Clip
    context: PassContext
    source: Figure
    target: Figure
    arms: Mapping[str, Limb]
    """By side, the target's arms of those that both have."""
    knuckles: tuple[str, ...]
    pads: tuple[str, ...]
    capsules: tuple[Capsule, ...]

    @classmethod
    def of(cls, clip: Clip, context: PassContext) -> Scene | None:
        """Find what both have; None where that is no arm."""
        skeleton, solver = context.motion.skeleton, context.solver
        source = Figure(skeleton=skeleton, joints=skeleton.index, solver=solver)
        joints = clip.rig.joint_of_role
        target = Figure(skeleton=clip.rig.skeleton, joints=joints, solver=solver)
        shared = source.joints.keys() & target.joints.keys()
        arms = {
            side: limb
            for side in roles.SIDES
            if shared >= {f"{side}_{joint}" for joint in ARM}
            and (limb := arm_of(clip.rig, side)) is not None
            and limb.length > NO_ARM
        }
        if not arms or source.arm_length < NO_ARM:
            return None
        sides = tuple(arms)
        return cls(
            clip=clip,
            context=context,
            source=source,
            target=target,
            arms=arms,
            knuckles=tuple(k for k in KNUCKLES if shared >= {f"{s}_{k}" for s in sides}),
            pads=tuple(
                f for f in PADS if shared >= {f"{s}_{f}{n}" for s in sides for n in (1, 2, 3)}
            ),
            capsules=tuple(c for c in CAPSULES if shared >= {c.begin, c.end}),
        )

    @property
    def sides(self) -> tuple[str, ...]:
        """Sides of which both have the whole arm."""
        return tuple(self.arms)

    @property
    def size(self) -> float:
        """The source's arms over the mean body's."""
        return self.source.arm_length / ADULT_ARM

    @property
    def ratio(self) -> float:
        """The target's arms over the source's."""
        return self.target.arm_length / self.source.arm_length

    def look(self, far: float, leave: float) -> Near:
        """Find where a hand may be within `far` of the other, or `leave` of the skin.

        Both in metres of the mean body. A few palms a second decide: between two looks a hand comes
        nearer by half of what it moves, so that nothing is overlooked.
        """
        total = self.clip.frames
        step = max(1, int(self.clip.fps / LOOKS))
        moments = np.append(np.arange(0, total - 1, step), total - 1)
        capsules = self.capsules if leave > 0 else ()
        source = self._walk_source(moments, capsules, fingers=False)
        palms = {side: source.palm(side, self.knuckles) for side in self.sides}
        amid = {side: source.palm(side, self.knuckles, 1.0) for side in self.sides}
        near = np.zeros(len(moments), bool)
        if len(amid) == 2:
            apart = amid["left"] - amid["right"]
            near = _comes_within(length(apart), apart, (far + 2 * HAND) * self.size)
        if near.any():  # then it is worth looking at the fingers, there and a look later
            some = np.flatnonzero(near | np.concatenate([near[:1], near[:-1]]))
            fingers = self._walk_source(moments[some], (), fingers=True)
            left, right = (self._of_source(fingers, side) for side in self.sides)
            least = np.full(len(moments), np.inf)
            least[some] = length(left[:, None] - right[None]).min(axis=(0, 1))
            near &= _comes_within(least, apart, (far + CURL) * self.size)
        each_other = bool(near.any())
        close: dict[str, list[Capsule]] = {side: [] for side in self.sides}
        for capsule in capsules:
            begin, end = ends(source, capsule, self.size)
            for side in self.sides:
                hand = amid[side] if capsule.fingers else palms[side]
                share = along(hand, begin, end)
                off = hand - begin - share[:, None] * (end - begin)
                reach = leave + capsule.radius + (HAND if capsule.fingers else 0)
                comes = _comes_within(length(off), off, reach * self.size)
                # Coarse samples blur the speed; one that may rest there on its way is kept.
                fps = self.clip.fps / step
                comes &= _or_neighbour(slip(hand, (begin, end), share, fps) < 1.5 * FAST)
                if comes.any():
                    close[side].append(capsule)
                    near |= comes
        return Near(np.repeat(near, np.diff(moments, append=total)), each_other, close)

    def walk(self, frames: Any, near: Near) -> tuple[Walked, Walked]:
        """Return source, with fingers, and target on some frames, with what hands come near."""
        clip = self.clip
        capsules = dict.fromkeys(c for close in near.capsules.values() for c in close)
        # In float64: what near-straight arms lose of float32's digits is seen as jitter.
        root = clip.root_translations.astype(np.float64)
        target = self.target.walk(self._wanted(capsules), clip.rotations, root, frames)
        return self._walk_source(frames, capsules, fingers=near.fingers), target

    def points(
        self, source: Walked, target: Walked, side: str, *, fingers: bool
    ) -> tuple[Array, Array]:
        """Return the points (P, N, 3) of one hand, of source and target: palm and pads of fingers.

        The target's fingers point where the source's do, so that theirs need not be solved.
        """
        palm = target.palm(side, self.knuckles)
        if not fingers:
            return source.palm(side, self.knuckles)[None], palm[None]
        pads = [
            target.knuckle(side, finger) + self._longer(finger) * source.pad(side, finger)
            for finger in self.pads
        ]
        return self._of_source(source, side), np.stack([palm, *pads])

    def _of_source(self, source: Walked, side: str) -> Array:
        pads = [source.of(f"{side}_{f}1") + source.pad(side, f) for f in self.pads]
        return np.stack([source.palm(side, self.knuckles), *pads])

    def _longer(self, finger: str) -> float:
        return self.target.finger_length(finger) / self.source.finger_length(finger)

    def _walk_source(self, frames: Any, capsules: Iterable[Capsule], *, fingers: bool) -> Walked:
        motion = self.context.motion
        wanted = self._wanted(capsules)
        if fingers:
            wanted += [f"{s}_{finger}3" for s in self.sides for finger in self.pads]
        return self.source.walk(wanted, motion.rotations, motion.root_translations, frames)

    def _wanted(self, capsules: Iterable[Capsule]) -> list[str]:
        hands = [f"{s}_wrist" for s in self.sides]
        return [*hands, *(role for c in capsules for role in (c.begin, c.end))]


def _comes_within(distance: Array, apart: Array, least: float) -> Array:
    """Return whether a distance (N,) may be less than `least` from each sample to the next.

    Between two samples it shrinks by what the vector (N, 3) does on a straight line, and a little.
    """
    here, there = apart, np.concatenate([apart[1:], apart[-1:]])
    share = along(np.zeros_like(here), here, there)[:, None]
    shrinks = np.minimum(length(here), length(there)) - length(here + share * (there - here))
    following = np.concatenate([distance[1:], distance[-1:]])
    return np.minimum(distance, following) - shrinks - SAGITTA < least


def _or_neighbour(true: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a sample, the one before or the one after is true."""
    wide = np.pad(true, 1)
    return wide[:-2] | wide[1:-1] | wide[2:]
