"""Helpers that are called like a part of a limb, beside a limb that does without them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from retarget import roles
from retarget.matching.claims import ARM
from retarget.matching.hanging import FROM_TRUNK, LINKS, Hanging

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from retarget.matching.parts import Parts
    from retarget.matching.tree import Hung

_REACH = 0.5
"""How far from a carrier, in parts of the way to a joint called so, what no name tells must reach
to be what the limb goes on with, rather than a pouch on it."""


def without_strays(hung: Hung, parts: Parts) -> Parts:
    """Return the parts without joints that are only called like one."""
    while strays := set(_Strays(hung, parts).find()):  # the next may have hung from one of these
        parts = parts.without(strays)
    return parts


class _Strays(Hanging):
    def find(self) -> Iterator[int]:
        """Yield the joints that are called like a part of a limb that does without them."""
        for slots, slot in LINKS:
            for side in roles.SIDES:
                above = self.above(side, slots, slot, self.trunk)
                for joint in self.parts.on(side, [slot]):
                    torn = self.torn(joint, above)
                    if self._is_replaced(joint, slots) or (
                        torn and self._is_bypassed(joint, slots, above)
                    ):
                        yield joint

    def _higher(self, side: str, slots: Sequence[str], slot: str) -> list[int]:
        """Return all joints that a limb's joint hangs from or below."""
        trunk = self.trunk if slot in FROM_TRUNK else []
        return [*self.parts.on(side, slots[: slots.index(slot)]), *trunk]

    def _below(self, side: str, slots: Sequence[str], slot: str) -> list[int]:
        """Return the joints that a limb's joint must carry."""
        hand = ["palm", *self.parts.fingers(side)] if slots is ARM else []
        return self.parts.on(side, [*slots[slots.index(slot) + 1 :], *hand])

    def _is_replaced(self, joint: int, slots: Sequence[str]) -> bool:
        """Tell whether another that may be what a joint is called carries more of the limb."""
        part = side, slot = self.parts.of[joint]
        lines = [self.hung.line(j) for j in self._below(side, slots, slot)]
        carried = Counter(j for line in lines for j in line)
        higher = self._higher(side, slots, slot)
        return any(
            part in may and carried[other] > carried[joint] and self._hangs(other, higher, joint)
            for other, may in self.parts.untold.items()
        )

    def _is_bypassed(self, joint: int, slots: Sequence[str], above: Collection[int]) -> bool:
        """Tell whether what a joint should carry, or another in its place, hangs from above it.

        A word of two meanings tells the limb's own joint where it hangs as it should.
        """
        part = side, slot = self.parts.of[joint]
        higher, below = self._higher(side, slots, slot), self._below(side, slots, slot)
        limb = slot not in FROM_TRUNK
        return any(self._hangs(other, higher, joint) for other in below) or any(
            self._hangs(other, above, joint)
            and (part in may or (limb and self._reaches(other, joint, above)))
            for other, may in self.parts.untold.items()
        )

    def _hangs(self, joint: int, above: Collection[int], without: int) -> bool:
        """Tell whether a joint hangs from one of those above, by a way without another joint."""
        line = self.hung.line(joint)[1:]
        return without not in line and not set(above).isdisjoint(line)

    def _reaches(self, other: int, joint: int, above: Collection[int]) -> bool:
        """Tell whether another joint stands far enough from what a joint must hang from."""
        away, far = (
            min(float(np.linalg.norm(self.at[k] - self.at[j])) for k in above)
            for j in (other, joint)
        )
        return away > _REACH * far
