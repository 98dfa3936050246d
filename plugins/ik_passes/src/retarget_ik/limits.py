"""The pass `limits`: brings joints back that turn further than their range, softly.

What counts is the turn from a T-pose, whatever pose the rig rests in. With `C = A⁻¹ B` (see
`retarget.alignment`), p the joint with a role above joint i, and M the product of the locals from
below p down to i,

    Q = C_p M C_i⁻¹ = swing · twist

is the turn of i against p as the T-pose's own axes tell it. The twist's angle and both components
of the swing's rotation vector are limited each by itself. Only what a hinge is bent aside by more
than it may goes to its own axis: it is turned, and stays as bent as it was. Estimates from video
often bend elbows and knees about the other axis. M is made from Q again by the local of i alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget import smpl
from retarget.alignment import align
from retarget.errors import FileReadError
from retarget.parameters import parameter
from retarget_ik.limits_round import let_round
from retarget_ik.limits_table import TABLE, Ranges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget import Clip, PassContext, Rig
    from retarget.values import Float32, Float64

STATED = "retarget_limits"
"""Name of the property (glTF extra) by which a joint of the user's file states its own ranges: six
numbers, degrees, from and to about X, Y and Z, as in `limits_table`."""

_HARD = 1e-6
"""rad over which a joint slows down at the least: a limit without softness."""

_GAIN = 1.5
"""Radians that a hinge's flexion takes up, at most, for each that its bend aside loses. Where the
limit sets in, staying as bent as it was would ask for any number. So a hinge bent right aside,
past its limit, is straightened by up to 10 degrees, where it is 45 to 80 degrees bent."""

_NO_TWIST = 1e-6


@attrs.frozen(kw_only=True)
class LimitsParameters:
    """What may be set of `limits`."""

    margin: float = parameter(5.0, "is added to every range at both ends", unit="°", at_least=0)
    softness: float = parameter(
        0.1, "share of a range, at its end, over which a joint slows down", at_least=0, at_most=1
    )


class Limits:
    """Limits joints by swing and twist."""

    parameters = LimitsParameters

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return the limited clip; see `retarget.Pass.apply`."""
        chosen = context.parameters(LimitsParameters)
        constants = _constants(clip.rig)
        stated = _stated(clip.rig)
        changed: dict[int, Float32] = {}
        round_at: dict[str, list[int]] = {}
        for role, joint in clip.rig.joint_of_role.items():
            between = _between(clip.rig, joint)
            if role not in TABLE or between is None:
                continue
            ranges = stated.get(joint, TABLE[role])
            turn = _Turn(clip, joint, between, constants)
            animated = turn.of(clip.rotations[joint])
            limited, beyond = limit(animated, ranges, chosen)
            if beyond.any():
                limited, rounds = let_round(animated, limited, clip.fps)
                if rounds:
                    round_at[clip.rig.skeleton.names[joint]] = rounds
                track = clip.rotations[joint].copy()
                track[beyond] = turn.local(limited, beyond)
                changed[joint] = quat.continuous(track)
        if not changed:
            return clip
        rotations = clip.rotations.copy()
        for joint, track in changed.items():
            rotations[joint] = track
        told = _told(round_at)
        return attrs.evolve(clip, rotations=rotations, warnings=(*clip.warnings, *told))


def _told(round_at: Mapping[str, list[int]]) -> list[str]:
    """Return the warning of joints that go round, with the frames at which they do."""
    if not round_at:
        return []
    joints = ", ".join(
        f"{joint} (frame {frames[0]}{f' and {more} more' if (more := len(frames) - 1) else ''})"
        for joint, frames in round_at.items()
    )
    return [f"limits: goes round past the far side of its range: {joints}; there no limit holds."]


