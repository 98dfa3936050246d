"""The pass `hands`: what hands do to each other and to the body survives other proportions.

Where the source's hands are near each other, or rest on head, trunk or thighs, the target's wrists
are moved so that the vector between the two is the source's, scaled by arm length, and two-bone IK
brings the arms there. Elsewhere nothing is touched. Hands that are near each other move alike about
the point midway between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.parameters import parameter
from retarget_ik.easing import Runs
from retarget_ik.hands_arms import Arm
from retarget_ik.hands_floor import planted
from retarget_ik.hands_goals import EXTENDED, envelope, soft, widened, within_reach
from retarget_ik.hands_relation import Relation, between_hands, fade, to_body
from retarget_ik.hands_scene import Scene, or_neighbour
from retarget_ik.vectors import length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import Clip, PassContext
    from retarget.values import Float32
    from retarget_ik.hands_body import Walked
    from retarget_ik.hands_scene import Near

    Array = NDArray[Any]

STILL = 1e-5
"""Metres below which a wrist is where it should be."""

SOFT = 0.05
"""Seconds: deviation of the Gaussian over what wrists are moved by. Where an arm comes to its end
or another relation takes over the way has a corner; a near-straight elbow makes a jerk of it."""

TELL, FULL = 0.05, 0.9
"""Arm lengths of a relation that must be missing before the user is told, and how much it must
count."""


@attrs.frozen(kw_only=True)
class HandsParameters:
    """What may be set of `hands`: distances in the source, of a body with arms of 0.51 m."""

    near: float = parameter(
        0.25, "hands nearer to each other than this keep their relation", unit="m", at_least=0
    )
    far: float = parameter(
        0.35, "hands farther from each other than this have none", unit="m", at_least=0
    )
    touch: float = parameter(
        0.03, "a hand nearer to the skin than this keeps to the body", unit="m", at_least=0
    )
    leave: float = parameter(
        0.07, "a hand farther from it than this does not; 0: none does", unit="m", at_least=0
    )
    blend: float = parameter(
        0.3, "how long an arm takes to set off and to come back", unit="s", at_least=0
    )


class Hands:
    """Keeps hand-hand and hand-body relations by proximity."""

    parameters = HandsParameters

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return the clip with its arms moved; see `retarget.Pass.apply`."""
        return planted(self._related(clip, context), context)

    def _related(self, clip: Clip, context: PassContext) -> Clip:
        scene = Scene.of(clip, context)
        if scene is None:
            return clip
        chosen = context.parameters(HandsParameters)
        near = scene.look(chosen.far, chosen.leave)
        frames = np.flatnonzero(_matters(scene, near, chosen))
        if not frames.size:
            return clip
        first, last = int(frames[0]), int(frames[-1]) + 1
        dense = 2 * frames.size > last - first
        if dense:  # a slice spares a copy of every track
            frames = np.arange(first, last)
        walked = scene.walk(slice(first, last) if dense else frames, near)
        relations = _Relations.of(scene, walked, near, chosen).lasting(scene, frames, chosen)
        arms = {side: Arm.of(limb, walked[1]) for side, limb in scene.arms.items()}
        moves = relations.moves(arms)
        if chosen.blend > 0:
            moves = {side: soft(move, SOFT * clip.fps) for side, move in moves.items()}
        rotations, moved = clip.rotations, {}
        for side, arm in arms.items():
            moved[side] = np.zeros_like(arm.wrist)
            some = np.flatnonzero(length(moves[side]) > STILL)
            if not some.size:
                continue
            if rotations is clip.rotations:
                rotations = clip.rotations.copy()
            part = arm.on(some) if some.size < frames.size else arm
            wrist, turned = part.reach(part.wrist + moves[side][some], fps=clip.fps)
            moved[side][some] = wrist - part.wrist
            for joint, local in turned.items():
                _write(rotations[joint], frames[some], local)
        told = relations.missed(moved)
        return attrs.evolve(clip, rotations=rotations, warnings=(*clip.warnings, *told))


def _matters(scene: Scene, near: Near, chosen: HandsParameters) -> NDArray[np.bool_]:
    """Return the frames (F,) on which arms may have to move: where relations count, and about."""
    wide = widened(near.frames, chosen.blend * scene.clip.fps)
    if 2 * near.frames.sum() >= wide.sum():
        return wide
    # What is near may still not count, as a hand that swings past; the source alone tells. Each
    # frame has its neighbours, by which speeds are told.
    few = np.flatnonzero(or_neighbour(near.frames))
    source = scene.walk_source(few, near)
    counting = np.zeros(len(wide), bool)
    counting[few] = _Relations.of(scene, (source, source), near, chosen).count > 0
    runs = Runs.of(wide)
    kept: NDArray[np.bool_] = wide & runs.spread(runs.most(counting & near.frames) > 0)
    return kept


