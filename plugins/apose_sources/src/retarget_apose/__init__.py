"""Targets for retarget: the user's character, the A-pose NPZ and the built-in skeleton."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retarget.providers import APoseSource


@hookimpl
def retarget_apose_sources() -> Iterable[Provider[APoseSource]]:
    """Offer the built-in target, the A-pose NPZ, and characters as glTF or VRM."""
    return [
        Provider(
            name="default",
            summary="the mean SMPL-H body in its A-pose; needs no file",
            load=_default,
        ),
        Provider(
            name="npz",
            summary="A-pose NPZ: J_ABSOLUTE, SMPL_OFFSETS, JOINT_NAMES",
            load=_npz,
        ),
        Provider(
            name="glb",
            summary="a rigged character, glTF 2.0: .glb, .gltf",
            load=_glb,
        ),
        Provider(
            name="vrm",
            summary="an avatar that says which joint is which: VRM 0.x and 1.0",
            load=_vrm,
        ),
    ]


def _default() -> APoseSource:
    from retarget_apose.default import DefaultTarget  # noqa: PLC0415 - imports numpy

    return DefaultTarget()


def _npz() -> APoseSource:
    from retarget_apose.apose_npz import APoseNpz  # noqa: PLC0415 - imports numpy

    return APoseNpz()


def _glb() -> APoseSource:
    from retarget_apose.character_files import CharacterTarget  # noqa: PLC0415 - imports numpy

    return CharacterTarget(vrm=False)


def _vrm() -> APoseSource:
    from retarget_apose.character_files import CharacterTarget  # noqa: PLC0415 - imports numpy

    return CharacterTarget(vrm=True)
