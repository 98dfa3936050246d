"""The arms and the legs of a rig that no name tells: the two longest pairs of like branches.

Hair, wings and capes come in pairs too, and may be longer than arms. Fingers tell arms from them;
of legs they tell nothing, for toes spread as well.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import attrs

from retarget.matching.limbs import bones_alike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.matching.spreading import Branches
    from retarget.matching.tree import Tree

_SHORTEST = 0.2
"""Part of the body's longest way that a limb has at least: fingers and ears are shorter."""

_EQUAL = 0.85
"""Part of the longer branch's length that the shorter of a pair has at least."""

_RIVAL = 0.6
"""Part of a limb's length from which on another pair in its place may be the limb."""

_WING = 3
"""Chains that a wing may end in as well; of more, a hand is sure."""


@attrs.frozen(kw_only=True, eq=False)
class Pair:
    """Two like branches."""

    paths: tuple[list[int], list[int]]
    """Each from below the fork of the pair to its end."""
    fork: int
    length: float = 0.0
    """Of the shorter one."""
    fingers: int = 0
    """Of the hands that both end in, or the toes of several joints; 0 where one ends in none."""
    whole: bool = True
    """False where what is alike ends before one of them does."""


def pairs(branches: Branches, *, partly: bool = False) -> list[Pair]:
    """Return pairs of like branches of three joints or more, longest first, none in another.

    With `partly`, also those that are alike from the top only.
    """
    tree = branches.tree
    whole: list[Pair] = []
    begun: list[Pair] = []
    shortest = _SHORTEST * max(branches.reach)
    for joint in range(len(tree)):
        kids = [c for c in tree.children[joint] if c not in branches.skipped]
        for tops in combinations([c for c in kids if branches.nxt[c] >= 0], 2):
            pair = _spread(branches, tops) or _plain(branches, tops)
            if pair is not None and (pair.fingers or pair.length >= shortest):
                (whole if pair.whole else begun).append(pair)
    kept: list[Pair] = []
    for pair in sorted(whole, key=lambda pair: -pair.length):
        if not any(tree.under(pair.paths[0][0], path[0]) for k in kept for path in k.paths):
            kept.append(pair)
    for pair in sorted(begun, key=lambda pair: -pair.length) if partly else ():
        if not any(_touch(tree, pair, one) for one in kept):
            kept.append(pair)
    return kept


def _touch(tree: Tree, pair: Pair, other: Pair) -> bool:
    """Tell whether a branch of one pair lies in one of another."""
    tops = [(one[0], two[0]) for one in pair.paths for two in other.paths]
    return any(tree.under(a, b) or tree.under(b, a) for a, b in tops)


def _spread(branches: Branches, tops: tuple[int, int]) -> Pair | None:
    """Return two branches as a pair if they are alike as far as their hands.

    What hangs from one hand alone, as a sword does, tells nothing of the arm.
    """
    hands = [branches.hands[top] for top in tops]
    if min(hands) < 0:
        return None
    lines = [branches.tree.path(top, hand) for top, hand in zip(tops, hands, strict=True)]
    counts, longest = zip(*map(branches.digits, hands), strict=True)
    length = _length(branches.tree, lines)
    if min(longest) > length:  # a skirt's chains are longer than what carries them
        return None
    return Pair(
        paths=(branches.onward(tops[0]), branches.onward(tops[1])),
        fork=branches.tree.parents[tops[0]],
        length=length + min(longest),
        fingers=min(counts),
    )


def _plain(branches: Branches, tops: tuple[int, int]) -> Pair | None:
    """Return two branches as a pair, as far down their longest ways as these are alike."""
    lines = [branches.longest(top) for top in tops]
    shorter = min(map(len, lines))
    for count in range(shorter, 2, -1):
        one, other = (line[:count] for line in lines)
        if length := _length(branches.tree, (one, other)):
            fork = branches.tree.parents[tops[0]]
            whole = count == max(map(len, lines))
            return Pair(paths=(one, other), fork=fork, length=length, whole=whole)
    return None


