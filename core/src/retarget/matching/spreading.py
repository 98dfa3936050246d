"""What hangs from each joint: how far it reaches, and where several chains part, as from a hand.

Several chains of about one length that part from one joint are what nothing but a hand has at the
end of a limb (and a foot whose toes have joints of their own). One chain alone may be a sleeve.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from retarget.matching.tree import Tree

_ALIKE = 2.0
"""Factor within which the lengths of a hand's fingers lie, from the wrist to their ends."""

_FINGERS = 3
"""Chains that make a hand: with fewer, one may be a sleeve's or a sword's."""


class Branches:
    """The branches of a tree without the joints that are none of the body's."""

    def __init__(self, tree: Tree, skipped: Collection[int]) -> None:
        """Measure every branch once; branches that begin with a joint in `skipped` are not."""
        self.tree = tree
        self.skipped = skipped
        self.reach, self.nxt = tree.farthest(skipped)
        """Each joint's longest way down, and the child it begins with, -1 for none."""
        self.hands = self._hands()
        """For each joint the hand at or below it, -1 where there is none."""

    def longest(self, top: int) -> list[int]:
        """Return `top` and the joints of the longest way down from it."""
        path = [top]
        while (joint := self.nxt[path[-1]]) >= 0:
            path.append(joint)
        return path

    def onward(self, top: int) -> list[int]:
        """Return `top` and the joints of the way down through its hand, else of the longest."""
        hand = self.hands[top]
        line = self.tree.path(top, hand) if hand >= 0 else [top]
        return [*line, *self.longest(line[-1])[1:]]

    def digits(self, joint: int) -> tuple[int, float]:
        """Return how many chains of about one length part from a joint, and the longest's length.

        A chain has two joints or more.
        """
        kids = [c for c in self.tree.children[joint] if c not in self.skipped and self.reach[c] > 0]
        lengths = sorted(self.tree.bone[c] + self.reach[c] for c in kids)
        like = [[x for x in lengths[i:] if x <= _ALIKE * low] for i, low in enumerate(lengths)]
        most = max(like, key=len, default=[])
        return len(most), most[-1] if most else 0.0

    def _hands(self) -> list[int]:
        """Of several hands take the one with the most fingers, and of these the lowest."""
        found, most = [-1] * len(self.tree), [0] * len(self.tree)
        for joint in reversed(self.tree.branch(0)):  # what hangs before what it hangs from
            count, _ = self.digits(joint)
            if count >= _FINGERS and count > most[joint]:
                found[joint], most[joint] = joint, count
            parent = self.tree.parents[joint]
            if parent >= 0 and joint not in self.skipped and most[joint] > most[parent]:
                found[parent], most[parent] = found[joint], most[joint]
        return found

    def partings(self, path: Sequence[int]) -> list[int]:
        """Return the joints of an arm's path from which fingers may part, from the top.

        A chain parts there; one single joint, as a thumb without phalanges, is enough where what
        lies beyond is shorter than the bone above.
        """
        found = []
        for joint, below in pairwise(path):
            kids = [c for c in self.tree.children[joint] if c not in self.skipped]
            others = [c for c in kids if c != below and not beside(self.tree, joint, below, c)]
            short = joint != path[0] and self.reach[joint] < self.tree.bone[joint]
            if any(self.reach[c] > 0 for c in others) or len(others) >= (1 if short else 3):
                found.append(joint)
        return found


def beside(tree: Tree, top: int, bottom: int, branch: int) -> bool:
    """Tell whether a branch lies along the bone from `top` to `bottom`, as twist joints do."""
    bone = tree.positions[bottom] - tree.positions[top]
    length = float(np.linalg.norm(bone))
    if length == 0:
        return False
    offsets = tree.positions[tree.branch(branch)] - tree.positions[top]
    share = offsets @ bone / length**2
    off = np.linalg.norm(offsets - share[:, None] * bone, axis=1) / length
    return bool((off < 0.15).all() and (share > -0.05).all() and (share < 1.02).all())
