"""The height of the ground that a character stands on, from its mesh or else from its joints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.floor import SOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.values import Float64

_STATURE = 1.3
"""Metres from ankles to shoulders of the body that the measures below are of."""

_AT_ZERO = 0.03
"""Metres a sole may be off height 0 and still stand on it: heels, thick soles, sloppy export."""

_BELOW_ANKLE = (0.0, 0.35)
"""Metres from the lowest ankle down between which a sole may be, high heels and plinths of boots
included; a mesh that ends elsewhere has no feet, or more than a body in it."""

_JOINT_AT_ZERO = (-0.02, 0.15)
"""Metres between which the lowest joint of a body that stands on height 0 lies."""


def floor_of(body: Mapping[str, Float64], lowest: float | None) -> float:
    """Return the height of the ground, metres.

    Args:
        body: positions (3,) by role at rest, +Y up.
        lowest: height of the lowest point of the mesh; None where that is not known.

    """
    sides = ("left", "right")
    ankle = min(float(body[f"{side}_ankle"][1]) for side in sides)
    shoulder = max(float(body[f"{side}_shoulder"][1]) for side in sides)
    scale = (shoulder - ankle) / _STATURE
    if lowest is not None and _BELOW_ANKLE[0] <= (ankle - lowest) / scale <= _BELOW_ANKLE[1]:
        return 0.0 if abs(lowest) <= _AT_ZERO * scale else lowest
    joint = min([ankle, *(float(body[f"{s}_foot"][1]) for s in sides if f"{s}_foot" in body)])
    at_zero = _JOINT_AT_ZERO[0] * scale <= joint <= _JOINT_AT_ZERO[1] * scale
    return 0.0 if at_zero else joint - SOLE * scale
