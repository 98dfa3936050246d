"""What moves the joints that have no role but lie between two that have one.

Further spine and neck joints share the rotation of those around them. Twist joints of a limb share
its twist: a forearm's grows towards the wrist, an upper arm's fades towards the trunk.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from retarget import roles
from retarget.values import Follow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from retarget.matching.naming import Name
    from retarget.matching.tree import Tree

_BESIDE = 0.2
"""Part of a limb bone's length that a named twist joint may lie off it."""

_ON = 0.05
"""Part of a limb bone's length that a joint without a name may lie off it to be a twist joint."""

_LOWER = ("elbow", "knee")
BONES = (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
"""The bones of limbs: the joint that each begins at, and that at its end."""


def follows(
    tree: Tree, names: Sequence[Name], joints: Mapping[str, int], spine: Sequence[int]
) -> dict[str, Follow]:
    """Return the follow of every joint that has one, by joint name.

    `joints` holds the joint of each role; `spine` the joints from the pelvis up to the head.
    """
    taken = set(joints.values())
    found = {j: f for j, f in _trunk(tree, joints, spine) if j not in taken}
    for side in roles.SIDES:
        for upper, lower in BONES:
            top, bottom = f"{side}_{upper}", f"{side}_{lower}"
            if top in joints and bottom in joints:
                lies = _along_limb(
                    tree, names, joints[top], joints[bottom], taken, lower=upper in _LOWER
                )
                for joint, share in lies:
                    given = _twist(joints, top, bottom, share)
                    if given is not None:
                        found.setdefault(joint, given)
    return {tree.names[j]: found[j] for j in sorted(found)}


def _trunk(
    tree: Tree, joints: Mapping[str, int], line: Sequence[int]
) -> Iterator[tuple[int, Follow]]:
    """Yield the follow of every joint of the midline between two that have a role."""
    role_of = {joint: role for role, joint in joints.items()}
    gone = tree.along(line) if line else []
    marks = [i for i, joint in enumerate(line) if joint in role_of]
    for below, above in pairwise(marks):
        length = gone[above] - gone[below]
        for i in range(below + 1, above):
            share = (gone[i] - gone[below]) / length if length > 0 else 0.0
            base, toward = role_of[line[below]], role_of[line[above]]
            yield line[i], Follow(base=base, toward=toward, share=round(share, 6))


def _along_limb(
    tree: Tree, names: Sequence[Name], top: int, bottom: int, taken: set[int], *, lower: bool
) -> Iterator[tuple[int, float]]:
    """Yield the joints that lie on a limb's bone without a role, and where on it, 0 to 1."""
    bone = tree.positions[bottom] - tree.positions[top]
    length = float(np.linalg.norm(bone))
    if length == 0:
        return
    path = tree.path(top, bottom) if tree.under(bottom, top) else [top]
    for joint in _candidates(tree, names, path, bottom, taken):
        offset = tree.positions[joint] - tree.positions[top]
        share = float(offset @ bone) / length**2
        off = float(np.linalg.norm(offset - share * bone)) / length
        name = names[joint]
        told = name.twist and off < _BESIDE and -0.1 < share < 1.1
        # The second part of an upper arm or thigh goes with the first, a forearm's turns.
        inline = joint in path and lower
        # Nothing but its place tells a joint whose name holds no word: a leaf on the bone.
        silent = not any(map(str.isalpha, name.key)) and off < _ON and 0.1 < share < 0.95
        if told or inline or (silent and tree.size[joint] == 1):
            yield joint, min(max(share, 0.0), 1.0)


def _candidates(
    tree: Tree, names: Sequence[Name], path: Sequence[int], bottom: int, taken: set[int]
) -> Iterator[int]:
    """Yield the joints on the way from a limb's joint to the next, and those beside it."""
    waiting = [path[0]]
    while waiting:
        for child in tree.children[waiting.pop()]:
            if child == bottom or child in taken or names[child].end:
                continue
            yield child
            if child in path or names[child].twist:
                waiting.append(child)


def _twist(joints: Mapping[str, int], top: str, bottom: str, share: float) -> Follow | None:
    if top.endswith(_LOWER):
        return Follow(base=top, toward=bottom, share=round(share, 6), twist=True)
    toward = "pelvis" if top.endswith("hip") else roles.nearest_above(top, joints)
    if toward is None or toward not in joints:
        return None
    return Follow(base=top, toward=toward, share=round(1 - share, 6), twist=True)
