"""The pass `feet`: what touches the floor in the source stands still on the target's floor.

Toe and heel are held apart, so that a heel that rises rolls about the toe. The pelvis rides with
the contacts and gives way where a leg cannot reach; two-bone IK moves each leg to its foot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.parameters import parameter
from retarget_ik.feet_anchors import Stance
from retarget_ik.feet_foot import place, toe_local
from retarget_ik.feet_legs import legs_of
from retarget_ik.feet_moves import resting
from retarget_ik.feet_pelvis import drop, follow, relieve, settle, steady
from retarget_ik.grounds import Ground, told
from retarget_ik.limbs import Posed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget import Clip, PassContext
    from retarget.values import Contacts
    from retarget_ik.feet_foot import Foot
    from retarget_ik.feet_legs import Leg
    from retarget_ik.two_bone import Bones

    Array = NDArray[Any]


@attrs.frozen(kw_only=True)
class FeetParameters:
    """What may be set of the pass; lengths are for a leg of 0.86 m and scale with the target's."""

    blend: float = parameter(
        0.12, "how long a lock takes to fade in and out", unit="s", at_least=0.0, at_most=2.0
    )
    release: float = parameter(
        0.2, "a contact that slides further than this is not held in place", unit="m", at_least=0.0
    )
    pelvis: bool = parameter(default=True, summary="the pelvis gives way where a leg cannot reach")
    toes: bool = parameter(default=True, summary="toes lie flat while the heel rises")
    clamp: bool = parameter(default=True, summary="soles never go below the floor")
    reach: float = parameter(
        0.99,
        "share of its length to which a leg stretches before the pelvis gives way",
        at_least=0.5,
        at_most=1.0,
    )


class Feet:
    """Foot lock by two-bone IK, on the source's contacts."""

    parameters = FeetParameters

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return the clip with its feet held; see `retarget.Pass.apply`."""
        legs, contacts = legs_of(clip.rig), context.contacts
        if contacts is None or not contacts.points or not legs:
            lacks = "source has no feet" if legs else "target has no whole leg"
            return attrs.evolve(
                clip, warnings=(*clip.warnings, f"feet: the {lacks}; nothing was held.")
            )
        moving = _Moving(clip, context, legs, contacts, context.parameters(FeetParameters))
        held = moving.held()
        notes = (f"feet: {note}" for note in moving.notes)
        return attrs.evolve(held, contacts=contacts, warnings=(*clip.warnings, *notes))


class _Moving:
    """One clip while its feet are placed."""

    def __init__(
        self,
        clip: Clip,
        context: PassContext,
        legs: list[Leg],
        contacts: Contacts,
        chosen: FeetParameters,
    ) -> None:
        self.clip, self.context, self.legs, self.chosen = clip, context, legs, chosen
        self.touching: Mapping[str, NDArray[np.bool_]] = dict(
            zip(contacts.points, contacts.touching, strict=True)
        )
        self.ground = Ground.of(clip.rig, context)
        self.world = Posed.of(clip, context, {joint for leg in legs for joint in leg.joints})
        self.bones = [leg.limb.bones(self.world) for leg in legs]
        self.notes = self._notes()

    def held(self) -> Clip:
        """Return the clip with the body raised and each leg moved to its foot."""
        body, feet = self._body()
        if released := sum(foot.released for foot in feet):
            limit = self.chosen.release
            self.notes.append(f"{released} contacts slide further than {limit:g} m; not held.")
        rotations = self.clip.rotations.copy()
        for leg, bones, foot in zip(self.legs, self.bones, feet, strict=True):
            for joint, track in self._leg(leg, bones, foot, body).items():
                rotations[joint] = track
        root = self.clip.root_translations.copy()
        root[:, 1] += body.astype(np.float32)
        return attrs.evolve(self.clip, rotations=rotations, root_translations=root)

    def _body(self) -> tuple[Array, list[Foot]]:
        """Return by how much the body is raised (F,), and its feet."""
        legs, world, fps = self.legs, self.world, self.clip.fps
        chosen = self.chosen
        stances = [
            Stance.of(leg, world, self.touching, self.ground, fps, chosen.blend) for leg in legs
        ]
        rests = resting(self.context, stances)
        stances = [one.resting(rests, fps, chosen.blend) for one in stances]

        def placed(body: Array) -> list[Foot]:
            return [
                place(one.leg, one.hold(body, fps, chosen), self.ground.floor, fps, chosen)
                for one in stances
            ]

        body = follow(stances, self.ground, fps)
        feet = placed(body)
        body = body + settle(legs, world, body, feet, fps)
        if chosen.pelvis:
            body = body - drop(legs, world, body, feet, fps, chosen.reach)
            body = body + relieve(legs, self.bones, world, body, feet, fps, chosen.reach)
        return body, placed(body)

    def _leg(self, leg: Leg, bones: Bones, foot: Foot, body: Array) -> dict[int, Array]:
        """Return the new local rotations (F, 4) of a leg's joints."""
        limb = leg.limb
        goal: Array = foot.ankle - self.world.position(limb.upper)
        goal[:, 1] -= body
        upper, lower = bones.aim(goal, steady(bones, bones.opening(goal), self.clip.fps))
        turned = limb.turned(self.world, upper, lower, foot.turn)
        if self.chosen.toes and leg.has_toe:
            turned[leg.sole.toe] = toe_local(leg, self.world, foot)
        return turned

    def _notes(self) -> list[str]:
        notes = list(told(self.context)) if "floor" not in " ".join(self.clip.warnings) else []
        if self.clip.frames > 1 and not any(t.any() for t in self.touching.values()):
            notes.append("no foot touches the floor and stands; none was held.")
        sides = {leg.side for leg in self.legs}
        notes += [f"the target has no whole {s} leg." for s in ("left", "right") if s not in sides]
        return notes
