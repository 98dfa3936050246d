"""Which joint claims which role by its name, before anybody looks at where it stands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from retarget import roles
from retarget.matching import vocabulary as words
from retarget.matching.conventions import MEANS
from retarget.matching.naming import Name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.matching.tree import Tree

ARM = ("collar", "shoulder", "elbow", "wrist")
LEG = ("hip", "knee", "ankle", "foot")

_LAYER = 12
"""Joints that a layer of Rigify must name to be taken as the body."""

_MOST = 6
"""Joints of a side that may share a word: more are counted, as SMPL-H's `L_Hand_3`."""


@attrs.frozen(kw_only=True)
class Claim:
    """A joint that is said to have a role."""

    joint: int
    how: str
    """As `values.Found.how`."""
    score: float
    also: tuple[str, ...] = ()
    """Other joints of the limb that the name means in some convention and no other name tells."""


def body_layer(names: Sequence[Name]) -> str:
    """Return the layer of a rig in layers (Rigify) that is the body; empty for other rigs.

    The mesh hangs on the joints that deform, whatever moves these in the program they come from.
    """
    counts = Counter(n.layer for n in names if n.part)
    return next((layer for layer in ("def", "org") if counts[layer] >= _LAYER), "")


def counted(names: Sequence[Name], layer: str) -> Sequence[Name]:
    """Return the names with those of other layers as controls; all, where there are no layers."""
    if not layer:
        return names
    return [n if n.layer == layer else Name(other="control") for n in names]


def by_name(
    tree: Tree, names: Sequence[Name], layer: str, called: str, how: str, score: float
) -> dict[str, Claim]:
    """Return the claims that the names of a layer make on limbs, pelvis and head.

    Spine, neck and fingers are not claimed: their joints are counted along the chain, as every
    convention numbers them in its own way. `called` is the rig's convention, or empty.
    """
    sure, unsure = (_by_word(names, layer, sure=sure) for sure in (True, False))
    claims: dict[str, Claim] = {}

    def claim(role: str, candidates: list[int], also: tuple[str, ...] = ()) -> None:
        joint = _topmost(tree, names, candidates, role)
        if joint is not None and len(candidates) <= _MOST:
            claims.setdefault(role, Claim(joint=joint, how=how, score=score, also=also))

    for (side, part), joints in sure.items():
        if part in (*LEG, *ARM) if side else part in ("pelvis", "head"):
            claim(f"{side}_{part}".lstrip("_"), joints)
    told = {role.partition("_")[2] for role in claims}  # on either side: both speak alike
    for word, slots in words.AMBIGUOUS.items():
        slot, *also = [slot for slot in slots if slot not in told] or [""]
        if word in (meant := MEANS.get(called, {})):
            slot, also = meant[word], []
        for side in roles.SIDES if slot else ():
            claim(f"{side}_{slot}", unsure.get((side, word), []), tuple(also))
        told |= {role.partition("_")[2] for role in claims}
    return claims


def _by_word(names: Sequence[Name], layer: str, *, sure: bool) -> dict[tuple[str, str], list[int]]:
    """Return the joints of a layer by side and part, of words that are sure or that are not."""
    found: dict[tuple[str, str], list[int]] = {}
    for joint, name in enumerate(names):
        body = name.part and name.layer == layer and not (name.twist or name.palm or name.end)
        if body and name.sure == sure:
            found.setdefault((name.side, name.part), []).append(joint)
    return found


def _topmost(tree: Tree, names: Sequence[Name], candidates: list[int], role: str) -> int | None:
    """Return the joint that carries most of what the side names; of a chain its first.

    Toes that spread from one joint are digits, none of them the ball of the foot.
    """
    tops = [j for j in candidates if not any(o != j and tree.under(j, o) for o in candidates)]
    if not tops or (role.endswith("foot") and len(tops) > 1):
        return None
    carried = {j: sum(bool(names[o].part) for o in tree.branch(j)) for j in tops}
    return max(tops, key=lambda j: (carried[j], -tree.depth[j]))
