"""Tells the layout of a file from its arrays: one decision, so that no file is claimed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget_motion import headers

if TYPE_CHECKING:
    from retarget.npz import Npz

POSES = {72: "smpl24", 156: "amass", 165: "smplx"}
"""Layout by the width of `poses`: body and two hand joints; body and fingers; those with face."""

MATRIX_JOINTS = (22, 24, 52, 55)
"""Joints of `local_rotations`: body; with hand joints; with fingers; with face and fingers."""

CODEC_VERSIONS = {
    0: "SMPL",
    1: "SMPL-H",
    2: "SMPL-X",
    3: "SUPR",
    4: "SMPL++",
    5: "SKEL",
    6: "SMIL",
    7: "SMPLXS",
}
"""Body models by `smplVersion` (Meshcapade's smplcodec, class SMPLVersion)."""

CODEC_JOINTS = {0: 24, 1: 22, 2: 22}
"""Joints of `bodyPose` by `smplVersion`, for the body models that are read."""


def layout_of(npz: Npz) -> str | None:
    """Return the name of the source that reads this file, or None where no source does.

    Raises:
        FileReadError: the version of a `.smpl` file is damaged.

    """
    layout = POSES.get(headers.width(npz, "poses") or 0)
    if layout is not None:
        return layout
    if has_split_keys(npz):
        return "smplx"
    if has_python_keys(npz):
        return "smplx-python"
    if matrix_joints(npz) in MATRIX_JOINTS:
        return "matrices"
    if codec_version(npz) is not None:
        return "smpl"
    return None


def has_split_keys(npz: Npz) -> bool:
    """Tell whether root and body lie in arrays of their own, as in SMPL-X stage II."""
    return headers.width(npz, "root_orient") == 3 and headers.width(npz, "pose_body") == 63


def has_python_keys(npz: Npz) -> bool:
    """Tell whether the arrays are named as the arguments of the smplx Python package."""
    body = headers.width(npz, "body_pose")
    return headers.width(npz, "global_orient") == 3 and body in (63, 69)


def matrix_joints(npz: Npz) -> int | None:
    """Return the J of `local_rotations` (F, J, 3, 3), or None."""
    shape = npz.shape("local_rotations") or ()
    fits = len(shape) == 4 and shape[2:] == (3, 3) and headers.is_numeric(npz, "local_rotations")
    return shape[1] if fits else None


def codec_version(npz: Npz) -> int | None:
    """Return the `smplVersion` of a `.smpl` file whose body model and poses are known."""
    version = headers.scalar(npz, "smplVersion")
    if not isinstance(version, int) or version not in CODEC_JOINTS:
        return None
    return version if headers.width(npz, "bodyPose") == 3 * CODEC_JOINTS[version] else None
