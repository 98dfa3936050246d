"""The arms and the legs of a rig that no name tells: the two longest pairs of like branches."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from retarget.matching.limbs import bones_alike, longest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from retarget.matching.tree import Tree

Pair = tuple[list[int], list[int]]
"""Two paths, each from below the fork of the pair to the end of its longest branch."""

_SHORTEST = 0.2
"""Part of the body's longest way that a limb has at least: fingers and ears are shorter."""


def pairs(
    tree: Tree, reach: Sequence[float], nxt: Sequence[int], skipped: Collection[int]
) -> list[Pair]:
    """Return pairs of like branches of three joints or more, longest first, none in another."""
    found: list[tuple[float, Pair]] = []
    whole = max(reach)
    for joint in range(len(tree)):
        kids = [c for c in tree.children[joint] if c not in skipped and nxt[c] >= 0]
        for a, b in combinations(kids, 2):
            lengths = reach[a] + tree.bone[a], reach[b] + tree.bone[b]
            if min(lengths) < max(_SHORTEST * whole, 0.85 * max(lengths)):
                continue
            one, other = longest(nxt, a), longest(nxt, b)
            if len(one) >= 3 and bones_alike(
                [tree.bone[j] for j in one], [tree.bone[j] for j in other]
            ):
                found.append((min(lengths), (one, other)))
    kept: list[Pair] = []
    for _, pair in sorted(found, key=lambda item: -item[0]):
        if not any(tree.under(pair[0][0], top[0]) for k in kept for top in k):
            kept.append(pair)
    return kept
