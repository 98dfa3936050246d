"""The hooks a plugin may implement: the whole door between retarget and its plugins.

Principle: installing a plugin never changes a number; naming it does. So the hooks that make
numbers only *offer* named providers and none is `firstresult`; hooks that look on return nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from retarget.providers import APoseSource, Exporter, FKSolver, MotionSource, Pass, Provider
    from retarget.values import Clip, ExportResult, Motion, Rig

PROJECT = "retarget"
"""Name of the pluggy project and of the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the implementation of the hook of the same name."""


@hookspec
def retarget_motion_sources() -> Iterable[Provider[MotionSource]]:  # type: ignore[empty-body]
    """Offer readers of motion files (pose loading).

    :returns: providers of `MotionSource`.
    """


@hookspec
def retarget_apose_sources() -> Iterable[Provider[APoseSource]]:  # type: ignore[empty-body]
    """Offer makers of target rigs (A-pose sourcing).

    :returns: providers of `APoseSource`.
    """


@hookspec
def retarget_fk_solvers() -> Iterable[Provider[FKSolver]]:  # type: ignore[empty-body]
    """Offer forward-kinematics solvers, local rotations to world transforms.

    :returns: providers of `FKSolver`.
    """


@hookspec
def retarget_exporters() -> Iterable[Provider[Exporter]]:  # type: ignore[empty-body]
    """Offer backends that write a clip to a file.

    :returns: providers of `Exporter`.
    """


@hookspec
def retarget_passes() -> Iterable[Provider[Pass]]:  # type: ignore[empty-body]
    """Offer passes over a clip: IK, floor, smoothing, limits.

    :returns: providers of `Pass`.
    """


@hookspec
def retarget_add_options(parser: argparse.ArgumentParser) -> None:
    """Add a plugin's own command-line options; their values arrive in `Options.extra`.

    Called twice: on an empty parser, whose options must be optional and have flags and
    destinations that nobody else has, and then on the command's own.

    :param parser: a parser. Use a destination that carries your plugin's name
        (`dest="mirror_axis"`), and import nothing heavy here.
    """


@hookspec
def retarget_motion_loaded(motion: Motion) -> None:
    """Look on after a motion was read and checked.

    :param motion: the motion, before resampling.
    """


@hookspec
def retarget_rig_loaded(rig: Rig) -> None:
    """Look on after a target was made and checked.

    :param rig: the target rig.
    """


@hookspec
def retarget_clip_retargeted(clip: Clip, motion: Motion) -> None:
    """Look on after a clip was retargeted, with passes and frame 0, before it is exported.

    :param clip: the finished clip.
    :param motion: the motion it was made from.
    """


@hookspec
def retarget_clip_exported(result: ExportResult, clip: Clip) -> None:
    """Look on after a clip was written.

    :param result: what was written and where.
    :param clip: the clip that was written.
    """
