"""The ground that a character stands on: its height, from mesh or joints, and the place on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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

_AT_ORIGIN = 0.15
"""Metres that the pelvis may be off the vertical over the origin, as it is in any body."""


def floor_of(body: Mapping[str, Float64], lowest: float | None) -> float:
    """Return the height of the ground, metres.

    Args:
        body: positions (3,) by role at rest, +Y up.
        lowest: height of the lowest point of the mesh; None where that is not known.

    """
    sides = ("left", "right")
    ankle = min(float(body[f"{side}_ankle"][1]) for side in sides)
    scale = _scale(body)
    if lowest is not None and _BELOW_ANKLE[0] <= (ankle - lowest) / scale <= _BELOW_ANKLE[1]:
        return 0.0 if abs(lowest) <= _AT_ZERO * scale else lowest
    joint = min([ankle, *(float(body[f"{s}_foot"][1]) for s in sides if f"{s}_foot" in body)])
    at_zero = _JOINT_AT_ZERO[0] * scale <= joint <= _JOINT_AT_ZERO[1] * scale
    return 0.0 if at_zero else joint - SOLE * scale


def place_of(body: Mapping[str, Float64]) -> Float64:
    """Return x and z (2,), metres, of where the character stands; zero near the origin.

    Args:
        body: as for `floor_of`.

    """
    level = np.asarray(body["pelvis"])[[0, 2]]
    return level if np.linalg.norm(level) > _AT_ORIGIN * _scale(body) else np.zeros(2)


def _scale(body: Mapping[str, Float64]) -> float:
    """Return how large the body is against the one that the measures above are of."""
    sides = ("left", "right")
    ankle = min(float(body[f"{side}_ankle"][1]) for side in sides)
    shoulder = max(float(body[f"{side}_shoulder"][1]) for side in sides)
    return (shoulder - ankle) / _STATURE
