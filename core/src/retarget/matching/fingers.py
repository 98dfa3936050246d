"""Which finger is which, by where it stands, and whether that agrees with what names say.

The thumb is the finger that ends nearest to the wrist and points away from the others; these follow
across the knuckles, from its side. What names say of some of them is fixed: the others are what
fits around it.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from retarget.matching.hands import ACROSS, DOUBTFUL, TOLD, phalanges
from retarget.roles import FINGERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from retarget.matching.hands import Chain
    from retarget.matching.tree import Tree
    from retarget.values import Float64

_CLEAR = 0.15
"""By how much more a finger must look like a thumb than any other, to be one clearly."""

_BESIDE = 3
"""Fingers beside the thumb from which on the first of them is the index, whichever are missing."""

Fit = dict[int, str]
"""A finger for each chain, by its place in the list, from the first across to the thumb."""


def tell(tree: Tree, wrist: int, hand: Sequence[Chain]) -> bool:
    """Tell the chains that names leave open; False where names contradict where fingers stand.

    A chain gets a finger only if every way to fit all of them around the named ones gives it the
    same. Where names contradict, nothing is told.
    """
    chains = [c for c in hand if c.finger or len(c.joints) > 1]
    fixed = [c.finger for c in chains]
    named = [finger for finger in fixed if finger]
    whole = len(chains) == len(FINGERS)
    enough = 2 if named else len(FINGERS) - 1
    if len(named) == len(chains) or not enough <= len(chains) <= len(FINGERS):
        return True
    points = [phalanges(tree, wrist, c.joints, thumb=c.finger == "thumb") for c in chains]
    bases, like = _thumb_likeness(tree, wrist, points)
    thumbs, clear = _thumbs(fixed, like)
    fits: list[Fit] = []
    for thumb in thumbs:
        fits += _fits(fixed, bases, thumb)
        if fits and (whole or not named or clear):
            break  # the most like one that fits
    if not fits:
        return False
    sure = clear and (whole or ("thumb" in named and len(fits) == 1))
    fits = [fit for fit in fits if _from_index(fit)] or fits
    for i, chain in enumerate(chains):
        said = {fit[i] for fit in fits}
        if not chain.finger and len(said) == 1:
            chain.finger, chain.score = said.pop(), TOLD if sure else DOUBTFUL
    return True


def stand_in_order(tree: Tree, wrist: int, lines: Mapping[str, Sequence[int]]) -> bool:
    """Tell whether fingers, by name their joints from the knuckle, stand as those of a hand do.

    The knuckles are in order, the thumb is on the side of the index, and none of the others looks
    like a thumb while it does not. What too few fingers leave open counts as in order.
    """
    fingers = [f for f in ACROSS if f in lines]
    thumb = lines.get("thumb")
    at = tree.positions[[lines[f][0] for f in fingers]]
    if len(fingers) > 2:  # two are always in some order
        steps = np.diff(at @ (at[-1] - at[0]))
        if not (steps > 0).all():
            return False
    if thumb is None or len(fingers) < 2:
        return True
    near = np.linalg.norm(at - tree.positions[thumb[0]], axis=1)
    if near[0] > near[-1]:
        return False
    long = [f for f in fingers if len(lines[f]) > 1]
    if len(long) <= _BESIDE or len(thumb) < 2:
        return True
    _, like = _thumb_likeness(tree, wrist, [thumb, *(lines[f] for f in long)])
    return bool(like[0] + _CLEAR > like[1:].max())


def _thumb_likeness(
    tree: Tree, wrist: int, points: Sequence[Sequence[int]]
) -> tuple[Float64, Float64]:
    """Return the knuckles (N, 3) from the wrist, and (N,) how much each finger is like a thumb.

    Both in the size of the hand: how near it begins and ends, and how far it points away.
    """
    origin = tree.positions[wrist]
    bases = np.array([tree.positions[p[0]] for p in points]) - origin
    ends = np.array([tree.positions[p[-1]] for p in points]) - origin
    ways = ends - bases
    ways /= np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-12)
    far = np.linalg.norm(ends, axis=1) + np.linalg.norm(bases, axis=1)
    far /= max(float(far.mean()), 1e-12)
    others = [np.delete(ways, i, 0).mean(axis=0) for i in range(len(ways))]
    apart = np.array(
        [1 - w @ o / max(np.linalg.norm(o), 1e-12) for w, o in zip(ways, others, strict=True)]
    )
    return bases, apart - far


def _thumbs(fixed: Sequence[str], like: Float64) -> tuple[list[int | None], bool]:
    """Return which chains may be the thumb, likeliest first (None for none), and if it is clear."""
    if "thumb" in fixed:
        return [fixed.index("thumb")], True
    ranked: list[int] = np.argsort(-like).tolist()
    clear = bool(like[ranked[0]] - like[ranked[1]] > _CLEAR)
    if not any(fixed):
        return [ranked[0]], clear
    # What clearly looks like the thumb but is called otherwise leaves no thumb.
    possible = [i for i in (ranked[:1] if clear else ranked) if not fixed[i]]
    return [*possible, *([None] if len(fixed) < len(FINGERS) else [])], clear


def _fits(fixed: Sequence[str], bases: Float64, thumb: int | None) -> list[Fit]:
    """Return every way to call the chains that keeps the names and the order of the knuckles."""
    others = [i for i in range(len(fixed)) if i != thumb]
    line = _across(bases, others)
    order = sorted(others, key=lambda i: -float(line[i]))
    if thumb is None:
        return [*_in_order(fixed, order), *_in_order(fixed, order[::-1])]
    if line[thumb] < line[others].mean():  # the thumb's side is where counting begins
        order.reverse()
    return [fit | {thumb: "thumb"} for fit in _in_order(fixed, order)]


def _in_order(fixed: Sequence[str], order: Sequence[int]) -> Iterator[Fit]:
    for fingers in combinations(ACROSS, len(order)):
        fit = dict(zip(order, fingers, strict=True))
        if all(fixed[i] in ("", finger) for i, finger in fit.items()):
            yield fit


def _from_index(fit: Fit) -> bool:
    """Tell whether the finger beside the thumb is the index, which a hand seldom lacks."""
    first, *others = fit.values()
    return first == "index" and "thumb" in others and len(others) >= _BESIDE


def _across(bases: Float64, others: Sequence[int]) -> Float64:
    """Return where the bases (N, 3) lie on the line through the knuckles of some of them."""
    knuckles = bases[list(others)]
    axis = np.linalg.svd(knuckles - knuckles.mean(axis=0))[2][0]
    return bases @ axis
