"""Contact F1: whether the same feet touch the floor at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import contacts, floor
from retarget.checking.figures import Metric, Pair

if TYPE_CHECKING:
    from retarget.checking.comparison import Comparison

METRICS = (
    Metric(
        name="contact_f1",
        unit="",
        summary="agreement of the target's contacts with the source's, same detector",
        at_least=True,
    ),
)


def measure(c: Comparison) -> dict[str, Pair]:
    """Detect contacts on the target as on the source and compare them frame by frame."""
    return {"contact_f1": (_f1(c), None)}


def _f1(c: Comparison) -> float | None:
    if c.contacts is None:
        return None
    motion, world = c.target.as_motion(c.fps)
    points = floor.stance_roles(c.target.humanoid)
    if not points:
        return None
    toes = float(np.mean([c.target.rest_place(role)[1] for role in points]))
    higher = toes + (c.target_levels[1:] - c.target_levels[0])
    ground = floor.Floor(toe_level=toes, found_by="rig", higher=tuple(higher.tolist()))
    found = contacts.detect(motion, world, ground)
    own = dict(zip(found.points, found.touching, strict=True))
    pairs = [
        (own[point], touching)
        for point, touching in zip(c.contacts.points, c.contacts.touching, strict=True)
        if point in own
    ]
    both = sum(int((a & b).sum()) for a, b in pairs)
    either = sum(int(a.sum()) + int(b.sum()) for a, b in pairs)
    return 2 * both / either if either else None
