"""End effectors: where hands and feet are from the pelvis, in lengths of their limbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import roles
from retarget.checking.figures import Metric, Pair, mean

if TYPE_CHECKING:
    from retarget.checking.comparison import Comparison

METRICS = (
    Metric(
        name="end_effector",
        unit="limb lengths",
        summary="distance of hands and feet from where the source has them, mean",
    ),
)

_ENDS = (("arm", "wrist"), ("leg", "ankle"))


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure ||(e - pelvis) / limb length||, target against source."""
    found = [np.zeros(0)]
    for limb, end in _ENDS:
        lengths = [body.limb_length(limb) for body in (c.target, c.source)]
        for side in roles.SIDES:
            role = f"{side}_{end}"
            if all(lengths) and c.both("pelvis", role):
                reach = [
                    (body.place(role) - body.place("pelvis")) / length
                    for body, length in zip((c.target, c.source), lengths, strict=True)
                    if length
                ]
                found.append(np.linalg.norm(reach[0] - reach[1], axis=1))
    return {"end_effector": (mean(np.concatenate(found)), None)}
