"""Which limb of a pair is the left one: by where it lies, with the names as witnesses.

A motion's left arm must drive the arm on the body's left, or it crosses the body. Where the toes
tell front from back, the place decides, also against the names: rigs made looking at the character
have them the wrong way round. Where only bent knees and elbows tell it, names are believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget import roles
from retarget.matching.frame import first_is_first

if TYPE_CHECKING:
    from retarget.matching.frame import Frame
    from retarget.matching.limbs import Limb
    from retarget.matching.tree import Tree

    Pair = tuple[Limb, Limb]


def decide(tree: Tree, what: str, pair: Pair | None, frame: Frame) -> tuple[Pair | None, list[str]]:
    """Return the pair with the left limb first, sides set, and what is to be told."""
    if pair is None:
        return None, []
    given = {claim.how for limb in pair for claim in limb.claims.values()}
    named = given - {"geometry"}
    left_first = first_is_first(tree, pair, frame.across) == (frame.front > 0)
    warnings = []
    if frame.front == 0.0:
        left_first = True
        said = "what the names say" if named else "a guess"
        warnings.append(f"Nothing tells front from back: left and right of the {what} are {said}.")
    elif named and not left_first:
        left_first = not frame.sure or bool(given & {"map", "file"})
        warnings.append(_disagreement(what, kept=left_first))
    elif not named and not frame.sure:
        warnings.append(
            f"No toes: left and right of the {what} were told from bent knees and elbows."
        )
    ordered = pair if left_first else (pair[1], pair[0])
    for limb, side in zip(ordered, roles.SIDES, strict=True):
        limb.side = side
    return ordered, warnings


def _disagreement(what: str, *, kept: bool) -> str:
    if kept:
        return (
            f"The {what} called left seem to lie on the body's right; they were kept as they are "
            "called. Name the joints in a joint map if that is wrong."
        )
    return (
        f"The {what} called left lie on the right of where the toes point: left and right were "
        "swapped. Name the joints in a joint map if their names are right."
    )
