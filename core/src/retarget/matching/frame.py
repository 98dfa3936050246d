"""Which way a body stands and faces, from its anatomy: no axis of the file is believed.

Up is from the feet to the shoulders, without arms to the hips: where a rig's joints hang from is
no place of the body. Front is where the toes point; without toes, where the knees bend and the
elbows do not. Left is then up x front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.matching.limbs import Limb
    from retarget.matching.tree import Tree
    from retarget.values import Float64

    Pair = tuple[Limb, Limb]

_BENT = 0.005
"""Part of a limb's length that its middle joint must lie off the line to tell front from back."""

_TOES = 0.1
"""Part of the leg's length that the toes must lie before the ankles to tell front from back."""


@attrs.frozen(kw_only=True, eq=False)
class Frame:
    """The body's own axes in the file's world."""

    up: Float64
    """(3,) unit."""
    across: Float64
    """(3,) unit: from the second of each pair to the first."""
    front: float
    """Side of `across x up` on which the front is: > 0 means that the first of each pair is
    the left one. 0 where nothing tells."""
    sure: bool
    """True where the toes tell it, False where bent knees and elbows do."""


def unit(vector: Float64) -> Float64:
    """Return the vector at length one; one without length as it is."""
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def up_of(tree: Tree, legs: Pair, arms: Pair | None) -> Float64:
    """Return the way from the feet up; good enough also before the joints of the legs are known."""
    low = [limb.joint("ankle") or limb.path[-1] for limb in legs]
    high = [limb.joint("shoulder") or limb.path[0] for limb in arms or ()]
    high = high or [limb.joint("hip") or limb.path[0] for limb in legs]
    return unit(tree.positions[high].mean(axis=0) - tree.positions[low].mean(axis=0))


def frame(tree: Tree, legs: Pair | None, arms: Pair | None) -> Frame | None:
    """Work out the axes; None without legs. Reorders no pair: the first need not be the left."""
    if legs is None:
        return None
    up = up_of(tree, legs, arms)
    across = _across(tree, legs)
    across = unit(across - (across @ up) * up)
    ahead = np.cross(across, up)  # the front if the first of the pair is the left one
    toes = _toes(tree, legs, ahead)
    if abs(toes) > _TOES:
        return Frame(up=up, across=across, front=toes, sure=True)
    bends = [_off_line(tree, limb, ("hip", "knee", "ankle"), ahead) for limb in legs]
    bends += [-_off_line(tree, limb, ("shoulder", "elbow", "wrist"), ahead) for limb in arms or ()]
    bend = sum(bends) / len(bends)
    return Frame(up=up, across=across, front=bend if abs(bend) > _BENT else 0.0, sure=False)


def _across(tree: Tree, pair: Pair) -> Float64:
    """Return the way from the second limb of a pair to the first, mean of its joints."""
    ways = [
        tree.positions[a] - tree.positions[b]
        for slot in pair[0].claims
        if (a := pair[0].joint(slot)) is not None and (b := pair[1].joint(slot)) is not None
    ]
    ends = tree.positions[pair[0].path[-1]] - tree.positions[pair[1].path[-1]]
    return np.mean(ways, axis=0) if ways else ends


def first_is_first(tree: Tree, pair: Pair, across: Float64) -> bool:
    """Tell whether the first limb of a pair lies on the side that `across` points to."""
    return float(_across(tree, pair) @ across) > 0


def _toes(tree: Tree, legs: Pair, ahead: Float64) -> float:
    """Return how far the joints beyond the ankles lie ahead of them, in leg lengths."""
    shares = []
    for limb in legs:
        ankle, hip = limb.joint("ankle"), limb.joint("hip")
        if ankle is None or hip is None or ankle not in limb.path:
            continue
        toes = tree.positions[limb.path[-1]] - tree.positions[ankle]
        leg = float(np.linalg.norm(tree.positions[hip] - tree.positions[ankle]))
        shares.append(float(toes @ ahead) / max(leg, 1e-12))
    return sum(shares) / len(shares) if shares else 0.0


def _off_line(tree: Tree, limb: Limb, slots: Sequence[str], ahead: Float64) -> float:
    """Return how far a limb's middle lies ahead of the line between its ends, in limb lengths."""
    joints = [j for slot in slots if (j := limb.joint(slot)) is not None]
    if len(joints) < 3:
        return 0.0
    root, middle, end = tree.positions[joints]
    line = end - root
    length = float(np.linalg.norm(line))
    if length == 0:
        return 0.0
    foot = root + ((middle - root) @ line) / length**2 * line
    return float((middle - foot) @ ahead) / length
