"""Turns a body that stands Z-up or Y-up, facing any way, to +Y up and +Z forward."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.errors import MatchError, RetargetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.matching import Recognition
    from retarget.values import Float64

_UPRIGHT = 0.9
"""Cosine to its nearest axis above which a body stands along it."""

_TOLD_BY = ("shoulder", "ankle")
"""The joints that tell how a body stands."""

_SQUARE = math.radians(15)
"""A body within this of facing along an axis does so: hips are never quite level."""

_LEVEL = 0.1
"""Height of a wrist below its shoulder, over the wrists' distance, below which arms are level."""

_HUMAN = (0.2, 5.0)
"""Metres from ankles to shoulders outside which the unit is in doubt."""


def face_forward(
    name: str, given: Sequence[str], positions: Float64
) -> tuple[Float64, tuple[str, ...]]:
    """Return an A-pose's positions (J, 3) turned to +Y up, +Z forward, and warnings on odd things.

    `given` are the roles of the rows, as for `forward_turn`, which says more.

    Raises:
        RetargetError: the body stands along no axis.

    """
    turn, warnings = forward_turn(name, given, positions, but="it is turned to +Z.")
    turned = quat.rotate(turn, positions)
    if _arms_are_level(dict(zip(given, turned, strict=True))):
        level = (
            f"{name}: the arms are level, as in a T-pose; frame 0 will show them so, not an A-pose."
        )
        warnings = (*warnings, level)
    return turned, warnings


def forward_turn(
    name: str,
    given: Sequence[str],
    positions: Float64,
    *,
    but: str = "the motion goes where it faces.",
    recognition: Recognition | None = None,
) -> tuple[Float64, tuple[str, ...]]:
    """Return the rotation (4,) xyzw that takes a body to +Y up, +Z forward, and warnings.

    Up is where the shoulders are from the ankles, left where the left hip is from the right one.

    Args:
        name: what errors and warnings call the file.
        given: the roles of the rows, all that a body requires among them.
        positions: (J, 3) in the file's world, metres.
        but: what becomes of a body that faces along no axis, for the warning.
        recognition: how the joints were found, where they were looked for.

    Raises:
        MatchError: the body stands along no axis, and no names told which joints are shoulders and
            ankles; the message shows the match.
        RetargetError: the body stands along no axis.

    """
    where = dict(zip(given, positions, strict=True))
    stature = sum(where[f"{s}_shoulder"] - where[f"{s}_ankle"] for s in ("left", "right")) / 2
    height = float(np.linalg.norm(stature))
    axis = int(np.argmax(np.abs(stature)))
    if height == 0 or abs(stature[axis]) / height < _UPRIGHT:
        raise _not_upright(name, stature, recognition)
    up = np.zeros(3)
    up[axis] = np.sign(stature[axis])
    upright = quat.swing(up, np.array([0.0, 1.0, 0.0]))
    left = quat.rotate(upright, where["left_hip"] - where["right_hip"])
    yaw = math.atan2(left[2], left[0])  # turning by it about +Y brings left onto +X
    quarter = round(yaw / (math.pi / 2)) * math.pi / 2
    warnings = []
    if abs(yaw - quarter) > _SQUARE:
        faces = quat.rotate(quat.conjugate(upright), np.array([-math.sin(yaw), 0.0, math.cos(yaw)]))
        warnings.append(f"{name}: the body faces {_off_axis(faces)}; {but}")
    else:
        yaw = quarter
    turn = quat.multiply(quat.from_rotvec(np.array([0.0, yaw, 0.0])), upright)
    if not _HUMAN[0] < height < _HUMAN[1]:
        warnings.append(
            f"{name}: shoulders stand {height:.3g} above the ankles; positions must be in metres."
        )
    if _toes_point_back(dict(zip(given, quat.rotate(turn, positions), strict=True))):
        warnings.append(f"{name}: the toes point backwards; are left and right swapped?")
    return turn, tuple(warnings)


def _not_upright(name: str, stature: Float64, recognition: Recognition | None) -> RetargetError:
    """Say that a body does not stand, or that what was taken for it may be none."""
    told = (
        f"{name}: the body stands along no axis (ankles to shoulders: "
        f"{np.round(stature, 2).tolist()}); an A-pose stands upright, Z-up or Y-up."
    )
    guessed = [
        f"{f.role} ({f.joint})"
        for f in (() if recognition is None else recognition.found)
        if f.how == "geometry" and f.role.endswith(_TOLD_BY)
    ]
    if recognition is None or not guessed:
        return RetargetError(told)
    error = MatchError(
        f"{told} Or the match is wrong: places, not names, told {', '.join(guessed)}. Correct it: "
        "retarget match FILE -o map.json writes it as a joint map, --joint-map map.json reads what "
        f"you make of it.\n{recognition.table()}"
    )
    error.recognition = recognition
    return error


def _off_axis(direction: Float64) -> str:
    """Say how far off its nearest axis a level direction (3,) points, and to which side."""
    along, aside = np.argsort(-np.abs(direction))[:2]
    off = math.degrees(math.atan2(abs(direction[aside]), abs(direction[along])))
    named = [f"{'-' if direction[axis] < 0 else '+'}{'XYZ'[axis]}" for axis in (along, aside)]
    return f"{off:.0f}° off {named[0]}, towards {named[1]}"


def _toes_point_back(where: dict[str, Float64]) -> bool:
    feet = [
        where[f"{s}_foot"] - where[f"{s}_ankle"] for s in ("left", "right") if f"{s}_foot" in where
    ]
    return bool(feet) and float(np.sum(feet, axis=0)[2]) < 0


def _arms_are_level(where: dict[str, Float64]) -> bool:
    drops = [where[f"{s}_shoulder"][1] - where[f"{s}_wrist"][1] for s in ("left", "right")]
    spread = float(np.linalg.norm(where["left_wrist"] - where["right_wrist"]))
    return max(map(abs, drops)) < _LEVEL * spread