@attrs.frozen(kw_only=True, eq=False)
class _Relations:
    """The relations of both hands on N frames."""

    hands: Relation | None
    body: dict[str, Relation]
    arm_length: float
    """Of the target, metres."""

    @classmethod
    def of(
        cls, scene: Scene, walked: tuple[Walked, Walked], near: Near, chosen: HandsParameters
    ) -> _Relations:
        """Measure the relations of the points of both hands, of source and target."""
        source, target = walked
        points = {
            side: scene.points(source, target, side, fingers=near.fingers) for side in scene.sides
        }
        size, k = scene.size, scene.ratio
        hands = None
        if near.each_other:
            (left_s, left_t), (right_s, right_t) = points["left"], points["right"]
            reach = (chosen.near * size, chosen.far * size)
            hands = between_hands((left_s, right_s), (left_t, right_t), k, reach)
        body = {}
        reach = (chosen.touch * size, chosen.leave * size)
        for side, close in near.capsules.items():
            if close:
                body[side] = to_body(walked, points[side], close, k, reach, scene.clip.fps)
        return cls(hands=hands, body=body, arm_length=scene.target.arm_length)

    @property
    def count(self) -> Array:
        """How much (N,) the relation that matters most does."""
        every = [*self.body.values(), *([self.hands] if self.hands else [])]
        return np.max([one.count for one in every], axis=0)

    def lasting(
        self, scene: Scene, frames: NDArray[np.intp], chosen: HandsParameters
    ) -> _Relations:
        """Return them as they come and go over time; `frames` (N,) are theirs."""

        def lasting(relation: Relation) -> Relation:
            blend = chosen.blend * scene.clip.fps
            count = envelope(relation.count, frames, scene.clip.frames, blend)
            return attrs.evolve(relation, count=count)

        hands = self.hands and lasting(self.hands)
        body = {side: lasting(one) for side, one in self.body.items()}
        if hands is not None and len(body) == 2:
            # Hands on two knees are held by the knees, however near to each other those are.
            both = body["left"].count * body["right"].count
            touch = chosen.touch * scene.size
            apart = 1 - fade(hands.distance, touch, 3 * touch)
            hands = attrs.evolve(hands, count=hands.count * (1 - both * apart))
        return attrs.evolve(self, hands=hands, body=body)

    def moves(self, arms: dict[str, Arm]) -> dict[str, Array]:
        """Return by how much each wrist must move (N, 3), by side.

        First each hand to the body, then both alike about the point midway between them, so that
        of two relations that cannot both hold the one between the hands does. Where an arm is too
        short for that, both hands come nearer to the shoulders together.
        """
        moves = {side: np.zeros_like(arm.wrist) for side, arm in arms.items()}
        for side, one in self.body.items():
            moves[side] = one.count[:, None] * one.lacking
        if self.hands is None:
            return moves
        count = self.hands.count[:, None]
        lacking = count * (self.hands.lacking - (moves["left"] - moves["right"]))
        left, right = moves["left"] + lacking / 2, moves["right"] - lacking / 2
        shift = count * within_reach(
            (arms["left"].wrist + left, arms["right"].wrist + right),
            (arms["left"].shoulder, arms["right"].shoulder),
            (arms["left"].span(EXTENDED), arms["right"].span(EXTENDED)),
        )
        return {"left": left + shift, "right": right + shift}

    def missed(self, moved: dict[str, Array]) -> tuple[str, ...]:
        """Tell of relations that do not hold, given how far the wrists did move (N, 3), by side."""
        told = []
        related = np.zeros(0, bool)
        if self.hands is not None:
            related = self.hands.count > FULL
            lacking = self.hands.lacking - (moved["left"] - moved["right"])
            told.append(self._missed(lacking[related], "hands are near each other"))
        for side, one in self.body.items():
            # Where both hands are held to each other that goes before, and is no failure.
            alone = one.count > FULL
            alone[: related.size] &= ~related
            lacking = one.lacking[alone] - moved[side][alone]
            told.append(self._missed(lacking, f"the {side} hand rests on the body"))
        return tuple(one for one in told if one)

    def _missed(self, lacking: Array, where: str) -> str:
        missing = length(lacking)
        off = missing > TELL * self.arm_length
        if not off.any():
            return ""
        return (
            f"hands: out of reach on {off.sum()} of {off.size} frames on which {where}; up to "
            f"{100 * missing.max():.0f} cm are missing."
        )


def _write(track: Float32, frames: NDArray[np.intp], local: Array) -> None:
    """Put local rotations (N, 4) into a joint's track (F, 4).

    With the sign of what was animated, near which they are: the track stays continuous.
    """
    local = quat.normalize(local)
    opposite = np.einsum("ni,ni->n", track[frames], local) < 0
    local[opposite] *= -1
    track[frames] = local
