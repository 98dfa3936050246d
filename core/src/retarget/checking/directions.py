"""Limb direction: the angle between a source bone and its target bone, wherever IK went or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import roles
from retarget.checking.figures import Metric, Pair, largest, mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

BONES = {
    f"{side}_{limb}": ((f"{side}_{a}", f"{side}_{b}"), (f"{side}_{b}", f"{side}_{c}"))
    for limb, (a, b, c) in (
        ("arm", ("shoulder", "elbow", "wrist")),
        ("leg", ("hip", "knee", "ankle")),
    )
    for side in roles.SIDES
}
"""The two bones of each limb, as (joint, child)."""

OWNERS = {"floor": (), "feet": ("leg",), "hands": ("arm",), "in_place": ()}
"""Which limbs a known pass may turn."""

METRICS = (
    *(
        Metric(
            name=f"{limb}_direction{suffix}",
            unit="deg",
            summary=f"angle of {limb} bones to the source's, {spread}",
        )
        for limb in ("arm", "leg")
        for suffix, spread in (("", "mean"), ("_max", "largest"))
    ),
    *(
        Metric(
            name=f"{limb}_direction{suffix}",
            unit="deg",
            summary=f"of these the {limb.replace('_', ' ')}, {spread}",
        )
        for limb in BONES
        for suffix, spread in (("", "mean"), ("_max", "largest"))
    ),
    Metric(name="touched_direction", unit="deg", summary="limbs that an applied pass owns, mean"),
    Metric(
        name="untouched_direction_max",
        unit="deg",
        summary="limbs that no applied pass owns, largest",
    ),
)


def angle(a: Float64, b: Float64) -> Float64:
    """Return the angles (…), radians, between vectors (…, 3); accurate near 0 and near pi."""
    return np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), np.sum(a * b, axis=-1))


def bone_angles(c: Comparison, bones: Iterable[tuple[str, str]]) -> Float64:
    """Return the angles in degrees, flat, of the bones that both have, on all frames."""
    found = [np.zeros(0)]
    for joint, child in bones:
        if c.both(joint, child):
            a, b = (body.place(child) - body.place(joint) for body in (c.source, c.target))
            found.append(np.degrees(angle(a, b)))
    return np.concatenate(found)


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure every limb bone that both have."""
    of_limb = {limb: bone_angles(c, bones) for limb, bones in BONES.items()}
    groups = {
        limb: np.concatenate([of_limb[f"{side}_{limb}"] for side in roles.SIDES])
        for limb in ("arm", "leg")
    }
    figures: dict[str, Pair] = {}
    for name, angles in (groups | of_limb).items():
        figures[f"{name}_direction"] = (mean(angles), None)
        figures[f"{name}_direction_max"] = (largest(angles), None)
    touched, untouched = _split(c, groups)
    figures["touched_direction"] = (mean(touched), None)
    figures["untouched_direction_max"] = (largest(untouched), None)
    return figures


def _split(c: Comparison, groups: dict[str, Float64]) -> tuple[Float64, Float64]:
    """Return the angles of limbs that passes own and of those that none does; empty if unknown."""
    nothing = np.zeros(0)
    if c.passes is None or any(name not in OWNERS for name in c.passes):
        return nothing, nothing
    owned = {limb for name in c.passes for limb in OWNERS[name]}
    return (
        np.concatenate([nothing, *(groups[limb] for limb in groups if limb in owned)]),
        np.concatenate([nothing, *(groups[limb] for limb in groups if limb not in owned)]),
    )