def limit(
    turns: Float64, ranges: Ranges, chosen: LimitsParameters
) -> tuple[Float64, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return turns from the T-pose (F, 4) within their ranges, and where they were changed (F,)."""
    axis = ranges.twist
    q = quat.shorter(turns)
    twist = np.zeros_like(q)
    twist[:, axis], twist[:, 3] = q[:, axis], q[:, 3]
    undefined = np.hypot(twist[:, axis], twist[:, 3]) < _NO_TWIST  # swung right over
    twist[undefined] = quat.IDENTITY
    twist = quat.normalize(twist)
    swing = quat.multiply(q, quat.conjugate(twist))
    twisted = quat.twist_angle(twist, np.eye(3)[axis])
    swung = quat.to_rotvec(quat.shorter(swing))
    about: Float64 = np.zeros((len(q), 3))
    about[:, axis] = _kept(twisted, axis, ranges, chosen)
    bent = swung.copy()
    hinge, sense = ranges.hinge or (None, 0)
    # A hinge's own axis last: it takes what the other loses.
    for other in sorted({0, 1, 2} - {axis}, key=lambda other: other == hinge):
        if other == hinge:
            bent[:, other] = sense * _flexed(bent[:, other] * float(sense), swung, bent)
        bent[:, other] = _kept(bent[:, other], other, ranges, chosen)
    beyond = (about[:, axis] != twisted) | (bent != swung).any(axis=1)
    return quat.multiply(quat.from_rotvec(bent), quat.from_rotvec(about)), beyond


def _flexed(flexion: Float64, swung: Float64, bent: Float64) -> Float64:
    """Return the flexion (F,), rad, of a hinge that goes on about as bent as it was.

    Of its swing (F, 3), `swung`, the part aside was limited in `bent`. What that lost,
    `sqrt(|swung|² - |bent|²)`, is put to the flexion, as far as `_GAIN` allows; so it is taken off
    a hyperextension.
    """
    lost = np.sqrt(np.maximum((swung**2).sum(axis=1) - (bent**2).sum(axis=1), 0))
    less = (np.abs(swung) - np.abs(bent)).sum(axis=1)
    whole = np.where(flexion > 0, np.hypot(flexion, lost), flexion + lost)
    return np.minimum(whole, flexion + _GAIN * less)


def _kept(angle: Float64, axis: int, ranges: Ranges, chosen: LimitsParameters) -> Float64:
    """Return the angles (F,), rad, about one axis, softly within its range."""
    low, high = (ranges.x, ranges.y, ranges.z)[axis]
    end = np.radians(np.where(angle < 0, chosen.margin - low, chosen.margin + high))
    soft = np.maximum(chosen.softness * end, _HARD)
    over = np.abs(angle) - (end - soft)
    slowed = np.copysign(end - soft + soft * np.tanh(over / soft), angle)
    return np.where(over > 0, slowed, angle)


@attrs.frozen
class _Turn:
    """Leads from a joint's local rotations to its turn against the T-pose, and back."""

    clip: Clip
    joint: int
    between: tuple[int, ...]
    """The joint with a role above, then those without on the way down."""
    constants: Mapping[int, Float64]

    def of(self, local: Float32) -> Float64:
        above = self._above(slice(None))
        return quat.multiply(
            quat.multiply(above, local.astype(np.float64)),
            quat.conjugate(self.constants[self.joint]),
        )

    def local(self, turns: Float64, where: np.ndarray[Any, np.dtype[np.bool_]]) -> Float32:
        back = quat.multiply(quat.conjugate(self._above(where)), turns[where])
        made = quat.multiply(back, self.constants[self.joint])
        return quat.normalize(made).astype(np.float32)

    def _above(self, frames: Any) -> Float64:
        product = self.constants[self.between[0]]
        for joint in self.between[1:]:
            product = quat.multiply(product, self.clip.rotations[joint, frames].astype(np.float64))
        return product


def _constants(rig: Rig) -> dict[int, Float64]:
    """Return `C = A⁻¹ B` (4,) by joint, from the mean body's T-pose to the rig's rest."""
    body, rest = smpl.smplh(), rig.skeleton.rest
    aligned = align(
        {name: body.rest.positions[j, 0] for name, j in body.index.items()},
        {role: rest.positions[j, 0] for role, j in rig.joint_of_role.items()},
    )
    return {
        joint: quat.multiply(quat.conjugate(aligned[role]), rest.rotations[joint, 0])
        for role, joint in rig.joint_of_role.items()
    }


def _between(rig: Rig, joint: int) -> tuple[int, ...] | None:
    """Return the joints from the nearest one above with a role to the parent; None without one."""
    line = rig.skeleton.chain(joint)[:-1]
    for at in range(len(line) - 1, -1, -1):
        if rig.skeleton.names[line[at]] in rig.roles:
            return tuple(line[at:])
    return None


def _stated(rig: Rig) -> dict[int, Ranges]:
    """Return the ranges that joints of the user's file state themselves.

    Raises:
        FileReadError: what is stated is not three ranges around 0.

    """
    if rig.asset is None:
        return {}
    found = {}
    nodes = rig.asset.gltf.json.get("nodes", [])
    for role, joint in rig.joint_of_role.items():
        extras = nodes[int(rig.asset.nodes[joint])].get("extras")
        given = extras.get(STATED) if isinstance(extras, dict) else None
        if given is not None and role in TABLE:
            name = rig.skeleton.names[joint]
            found[joint] = _ranges(given, TABLE[role], f"{rig.asset.path}: joint {name}")
    return found


def _ranges(given: Any, known: Ranges, owner: str) -> Ranges:
    try:
        ends = np.asarray(given, float).reshape(3, 2)
        fits = bool(np.isfinite(ends).all() and (ends[:, 0] <= 0).all() and (ends[:, 1] >= 0).all())
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise FileReadError(
            f"{owner}: {STATED} is {given!r}; it must be six numbers, degrees, from (at most 0) "
            "and to (at least 0) about X, Y and Z."
        )
    x, y, z = (tuple(row) for row in ends.tolist())
    return Ranges(known.twist, x, y, z, known.hinge)
