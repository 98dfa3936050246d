"""From a skeleton to roles: names and places together, each checked by the other."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from retarget import roles
from retarget.matching.body import Body
from retarget.matching.carried import carriers
from retarget.matching.checks import check
from retarget.matching.claims import Claim, body_layer, by_name, counted
from retarget.matching.conventions import convention
from retarget.matching.follows import follows
from retarget.matching.hand import read_hands
from retarget.matching.joint_map import joints_of_map
from retarget.matching.naming import read_names
from retarget.matching.recognition import Recognition
from retarget.matching.torso import midline
from retarget.matching.tree import Tree
from retarget.values import Found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.matching.naming import Name
    from retarget.values import Skeleton

_NOTHING: Mapping[str, str] = MappingProxyType({})

_KNOWN, _GENERIC = 1.0, 0.9
"""Scores of names: of a convention that is recognised as a whole, and word by word."""

_REQUIRED_SHARE = 0.7
"""Part of a rig's score that its required roles make."""


def recognise(
    skeleton: Skeleton,
    *,
    name: str,
    joint_map: Mapping[str, str] = _NOTHING,
    stated: Mapping[str, str] = _NOTHING,
) -> Recognition:
    """Find the role of each joint of a rig.

    The skeleton may stand and face any way, in any unit. What the user says (`joint_map`: joint by
    role, "" leaves a role out) comes first, then what the file says of itself (`stated`: role by
    joint), then names, then structure and geometry. Names are checked against geometry; what
    contradicts it is warned about.

    Raises:
        MatchError: `joint_map` names roles or joints that do not exist.

    """
    names: Sequence[Name] = read_names(skeleton.names)
    called = convention(n.key for n in names if n.key)
    layer = body_layer(names)
    how = f"name ({called})" if called else "name"
    score = _KNOWN if called else _GENERIC
    wanted = joints_of_map(joint_map, skeleton.names, name)
    given = _given(skeleton, stated, wanted)
    tree = Tree(skeleton)
    claims = _overridden(by_name(tree, names, layer, called, how, score), given)
    carried = carriers(tree, names, layer, claims)
    if carried:
        tree = Tree(skeleton, carried)
        claims = _overridden(by_name(tree, names, layer, called, how, score), given)
    names = counted(names, layer)
    body = Body(tree=tree, names=names, claims=claims, skipped=_skipped(names, given))
    found, line = midline(body, how, score)
    for limb in body.limbs():
        found |= {f"{limb.side}_{slot}": claim for slot, claim in limb.claims.items()}
    both = read_hands(body, given, how, score)
    for hand in both:
        found |= hand.claims
    found = _overridden(_one_role_each(found), given)
    warnings = [*body.warnings, *check(body, found, [h.side for h in both if not h.fits])]
    left_out = {role for role, joint in wanted.items() if joint is None}
    warnings += [said for hand in both for said in hand.unmapped(tree, found, left_out)]
    kept = {r: found[r] for r in roles.HUMANOID if r in found and r not in left_out}
    recognition = _recognition(tree, names, kept, line, called, warnings, carried)
    lost = [role for role in recognition.missing if role not in left_out]
    if not joint_map or not lost:
        return recognition
    plain = recognise(skeleton, name=name, stated=stated)
    taken = _taken(plain, recognition, lost)
    warnings += taken.values()
    return attrs.evolve(recognition, taken=taken, warnings=tuple(warnings))


def _taken(plain: Recognition, mapped: Recognition, lost: Sequence[str]) -> dict[str, str]:
    """Say which of the `lost` roles have no joint because the map gives theirs to another."""
    joint_of = {f.role: f.joint for f in plain.found}
    given = {f.joint: f.role for f in mapped.found if f.how == "map"}
    return {
        role: f"The joint map gives {joint} to {given[joint]}; without the map it is {role}, which "
        "has no joint now."
        for role in lost
        if (joint := joint_of.get(role, "")) in given
    }


def _given(
    skeleton: Skeleton, stated: Mapping[str, str], wanted: Mapping[str, int | None]
) -> dict[str, Claim]:
    """Return the claims of the file and, before them, of the user."""
    # A file that says less than three spine joints counts them otherwise than we do.
    spine = {"spine1", "spine2", "spine3"}
    counted = spine <= set(stated.values())
    given = {
        role: Claim(joint=skeleton.index[joint], how="file", score=1.0)
        for joint, role in stated.items()
        if joint in skeleton.index and (counted or role not in spine)
    }
    mapped = {
        role: Claim(joint=joint, how="map", score=1.0)
        for role, joint in wanted.items()
        if joint is not None
    }
    return _overridden(given, mapped)


def _overridden(claims: Mapping[str, Claim], stronger: Mapping[str, Claim]) -> dict[str, Claim]:
    """Return the claims with stronger ones put over them; a joint keeps one role."""
    taken = {claim.joint for claim in stronger.values()}
    return {r: c for r, c in claims.items() if c.joint not in taken} | dict(stronger)


def _one_role_each(claims: Mapping[str, Claim]) -> dict[str, Claim]:
    """Return the claims with the best of each joint: what is no body may offer one to several."""
    best: dict[int, str] = {}
    for role in sorted(claims, key=lambda r: -claims[r].score):
        best.setdefault(claims[role].joint, role)
    return {role: claim for role, claim in claims.items() if best[claim.joint] == role}


def _skipped(names: Sequence[Name], given: Mapping[str, Claim]) -> set[int]:
    """Return the joints that by their names are none of the body's."""
    kept = {claim.joint for claim in given.values()}
    return {j for j, n in enumerate(names) if (n.other or n.end) and j not in kept}


def _recognition(
    tree: Tree,
    names: Sequence[Name],
    claims: Mapping[str, Claim],
    line: Sequence[int],
    called: str,
    warnings: Sequence[str],
    carried: Mapping[int, int],
) -> Recognition:
    joints = {role: claim.joint for role, claim in claims.items()}
    following = follows(tree, names, joints, line)
    moved = {tree.names[j] for j in joints.values()} | set(following)
    required = [claims[r].score if r in claims else 0.0 for r in roles.REQUIRED]
    rest = [claims[r].score if r in claims else 0.0 for r in roles.HUMANOID]
    return Recognition(
        found=tuple(
            Found(role=r, joint=tree.names[c.joint], how=c.how, score=round(c.score, 3))
            for r, c in claims.items()
        ),
        follows=following,
        missing=tuple(r for r in roles.HUMANOID if r not in claims),
        unmapped=tuple(n for n in tree.names if n not in moved),
        convention=called,
        score=_REQUIRED_SHARE * sum(required) / len(required)
        + (1 - _REQUIRED_SHARE) * sum(rest) / len(rest),
        warnings=tuple(warnings),
        carried={tree.names[j]: tree.names[above] for j, above in carried.items()},
    )
