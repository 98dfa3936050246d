"""The A-pose NPZ: `J_ABSOLUTE`, `SMPL_OFFSETS` and `JOINT_NAMES`, as the original project has it.

`J_ABSOLUTE` holds the joint positions of the A-pose. `SMPL_OFFSETS` are, by their directions,
offsets of the A-pose as well; only their lengths are those of the T-pose. The positions say all
that is needed; the offsets are checked against them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import roles
from retarget.errors import FileReadError, RetargetError
from retarget.npz import Npz
from retarget_apose.facing import face_forward
from retarget_apose.generated import rig_from_positions, without_use
from retarget_apose.joint_names import checked_roles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.options import Options
    from retarget.values import Float64, Rig

KEYS = ("J_ABSOLUTE", "SMPL_OFFSETS", "JOINT_NAMES")

MAX_JOINTS = len(roles.HUMANOID)

_LENGTH_TOLERANCE = 1e-3
"""Metres by which an offset's length may differ from the bone in `J_ABSOLUTE` unremarked."""


class APoseNpz:
    """Makes rigs from A-pose NPZ files, Z-up or Y-up, facing any way, in metres."""

    def sniff(self, spec: str) -> bool:
        """Tell whether the file has any of the arrays; which are missing is `load`'s to say."""
        try:
            npz = Npz.open(Path(spec))
        except (ValueError, FileReadError):  # ValueError: no path at all, as with a NUL in it
            return False
        return any(key in npz for key in KEYS)

    def why_not(self, spec: str) -> str | None:
        """Return why an NPZ file is no A-pose; None for other files.

        Raises:
            FileReadError: the file is damaged.

        """
        path = Path(spec)
        if path.suffix.lower() != ".npz" or self.sniff(spec):
            return None
        held = ", ".join(Npz.open(path).members) or "nothing"
        return f"is no A-pose file: it has none of {', '.join(KEYS)}. It holds: {held}."

    def load(self, spec: str, options: Options) -> Rig:
        """Make the rig.

        Raises:
            RetargetError: arrays missing or of the wrong shape, NaN, joints unknown or named
                twice, required joints missing, a body that stands along no axis.

        """
        path = Path(spec)
        npz = Npz.open(path)
        missing = [key for key in KEYS if key not in npz]
        if missing:
            held = ", ".join(npz.members) or "nothing"
            raise RetargetError(
                f"{path}: not an A-pose file: {', '.join(missing)} missing. It holds: {held}."
            )
        joints = _names(path, npz)
        role_of = checked_roles(str(path), joints)
        positions = _numbers(path, npz, "J_ABSOLUTE", len(joints))
        offsets = _numbers(path, npz, "SMPL_OFFSETS", len(joints))
        turned, facing_warnings = face_forward(str(path), list(role_of.values()), positions)
        rig = rig_from_positions(
            path.name, joints, turned, warnings=(*facing_warnings, *without_use(options))
        )
        return _with_length_warning(rig, joints, offsets)


def _names(path: Path, npz: Npz) -> list[str]:
    member = npz.members["JOINT_NAMES"]
    if member.dtype.kind not in "US" or len(member.shape) != 1:
        raise RetargetError(
            f"{path}: JOINT_NAMES must be a list of strings; it is {member.dtype} "
            f"of shape {member.shape}."
        )
    if not 0 < member.shape[0] <= MAX_JOINTS:
        raise RetargetError(
            f"{path}: JOINT_NAMES lists {member.shape[0]} joints; expected 1 to {MAX_JOINTS}."
        )
    names = npz.read("JOINT_NAMES")
    return [n.decode("utf-8", "replace") if isinstance(n, bytes) else str(n) for n in names]


def _numbers(path: Path, npz: Npz, key: str, joints: int) -> Float64:
    member = npz.members[key]
    if member.shape != (joints, 3) or member.dtype.kind not in "fiu":
        raise RetargetError(
            f"{path}: {key} must be numbers of shape ({joints}, 3), one row per joint name; "
            f"it is {member.dtype} of shape {member.shape}."
        )
    array: NDArray[Any] = np.asarray(npz.read(key), np.float64)
    bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if bad.size:
        names = _names(path, npz)
        raise RetargetError(
            f"{path}: {key} holds NaN or infinity at {', '.join(names[j] for j in bad)}."
        )
    return array


def _with_length_warning(rig: Rig, joints: list[str], offsets: Float64) -> Rig:
    import attrs  # noqa: PLC0415

    lengths = np.linalg.norm(rig.skeleton.rest_translations, axis=1)
    stated = np.linalg.norm(offsets, axis=1)
    off = [
        joint
        for j, joint in enumerate(joints)
        if (own := rig.skeleton.index[joint]) > 0
        and abs(lengths[own] - stated[j]) > _LENGTH_TOLERANCE
    ]
    if not off:
        return rig
    told = f"{rig.name}: bone lengths of SMPL_OFFSETS differ from J_ABSOLUTE (which is used) at "
    return attrs.evolve(rig, warnings=(*rig.warnings, f"{told}{', '.join(off)}."))
