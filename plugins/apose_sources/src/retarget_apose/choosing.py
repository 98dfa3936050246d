"""Which of the rigs in a file is taken: the one the user names, else the one that matches best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from retarget import roles
from retarget.errors import RetargetError, UsageError
from retarget.gltf import candidates
from retarget.matching import recognise
from retarget_apose.character_joints import Joints
from retarget_apose.vrm import stated_roles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.gltf import Candidate, GltfFile, NodeTree
    from retarget.matching import Recognition
    from retarget.options import Options

_LISTED = 8


@attrs.frozen(kw_only=True, eq=False)
class Chosen:
    """A candidate, its joints, and who they are."""

    candidate: Candidate
    joints: Joints
    recognition: Recognition
    warnings: tuple[str, ...] = ()


def chosen(name: str, file: GltfFile, tree: NodeTree, options: Options) -> Chosen:
    """Return the rig that is taken, with a warning where others were there.

    Raises:
        UsageError: no rig has the name asked for.
        MatchError: joints that a body needs are missing.
        RetargetError: there is no rig, or it cannot be animated.

    """
    stated = stated_roles(file)
    held = _named(name, candidates(file, tree), options.rig)
    found: list[Chosen] = []
    refused: list[RetargetError] = []
    for candidate in _large_enough(held):
        try:
            found.append(_recognised(name, tree, candidate, stated, options))
        except RetargetError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    best = max(found, key=lambda one: one.recognition.score)
    best.recognition.check_required(name)
    if len(found) == 1:
        return best
    others = [f"{one.candidate.label!r} ({_score(one)})" for one in found if one is not best]
    more = f" and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
    told = (
        f"{name}: took the rig {best.candidate.label!r} ({_score(best)}); it also holds "
        f"{', '.join(others[:_LISTED])}{more}. --rig NAME takes another."
    )
    return attrs.evolve(best, warnings=(told,))


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
        there = dict.fromkeys(known for candidate in held for known in candidate.names)
        listed = ", ".join(list(there)[:_LISTED])
        more = f" and {len(there) - _LISTED} more" if len(there) > _LISTED else ""
        raise UsageError(f"{name}: it holds no rig named {asked!r}; there are: {listed}{more}.")
    return named


def _large_enough(held: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return the candidates that have the joints of a body; all, where none has."""
    large = [one for one in held if len(one.joints) >= len(roles.REQUIRED)]
    return large or held


def _recognised(
    name: str, tree: NodeTree, candidate: Candidate, stated: Mapping[str, int], options: Options
) -> Chosen:
    within = set(candidate.joints)
    if not within.isdisjoint(stated.values()):
        within |= set(stated.values())  # a humanoid's bone need not deform the mesh
    joints = Joints.of(name, tree, within)
    place = {node: j for j, node in enumerate(joints.nodes.tolist())}
    recognition = recognise(
        joints.skeleton,
        name=name,
        joint_map=options.joint_map,
        stated={
            joints.skeleton.names[place[node]]: role
            for role, node in stated.items()
            if node in place
        },
    )
    return Chosen(candidate=candidate, joints=joints, recognition=recognition)
