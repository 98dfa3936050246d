"""Motion sources for retarget: the hook that offers them. Nothing heavy is imported here."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider

if TYPE_CHECKING:
    from retarget.providers import MotionSource

_SOURCES = (
    ("amass", "amass:Amass", "AMASS SMPL-H: `poses` 156 wide"),
    ("smplx", "smplx:SmplX", "SMPL-X stage II: `poses` 165 wide, or root_orient and pose_body"),
    ("smpl24", "smpl24:Smpl24", "SMPL: `poses` 72 wide"),
    ("smplx-python", "smplx_python:SmplXPython", "smplx keys: global_orient, body_pose, transl"),
    ("matrices", "matrices:Matrices", "rotation matrices: local_rotations (F, J, 3, 3)"),
    ("smpl", "smpl_codec:SmplCodec", ".smpl files: bodyPose, leftHandPose, rightHandPose"),
)


def _load(place: str) -> MotionSource:
    module, name = place.split(":")
    source: MotionSource = getattr(import_module(f"retarget_motion.{module}"), name)()
    return source


@hookimpl
def retarget_motion_sources() -> list[Provider[MotionSource]]:
    """Offer one source per layout; exactly one of them recognises any given motion."""
    return [
        Provider(name=name, summary=summary, load=partial(_load, place))
        for name, place, summary in _SOURCES
    ]
