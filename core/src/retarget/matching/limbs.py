"""The joints of an arm or a leg: found on its path, by name where there is one, else by length.

A limb has two long bones of about the same length. That, and where the hand spreads or the foot
turns forward, tells its joints in any pose and any unit, however many joints lie between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.matching.claims import Claim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.matching.tree import Tree
    from retarget.values import Float64

_STEEP = 0.8
"""Cosine to the vertical above which a bone belongs to the leg, below to the foot or the hip."""

_EVEN = 0.6
"""A last bone shorter than this part of the limb's middle one is a tip, not a forearm. Two bones of
an arm more unequal than this may be its collar and its upper arm, with a sleeve below."""

_BENT = 0.999
"""Cosine of a turn above which a joint lies in the middle of a bone: a limb cut in two parts."""

_TURN_COUNTS = 1.25
"""How much more a joint that turns is believed to be a joint of the limb."""

_TIE = 0.9
"""A second choice that scores this part of the first makes both doubtful."""

_COLLAR = 0.3
"""Part of the upper arm from which on a bone above it is a collar."""

_FEW = 3
"""Bones from the collar to the wrist of an arm in whole bones; with more, some are parts."""

_MANY = 5
"""Joints of an arm without fingers from which on its wrist is a guess."""

_ARM = ("shoulder", "elbow", "wrist")

_FAR_BETTER = 1.5
"""How much better than above an arm's bones fit below a joint from which a sleeve parts."""

_BETTER = 1.25
"""How much better another wrist may fit before both are doubtful."""

GEOMETRY, UNSURE = 0.75, 0.5
"""Scores of joints that geometry alone has found, clearly and barely."""


@attrs.define(kw_only=True, eq=False)
class Limb:
    """One arm or leg: the joints from the fork of its pair to the end of its longest branch."""

    side: str
    """What names call it, or what is provisionally taken: "left" or "right"."""
    path: list[int]
    claims: dict[str, Claim] = attrs.field(factory=dict)
    """By the joint's word: "shoulder", "elbow" …"""
    doubted: bool = False
    """True where another pair of branches could be this limb as well."""

    def joint(self, slot: str) -> int | None:
        """Return the joint that has a slot, or None."""
        claim = self.claims.get(slot)
        return None if claim is None else claim.joint


def consistent(
    tree: Tree, claims: Mapping[str, Claim], side: str, slots: Sequence[str]
) -> tuple[dict[str, Claim], list[str]]:
    """Return the claims of one limb that hang from each other in order, and the slots that do not.

    Where none does, as in a rig of loose joints, all are believed.
    """
    said = {s: c for s in slots if (c := claims.get(f"{side}_{s}")) is not None}
    best: dict[str, Claim] = {}
    for slot, claim in said.items():
        line: dict[str, Claim] = {slot: claim}
        for above in reversed(slots[: slots.index(slot)]):
            lowest = next(iter(line.values()))
            if above in said and tree.under(lowest.joint, said[above].joint):
                line = {above: said[above], **line}
        if len(line) > len(best):
            best = line
    if len(best) < 2 and len(said) > 2:
        return said, []
    forced = {s: c for s, c in said.items() if c.how in ("map", "file")}
    kept = {s: c for s in slots if (c := best.get(s) or forced.get(s)) is not None}
    return kept, [s for s in said if s not in kept]


def solve_arm(tree: Tree, limb: Limb, partings: Sequence[int]) -> None:
    """Find the joints of an arm that names did not; fingers part from one of `partings`."""
    path, known = limb.path, _places(limb)
    if "wrist" not in known:
        end, sure = _parting(tree, limb, partings, known)
        if end is None:
            end, sure = _wrist(tree, path, known), len(path) < _MANY
        if end is not None:
            _take(limb, "wrist", end, GEOMETRY if sure else UNSURE)
            known = _places(limb)
    _bend(tree, limb, _ARM, known)
    shoulder = limb.joint("shoulder")
    if "collar" not in limb.claims and shoulder in path and path.index(shoulder) > 0:
        _take(limb, "collar", path[0])


def solve_leg(tree: Tree, limb: Limb, up: Float64) -> None:
    """Find the joints of a leg that names did not; `up` is the body's, roughly."""
    path, known = limb.path, _places(limb)
    if "ankle" not in known and len(path) >= 3:
        _take(limb, "ankle", _ankle(tree, path, up, known))
        known = _places(limb)
    _bend(tree, limb, ("hip", "knee", "ankle"), known)
    ankle = limb.joint("ankle")
    if "foot" not in limb.claims and ankle in path and path.index(ankle) + 1 < len(path):
        foot = path[path.index(ankle) + 1]
        if len(tree.children[foot]) == 1 and len(tree.children[tree.children[foot][0]]) > 1:
            foot = tree.children[foot][0]  # a metatarsal before the ball, where the toes spread
        _take(limb, "foot", foot)


def _places(limb: Limb) -> dict[str, int]:
    """Return where on its path each known joint of the limb is."""
    return {s: limb.path.index(c.joint) for s, c in limb.claims.items() if c.joint in limb.path}


def _take(limb: Limb, slot: str, joint: int, score: float = GEOMETRY) -> None:
    score = UNSURE if limb.doubted else score
    if joint not in {claim.joint for claim in limb.claims.values()}:
        limb.claims[slot] = Claim(joint=joint, how="geometry", score=score)


