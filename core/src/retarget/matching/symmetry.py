"""The arms and the legs of a rig that no name tells: pairs of like branches, of which hands spread.

Hair, wings and capes come in pairs too, and may be longer than arms. Fingers tell arms from them.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import attrs

from retarget.matching.limbs import bones_alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retarget.matching.spreading import Branches
    from retarget.matching.tree import Tree

_SHORTEST = 0.2
"""Part of the body's longest way that a limb has at least: fingers and ears are shorter."""

_EQUAL = 0.85
"""Part of the longer branch's length that the shorter of a pair has at least."""

_RIVAL = 0.6
"""Part of a limb's length from which on another pair in its place may be the limb."""


@attrs.frozen(kw_only=True, eq=False)
class Pair:
    """Two like branches."""

    paths: tuple[list[int], list[int]]
    """Each from below the fork of the pair to its end."""
    fork: int
    length: float = 0.0
    """Of the shorter one."""
    spread: bool = False
    """True where both end in a hand, or in toes of several joints."""
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
            if pair is not None and (pair.spread or pair.length >= shortest):
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
    fingers = min(branches.digits(hand)[1] for hand in hands)
    length = _length(branches.tree, lines)
    if fingers > length:  # a skirt's chains are longer than what carries them
        return None
    return Pair(
        paths=(branches.onward(tops[0]), branches.onward(tops[1])),
        fork=branches.tree.parents[tops[0]],
        length=length + fingers,
        spread=True,
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
    tree: Tree, legs: Iterable[Pair], arms: Iterable[Pair]
) -> tuple[Pair, Pair] | None:
    """Return which of the pairs are the legs and the arms; None where there are no two.

    Hands spread, and legs part first on the way from the root. What fits alike is told by length.
    """

    def fit(both: tuple[Pair, Pair]) -> tuple[bool, bool, bool, float, float]:
        leg, arm = both
        lower, upper = _first(tree, leg, arm), _first(tree, arm, leg)
        deeper = tree.depth[arm.fork] > tree.depth[leg.fork]
        return arm.spread and not upper, lower, deeper, leg.length + arm.length, leg.length

    found = [(leg, arm) for leg, arm in product(legs, arms) if leg is not arm]
    return max(found, key=fit, default=None)


def _first(tree: Tree, pair: Pair, other: Pair) -> bool:
    """Tell whether a pair parts before another on the way from the root."""
    return pair.fork != other.fork and tree.under(other.fork, pair.fork)


def doubtful(tree: Tree, pair: Pair, other: Pair, found: Iterable[Pair]) -> bool:
    """Tell whether anything else could be that limb as well; `other` is the other pair of limbs."""
    return not pair.whole or any(
        one.length >= _RIVAL * pair.length
        and one.spread >= pair.spread
        and _first(tree, one, other) == _first(tree, pair, other)
        and _first(tree, other, one) == _first(tree, other, pair)
        for one in found
        if one is not pair and one is not other
    )
