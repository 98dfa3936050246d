"""Targets for retarget: the A-pose NPZ and the built-in default skeleton."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retarget.providers import APoseSource


@hookimpl
def retarget_apose_sources() -> Iterable[Provider[APoseSource]]:
    """Offer the built-in target and the A-pose NPZ."""
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
    ]


def _default() -> APoseSource:
    from retarget_apose.default import DefaultTarget  # noqa: PLC0415 - imports numpy

    return DefaultTarget()


def _npz() -> APoseSource:
    from retarget_apose.apose_npz import APoseNpz  # noqa: PLC0415 - imports numpy

    return APoseNpz()
