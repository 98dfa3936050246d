"""What a torn rig leaves hanging from the root besides limbs: faces, breasts, clothes, helpers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.matching import vocabulary as words
from retarget.matching.claims import ARM, LEG
from retarget.matching.parts import ROOT, TRUNK
from retarget.matching.tree import parents_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.matching.naming import Name
    from retarget.matching.parts import Parts
    from retarget.matching.tree import Hung

_BODY_SLOTS = (*TRUNK, *LEG, *ARM)


def hang_rest(hung: Hung, names: Sequence[Name], parts: Parts) -> None:
    """Hang what was cut off from the part of the body that its name tells, or from the nearest."""
    trunk = parts.trunk()
    if not trunk:
        return
    body = {*parts.of, *parts.twists}
    carrying = {above for joint in body for above in hung.tree.path(0, joint)}
    chest, bones = parts.chest()[-1], _bones(hung, parts)
    for joint in parents_first(hung.parents):
        if hung.parents[joint] in body:
            body.add(joint)
        elif joint not in carrying and names[joint].other != "control":
            said = set(names[joint].key.removeprefix("~").split())
            if said & words.ON_HEAD:
                carrier = trunk[-1]
            elif said & words.ON_CHEST:
                carrier = chest
            elif said & {*words.ON_PELVIS, "pelvis"}:
                carrier = trunk[0]
            elif hung.tree.bone[joint] > ROOT * parts.size():
                carrier = _nearest(joint, names[joint].side, parts, bones)
            else:
                continue
            hung.hang(joint, carrier)
            body.add(joint)


def _bones(hung: Hung, parts: Parts) -> tuple[list[int], list[int]]:
    """Return the joints of a body twice, as points and as bones, and where each ends."""
    joints = list(parts.of)
    ends = [j for j in joints if hung.parents[j] in parts.of]
    return [*joints, *(hung.parents[j] for j in ends)], [*joints, *ends]


def _nearest(joint: int, side: str, parts: Parts, bones: tuple[list[int], list[int]]) -> int:
    """Return the joint of the bone that a joint stands nearest to, of fingers the hand's.

    A bone of the other side is none, and beside a finger it would be taken for a part of it.
    """
    other = {"left": "right", "right": "left"}.get(side)
    begins, ends = np.array(bones)
    start, way = parts.at[begins], parts.at[ends] - parts.at[begins]
    offset = parts.at[joint] - start
    length = np.maximum(np.sum(way**2, axis=1), 1e-12)
    share = np.clip(np.sum(offset * way, axis=1) / length, 0, 1)
    away = np.linalg.norm(offset - share[:, None] * way, axis=1)
    away[[parts.of[j][0] == other for j in begins.tolist()]] = np.inf
    nearest = int(begins[np.argmin(away)])
    whose, slot = parts.of[nearest]
    hand = [] if slot in _BODY_SLOTS else parts.in_order(whose, "wrist")
    return [nearest, *hand][-1]
