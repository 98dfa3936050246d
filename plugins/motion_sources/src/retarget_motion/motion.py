"""Reads a recording: rotations, root, metadata, and the turn to +Y up, into a Motion."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.errors import FileReadError
from retarget.values import Motion, Source
from retarget_motion import metadata, repeats, up_axis
from retarget_motion.recording import HANDS
from retarget_motion.tracks import rotation_tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.options import Options
    from retarget.values import Float32
    from retarget_motion.recording import Recording

_FARTHEST = 1e6
"""Metres from the origin beyond which float32 no longer tells a step from standing still."""

_FASTEST = 20.0
"""m/s that no body keeps up for half a clip; centimetres taken for metres are faster."""

_TURNS = 2 * math.pi
"""Radians: a rotation vector is not longer, where degrees mostly are."""

_STILL = 1e-6
"""Largest change of a quaternion component that still is no motion (float32 resolves 6e-8)."""


def to_motion(recording: Recording, options: Options) -> Motion:
    """Read the arrays and return the motion: metres, +Y up, joints named by role.

    Raises:
        FileReadError: the arrays are damaged, disagree in length, or hold what is no motion.

    """
    frames = min(recording.frames, options.frame_limit or recording.frames)
    fps, rate_warnings = metadata.frame_rate(recording.npz, options)
    roots, root_warnings = _root_positions(recording, frames)
    rotations = rotation_tracks(recording, frames)
    up = up_axis.find(recording, rotations, options)
    turn = up_axis.TURNS[up.axis]
    rotations[0] = quat.multiply(turn, rotations[0])
    return Motion(
        skeleton=recording.skeleton,
        fps=fps,
        rotations=rotations,
        root_translations=quat.rotate(turn, roots),
        source=Source(
            path=recording.npz.path,
            kind=recording.kind,
            gender=metadata.gender(recording.npz),
            betas=metadata.betas(recording.npz),
            up=up.axis,
            up_decided_by=up.decided_by,
            ground_at_zero=recording.amass and up.decided_by == "layout",
            hands=_hands(recording, rotations),
        ),
        warnings=(
            *recording.warnings,
            *rate_warnings,
            *root_warnings,
            *up.warnings,
            *_unit_warnings(recording, roots, fps),
            *repeats.warnings(roots, rotations, fps),
        ),
    )


def _unit_warnings(recording: Recording, roots: NDArray[np.float64], fps: float) -> tuple[str, ...]:
    """Say where the numbers look like other units than metres and radians."""
    told = []
    steps = np.linalg.norm(np.diff(roots, axis=0), axis=1)
    speed = float(np.median(steps)) * fps if len(steps) else 0.0
    if speed > _FASTEST:
        told.append(
            f"the body moves at {speed:.3g} m/s; is {recording.translation_key!r} in metres, and "
            "the frame rate right?"
        )
    if not recording.matrices:
        key = recording.pose_keys[0]
        some = recording.arrays[key][: len(roots) : max(1, len(roots) // 32)]
        lengths = np.linalg.norm(np.asarray(some, np.float64).reshape(-1, 3), axis=1)
        if float(np.percentile(lengths, 75)) > _TURNS:
            told.append(f"the rotations of {key!r} are longer than full turns; are they degrees?")
    return tuple(told)


def _root_positions(
    recording: Recording, frames: int
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the world positions (F, 3) of the pelvis in the axes of the file, and warnings.

    SMPL poses the body about its pelvis, which stands at J0 and not at the origin, and then adds
    `trans`: the pelvis is at J0 + trans, whatever the root rotation is.
    """
    pelvis = recording.skeleton.rest_translations[0]
    key, npz = recording.translation_key, recording.npz
    if key is None:
        in_place = "no root translation in the file ('trans'): the body moves in place."
        return np.tile(pelvis, (frames, 1)), (in_place,)
    trans = np.asarray(npz.read(key)[:frames], np.float64).reshape(frames, 3)
    near = (np.abs(trans) < _FARTHEST).all(axis=1)
    if not near.all():
        raise FileReadError(
            f"{npz.path}: {key!r} holds NaN, infinity or a place more than "
            f"{_FARTHEST / 1000:g} km away, first at frame {np.argmin(near)}."
        )
    return trans + pelvis, ()


def _hands(recording: Recording, rotations: Float32) -> str:
    names = recording.skeleton.names
    fingers = [j for j, name in enumerate(names) if name in HANDS]
    if not fingers:
        return "none"
    # Ends at the first finger that moves, so that animated hands cost one track.
    still = all(np.ptp(rotations[j], axis=0).max() <= _STILL for j in fingers)
    return "constant" if still else "animated"
