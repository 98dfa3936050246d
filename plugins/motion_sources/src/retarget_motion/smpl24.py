"""SMPL: `poses` 72 wide, 24 rotation vectors per frame, the last two of them not fingers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.smpl import SMPLH_T_POSE
from retarget_motion.poses import pose_sections
from retarget_motion.recording import BODY, Recording, Section
from retarget_motion.source import NpzSource

if TYPE_CHECKING:
    from retarget.npz import Npz


class Smpl24(NpzSource):
    """Reads the 22 body joints of SMPL (Loper et al., SIGGRAPH Asia 2015).

    SMPL's two hand joints stand for whole hands; no role answers to them.
    """

    name = "smpl24"
    needs = "'poses' (frames, 72)"

    def recording(self, npz: Npz) -> Recording | None:
        """Return the body's columns; a wider array begins with the same ones."""
        if not pose_sections(npz):
            return None
        body = Section(key="poses", joints=BODY)
        return Recording(npz=npz, kind="SMPL-24 poses", t_pose=SMPLH_T_POSE, sections=(body,))
