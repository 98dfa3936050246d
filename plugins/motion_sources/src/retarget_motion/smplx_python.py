"""Files with the argument names of the smplx Python package: global_orient, body_pose, transl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.smpl import SMPLH_T_POSE, SMPLX_T_POSE
from retarget_motion import headers
from retarget_motion.hands import hand_sections
from retarget_motion.recognise import has_python_keys
from retarget_motion.recording import BODY, Recording, Section
from retarget_motion.source import NpzSource

if TYPE_CHECKING:
    from retarget.npz import Npz


class SmplXPython(NpzSource):
    """Reads the body and, where they are rotation vectors, the hands.

    A `body_pose` of 69 is SMPL's, whose two hand joints are left; one of 63 is taken for
    SMPL-X's, the package's own model.
    """

    name = "smplx-python"
    needs = "'global_orient' (frames, 3) and 'body_pose' (frames, 63 or 69)"

    def recording(self, npz: Npz) -> Recording | None:
        """Return root and body, and each hand that is 45 wide; say where one is not."""
        if not has_python_keys(npz):
            return None
        smpl = headers.width(npz, "body_pose") == 69
        hands, warnings = hand_sections(npz, "left_hand_pose", "right_hand_pose")
        body = (
            Section(key="global_orient", joints=BODY[:1]),
            Section(key="body_pose", joints=BODY[1:]),
        )
        return Recording(
            npz=npz,
            kind="smplx-python SMPL" if smpl else "smplx-python SMPL-X",
            t_pose=SMPLH_T_POSE if smpl else SMPLX_T_POSE,
            sections=(*body, *hands),
            warnings=tuple(warnings),
        )
