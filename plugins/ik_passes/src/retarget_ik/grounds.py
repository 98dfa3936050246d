"""The levels a target stands on: its floor, and the stairs that its source found, at its size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.floor import SOLE, TRUST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import PassContext, Rig

    Array = NDArray[Any]


@attrs.frozen(eq=False)
class Ground:
    """What a sole can stand on."""

    floor: float
    """World height of the rig's floor, metres."""
    levels: Array
    """(L,) heights above the floor, rising; the first is 0."""

    @classmethod
    def of(cls, rig: Rig, context: PassContext) -> Ground:
        """Bring the source's levels to the target."""
        found = context.floor
        levels = np.array(found.levels if found else (0.0,))
        return cls(rig.floor, context.root_scale * (levels - levels[0]))

    def under(self, height: Array) -> Array:
        """Return the heights of the levels nearest to soles at the heights given, both world."""
        if len(self.levels) == 1:
            return np.full_like(height, self.floor)
        middles = (self.levels[1:] + self.levels[:-1]) / 2
        return self.floor + self.levels[np.searchsorted(middles, height - self.floor)]


def told(context: PassContext) -> tuple[str, ...]:
    """Return what the user should know of the source's floor, in sentences."""
    found = context.floor
    if found is None:
        return ()
    if found.found_by == "lowest point" and context.motion.frames > 1:
        return ("no foot stands still; the floor was taken from the body's lowest point.",)
    if found.found_by == "body":
        return ("no foot stands; the floor was taken from what of the body rests lowest.",)
    heights = ", ".join(f"{100 * (level - found.toe_level):.0f}" for level in found.higher)
    there = f"feet stand still {heights} cm above {{}}: contacts there stay there."
    if found.found_by == "layout":
        nowhere = "the feet stand on nothing near the floor; it was taken to be at height 0."
        return (there.format("height 0, where the floor should be") if heights else nowhere,)
    notes = [there.format("the floor, too")] if heights else []
    if context.motion.source.ground_at_zero and found.toe_level < SOLE - TRUST:
        below = f"{100 * (SOLE - found.toe_level):.0f} cm below height 0"
        notes.append(f"feet stand {below}, where its format has the floor; theirs was taken.")
    return tuple(notes)
