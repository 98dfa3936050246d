"""Turns the rotations of a recording into joint-major quaternion tracks, block by block.

The arrays of a file are frame-major and mostly float64; the tracks of a motion are joint-major
float32. A block of frames is cast and transposed while it lies in the cache, so that the file is
read once and nothing of its size is allocated besides the tracks themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.errors import FileReadError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.values import Float32
    from retarget_motion.recording import Recording

_BLOCK = 512
"""Frames per block: 320 kB of float32 for SMPL+H. Measured best of 128 to 10,000."""

_ORTHONORMAL = 1e-2
"""Largest deviation of a matrix's elements from those of the rotation it is read as."""


def rotation_tracks(recording: Recording, frames: int) -> Float32:
    """Return the local rotations (J, F, 4) xyzw of the first F frames, unit, sign-continuous.

    Raises:
        FileReadError: a rotation is NaN, infinite or, as a matrix, not orthonormal; names the
            first such frame and its joint.

    """
    tracks = np.empty((len(recording.skeleton), frames, 4), np.float32)
    convert = _from_matrices if recording.matrices else _from_rotvecs
    arrays = {key: np.asarray(array)[:frames] for key, array in recording.arrays.items()}
    start = 0
    for section in recording.sections:
        source = arrays[section.key]
        joints = slice(section.first, section.first + len(section.joints))
        out = tracks[start : start + len(section.joints)]
        with np.errstate(all="ignore"):  # what is not finite is found below, with its place
            for f in range(0, frames, _BLOCK):
                convert(source[f : f + _BLOCK], joints, out[:, f : f + _BLOCK])
        smallest_w = out[..., 3].min(axis=1)
        if np.isnan(smallest_w).any():
            _refuse(recording, section.key, section.joints, out)
        for j in np.flatnonzero(smallest_w < quat.NEAR_IDENTITY):
            out[j] = quat.continuous(out[j])
        start += len(section.joints)
    return tracks


def _from_rotvecs(block: NDArray[np.generic], joints: slice, out: Float32) -> None:
    """Write rotation vectors (B, 3 J) or (B, J, 3) of `joints` to `out` (n, B, 4).

    As `quaternions.from_rotvec`, but on planes of one component each, in place.
    """
    columns = block.reshape(len(block), -1)[:, 3 * joints.start : 3 * joints.stop]
    planes = np.ascontiguousarray(np.asarray(columns, np.float32).T)
    v = planes.reshape(len(out), 3, len(block))
    angle = np.sqrt(np.einsum("jcf,jcf->jf", v, v))
    half = angle / 2
    # At zero angle v is zero too, so any finite factor does.
    factor = np.sin(half) / np.maximum(angle, np.finfo(np.float32).tiny)
    for c in range(3):
        np.multiply(v[:, c], factor, out=out[..., c])
    out[..., 3] = np.cos(half)


def _from_matrices(block: NDArray[np.generic], joints: slice, out: Float32) -> None:
    """Write rotation matrices (B, J, 3, 3) of `joints` to `out` (n, B, 4), w >= 0.

    The matrix 4 q qᵀ is linear in the elements of a rotation matrix; its column with the largest
    diagonal element is q up to length and sign (Shepperd, J. Guidance and Control 1978). What is
    no rotation becomes NaN.
    """
    m = np.asarray(block[:, joints], np.float32).swapaxes(0, 1)
    outer = np.empty((*m.shape[:2], 4, 4), np.float32)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        outer[..., i, i] = 1 + m[..., i, i] - m[..., j, j] - m[..., k, k]
        outer[..., i, j] = outer[..., j, i] = m[..., i, j] + m[..., j, i]
        outer[..., i, 3] = outer[..., 3, i] = m[..., k, j] - m[..., j, k]
    outer[..., 3, 3] = 1 + np.trace(m, axis1=-2, axis2=-1)
    largest = np.argmax(np.diagonal(outer, axis1=-2, axis2=-1), axis=-1)
    column = np.take_along_axis(outer, largest[..., None, None], axis=-1)[..., 0]
    q = quat.normalize(column)
    q *= np.where(q[..., 3:] < 0, np.float32(-1), np.float32(1))
    deviation = np.abs(quat.to_matrix(q) - m).max(axis=(-2, -1))
    q[~(deviation < _ORTHONORMAL)] = np.nan
    out[...] = q


def _refuse(recording: Recording, key: str, joints: tuple[str, ...], tracks: Float32) -> None:
    bad = np.isnan(tracks[..., 3])
    frame = int(np.argmax(bad.any(axis=0)))
    joint = joints[int(np.argmax(bad[:, frame]))]
    what = "NaN, infinity or no rotation matrix" if recording.matrices else "NaN or infinity"
    raise FileReadError(
        f"{recording.npz.path}: {key!r} holds {what}, first at frame {frame} in {joint}."
    )
