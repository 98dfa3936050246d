"""Rest-pose alignment: what carries the source's rest directions onto the target's.

For a role r, `A[r]` is the world rotation from the source's rest to the target's rest. Applied the
other way it takes the target's A-pose out of the motion, so that limbs point where the source's do.
The rules, by part of the body:

- arms and legs take the smallest swing on top of the parent's own: twist is inherited, never
  invented; shoulders and hips start from the identity;
- wrists fit the knuckles by least squares, phalanges swing on from their wrist;
- feet turn about the vertical only: both stand on flat soles; aligning ankle to toe would tilt
  them;
- pelvis, spine, neck, head and collars stay: their curves differ anatomically and aligning them
  would bend the neck.

Roles outside the humanoid vocabulary stay, too: source and target must rest alike there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget import roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.values import Float64

KNUCKLES = ("index1", "middle1", "ring1", "pinky1")

_LIMBS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
LIMB_CHILD = {f"{s}_{joint}": f"{s}_{child}" for s in roles.SIDES for joint, child in _LIMBS}
"""The joint at the other end of a limb's bone, by role."""
_FINGER_CHILD = {
    f"{s}_{finger}{n}": f"{s}_{finger}{n + 1}"
    for s in roles.SIDES
    for finger in roles.FINGERS
    for n in (1, 2)
}
_SWINGS = LIMB_CHILD | _FINGER_CHILD
_INHERITS = {f"{s}_{finger}3" for s in roles.SIDES for finger in roles.FINGERS}
_STARTS_AT_IDENTITY = {f"{s}_{joint}" for s in roles.SIDES for joint in ("hip", "shoulder")}

_NO_LENGTH = 1e-6
"""Metres below which a bone has no direction."""

_ON_A_LINE = 1e-4
"""Relative gap of the two best fits below which knuckles lie on a line and either will do."""


def align(source: Mapping[str, Float64], target: Mapping[str, Float64]) -> dict[str, Float64]:
    """Return `A[r]`, xyzw, for every humanoid role of `target`, and others at the identity.

    `source` and `target` map roles to rest positions (3,), metres, +Y up, both facing +Z. Where
    one of them lacks what a rule needs, the joint inherits from its parent role.
    """
    found: dict[str, Float64] = {}
    for role in (*(r for r in roles.HUMANOID if r in target), *target):
        if role not in found:
            found[role] = _rotation(role, found, source, target)
    return found


def _rotation(
    role: str,
    found: Mapping[str, Float64],
    source: Mapping[str, Float64],
    target: Mapping[str, Float64],
) -> Float64:
    inherited = quat.IDENTITY if role in _STARTS_AT_IDENTITY else _inherited(role, found)
    if role in _SWINGS:
        return _swing_onto(role, _SWINGS[role], inherited, source, target)
    if role.endswith("_wrist"):
        return _fit_knuckles(role, inherited, source, target)
    if role.endswith("_ankle"):
        return _turn(role, role.replace("ankle", "foot"), source, target)
    if role.endswith("_foot") or role in _INHERITS:
        return inherited
    return quat.IDENTITY


def _inherited(role: str, found: Mapping[str, Float64]) -> Float64:
    parent = roles.nearest_above(role, found)
    return quat.IDENTITY if parent is None else found[parent]


def direction(positions: Mapping[str, Float64], role: str, child: str) -> Float64 | None:
    """Return the unit vector (3,) from one rest joint to another, or None where there is none."""
    if role not in positions or child not in positions:
        return None
    vector = np.asarray(positions[child] - positions[role], np.float64)
    length = np.linalg.norm(vector)
    return vector / length if length > _NO_LENGTH else None


def _swing_onto(
    role: str,
    child: str,
    inherited: Float64,
    source: Mapping[str, Float64],
    target: Mapping[str, Float64],
) -> Float64:
    d_s, d_t = direction(source, role, child), direction(target, role, child)
    if d_s is None or d_t is None:
        return inherited
    return quat.multiply(quat.swing(quat.rotate(inherited, d_s), d_t), inherited)


def _turn(
    role: str, child: str, source: Mapping[str, Float64], target: Mapping[str, Float64]
) -> Float64:
    d_s, d_t = direction(source, role, child), direction(target, role, child)
    if d_s is None or d_t is None:
        return quat.IDENTITY
    level = np.array([1.0, 0.0, 1.0])
    if min(np.linalg.norm(d_s * level), np.linalg.norm(d_t * level)) < _NO_LENGTH:
        return quat.IDENTITY  # a foot that points straight down has no heading
    return quat.heading(quat.swing(d_s * level, d_t * level))


def _fit_knuckles(
    wrist: str, inherited: Float64, source: Mapping[str, Float64], target: Mapping[str, Float64]
) -> Float64:
    side = wrist.removesuffix("_wrist")
    knuckles = [f"{side}_{k}" for k in KNUCKLES]
    pairs = {
        knuckle: (d_s, d_t)
        for knuckle in knuckles
        if (d_s := direction(source, wrist, knuckle)) is not None
        and (d_t := direction(target, wrist, knuckle)) is not None
    }
    if not pairs:
        return inherited
    fit = _least_squares(np.array(list(pairs.values())))
    return _swing_onto(wrist, next(iter(pairs)), inherited, source, target) if fit is None else fit


def _least_squares(pairs: Float64) -> Float64 | None:
    """Return the rotation, xyzw, that best carries directions `pairs[:, 0]` (N, 3) onto `[:, 1]`.

    None where they lie on one line and leave the roll open. Source: Horn, J. Opt. Soc. Am. A 4
    (1987) 629: the quaternion is the eigenvector of the largest eigenvalue.
    """
    s = pairs[:, 0].T @ pairs[:, 1]
    form = np.empty((4, 4))
    form[:3, :3] = s + s.T - np.trace(s) * np.eye(3)
    form[3, :3] = form[:3, 3] = s[1, 2] - s[2, 1], s[2, 0] - s[0, 2], s[0, 1] - s[1, 0]
    form[3, 3] = np.trace(s)
    values, vectors = np.linalg.eigh(form)  # in rising order
    best: Float64 = vectors[:, -1]
    return None if values[-1] - values[-2] < _ON_A_LINE * values[-1] else best
