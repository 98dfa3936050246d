"""The wide `poses` array: which of its columns move which joints, by its width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget_motion import headers
from retarget_motion.recording import BODY, HANDS, Section

if TYPE_CHECKING:
    from retarget.npz import Npz


def pose_sections(npz: Npz) -> tuple[Section, ...]:
    """Return the columns of the body and of the fingers, if any; () for other widths.

    72 is the body and SMPL's two hand joints, 156 body and fingers, 165 has the jaw and both
    eyes between them.
    """
    body = Section(key="poses", joints=BODY)
    return {
        72: (body,),
        156: (Section(key="poses", joints=BODY + HANDS),),
        165: (body, Section(key="poses", joints=HANDS, first=25)),
    }.get(headers.width(npz, "poses") or 0, ())