def _parting(
    tree: Tree, limb: Limb, partings: Sequence[int], known: Mapping[str, int]
) -> tuple[int | None, bool]:
    """Return the joint from which the fingers part, and False where another might be it.

    It is the first from which anything parts, unless the arm's bones fit one below far better: then
    a sleeve parts from the first.
    """
    path = limb.path
    above = max(known.values(), default=-1)
    places = [place for joint in partings if (place := path.index(joint)) > above]
    if not places:
        return None, True
    turns, gone = _turns(tree, path), tree.along(path)
    also = limb.claims["shoulder"].also if "shoulder" in known else ()

    def fit(end: int) -> tuple[float, int, int]:
        return max(_fits(gone, turns, _ARM, {**known, "wrist": end}, also), default=(0.0, 0, end))

    chosen, rival = places[0], 0.0
    for place in places[1:]:
        if fit(place)[0] > _FAR_BETTER * fit(chosen)[0]:
            chosen, rival = place, fit(chosen)[0]
        else:
            rival = max(rival, fit(place)[0])
    score, shoulder, elbow = fit(chosen)
    bones = gone[elbow] - gone[shoulder], gone[chosen] - gone[elbow]
    beyond = fit(min(chosen + 1, len(path) - 1))[0]  # the hand itself, if it has no fingers
    sure = rival <= _BETTER * score and beyond <= _FAR_BETTER * score
    return path[chosen], sure and min(bones) > _EVEN * max(bones)


def _wrist(tree: Tree, path: list[int], known: Mapping[str, int]) -> int | None:
    """Return the wrist of an arm without fingers."""
    above = max((i for s, i in known.items() if s != "wrist"), default=-1)
    if len(path) < 3:
        return None
    bones = [tree.bone[j] for j in path[1:]]
    if len(path) == 4:  # a collar before, or a tip behind: the shorter is the odd one out
        return path[3] if bones[0] < bones[2] or ("elbow" in known and above == 2) else path[2]
    return path[-2] if len(path) > 4 and bones[-1] < _EVEN * max(bones[1:-1]) else path[-1]


def _ankle(tree: Tree, path: list[int], up: Float64, known: Mapping[str, int]) -> int:
    gone = tree.along(path)
    above = max((i for s, i in known.items() if s in ("hip", "knee")), default=0)
    below = min((i for s, i in known.items() if s == "foot"), default=len(path))
    for i in range(max(2, above + 1), min(len(path) - 1, below)):
        bone = tree.positions[path[i + 1]] - tree.positions[path[i]]
        length = float(np.linalg.norm(bone))
        if gone[i] > 0.45 * gone[-1] and abs(float(bone @ up)) < _STEEP * length:
            return path[i]
    return path[below - 1]


def _bend(tree: Tree, limb: Limb, slots: tuple[str, str, str], known: Mapping[str, int]) -> None:
    """Choose root and middle of a limb, given its end, so that both bones are long and alike.

    A name that means the root here and another joint there (`Shoulder`, `Leg`) is what fits best.
    """
    first, middle, last = slots
    also = limb.claims[first].also if first in known else ()
    if last not in known or (first in known and middle in known and not also):
        return
    turns = _turns(tree, limb.path)
    fits = _fits(tree.along(limb.path), turns, slots, known, also)
    if not fits:
        return
    (best, *places), *others = sorted(fits, reverse=True)
    tie = bool(others) and others[0][0] > _TIE * best
    straight = known[last] > _FEW and not turns[int(places[1])]  # a part of a bone would do as well
    unsure = tie or straight or limb.claims[last].score < GEOMETRY
    score = UNSURE if unsure else GEOMETRY
    taken = {int(place): slot for place, slot in zip(places, (first, middle), strict=True)}
    if also:
        limb.claims[_slot(known[first], taken)] = limb.claims.pop(first)
    for place, slot in taken.items():
        if slot not in limb.claims:
            _take(limb, slot, limb.path[place], score)


def _fits(
    gone: Sequence[float],
    turns: Sequence[bool],
    slots: tuple[str, str, str],
    known: Mapping[str, int],
    also: tuple[str, ...],
) -> list[tuple[float, int, int]]:
    """Return how well root and middle fit at two places of a path, and these: (score, i, j).

    `gone` is the way to each place, `turns` where the path turns. `also`: what the root's name may
    mean instead; then the root is open, too.
    """
    first, middle, last = slots
    end, weight = known[last], [_TURN_COUNTS if turn else 1.0 for turn in turns]
    fits = []
    for i in (known[first],) if first in known and not also else range(end - 1):
        for j in (known[middle],) if middle in known else range(i + 1, end):
            a, b = gone[j] - gone[i], gone[end] - gone[j]
            meant = _slot(known[first], {i: first, j: middle}) if also else first
            if meant not in (first, *also):
                continue
            if meant == "collar" and gone[i] - gone[known[first]] < _COLLAR * a:
                continue  # no collar between the two, but a helper on the upper arm
            if i < j < end and max(a, b) > 0:
                fits.append((min(a, b) / max(a, b) * (a + b) * weight[i] * weight[j], i, j))
    return fits


def _slot(place: int, taken: Mapping[int, str]) -> str:
    """Return which joint of a limb is at a place of its path, given its root and middle."""
    return taken.get(place, "collar" if place < min(taken) else "")


def _turns(tree: Tree, path: Sequence[int]) -> list[bool]:
    """Tell for each joint of a path whether the path turns there; at its ends it does."""
    steps = np.diff(tree.positions[list(path)], axis=0)
    steps /= np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-12)
    inner = (steps[1:] * steps[:-1]).sum(axis=1) < _BENT
    return [True, *inner.tolist(), True]


def bones_alike(a: Sequence[float], b: Sequence[float]) -> bool:
    """Tell whether two chains have the same bones, as the two sides of a body have."""
    total = max(sum(a), sum(b))
    return len(a) == len(b) and all(abs(x - y) < 0.08 * total for x, y in zip(a, b, strict=True))
