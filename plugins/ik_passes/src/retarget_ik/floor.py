"""The pass `floor`: the target's soles on its own floor, by one shift of the whole clip.

The root's path already stands as high as the target does; what is left is how the source's ankles
rest otherwise than its rest pose says. One constant, from the contacts; never frame by frame. Only
while the body itself rests on the floor is it raised and lowered over time, see `lying`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.soles import soles_of_rig
from retarget_ik.grounds import Ground, told
from retarget_ik.lying import raised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import Clip, PassContext

    Array = NDArray[Any]

_MOMENTS = 1024
"""Frames of contact looked at; of more, every so manieth: a median does not need them all."""

TELL = 0.01
"""Metres by which the tips of feet without toes must sink before the user is told."""


class Floor:
    """Shifts the clip up or down: soles in contact on the floor in the median, bodies always."""

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return the shifted clip; see `retarget.Pass.apply`."""
        heights = _heights(clip, context)
        notes = [f"floor: {note}" for note in told(context)]
        root = clip.root_translations
        if len(heights):
            root = root.copy()
            root[:, 1] -= np.float32(np.median(heights))
            clip = attrs.evolve(clip, root_translations=root)
        body = raised(clip, context)
        if body is not None:
            root = root.copy()
            root[:, 1] += body.astype(np.float32)
        elif not len(heights) and not notes:
            notes = _why_not(clip, context)
        if body is None:
            notes += _rigid_feet(clip, context)
        return attrs.evolve(clip, root_translations=root, warnings=(*clip.warnings, *notes))


def _heights(clip: Clip, context: PassContext) -> Array:
    """Return the heights (N,), metres, over the floor of what of a sole in contact is lowest."""
    contacts, soles = context.contacts, soles_of_rig(clip.rig)
    found = [np.zeros(0)]
    if contacts is None or not contacts.touching.any():
        return found[0]
    ground = Ground.of(clip.rig, context)
    moments = np.flatnonzero(contacts.touching.any(axis=0))
    moments = moments[:: max(1, len(moments) // _MOMENTS)]
    touching = dict(zip(contacts.points, contacts.touching[:, moments], strict=True))
    carriers = sorted({joint for sole in soles.values() for joint in (sole.ankle, sole.toe)})
    world = context.world_of(clip, carriers, frames=moments)
    for side, sole in soles.items():
        lowest = np.full(len(moments), np.inf)
        for joint, carrier, offset in (
            ("ankle", sole.ankle, sole.heel),
            ("foot", sole.toe, sole.ball),
        ):
            on = touching.get(f"{side}_{joint}")
            if on is None or not on.any():
                continue
            row = carriers.index(carrier)
            turned = quat.rotate(world.rotations[row, on], offset.astype(np.float32))
            lowest[on] = np.minimum(lowest[on], world.positions[row, on, 1] + turned[:, 1])
        lowest = lowest[np.isfinite(lowest)]
        found.append(lowest - ground.under(lowest))
    return np.concatenate(found)


def _why_not(clip: Clip, context: PassContext) -> list[str]:
    if context.contacts is None or not soles_of_rig(clip.rig):
        who = "source" if context.contacts is None else "target"
        return [f"floor: the {who} has no feet; the clip stands as high as it was."]
    if clip.frames == 1:
        return ["floor: one frame tells of no contact; the clip stands as high as it was."]
    return ["floor: no foot stands on it; the clip stands as high as it was."]


def _rigid_feet(clip: Clip, context: PassContext) -> list[str]:
    """Tell of feet that have no toes to bend where the source's do."""
    contacts, deepest = context.contacts, 0.0
    soles = {s: one for s, one in soles_of_rig(clip.rig).items() if one.toe == one.ankle}
    if contacts is None or not soles:
        return []
    touching = dict(zip(contacts.points, contacts.touching, strict=True))
    ankles = [sole.ankle for sole in soles.values()]
    turns = context.world_of(clip, ankles).rotations
    for (side, sole), turn in zip(soles.items(), turns, strict=True):
        on = touching.get(f"{side}_foot")
        if on is not None and on.any():
            ahead = quat.rotate(turn[on], (sole.tip - sole.ball).astype(np.float32))
            deepest = max(deepest, float(-ahead[:, 1].min()))
    if deepest < TELL:
        return []
    told = "the target has no toe joints; where a heel rises, the tip of the foot sinks into"
    return [f"floor: {told} the floor, by up to {100 * deepest:.0f} cm."]
