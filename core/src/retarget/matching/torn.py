"""Links between the parts of a body that a rig's hierarchy contradicts, and how they are mended."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from retarget import roles
from retarget.matching.claims import ARM, LEG
from retarget.matching.hanging import FROM_TRUNK, LINKS, Hanging
from retarget.matching.parts import ROOT, limb_of
from retarget.matching.strays import without_strays

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from retarget.matching.parts import Parts
    from retarget.matching.tree import Hung

_AWAY, _OUTSIDE = 2.0, 0.2
"""How much farther than its carrier the fork with it must stand for a limb to hang elsewhere, and
how far in sizes of the body: a joint between the hips carries legs and spine as well as a pelvis
beside them, a chest whose name tells nothing the arms and the neck."""


class TornBody(Hanging):
    """A body whose joints may hang elsewhere than from what carries them."""

    def __init__(self, hung: Hung, parts: Parts) -> None:
        """Take the parts as they hang, without helpers that are only called like one."""
        super().__init__(hung, without_strays(hung, parts))
        self.size = self.parts.size()

    def is_torn(self) -> bool:
        """Tell whether limbs, a pair of them, do not hang from what carries them.

        The ball of a foot carries nothing that could tell it from a helper.
        """
        return any(self._both_apart(*link) for link in LINKS if link[1] != "foot")

    def is_cut_off(self) -> bool:
        """Tell whether whole limbs, a pair of them, hang elsewhere than from the trunk."""
        return any(self._both_apart(*link) for link in LINKS if link[1] in FROM_TRUNK)

    def _both_apart(self, slots: Sequence[str], slot: str) -> bool:
        return all(self._apart(side, slots, slot) for side in roles.SIDES)

    def mend(self) -> None:
        """Hang every part from what carries it."""
        self._mend_trunk()
        upper = [j for j in self.trunk if self.parts.of[j][1] != "pelvis"] or self.trunk
        for side in roles.SIDES:
            self._mend_limb(side, LEG, self.trunk[:1], self.trunk)
            self._mend_limb(side, ARM, self.parts.chest(), upper)
            self._mend_hand(side)
        for joint, part in self.parts.twists.items():
            if (whole := self.parts.joints.get(part)) and self.torn(joint, whole):
                self.hung.hang(joint, self.parts.in_order(*part)[0])

    def _apart(self, side: str, slots: Sequence[str], slot: str) -> bool:
        """Tell whether no joint of a slot hangs from what it must."""
        joints = self.parts.on(side, [slot])
        above = self.above(side, slots, slot, self.trunk)
        outside = self._far if slot in FROM_TRUNK else self._beyond
        return bool(joints) and all(self.torn(j, above) and outside(j, above) for j in joints)

    def _fork(self, joint: int, above: Collection[int]) -> int:
        """Return the lowest joint from which a joint hangs together with some of those above."""
        over = {j for k in above for j in self.hung.line(k)}
        return next(j for j in self.hung.line(joint) if j in over)

    def _far(self, joint: int, above: Collection[int]) -> bool:
        """Tell whether the fork with the trunk is no joint of the body there."""
        away = min(float(np.linalg.norm(self.at[k] - self.at[joint])) for k in above)
        off = float(np.linalg.norm(self.at[self._fork(joint, above)] - self.at[joint]))
        return off > max(_AWAY * away, _OUTSIDE * self.size)

    def _beyond(self, joint: int, above: Collection[int]) -> bool:
        """Tell whether the fork with what must carry a joint carries more than their limb.

        Within a limb a helper may be called what the limb's own joint is not. What hangs from a
        joint that no name tells may hang from its limb.
        """
        if self._is_on_untold(joint):
            return False
        fork = self._fork(joint, above)
        limb = limb_of(self.parts.of[joint])
        carried = (part for j, part in self.parts.of.items() if self.hung.tree.under(j, fork))
        return any(not part[0] or limb_of(part) != limb for part in carried)

    def _is_on_untold(self, joint: int) -> bool:
        """Tell whether a joint hangs, below any part, from one that is untold and no root."""
        line = self.hung.line(joint)[1:]
        to = next((n for n, j in enumerate(line) if j in self.parts.of), len(line))
        off = np.linalg.norm(self.at[line[:to]] - self.at[line[-1]], axis=1)
        away = off > ROOT * self.size
        return any(
            j in self.parts.untold for j, is_away in zip(line, away, strict=False) if is_away
        )

    def _mend_trunk(self) -> None:
        """Hang the midline from the pelvis up, and further joints called pelvis from the first."""
        pelvis = sorted(self.parts.on("", ["pelvis"]), key=lambda j: self.hung.tree.depth[j])
        for joint in pelvis[1:]:
            if self.torn(joint, pelvis[:1]):
                self.hung.hang(joint, pelvis[0])
        higher: list[int] = []
        for joint in self.trunk:
            if joint not in pelvis:
                if self.torn(joint, higher or pelvis):
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
            above = self.above(side, slots, slot, trunk)
            untold = slot not in FROM_TRUNK and any(self._is_on_untold(j) for j in joints)
            torn = line and not untold and all(self.torn(joint, above) for joint in joints)
            if joints and torn:
                digits = slot == "foot" and len(joints) > 2
                for above_it, joint in pairwise([line[-1], *joints]):
                    self.hung.hang(joint, line[-1] if digits else above_it)
            line += joints

    def _mend_hand(self, side: str) -> None:
        for wrist in self.parts.in_order(side, "wrist")[-1:]:
            for joint in self.parts.on(side, ["palm"]):
                if self.torn(joint, [wrist]):
                    self.hung.hang(joint, wrist)
            for finger in self.parts.fingers(side):
                waiting, last = self.parts.on(side, [finger]), wrist
                while waiting:  # the next phalanx is the nearest, whatever numbers they carry
                    joint = min(
                        waiting, key=lambda j: float(np.linalg.norm(self.at[j] - self.at[last]))
                    )
                    if self.torn(joint, [wrist]):
                        self.hung.hang(joint, last)
                    waiting.remove(joint)
                    last = joint
