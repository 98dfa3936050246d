"""SMPL-X stage II: `poses` 165 wide, or the same rotations in arrays of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.smpl import SMPLX_T_POSE
from retarget_motion import headers
from retarget_motion.metadata import is_amass
from retarget_motion.poses import pose_sections
from retarget_motion.recognise import has_split_keys
from retarget_motion.recording import BODY, HANDS, Recording, Section
from retarget_motion.source import NpzSource

if TYPE_CHECKING:
    from retarget.npz import Npz


class SmplX(NpzSource):
    """Reads root, body and hands of SMPL-X (Pavlakos et al., CVPR 2019); jaw and eyes are left."""

    name = "smplx"
    needs = "'poses' (frames, 165), or 'root_orient' (frames, 3) and 'pose_body' (frames, 63)"

    def recording(self, npz: Npz) -> Recording | None:
        """Return the split arrays where they are, else the columns of `poses`."""
        sections = _split_sections(npz) or pose_sections(npz)
        if not sections:
            return None
        amass = is_amass(npz)
        return Recording(
            npz=npz,
            kind="SMPL-X stage II" if amass else "SMPL-X poses",
            t_pose=SMPLX_T_POSE,
            sections=sections,
            amass=amass,
        )


def _split_sections(npz: Npz) -> tuple[Section, ...]:
    if not has_split_keys(npz):
        return ()
    body = (
        Section(key="root_orient", joints=BODY[:1]),
        Section(key="pose_body", joints=BODY[1:]),
    )
    if headers.width(npz, "pose_hand") == 90:
        return (*body, Section(key="pose_hand", joints=HANDS))
    return pose_sections(npz) or body
