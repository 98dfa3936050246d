"""Hands in arrays of their own, one per side, as smplx and the `.smpl` codec write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget_motion import headers
from retarget_motion.recording import LEFT_HAND, RIGHT_HAND, Section

if TYPE_CHECKING:
    from retarget.npz import Npz


def hand_sections(npz: Npz, left: str, right: str) -> tuple[list[Section], list[str]]:
    """Return a section for each hand of rotation vectors, and a warning for each other."""
    sections, warnings = [], []
    for key, joints in ((left, LEFT_HAND), (right, RIGHT_HAND)):
        if headers.width(npz, key) == 3 * len(joints):
            sections.append(Section(key=key, joints=joints))
        elif key in npz:
            warnings.append(
                f"{headers.describe(npz, key)} was left out: rotation vectors would be "
                f"{3 * len(joints)} wide, and PCA coefficients need the hand model."
            )
    return sections, warnings
