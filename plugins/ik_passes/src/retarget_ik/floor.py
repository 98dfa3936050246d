"""The pass `floor`: the target's soles on its own floor, by one shift of the whole clip.

The root's path already stands as high as the target does; what is left is how the source's ankles
rest otherwise than its rest pose says. One constant, from the contacts; never frame by frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.soles import soles_of_rig
from retarget_ik.grounds import Ground, told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import Clip, PassContext

    Array = NDArray[Any]


class Floor:
    """Shifts the clip up or down so that soles in contact are, in the median, on the floor."""

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return the shifted clip; see `retarget.Pass.apply`."""
        heights = _heights(clip, context)
        notes = [f"floor: {note}" for note in told(context)]
        if len(heights) == 0:
            notes += _why_not(clip, context)
            return attrs.evolve(clip, warnings=(*clip.warnings, *notes))
        root = clip.root_translations.copy()
        root[:, 1] -= np.float32(np.median(heights))
        return attrs.evolve(clip, root_translations=root, warnings=(*clip.warnings, *notes))


def _heights(clip: Clip, context: PassContext) -> Array:
    """Return the heights (N,), metres, over the floor of what of a sole in contact is lowest."""
    contacts, soles = context.contacts, soles_of_rig(clip.rig)
    found = [np.zeros(0)]
    if contacts is None or not contacts.touching.any():
        return found[0]
    ground = Ground.of(clip.rig, context)
    touching = dict(zip(contacts.points, contacts.touching, strict=True))
    carriers = sorted({joint for sole in soles.values() for joint in (sole.ankle, sole.toe)})
    world = context.world_of(clip, carriers)
    for side, sole in soles.items():
        lowest = np.full(clip.frames, np.inf)
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
        return []
    return ["floor: no foot stands on it; the clip stands as high as it was."]
