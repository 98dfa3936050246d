"""Which rigs a file may hold: its skins, together where their joints hang together.

Format: glTF 2.0, section 3.7.3 (skins). Skins share joints where a character is made of several
meshes, and hang under each other's where a head or a dress has a skin of its own. Where meshes have
skins of the joints alone that deform them, the joint between may be in none (`meetings`, `as_one`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from retarget.errors import FileReadError
from retarget.gltf import fields

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from retarget.gltf.file import GltfFile
    from retarget.gltf.nodes import NodeTree


@attrs.frozen(kw_only=True)
class Skin:
    """One skin of a file."""

    index: int
    name: str
    """As it can be shown; empty where it has none."""
    joints: tuple[int, ...] = attrs.field(repr=False)
    """Node of each joint, in the order of the inverse bind matrices."""
    inverse_bind: int | None
    """Accessor of the inverse bind matrices; None where all are the identity."""
    mesh_nodes: tuple[int, ...]
    """The nodes whose meshes it deforms."""


@attrs.frozen(kw_only=True)
class Candidate:
    """Joints that make one rig."""

    joints: tuple[int, ...] = attrs.field(repr=False)
    """Nodes, parents before children."""
    skins: tuple[Skin, ...]
    """The skins they are of; none for a tree of nodes without."""
    names: tuple[str, ...]
    """What the user may call it: its label, armature, skins, meshes, topmost joints."""

    @property
    def label(self) -> str:
        """What to call it; no other candidate of the file has the same."""
        return self.names[0]


def skins_of(file: GltfFile, tree: NodeTree) -> tuple[Skin, ...]:
    """Return the skins of a file.

    Raises:
        FileReadError: joints that are no nodes, a skin without joints, nodes of unknown skins.

    """
    held = fields.entries(file.name, file.json, "skins")
    nodes = fields.entries(file.name, file.json, "nodes")
    deformed: list[list[int]] = [[] for _ in held]
    for i, node in enumerate(nodes):
        if "skin" in node:
            at = fields.index(file.name, f"nodes[{i}].skin", node["skin"], len(held), "skins")
            deformed[at].append(i)
    return tuple(_skin(file, len(tree), i, skin, deformed[i]) for i, skin in enumerate(held))


def candidates(file: GltfFile, tree: NodeTree) -> tuple[Candidate, ...]:
    """Return the rigs a file may hold, in file order; without a skin, its trees of nodes.

    Raises:
        FileReadError: as `skins_of`.

    """
    skins = skins_of(file, tree)
    if not skins:
        return _trees(tree)
    group = _groups(skins, tree)
    found = []
    for leader in sorted(set(group)):
        members = tuple(skin for skin in skins if group[skin.index] == leader)
        joints = {joint for skin in members for joint in skin.joints}
        ordered = tuple(node for node in tree.order.tolist() if node in joints)
        found.append(Candidate(joints=ordered, skins=members, names=_names(members, ordered, tree)))
    return _told_apart(found)


def meetings(held: Sequence[Candidate], tree: NodeTree) -> list[tuple[Candidate, ...]]:
    """Return candidates that hang below one node and may be parts of one rig, the lowest first.

    A root carries the whole scene, so what hangs below it belongs together only where it is the
    armature: the node that the topmost joint of each hangs from.
    """
    below: dict[int, list[Candidate]] = {}
    for candidate in held:
        for node in common_line(candidate.joints, tree):
            below.setdefault(node, []).append(candidate)
    found: dict[tuple[str, ...], tuple[Candidate, ...]] = {}
    for node in sorted(below, key=lambda node: (-tree.depths[node], node)):
        parts = tuple(below[node])
        if len(parts) > 1 and (tree.parents[node] >= 0 or _is_armature(node, parts, tree)):
            found.setdefault(tuple(part.label for part in parts), parts)
    return list(found.values())


def as_one(parts: Sequence[Candidate], tree: NodeTree) -> Candidate:
    """Return candidates as one, which any of their names calls."""
    joints = {joint for part in parts for joint in part.joints}
    return Candidate(
        joints=tuple(node for node in tree.order.tolist() if node in joints),
        skins=tuple(skin for part in parts for skin in part.skins),
        names=tuple(dict.fromkeys(name for part in parts for name in part.names)),
    )


def topmost(joints: Sequence[int], tree: NodeTree) -> list[int]:
    """Return the joints whose parents are none of them."""
    within, parents = set(joints), tree.parents.tolist()
    return [joint for joint in joints if parents[joint] not in within]


def common_line(nodes: Collection[int], tree: NodeTree) -> list[int]:
    """Return the nodes from the root down to the lowest that is at or above all of `nodes`."""
    order, parents = tree.order.tolist(), tree.parents.tolist()
    under = [0] * len(tree)  # how many of them are at or under each
    for node in nodes:
        under[node] = 1
    for node in reversed(order):
        if parents[node] >= 0:
            under[parents[node]] += under[node]
    return [node for node in order if under[node] == len(nodes)]


def _is_armature(node: int, parts: Sequence[Candidate], tree: NodeTree) -> bool:
    tops = [joint for part in parts for joint in topmost(part.joints, tree)]
    return all(tree.parents[joint] == node for joint in tops)


def _skin(file: GltfFile, nodes: int, i: int, skin: dict[str, Any], deformed: list[int]) -> Skin:
    where = f"skins[{i}]"
    joints = skin.get("joints")
    if not isinstance(joints, list) or not joints:
        raise FileReadError(f"{file.name}: damaged glTF: {where} has no joints.")
    matrices = skin.get("inverseBindMatrices")
    if matrices is not None:
        matrices = fields.integer(file.name, where, skin, "inverseBindMatrices")
    return Skin(
        index=i,
        name=fields.text(skin.get("name")),
        joints=tuple(
            fields.index(file.name, f"{where}.joints", joint, nodes, "nodes") for joint in joints
        ),
        inverse_bind=matrices,
        mesh_nodes=tuple(deformed),
    )


def _groups(skins: tuple[Skin, ...], tree: NodeTree) -> list[int]:
    """Return the lowest skin of each skin's group."""
    leader = list(range(len(skins)))

    def find(skin: int) -> int:
        while leader[skin] != skin:
            leader[skin] = leader[leader[skin]]
            skin = leader[skin]
        return skin

    def unite(a: int, b: int) -> None:
        a, b = find(a), find(b)
        leader[max(a, b)] = min(a, b)

    owner: dict[int, int] = {}  # a skin of the joint
    for skin in skins:
        for joint in skin.joints:
            unite(skin.index, owner.setdefault(joint, skin.index))
    parents = tree.parents.tolist()
    above = [-1] * len(tree)  # a skin of the nearest joint at or above the node
    for node in tree.order.tolist():
        over = above[parents[node]] if parents[node] >= 0 else -1
        above[node] = owner.get(node, over)
        if node in owner and over >= 0:
            unite(owner[node], over)
    return [find(skin.index) for skin in skins]


