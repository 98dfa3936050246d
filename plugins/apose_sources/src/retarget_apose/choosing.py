"""Which of the rigs in a file is taken: the one the user names, else the one that matches best."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs

from retarget import roles
from retarget.errors import RetargetError, UsageError
from retarget.gltf import candidates
from retarget.gltf.skins import as_one, meetings, topmost
from retarget.listing import listed
from retarget.matching import recognise
from retarget_apose.character_joints import Joints
from retarget_apose.vrm import stated_roles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from retarget.gltf import Candidate, GltfFile, NodeTree
    from retarget.matching import Recognition
    from retarget.options import Options


@attrs.frozen(kw_only=True, eq=False)
class Chosen:
    """A candidate, its joints, and who they are."""

    candidate: Candidate
    joints: Joints
    recognition: Recognition
    warnings: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it has all joints that a body needs."""
        return set(roles.REQUIRED).isdisjoint(self.recognition.missing)

    @property
    def node_of_role(self) -> dict[str, int]:
        """Node of each role that has a joint."""
        nodes, index = self.joints.nodes, self.joints.skeleton.index
        return {role: int(nodes[index[joint]]) for joint, role in self.recognition.roles.items()}

    def shares_joints(self, other: Candidate) -> bool:
        """Tell whether a joint is of both."""
        return not set(self.candidate.joints).isdisjoint(other.joints)


def chosen(name: str, file: GltfFile, tree: NodeTree, options: Options) -> Chosen:
    """Return the rig that is taken, with warnings where others were there.

    Raises:
        UsageError: no rig has the name asked for.
        MatchError: joints that a body needs are missing.
        RetargetError: there is no rig, or it cannot be animated.

    """
    recognised = partial(_recognised, name, tree, stated_roles(file))
    held = candidates(file, tree)
    asked = _named(name, held, options.rig)
    with_map = partial(recognised, options.joint_map)
    found, refused = _tried(with_map, _large_enough(asked))
    if not any(one.whole for one in found):
        parted = _parted(partial(recognised, {}), held, tree)
        joined, failed = _tried(with_map, [one for one in parted if _any_of(asked, one)])
        found, refused = [*joined, *found], [*failed, *refused]
    if not found:
        raise refused[0]
    best = max(found, key=lambda one: (one.whole, one.recognition.score))
    best.recognition.check_required(name, others=len(asked) < len(held))
    others = [one for one in found if one.whole and not best.shares_joints(one.candidate)]
    left = [one for one in asked if not any(rig.shares_joints(one) for rig in (best, *others))]
    standing = [one for one in left if _seen(one) and not _moves_along(one, best, tree)]
    return attrs.evolve(
        best, warnings=(*_told_others(name, best, others), *_told_standing(name, best, standing))
    )


def _parted(
    recognised: Callable[[Candidate], Chosen], held: Sequence[Candidate], tree: NodeTree
) -> list[Candidate]:
    """Return what candidates make together that are parts of one body."""
    found, _ = _tried(recognised, held)
    part = {one.candidate.label: one for one in found}
    return [
        as_one(parts, tree)
        for parts in meetings([one.candidate for one in found], tree)
        if _complete_each_other([part[one.label] for one in parts])
    ]


def _complete_each_other(parts: Sequence[Chosen]) -> bool:
    """Tell whether none is a body of its own, and no two have joints of the same role."""
    found = {pair for part in parts for pair in part.node_of_role.items()}
    return not any(part.whole for part in parts) and len(dict(found)) == len(found)


def _any_of(asked: Sequence[Candidate], union: Candidate) -> bool:
    return any(one.label in union.names for one in asked)


def _seen(candidate: Candidate) -> bool:
    """Tell whether it matters that a candidate stands: it deforms a mesh, or may be a body."""
    return any(skin.mesh_nodes for skin in candidate.skins) or bool(_large([candidate]))


def _moves_along(candidate: Candidate, rig: Chosen, tree: NodeTree) -> bool:
    """Tell whether a candidate hangs, as a sword does, from the body."""
    body = set(rig.node_of_role.values())
    return not any(body.isdisjoint(tree.line(joint)) for joint in topmost(candidate.joints, tree))


def _told_others(name: str, best: Chosen, others: Sequence[Chosen]) -> list[str]:
    if not others:
        return []
    rest = listed([f"{one.candidate.label!r} ({_score(one)})" for one in others])
    told = (
        f"{name}: took the rig {best.candidate.label!r} ({_score(best)}); it also holds "
        f"{rest}. --rig NAME takes another."
    )
    return [told]


def _told_standing(name: str, best: Chosen, standing: Sequence[Candidate]) -> list[str]:
    if not standing:
        return []
    still = listed([f"{one.label!r} ({len(one.joints)} joints)" for one in standing])
    told = (
        f"{name}: left standing where it is: {still}; the motion moves the rig "
        f"{best.candidate.label!r} and what hangs on it. Where it belongs to this body, join the "
        "armatures in the program that made the file."
    )
    return [told]


def _score(one: Chosen) -> str:
    return f"match {one.recognition.score:.2f}"


def _named(name: str, held: Sequence[Candidate], asked: str | None) -> Sequence[Candidate]:
    if not held:
        raise RetargetError(
            f"{name}: there is no rig in it: no skin, and no nodes that hang together."
        )
    if asked is None:
        return held
    named = [one for one in held if asked == one.label] or [
        one for one in held if asked in one.names
    ]
    if not named:
        there = list(dict.fromkeys(known for candidate in held for known in candidate.names))
        raise UsageError(f"{name}: it holds no rig named {asked!r}; there are: {listed(there)}.")
    return named


def _large_enough(held: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return the candidates that have the joints of a body; all, where none has."""
    return _large(held) or held


def _large(held: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in held if len(one.joints) >= len(roles.REQUIRED)]


def _tried(
    recognised: Callable[[Candidate], Chosen], held: Sequence[Candidate]
) -> tuple[list[Chosen], list[RetargetError]]:
    """Return who the joints of each candidate are, and why others cannot be taken."""
    found: list[Chosen] = []
    refused: list[RetargetError] = []
    for candidate in held:
        try:
            found.append(recognised(candidate))
        except RetargetError as error:
            refused.append(error)
    return found, refused


def _recognised(
    name: str,
    tree: NodeTree,
    stated: Mapping[str, int],
    joint_map: Mapping[str, str],
    candidate: Candidate,
) -> Chosen:
    within = set(candidate.joints)
    if not within.isdisjoint(stated.values()):
        within |= set(stated.values())  # a humanoid's bone need not deform the mesh
    joints = Joints.of(name, tree, within)
    place = {node: j for j, node in enumerate(joints.nodes.tolist())}
    recognition = recognise(
        joints.skeleton,
        name=name,
        joint_map=joint_map,
        stated={
            joints.skeleton.names[place[node]]: role
            for role, node in stated.items()
            if node in place
        },
    )
    return Chosen(candidate=candidate, joints=joints, recognition=recognition)
