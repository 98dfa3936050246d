"""What was found, held against anatomy: what contradicts it loses its score, and is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import roles
from retarget.matching import fingers
from retarget.matching.follows import BONES
from retarget.matching.recognition import DOUBTFUL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from retarget.matching.body import Body
    from retarget.matching.claims import Claim
    from retarget.matching.naming import Name

_CONTRADICTED = 0.5
"""What is left of a score that anatomy contradicts."""


_WITHIN = 0.1
"""Part of a bone's length at either end where a further joint is a helper of that end's."""

_UNEQUAL = 0.12
"""Part of a limb's length by which its bones may differ from the other side's."""


def check(body: Body, found: dict[str, Claim], unfit: Collection[str]) -> Iterator[str]:
    """Yield a warning for each contradiction, lowering scores in `found`, and for each doubt.

    `unfit` are the sides on which names of fingers leave no place for the others.
    """
    yield from _hanging(body, found)
    yield from _upright(body, found)
    yield from _mirrored(body, found)
    yield from _between(body, found)
    yield from _fingers(body, found, unfit)
    yield from _strays(body, found)
    doubtful = [r for r, claim in found.items() if claim.score < DOUBTFUL]
    if doubtful:
        listed = ", ".join(f"{r} ({body.tree.names[found[r].joint]})" for r in doubtful)
        yield f"Doubtful, please check: {listed}."


def _lower(found: dict[str, Claim], role: str) -> None:
    claim = found[role]
    if claim.how not in ("map", "file"):
        found[role] = attrs.evolve(claim, score=claim.score * _CONTRADICTED)


def _hanging(body: Body, found: dict[str, Claim]) -> Iterator[str]:
    """Each joint hangs from that of the nearest role above; the legs from the pelvis."""
    for role in list(found):
        above = roles.nearest_above(role, found)
        # Arms and neck may part below the last spine joint or from the neck, as Biped's do.
        if above is None or (above.startswith("spine") and role.endswith(("collar", "shoulder"))):
            continue
        joint, parent = found[role].joint, found[above].joint
        if not body.tree.under(joint, parent):
            _lower(found, role)
            yield (
                f"{body.tree.names[joint]} ({role}) does not hang from "
                f"{body.tree.names[parent]} ({above})."
            )


def _upright(body: Body, found: dict[str, Claim]) -> Iterator[str]:
    """Hip over knee over ankle."""
    if body.frame is None:
        return
    heights = body.tree.positions @ body.frame.up
    for side in roles.SIDES:
        for upper, lower in (("hip", "knee"), ("knee", "ankle")):
            a, b = f"{side}_{upper}", f"{side}_{lower}"
            if a in found and b in found and heights[found[a].joint] <= heights[found[b].joint]:
                _lower(found, b)
                yield (
                    f"{body.tree.names[found[b].joint]} ({b}) is not below "
                    f"{body.tree.names[found[a].joint]} ({a})."
                )


def _mirrored(body: Body, found: dict[str, Claim]) -> Iterator[str]:
    """Both sides bend at the same place: else one of two is a part of a bone, or a twist."""
    at = body.tree.positions
    for upper, middle, lower in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
        limbs = [[f"{side}_{slot}" for slot in (upper, middle, lower)] for side in roles.SIDES]
        if not all(role in found for limb in limbs for role in limb):
            continue
        bones = [
            np.linalg.norm(np.diff(at[[found[role].joint for role in limb]], axis=0), axis=1)
            for limb in limbs
        ]
        if np.abs(bones[0] - bones[1]).max() > _UNEQUAL * sum(bones[0]):
            for limb in limbs:
                _lower(found, limb[1])
            yield (
                f"{', '.join(body.tree.names[found[r].joint] for limb in limbs for r in limb)}: "
                "the bones of the two sides are not of the same length."
            )


def _between(body: Body, found: dict[str, Claim]) -> Iterator[str]:
    """No joint with a name that says nothing stands within a bone that a name tells.

    `Foot` under an ankle called otherwise is the ball of the foot; alone it would be the ankle.
    """
    tree = body.tree
    for side in roles.SIDES:
        for upper, lower in BONES:
            ends = [found.get(f"{side}_{end}") for end in (upper, lower)]
            if ends[0] is None or ends[1] is None or not tree.under(ends[1].joint, ends[0].joint):
                continue
            path = tree.path(ends[0].joint, ends[1].joint)
            gone = np.array(tree.along(path)) / max(tree.along(path)[-1], 1e-9)
            strange = [
                tree.names[joint]
                for joint, share in zip(path[1:-1], gone[1:-1], strict=True)
                if _WITHIN < share < 1 - _WITHIN and _says_nothing(body.names[joint])
            ]
            if strange and any(end.how.startswith("name") for end in ends if end is not None):
                for end in (upper, lower):
                    _lower(found, f"{side}_{end}")
                yield (
                    f"{', '.join(strange)} stands between {tree.names[path[0]]} ({side}_{upper}) "
                    f"and {tree.names[path[-1]]} ({side}_{lower}) and has no role: is it one of "
                    "them? A joint map can say so."
                )


def _says_nothing(name: Name) -> bool:
    return not (name.part or name.twist) and any(map(str.isalpha, name.key))


def _fingers(body: Body, found: dict[str, Claim], unfit: Collection[str]) -> Iterator[str]:
    """Fingers stand side by side in the order of a hand; on the sides in `unfit` they do not."""
    for side in roles.SIDES:
        if f"{side}_wrist" not in found:
            continue
        given = {
            finger: [r for n in (1, 2, 3) if (r := f"{side}_{finger}{n}") in found]
            for finger in roles.FINGERS
        }
        lines = {f: [found[r].joint for r in rs] for f, rs in given.items() if rs}
        wrist = found[f"{side}_wrist"].joint
        if side in unfit or not fingers.stand_in_order(body.tree, wrist, lines):
            for role in (role for rs in given.values() for role in rs):
                _lower(found, role)
            yield f"The fingers of the {side} hand do not stand in the order of their names."


def _strays(body: Body, found: dict[str, Claim]) -> Iterator[str]:
    """Fingers hang from a hand: named ones that do not have no role, and this is told."""
    wrists = [found[r].joint for s in roles.SIDES if (r := f"{s}_wrist") in found]
    if not wrists:
        return
    strays = [
        body.tree.names[j]
        for j, name in enumerate(body.names)
        if name.part in roles.FINGERS and not any(body.tree.under(j, wrist) for wrist in wrists)
    ]
    if strays:
        said = "Called a finger, but it hangs" if len(strays) == 1 else "Called fingers, but hang"
        yield f"{said} from no hand: {', '.join(strays)}."