def _names(skins: tuple[Skin, ...], joints: tuple[int, ...], tree: NodeTree) -> tuple[str, ...]:
    top, parents = topmost(joints, tree), tree.parents.tolist()
    above = [tree.names[parents[joint]] for joint in top if parents[joint] >= 0]
    meshes = [tree.names[node] for skin in skins for node in skin.mesh_nodes]
    told = [*above, *(skin.name for skin in skins), *meshes, *(tree.label(joint) for joint in top)]
    return tuple(dict.fromkeys(name for name in told if name))


def _trees(tree: NodeTree) -> tuple[Candidate, ...]:
    """Return the tree under each root that has children."""
    roots = [node for node in range(len(tree)) if tree.parents[node] < 0 and tree.children[node]]
    under: dict[int, list[int]] = {root: [] for root in roots}
    root_of = list(range(len(tree)))
    parents = tree.parents.tolist()
    for node in tree.order.tolist():
        if parents[node] >= 0:
            root_of[node] = root_of[parents[node]]
        if root_of[node] in under:
            under[root_of[node]].append(node)
    return _told_apart(
        [
            Candidate(joints=tuple(nodes), skins=(), names=(tree.label(root),))
            for root, nodes in under.items()
        ]
    )


def _told_apart(found: list[Candidate]) -> tuple[Candidate, ...]:
    """Give candidates of one label labels of their own, as `Armature#2`."""
    count = Counter[str]()
    told = []
    for candidate in found:
        label = candidate.label
        count[label] += 1
        if count[label] > 1:
            own = f"{label}#{count[label]}"
            candidate = attrs.evolve(candidate, names=(own, *candidate.names))  # noqa: PLW2901
        told.append(candidate)
    return tuple(told)
