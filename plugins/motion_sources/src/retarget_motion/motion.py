"""Reads a recording: rotations, root, metadata, and the turn to +Y up, into a Motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.errors import FileReadError
from retarget.values import Motion, Source
from retarget_motion import metadata, up_axis
from retarget_motion.recording import HANDS
from retarget_motion.tracks import rotation_tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.options import Options
    from retarget.values import Float32
    from retarget_motion.recording import Recording

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
        warnings=(*recording.warnings, *rate_warnings, *root_warnings, *up.warnings),
    )


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
    finite = (np.abs(trans) < np.finfo(np.float32).max).all(axis=1)
    if not finite.all():
        raise FileReadError(
            f"{npz.path}: {key!r} holds NaN or infinity, first at frame {np.argmin(finite)}."
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
