"""Links between the parts of a body that a rig's hierarchy contradicts, and how they are mended."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from retarget import roles
from retarget.matching.claims import ARM, LEG
from retarget.matching.parts import limb_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from retarget.matching.parts import Parts
    from retarget.matching.tree import Hung

_FROM_TRUNK = ("hip", "collar", "shoulder")
"""What may hang from any joint of the midline: conventions differ in which."""

_AWAY, _OUTSIDE = 2.0, 0.2
"""How much farther than its carrier the fork with it must stand for a limb to hang elsewhere, and
how far in sizes of the body: a joint between the hips carries legs and spine as well as a pelvis
beside them, a chest whose name tells nothing the arms and the neck."""

_LINKS = [(limb, slot) for limb in (LEG, ARM) for slot in limb]
"""Limb and slot of every joint of a limb."""


class TornBody:
    """A body whose joints may hang elsewhere than from what carries them."""

    def __init__(self, hung: Hung, parts: Parts) -> None:
        """Take the parts as they hang."""
        self.hung, self.parts = hung, parts
        self.at = hung.tree.positions
        self.trunk = parts.trunk()
        self.size = parts.size()

    def is_torn(self) -> bool:
        """Tell whether any limb does not hang from what carries it."""
        return self.is_cut_off() or any(
            self._apart(side, *link)
            for link in _LINKS
            if link[1] not in _FROM_TRUNK
            for side in roles.SIDES
        )

    def is_cut_off(self) -> bool:
        """Tell whether whole limbs, a pair of them, hang elsewhere than from the trunk."""
        return any(
            all(self._apart(side, *link) for side in roles.SIDES)
            for link in _LINKS
            if link[1] in _FROM_TRUNK
        )

    def mend(self) -> None:
        """Hang every part from what carries it."""
        self._mend_trunk()
        upper = [j for j in self.trunk if self.parts.of[j][1] != "pelvis"] or self.trunk
        for side in roles.SIDES:
            self._mend_limb(side, LEG, self.trunk[:1], self.trunk)
            self._mend_limb(side, ARM, self.parts.chest(), upper)
            self._mend_hand(side)
        for joint, part in self.parts.twists.items():
            if (whole := self.parts.joints.get(part)) and self._torn(joint, whole):
                self.hung.hang(joint, self.parts.in_order(*part)[0])

    def _torn(self, joint: int, above: Collection[int]) -> bool:
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

    def _above(self, side: str, slots: Sequence[str], slot: str, trunk: Sequence[int]) -> list[int]:
        """Return the joints that a limb's joint must hang from, one of them."""
        higher = [self.parts.on(side, [s]) for s in slots[: slots.index(slot)]]
        found = next((joints for joints in reversed(higher) if joints), [])
        return [*found, *trunk] if slot in _FROM_TRUNK else found

    def _apart(self, side: str, slots: Sequence[str], slot: str) -> bool:
        """Tell whether no joint of a slot hangs from what it must."""
        joints = self.parts.on(side, [slot])
        above = self._above(side, slots, slot, self.trunk)
        outside = self._far if slot in _FROM_TRUNK else self._beyond
        return bool(joints) and all(self._torn(j, above) and outside(j, above) for j in joints)

    def _nearest(self, joint: int, above: Collection[int]) -> tuple[float, int]:
        """Return how far the nearest of some joints is, and the fork with it."""
        away = {k: float(np.linalg.norm(self.at[k] - self.at[joint])) for k in above}
        nearest = min(away, key=lambda k: away[k])
        line = set(self.hung.line(nearest))
        return away[nearest], next(k for k in self.hung.line(joint) if k in line)

    def _far(self, joint: int, above: Collection[int]) -> bool:
        """Tell whether the fork with the nearest of some joints is no joint of the body there."""
        away, fork = self._nearest(joint, above)
        off = float(np.linalg.norm(self.at[fork] - self.at[joint]))
        return off > max(_AWAY * away, _OUTSIDE * self.size)

    def _beyond(self, joint: int, above: Collection[int]) -> bool:
        """Tell whether the fork with the nearest of some joints carries more than their limb.

        Within a limb a helper may be called what the limb's own joint is not.
        """
        _, fork = self._nearest(joint, above)
        limb = limb_of(self.parts.of[joint])
        carried = (part for j, part in self.parts.of.items() if self.hung.tree.under(j, fork))
        return any(not part[0] or limb_of(part) != limb for part in carried)

    def _mend_trunk(self) -> None:
        """Hang the midline from the pelvis up, and further joints called pelvis from the first."""
        pelvis = sorted(self.parts.on("", ["pelvis"]), key=lambda j: self.hung.tree.depth[j])
        for joint in pelvis[1:]:
            if self._torn(joint, pelvis[:1]):
                self.hung.hang(joint, pelvis[0])
        higher: list[int] = []
        for joint in self.trunk:
            if joint not in pelvis:
                if self._torn(joint, higher or pelvis):
                    self.hung.hang(joint, [*pelvis[:1], *higher][-1])
                higher.append(joint)
        self.trunk = [*pelvis[:1], *higher]

    def _mend_limb(
        self, side: str, slots: Sequence[str], carrier: Sequence[int], trunk: Sequence[int]
    ) -> None:
        """Hang a limb from its carrier, if it does not hang from the trunk."""
        line: list[int] = [*carrier]
        for slot in slots:
            joints = self.parts.in_order(side, slot)
            above = self._above(side, slots, slot, trunk)
            if joints and line and all(self._torn(joint, above) for joint in joints):
                digits = slot == "foot" and len(joints) > 2
                for above_it, joint in pairwise([line[-1], *joints]):
                    self.hung.hang(joint, line[-1] if digits else above_it)
            line += joints

    def _mend_hand(self, side: str) -> None:
        for wrist in self.parts.in_order(side, "wrist")[-1:]:
            for joint in self.parts.on(side, ["palm"]):
                if self._torn(joint, [wrist]):
                    self.hung.hang(joint, wrist)
            for finger in self.parts.fingers(side):
                waiting, last = self.parts.on(side, [finger]), wrist
                while waiting:  # the next phalanx is the nearest, whatever numbers they carry
                    joint = min(
                        waiting, key=lambda j: float(np.linalg.norm(self.at[j] - self.at[last]))
                    )
                    if self._torn(joint, [wrist]):
                        self.hung.hang(joint, last)
                    waiting.remove(joint)
                    last = joint
