""".smpl files: an NPZ with camelCase keys and a number for the body model (Meshcapade)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.smpl import SMPLH_T_POSE, SMPLX_T_POSE
from retarget_motion.hands import hand_sections
from retarget_motion.recognise import CODEC_VERSIONS, codec_version
from retarget_motion.recording import BODY, Recording, Section
from retarget_motion.source import NpzSource

if TYPE_CHECKING:
    from retarget.npz import Npz


class SmplCodec(NpzSource):
    """Reads body and hands of SMPL, SMPL+H and SMPL-X; other body models are refused by name.

    `bodyTranslation` is SMPL's `trans`. The codec leaves the up axis open: its own converter
    keeps AMASS's +Z, what Meshcapade's tools write is +Y; so it is decided from the motion.
    """

    name = "smpl"
    needs = "'smplVersion' and 'bodyPose' (frames, 22, 3)"
    suffixes = (".smpl",)

    def recording(self, npz: Npz) -> Recording | None:
        """Return the body, and each hand that the file has."""
        version = codec_version(npz)
        if version is None:
            return None
        hands, warnings = hand_sections(npz, "leftHandPose", "rightHandPose")
        model = CODEC_VERSIONS[version]
        return Recording(
            npz=npz,
            kind=f".smpl {model}",
            t_pose=SMPLX_T_POSE if model == "SMPL-X" else SMPLH_T_POSE,
            sections=(Section(key="bodyPose", joints=BODY), *hands),
            warnings=tuple(warnings),
        )
