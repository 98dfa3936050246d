"""The fingers of a hand as chains of joints, and what their names and the user say of them.

A finger is a chain that hangs from the wrist. Its phalanges are counted from the knuckle, whatever
numbers they carry; a metacarpal before the knuckle has no role, the thumb's has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.matching.claims import Claim
from retarget.roles import FINGERS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from retarget.matching.naming import Name
    from retarget.matching.tree import Tree

ACROSS = ("index", "middle", "ring", "pinky")
"""The fingers in the order of their knuckles, from the thumb's side."""

TOLD, DOUBTFUL = 0.7, 0.5
"""Scores of fingers that are told by where they stand, clearly and barely."""

_NUMBERED = ("thumb", *ACROSS)
"""Biped's Finger0 … Finger4 and MakeHuman's finger1 … finger5."""


@attrs.define(kw_only=True, eq=False)
class Chain:
    """One chain of joints under a wrist, which may be a finger."""

    joints: list[int]
    finger: str = ""
    named: bool = False
    """True where the joints' own names tell the finger."""
    score: float = TOLD
    """Of a finger that is not named."""


def chains(tree: Tree, names: Sequence[Name], wrist: int, skipped: Collection[int]) -> list[Chain]:
    """Return the chains under a wrist; joints that several share belong to the palm.

    What hangs from a hand in a chain is a finger, also if its name holds a word that is not known
    (`KleinerFinger1`, `LeftHandPouce1`). Such joints without a chain correct the skin.
    """
    skipped = set(skipped)
    for joint in tree.branch(wrist)[1:]:
        parent = tree.parents[joint]
        within = parent not in skipped and names[parent].other == "unknown"
        if names[joint].other == "unknown" and (within or tree.children[joint]):
            skipped.discard(joint)
    found = []
    for leaf in tree.branch(wrist):
        kids = [c for c in tree.children[leaf] if c not in skipped]
        if kids or leaf == wrist:
            continue
        line = tree.path(wrist, leaf)[1:]
        if any(j in skipped for j in line):
            continue
        own = [j for j in line if sum(c not in skipped for c in tree.children[j]) <= 1]
        start = max((i + 1 for i, j in enumerate(line) if j not in own), default=0)
        found.append(Chain(joints=[j for j in line[start:] if not names[j].twist]))
    return [chain for chain in found if chain.joints]


def read_fingers(names: Sequence[Name], hands: Sequence[Chain]) -> None:
    """Give the chains the fingers that their names say."""
    schemes = [_scheme(names, chain.joints) for chain in hands]
    told = {s for s in schemes if s is not None}
    for chain, scheme in zip(hands, schemes, strict=True):
        said = {n.part for j in chain.joints if (n := names[j]).part in FINGERS}
        if scheme is not None or said:
            chain.joints = _from_knuckle(names, chain.joints, said or {"finger"})
        if len(said) == 1:
            chain.finger, chain.named = said.pop(), True
        elif scheme is not None and len(told) >= 3 and not said:
            place = scheme - (0 if 0 in told else 1)
            if 0 <= place < len(_NUMBERED):
                chain.finger, chain.named = _NUMBERED[place], True


def _from_knuckle(names: Sequence[Name], joints: list[int], parts: set[str]) -> list[int]:
    """Leave out what a chain begins with if it is called something else, as the palm."""
    start = next(i for i, j in enumerate(joints) if names[j].part in parts)
    while start > 0 and not names[joints[start - 1]].part:
        start -= 1
    return joints[start:]


def _scheme(names: Sequence[Name], joints: Sequence[int]) -> int | None:
    """Return the finger's number where names count fingers: Finger0, Finger01; finger1-2."""
    for joint in joints:
        name = names[joint]
        if name.part == "finger" and name.numbers:
            first = name.numbers[0]
            return int(first) if len(name.numbers) > 1 else int(first[0])
    return None


def take_given(hand: Sequence[Chain], given: Mapping[int, str]) -> None:
    """Give the chains the fingers that the user and the file say; `given` is role by joint."""
    for chain in hand:
        for place, joint in enumerate(chain.joints):
            finger = given.get(joint, "").partition("_")[2]
            if finger[:-1] in FINGERS:
                if chain.finger != finger[:-1]:
                    chain.finger, chain.named = finger[:-1], False
                chain.joints = chain.joints[max(place + 1 - int(finger[-1]), 0) :]
                break


def smplh_fingers(names: Sequence[Name], joints: Sequence[int]) -> dict[str, int] | None:
    """Return the joints of `L_Hand_0` … `L_Hand_14` by finger and phalanx, or None."""
    found = {
        int(n.numbers[0]): j for j in joints if (n := names[j]).part == "hand" and n.numbers
        and int(n.numbers[0][:4]) < 3 * len(FINGERS)
    }  # fmt: skip
    if len(found) < 6:
        return None
    return {f"{FINGERS[n // 3]}{n % 3 + 1}": joint for n, joint in found.items()}


def phalanges(
    tree: Tree, wrist: int, joints: Sequence[int], *, thumb: bool, palm: Collection[int] = ()
) -> list[int]:
    """Return up to three phalanges of a finger's chain, from the knuckle.

    A metacarpal is left out: it is called so, or begins nearer to the wrist than it is long. With
    three joints altogether the first is taken for the knuckle's, whatever it is called; the thumb
    has three joints with its metacarpal.
    """
    line = list(joints)
    if not thumb and len(line) > 3:
        gone = tree.along(line)
        start = float(np.linalg.norm(tree.positions[line[0]] - tree.positions[wrist]))
        if line[0] in palm or (start < gone[1] and gone[1] > 1.3 * (gone[2] - gone[1])):
            line = line[1:]
    return line[:3]


def claims(
    tree: Tree,
    names: Sequence[Name],
    wrist: int,
    hands: Sequence[Chain],
    how: str,
    score: float,
) -> dict[str, Claim]:
    """Return the claims of a hand's chains by finger and phalanx, without the side.

    `how` and `score` are those of names.
    """
    palm = {j for chain in hands for j in chain.joints if names[j].palm}
    found: dict[str, Claim] = {}
    for chain in hands:
        if not chain.finger:
            continue
        line = phalanges(tree, wrist, chain.joints, thumb=chain.finger == "thumb", palm=palm)
        way, sure = (how, score) if chain.named else ("geometry", chain.score)
        for n, joint in enumerate(line, 1):
            found.setdefault(f"{chain.finger}{n}", Claim(joint=joint, how=way, score=sure))
    return found
