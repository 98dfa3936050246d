"""Rotation away from rest: whether torso, feet and toes turn as the source's do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.checking.figures import Metric, Pair, largest, mean

if TYPE_CHECKING:
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

METRICS = tuple(
    Metric(
        name=f"{part}_rotation{suffix}",
        unit="deg",
        summary=f"{part} rotation away from rest, difference to the source's, {spread}",
    )
    for part in ("torso", "foot", "toe")
    for suffix, spread in (("", "mean"), ("_max", "largest"))
)

TORSO = ("pelvis", "spine3", "neck", "head")
"""Where chains of other joint counts agree: the ends of the spine and of the neck."""

FEET = tuple(f"{side}_ankle" for side in roles.SIDES)
TOES = tuple(f"{side}_foot" for side in roles.SIDES)


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure the geodesic distance of the rotations from each one's rest."""
    figures: dict[str, Pair] = {}
    for part, wanted in (("torso", TORSO), ("foot", FEET), ("toe", TOES)):
        angles = np.concatenate(
            [np.zeros(0), *(_difference(c, role) for role in wanted if c.both(role))]
        )
        figures[f"{part}_rotation"] = (mean(angles), None)
        figures[f"{part}_rotation_max"] = (largest(angles), None)
    return figures


def _difference(c: Comparison, role: str) -> Float64:
    source, target = (
        quat.multiply(body.turn(role), quat.conjugate(body.rest_turn(role)))
        for body in (c.source, c.target)
    )
    # Feet that rest turned out differently are no error: each toe points where the source's does.
    source = quat.multiply(source, quat.conjugate(_toe_out(c, role)))
    return np.degrees(geodesic(source, target))


def geodesic(a: Float64, b: Float64) -> Float64:
    """Return the angles (…), radians, of the rotations (…, 4) between a and b."""
    between = quat.multiply(quat.conjugate(a), b)
    return 2 * np.arctan2(np.linalg.norm(between[..., :3], axis=-1), np.abs(between[..., 3]))


def _toe_out(c: Comparison, role: str) -> Float64:
    """Return the turn (4,) about +Y from the source's foot at rest to the target's."""
    if role not in (*FEET, *TOES):
        return quat.IDENTITY
    side = role.partition("_")[0]
    ankle, toe = f"{side}_ankle", f"{side}_foot"
    if not (c.both(ankle) and c.both(toe)):
        return quat.IDENTITY
    headings = []
    for body in (c.source, c.target):
        along = body.rest_place(toe) - body.rest_place(ankle)
        headings.append(float(np.arctan2(along[0], along[2])))
    return quat.from_rotvec(np.array([0.0, headings[1] - headings[0], 0.0]))
