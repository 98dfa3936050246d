"""Rotation matrices: `local_rotations` (F, J, 3, 3), the body model told by J."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.smpl import SMPLH_T_POSE, SMPLX_T_POSE
from retarget_motion.recognise import MATRIX_JOINTS, matrix_joints
from retarget_motion.recording import BODY, HANDS, Recording, Section
from retarget_motion.source import NpzSource

if TYPE_CHECKING:
    from retarget.npz import Npz

_KEY = "local_rotations"
_FIRST_FINGER = {52: 22, 55: 25}
"""Joints before the fingers: the body, and in SMPL-X's 55 the jaw and both eyes as well."""


class Matrices(NpzSource):
    """Reads local rotation matrices that act on column vectors, and `global_translations`."""

    name = "matrices"
    needs = f"'{_KEY}' (frames, {' or '.join(map(str, MATRIX_JOINTS))}, 3, 3)"

    def recording(self, npz: Npz) -> Recording | None:
        """Return body and fingers: 55 joints are SMPL-X's, 52 SMPL+H's, 22 and 24 SMPL's."""
        joints = matrix_joints(npz)
        if joints not in MATRIX_JOINTS:
            return None
        sections = [Section(key=_KEY, joints=BODY)]
        if joints in _FIRST_FINGER:
            sections.append(Section(key=_KEY, joints=HANDS, first=_FIRST_FINGER[joints]))
        return Recording(
            npz=npz,
            kind=f"rotation matrices, {joints} joints",
            t_pose=SMPLX_T_POSE if joints == 55 else SMPLH_T_POSE,
            sections=tuple(sections),
            matrices=True,
        )