def _length(tree: Tree, lines: Sequence[list[int]]) -> float:
    """Return the length of the shorter of two lines of joints; 0 where they are not alike."""
    bones = [[tree.bone[j] for j in line] for line in lines]
    lengths = [sum(line) for line in bones]
    alike = min(lengths) >= _EQUAL * max(lengths) and bones_alike(*bones)
    return min(lengths) if alike and len(lines[0]) > 2 else 0.0


def legs_and_arms(
    branches: Branches, found: Sequence[Pair], legs: Pair | None = None, arms: Pair | None = None
) -> tuple[Pair, Pair] | None:
    """Return which of the pairs are the legs and the arms; None where there are no two.

    They are the two longest, but arms without hands give place to a pair that ends in them. Where
    names tell one of the two, `legs` or `arms` is that one.
    """
    tree = branches.tree
    limbs = [pair for pair in found if not worn(tree, pair, found)]
    if len(limbs) < (legs is None) + (arms is None):
        return None
    if arms is not None:
        lower = (one for one in limbs if not tree.under(one.fork, arms.fork))
        return legs or next(lower, limbs[0]), arms
    legs, arms = (legs, limbs[0]) if legs is not None else _told_apart(branches, limbs)
    if not arms.fingers:
        hands = (
            one for one in limbs if one.fingers and one is not legs and _above(tree, one, legs)
        )
        arms = next(hands, arms)
    return legs, arms


def worn(tree: Tree, pair: Pair, found: Sequence[Pair]) -> bool:
    """Tell whether a pair hangs where arms with hands do, or beyond, and is longer: wings, a cape.

    Arms leave another pair for the legs that parts elsewhere; toes that spread do not.
    """
    return not pair.fingers and any(
        arms.fingers
        and arms.length < pair.length
        and tree.under(pair.fork, arms.fork)
        and any(
            not tree.under(legs.fork, arms.fork) and legs.length >= _RIVAL * arms.length
            for legs in found
        )
        for arms in found
    )


def _told_apart(branches: Branches, limbs: Sequence[Pair]) -> tuple[Pair, Pair]:
    """Return the legs and the arms: legs part first from the root, hands spread."""
    tree = branches.tree
    first, second = limbs[:2]
    if first.fork != second.fork:
        if tree.under(second.fork, first.fork):
            return first, second
        if tree.under(first.fork, second.fork):
            return second, first
    elif others := [one for one in limbs if _above(tree, one, first)]:  # legs and a skirt's chains
        arms = max(others, key=lambda one: (one.fingers > 0, one.length))
        if bool(arms.fingers) >= bool(second.fingers):
            return first, arms
    one, other = (bool(branches.partings(pair.paths[0])) for pair in (first, second))
    deeper = tree.depth[first.fork] > tree.depth[second.fork]
    return (second, first) if (one if one != other else deeper) else (first, second)


def _above(tree: Tree, pair: Pair, legs: Pair) -> bool:
    """Tell whether a pair parts where arms may: neither where the legs do nor before them."""
    return not tree.under(legs.fork, pair.fork)


def doubtful(tree: Tree, limbs: tuple[Pair, Pair], found: Sequence[Pair]) -> tuple[bool, bool]:
    """Tell whether anything else could be the legs as well, and whether it could be the arms.

    What parts where the limb may is its rival even if somewhat shorter, all else if as long.
    """
    legs, arms = limbs
    rivals = [one for one in found if one not in limbs and not worn(tree, one, found)]
    sure = arms.fingers > _WING
    beside = not tree.under(arms.fork, legs.fork)  # fingers or toes alone told one from the other
    swapped = beside and 0 < legs.length < _EQUAL * arms.length
    usual = _RIVAL * min(arms.length, legs.length or arms.length)  # wings outgrow legs, arms do not
    return (
        not legs.whole
        or swapped
        or any(
            one.length >= legs.length
            or (one.length >= _RIVAL * legs.length and not tree.under(one.fork, arms.fork))
            for one in rivals
        ),
        not arms.whole
        or swapped
        or any(
            one.length >= arms.length
            or (one.length >= usual and _above(tree, one, legs) and (one.fingers > 0 or not sure))
            for one in rivals
        ),
    )
