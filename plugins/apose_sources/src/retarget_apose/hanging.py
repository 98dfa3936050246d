"""What carries each joint of a character in the body: in most files the node that it hangs from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import roles
from retarget.errors import MatchError
from retarget.matching.tree import parents_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retarget.matching import Recognition
    from retarget_apose.character_joints import Joints

_BENDS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
"""Joints of a limb that a motion needs, each with the one that must carry it."""


@attrs.frozen(kw_only=True, eq=False)
class Hanging:
    """The joints of a candidate rig, and which carries which."""

    joints: Joints
    recognition: Recognition
    parents: Sequence[int]
    """By the joints of `joints`."""

    @classmethod
    def of(cls, name: str, joints: Joints, recognition: Recognition) -> Hanging:
        """Take the file's hierarchy, but where matching has told another carrier.

        Raises:
            MatchError: a knee, an ankle, an elbow or a wrist is not carried by what bends above it.

        """
        index = joints.skeleton.index
        parents = joints.skeleton.parents.tolist()
        for joint, carrier in recognition.carried.items():
            parents[index[joint]] = index[carrier]
        hanging = cls(joints=joints, recognition=recognition, parents=parents)
        hanging._check(name)
        return hanging

    def carrier(self) -> int:
        """Return the joint that carries the hips' path: the lowest above all that have a role."""
        index = self.joints.skeleton.index
        lines = [self._line(index[joint]) for joint in self.recognition.roles]
        carrier = 0
        for level in zip(*lines, strict=False):
            if len(set(level)) > 1:
                break
            carrier = level[0]
        return carrier

    def below(self, carrier: int) -> tuple[NDArray[np.int32], NDArray[np.int32], list[str]]:
        """Return nodes, parents and names of a joint and all that it carries."""
        place = {carrier: 0}
        parents = [-1]
        for joint in parents_first(self.parents):
            if self.parents[joint] in place and joint not in place:
                parents.append(place[self.parents[joint]])
                place[joint] = len(place)
        joints = list(place)
        return (
            self.joints.nodes[joints],
            np.array(parents, np.int32),
            [self.joints.skeleton.names[joint] for joint in joints],
        )

    def _line(self, joint: int) -> list[int]:
        """Return the joints from the root down to one, both among them."""
        line = [joint]
        while (above := self.parents[line[-1]]) >= 0:
            line.append(above)
        return line[::-1]

    def _check(self, name: str) -> None:
        index = self.joints.skeleton.index
        joint_of = {role: joint for joint, role in self.recognition.roles.items()}
        for side in roles.SIDES:
            for upper, lower in ((f"{side}_{a}", f"{side}_{b}") for a, b in _BENDS):
                if upper not in joint_of or lower not in joint_of:
                    continue
                above, joint = joint_of[upper], joint_of[lower]
                if index[above] not in self._line(index[joint]):
                    error = MatchError(
                        f"{name}: {joint} ({lower}) does not hang from {above} ({upper}), and "
                        "nothing tells what carries it instead; rotation alone cannot animate it. "
                        "If another joint is meant, name it with --joint-map; else hang it there "
                        f"in the program that made the file.\n{self.recognition.table()}"
                    )
                    error.recognition = self.recognition
                    raise error
