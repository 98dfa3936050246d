"""Bones for joints: a joint has a place, a bone also needs a tail to point at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.errors import RetargetError

if TYPE_CHECKING:
    from retarget.values import Float64, Rig, Skeleton

LEAF = 0.05
"""Metres from head to tail where there is no child to point at."""

SHORTEST = 1e-3
"""Metres; a child nearer than that gives no direction, and Blender drops bones without length."""

LONGEST_NAME = 63
"""Bytes of UTF-8 that Blender keeps of a name."""


@attrs.frozen(kw_only=True, eq=False)
class Bones:
    """The rest pose of an armature, +Y up."""

    heads: Float64
    """(J, 3) the joints at rest, metres."""
    tails: Float64
    """(J, 3) the main child of each joint, or `LEAF` further on."""
    main_children: list[int]
    """Index of the joint that each bone points at; -1 for leaves."""


def bones_of(rig: Rig) -> Bones:
    """Return the bones of a rig.

    Raises:
        RetargetError: Blender cannot keep a joint's name.

    """
    skeleton = rig.skeleton
    for name in skeleton.names:
        if not name or len(name.encode()) > LONGEST_NAME:
            raise RetargetError(
                f"{rig.name}: Blender cannot keep the joint name {name!r}; it takes 1 to "
                f"{LONGEST_NAME} bytes."
            )
    heads = skeleton.rest.positions[:, 0].astype(np.float64)
    parents = skeleton.parents.tolist()
    tails = np.empty_like(heads)
    main = [_main_child(skeleton, heads, joint) for joint in range(len(skeleton))]
    for joint, child in enumerate(main):
        if child >= 0:
            tails[joint] = heads[child]
        else:
            tails[joint] = heads[joint] + LEAF * _onwards(heads, parents, joint)
    return Bones(heads=heads, tails=tails, main_children=main)


def _main_child(skeleton: Skeleton, heads: Float64, joint: int) -> int:
    """Return the child that continues the limb, or -1.

    It is the one most in line with the bone before; of the root's, which has none before, the one
    that carries most joints. So the pelvis points at the spine, the chest at the neck, a wrist at
    the middle finger.
    """
    parents = skeleton.parents.tolist()
    far = [
        child
        for child in skeleton.children(joint)
        if np.linalg.norm(heads[child] - heads[joint]) >= SHORTEST
    ]
    if not far:
        return -1
    if parents[joint] < 0:
        return max(far, key=lambda child: _descendants(skeleton, child))
    onwards = _onwards(heads, parents, joint)
    steps = heads[far] - heads[joint]
    return far[int(np.argmax(steps @ onwards / np.linalg.norm(steps, axis=1)))]


def _descendants(skeleton: Skeleton, joint: int) -> int:
    """Return how many joints hang from a joint."""
    return sum(1 + _descendants(skeleton, child) for child in skeleton.children(joint))


def _onwards(heads: Float64, parents: list[int], joint: int) -> Float64:
    """Return the unit direction (3,) in which the bones before lead to a joint; up for the root."""
    above = parents[joint]
    while above >= 0:
        step: Float64 = heads[joint] - heads[above]
        if (length := np.linalg.norm(step)) >= SHORTEST:
            return step / length
        above = parents[above]
    return np.array([0.0, 1.0, 0.0])
