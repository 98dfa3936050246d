"""Source and target side by side: what both have of hands and body, and where they are near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import roles
from retarget_ik.hands_arms import arm_of
from retarget_ik.hands_body import (
    ADULT_ARM,
    ARM,
    CAPSULES,
    KNUCKLES,
    PADS,
    PALM,
    Capsule,
    Figure,
    Walked,
)
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
    def close(self) -> list[Capsule]:
        """What any hand comes near, each once."""
        return list(dict.fromkeys(one for close in self.capsules.values() for one in close))

    @property
    def fingers(self) -> bool:
        """Whether fingers have to be looked at."""
        return self.each_other or any(capsule.fingers for capsule in self.close)


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
        palms, amid = (source.palms(self.sides, self.knuckles, share) for share in (PALM, 1.0))
        near = np.zeros(len(moments), bool)
        if len(amid) == 2:
            apart = amid[0] - amid[1]
            near = _comes_within(length(apart), apart, (far + 2 * HAND) * self.size)
        if near.any():  # then it is worth looking at the fingers, there and a look later
            some = np.flatnonzero(near | np.concatenate([near[:1], near[:-1]]))
            fingers = self._walk_source(moments[some], (), fingers=True)
            left, right = (fingers.hand(side, self.knuckles, self.pads) for side in self.sides)
            least = np.full(len(moments), np.inf)
            least[some] = length(left[:, None] - right[None]).min(axis=(0, 1))
            near &= _comes_within(least, apart, (far + CURL) * self.size)
        each_other = bool(near.any())
        close: dict[str, list[Capsule]] = {side: [] for side in self.sides}
        for capsule in capsules:
            begin, end = ends(source, capsule, self.size)
            hands = amid if capsule.fingers else palms
            share = along(hands, begin, end)
            off = hands - begin - share[..., None] * (end - begin)
            reach = leave + capsule.radius + (HAND if capsule.fingers else 0)
            comes = _comes_within(length(off), off, reach * self.size)
            if not comes.any():
                continue
            # Coarse samples blur the speed; one that may rest there on its way is kept.
            fps = self.clip.fps / step
            comes &= or_neighbour(slip(hands, (begin, end), share, fps) < 1.5 * FAST)
            for side, some in zip(self.sides, comes, strict=True):
                if some.any():
                    close[side].append(capsule)
                    near |= some
        return Near(np.repeat(near, np.diff(moments, append=total)), each_other, close)

    def walk(self, frames: Any, near: Near) -> tuple[Walked, Walked]:
        """Return source, with fingers, and target on some frames, with what hands come near."""
        clip = self.clip
        # In float64: what near-straight arms lose of float32's digits is seen as jitter.
        root = clip.root_translations.astype(np.float64)
        target = self.target.walk(self._wanted(near.close), clip.rotations, root, frames)
        return self.walk_source(frames, near), target

    def walk_source(self, frames: Any, near: Near) -> Walked:
        """Return the source alone, likewise."""
        return self._walk_source(frames, near.close, fingers=near.fingers)

    def points(
        self, source: Walked, target: Walked, side: str, *, fingers: bool
    ) -> tuple[Array, Array]:
        """Return the points (P, N, 3) of one hand, of source and target: palm and pads of fingers.

        The target's fingers point where the source's do, so that theirs need not be solved.
        """
        pads = self.pads if fingers else ()
        of_source = source.hand(side, self.knuckles, pads)
        of_target = target.rigid_hand(side, self.knuckles, pads)
        for point, finger in zip(range(1, len(of_target)), pads, strict=True):
            bent = of_source[point] - source.of(f"{side}_{finger}1")
            of_target[point] += self._longer(finger) * bent
        return of_source, of_target

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
    """Return whether a distance (…, N) may be less than `least` from each sample to the next.

    Between two samples it shrinks by what the vector (…, N, 3) does on a straight line, and a
    little.
    """
    here, there = apart, np.concatenate([apart[..., 1:, :], apart[..., -1:, :]], axis=-2)
    share = along(np.zeros_like(here), here, there)[..., None]
    shrinks = np.minimum(length(here), length(there)) - length(here + share * (there - here))
    following = np.concatenate([distance[..., 1:], distance[..., -1:]], axis=-1)
    return np.minimum(distance, following) - shrinks - SAGITTA < least


def or_neighbour(true: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a sample (…, N), the one before or the one after is true."""
    wide = true.copy()
    wide[..., 1:] |= true[..., :-1]
    wide[..., :-1] |= true[..., 1:]
    return wide
