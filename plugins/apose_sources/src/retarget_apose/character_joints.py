"""The joints of one candidate rig as a skeleton in the file's own world, for matching."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.errors import RetargetError
from retarget.values import Skeleton

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from retarget.gltf import NodeTree

MAX_JOINTS = 4096
"""More than any rig has: a digital double's face has a thousand."""


@attrs.frozen(kw_only=True, eq=False)
class Joints:
    """The joints, the nodes between them and those above them, up to the root of the scene."""

    nodes: NDArray[np.int32]
    """(J,) index of each one's node; parents before children."""
    skeleton: Skeleton
    """World metres in the file's own axes; scales are in the offsets."""

    @classmethod
    def of(cls, name: str, tree: NodeTree, joints: Collection[int]) -> Joints:
        """Collect them.

        Where joints stand in several scenes' trees, those of the tree with the most are taken.

        Raises:
            RetargetError: too many, or a node that carries joints mirrors, shears or flattens them.

        """
        nodes = _with_those_above(tree, joints)
        if len(nodes) > MAX_JOINTS:
            raise RetargetError(
                f"{name}: a rig of {len(nodes)} joints; at most {MAX_JOINTS} are taken."
            )
        place = {node: j for j, node in enumerate(nodes)}
        parents = [place.get(int(tree.parents[node]), -1) for node in nodes]
        for j in sorted(set(parents) - {-1}):
            if nodes[j] in tree.faults:
                raise RetargetError(
                    f"{name}: {tree.label(nodes[j])}, which carries joints, "
                    f"{tree.faults[nodes[j]]}; such a rig cannot be animated. Apply the transform "
                    "in the program that made the file."
                )
        at = np.array(nodes, np.int32)
        return cls(
            nodes=at,
            skeleton=skeleton_of(
                name, tree, at, np.array(parents, np.int32), _unique(tree, nodes, set(joints))
            ),
        )


def skeleton_of(
    name: str,
    tree: NodeTree,
    nodes: NDArray[np.int32],
    parents: NDArray[np.int32],
    names: Iterable[str],
    turn: NDArray[np.float64] = quat.IDENTITY,
) -> Skeleton:
    """Return nodes as a skeleton in the file's world, or in what `turn` (4,) makes of it.

    `parents` (J,) may hang a node from another than its own parent, where that one carries it.

    Raises:
        RetargetError: numbers beyond what can be reckoned with.

    """
    rotations, positions = tree.world.rotations[nodes], tree.world.positions[nodes]
    if not (np.isfinite(positions).all() and np.abs(positions).max() < 1e9):
        raise RetargetError(f"{name}: its joints stand beyond all bounds; the file is damaged.")
    rest_rotations, rest_translations = tree.rotations[nodes], positions.copy()
    # From the exact positions, not from the local ones: scales, even uneven ones, are then in.
    offsets = positions[1:] - positions[parents[1:]]
    rest_translations[1:] = quat.rotate(quat.conjugate(rotations[parents[1:]]), offsets)
    torn = np.flatnonzero(tree.parents[nodes[1:]] != nodes[parents[1:]]) + 1
    carrying = quat.conjugate(rotations[parents[torn]])
    rest_rotations[torn] = quat.multiply(carrying, rotations[torn])
    rest_rotations[0] = quat.multiply(turn, rotations[0])
    rest_translations[0] = quat.rotate(turn, positions[0])
    return Skeleton(
        names=names,
        parents=parents,
        rest_translations=rest_translations,
        rest_rotations=rest_rotations,
    )


def _with_those_above(tree: NodeTree, joints: Iterable[int]) -> list[int]:
    """Return joints and all nodes above them, parents first, of the tree with the most joints."""
    parents = tree.parents.tolist()
    seen: set[int] = set()
    for joint in joints:
        climb = joint
        while climb >= 0 and climb not in seen:
            seen.add(climb)
            climb = parents[climb]
    ordered = [node for node in tree.order.tolist() if node in seen]
    root_of: dict[int, int] = {}
    for node in ordered:
        root_of[node] = node if parents[node] < 0 else root_of[parents[node]]
    under: dict[int, int] = {}
    for joint in joints:
        under[root_of[joint]] = under.get(root_of[joint], 0) + 1
    best = max(under, key=lambda root: under[root])
    return [node for node in ordered if root_of[node] == best]


def _unique(tree: NodeTree, nodes: list[int], joints: set[int]) -> list[str]:
    """Return a name of its own for every node; joints have the first choice."""
    taken: set[str] = set()
    used: dict[str, int] = {}
    name_of = {}
    for node in sorted(nodes, key=lambda node: (node not in joints, node)):
        label = name = tree.label(node)
        while name in taken:
            used[label] = used.get(label, 1) + 1
            name = f"{label}#{used[label]}"
        taken.add(name)
        name_of[node] = name
    return [name_of[node] for node in nodes]
