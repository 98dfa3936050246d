"""The joints of a rig as a tree in space: who hangs from whom, how far, by which way."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from retarget.values import Float64, Skeleton

_AS_IT_IS: Mapping[int, int] = MappingProxyType({})


def parents_first(parents: Sequence[int]) -> list[int]:
    """Return all joints, each after its parent and else in the order they are in."""
    order: list[int] = []
    placed = {-1}
    for joint in range(len(parents)):
        line = []
        above = joint
        while above not in placed:
            line.append(above)
            placed.add(above)
            above = parents[above]
        order += reversed(line)
    return order


class Tree:
    """A skeleton at rest, indexed for the questions that matching asks over and over."""

    def __init__(self, skeleton: Skeleton, carriers: Mapping[int, int] = _AS_IT_IS) -> None:
        """Read the skeleton once; everything else is a look-up.

        `carriers` holds the parents of joints that hang elsewhere in the file; below joint 0 all.
        """
        self.names = skeleton.names
        self.parents: list[int] = skeleton.parents.tolist()
        for joint, carrier in carriers.items():
            self.parents[joint] = carrier
        self._order = parents_first(self.parents)
        self.positions: Float64 = np.asarray(skeleton.rest.positions[:, 0], np.float64)
        """(J, 3) in the file's own world and unit."""
        joints = len(self.names)
        self.children: list[list[int]] = [[] for _ in range(joints)]
        offsets = self.positions - self.positions[np.maximum(self.parents, 0)]
        self.bone: list[float] = np.linalg.norm(offsets, axis=1).tolist()
        """Distance of each joint from its parent."""
        self.depth = [0] * joints
        for joint, parent in enumerate(self.parents[1:], 1):
            self.children[parent].append(joint)
        for joint in self._order[1:]:
            self.depth[joint] = self.depth[self.parents[joint]] + 1
        self.size = [1] * joints
        """Joints in each joint's branch, itself included."""
        for joint in self._order[:0:-1]:
            self.size[self.parents[joint]] += self.size[joint]
        # Numbered depth first, a branch is an interval: one comparison tells who is under whom.
        self._enter = [0] * joints
        for joint in self._order:
            nxt = self._enter[joint] + 1
            for child in self.children[joint]:
                self._enter[child] = nxt
                nxt += self.size[child]

    def __len__(self) -> int:
        """Return the number of joints."""
        return len(self.names)

    def under(self, joint: int, top: int) -> bool:
        """Tell whether `joint` is `top` or hangs from it."""
        return 0 <= self._enter[joint] - self._enter[top] < self.size[top]

    def branch(self, top: int) -> list[int]:
        """Return `top` and all joints that hang from it, depth first."""
        found, waiting = [], [top]
        while waiting:
            joint = waiting.pop()
            found.append(joint)
            waiting.extend(reversed(self.children[joint]))
        return found

    def path(self, top: int, bottom: int) -> list[int]:
        """Return the joints from `top` down to `bottom`, both included; `bottom` under `top`."""
        line = [bottom]
        while line[-1] != top:
            line.append(self.parents[line[-1]])
        return line[::-1]

    def fork(self, joints: Iterable[int]) -> int:
        """Return the lowest joint from which all of `joints` hang (it may be one of them)."""
        first, *others = joints
        while not all(self.under(joint, first) for joint in others):
            first = self.parents[first]
        return first

    def along(self, path: Sequence[int]) -> list[float]:
        """Return the distance of each joint of a path from its first, along the bones."""
        points = self.positions[list(path)]
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        return [0.0, *np.cumsum(steps).tolist()]

    def farthest(self, skipped: Container[int]) -> tuple[list[float], list[int]]:
        """Return each joint's longest way down and the child it begins with, -1 for none.

        Branches that begin with a joint in `skipped` are not entered.
        """
        reach, nxt = [0.0] * len(self), [-1] * len(self)
        for joint in self._order[:0:-1]:
            if joint not in skipped:
                parent, length = self.parents[joint], reach[joint] + self.bone[joint]
                if nxt[parent] < 0 or length >= reach[parent]:
                    reach[parent], nxt[parent] = length, joint
        return reach, nxt


class Hung:
    """What hangs from what in a tree, as it is changed."""

    def __init__(self, tree: Tree) -> None:
        """Begin with what the file says."""
        self.tree = tree
        self.parents = tree.parents.copy()

    def line(self, joint: int) -> list[int]:
        """Return the joint and all above it, upwards."""
        line = [joint]
        while (above := self.parents[line[-1]]) >= 0:
            line.append(above)
        return line

    def hang(self, joint: int, carrier: int) -> None:
        """Hang a joint from another, unless it hangs below it or carries it."""
        if carrier not in self.line(joint) and joint not in self.line(carrier):
            self.parents[joint] = carrier
