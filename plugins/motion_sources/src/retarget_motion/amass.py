"""AMASS SMPL-H: `poses` 156 wide, 52 rotation vectors per frame over the SMPL+H body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.smpl import SMPLH_T_POSE
from retarget_motion.metadata import is_amass
from retarget_motion.poses import pose_sections
from retarget_motion.recording import Recording
from retarget_motion.source import NpzSource

if TYPE_CHECKING:
    from retarget.npz import Npz


class Amass(NpzSource):
    """Reads `poses` and `trans` as AMASS lays them out for SMPL+H (Mahmood et al., ICCV 2019)."""

    name = "amass"
    needs = "'poses' (frames, 156)"

    def recording(self, npz: Npz) -> Recording | None:
        """Return root, body and hands; of a wider array without jaw and eyes."""
        sections = pose_sections(npz)
        if not sections:
            return None
        amass = is_amass(npz)
        return Recording(
            npz=npz,
            kind="AMASS SMPL-H" if amass else "SMPL-H poses",
            t_pose=SMPLH_T_POSE,
            sections=sections,
            amass=amass,
        )
