"""Whether a joint hangs from what carries it in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.matching.claims import ARM, LEG
from retarget.matching.parts import limb_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from retarget.matching.parts import Parts
    from retarget.matching.tree import Hung

FROM_TRUNK = ("hip", "collar", "shoulder")
"""What may hang from any joint of the midline: conventions differ in which."""

LINKS = [(limb, slot) for limb in (LEG, ARM) for slot in limb]
"""Limb and slot of every joint of a limb."""


class Hanging:
    """The parts of a body and what they hang from."""

    def __init__(self, hung: Hung, parts: Parts) -> None:
        """Take the parts as they hang."""
        self.hung, self.parts = hung, parts
        self.at = hung.tree.positions
        self.trunk = parts.trunk()

    def torn(self, joint: int, above: Collection[int]) -> bool:
        """Tell whether a joint hangs neither from nor over any of those above, nor in a limb."""
        line = self.hung.line(joint)[1:]
        if not above or not set(above).isdisjoint(line):
            return False
        if any(joint in self.hung.line(other) for other in above):
            return False
        of = self.parts.of
        own = of.get(joint) or self.parts.twists[joint]
        carried = [of[other] for other in line if other in of]
        return all(not part[0] or (own[0] and limb_of(part) == limb_of(own)) for part in carried)

    def above(self, side: str, slots: Sequence[str], slot: str, trunk: Sequence[int]) -> list[int]:
        """Return the joints that a limb's joint must hang from, one of them."""
        higher = [self.parts.on(side, [s]) for s in slots[: slots.index(slot)]]
        found = next((joints for joints in reversed(higher) if joints), [])
        return [*found, *trunk] if slot in FROM_TRUNK else found
