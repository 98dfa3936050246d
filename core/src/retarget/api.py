"""The public face for programs that embed retarget: the whole way in one call, or step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from retarget.loading import load_motion, load_passes, load_rig
from retarget.options import Options, or_defaults
from retarget.pipeline import Pipeline
from retarget.values import Motion, Rig

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from retarget.plugins import Plugins
    from retarget.values import Clip, ExportResult

__all__ = ["export", "load_motion", "load_passes", "load_rig", "run"]


def run(
    clip: str | PathLike[str] | Motion,
    *,
    target: str | PathLike[str] | Rig | None = None,
    output: str | PathLike[str] | None = None,
    backend: str = "gltf",
    passes: Sequence[str] | None = None,
    force: bool = False,
    motion_source: str | None = None,
    fk_solver: str = "numpy",
    options: Options | None = None,
    plugins: Plugins | None = None,
) -> ExportResult:
    """Put one clip onto a target and write it: the whole pipeline in one call.

    For many clips make a `Pipeline` (or a `Retargeter`) once; it keeps the plugins and the target.

    Args:
        clip: a motion file, or a motion in memory.
        target: a file, a rig in memory, or the built-in target where None.
        output: the file to write; beside the clip, `<stem>_retargeted.glb`, where None.
        backend: name of the exporter.
        passes: names of the passes, in the order in which they are applied; floor, feet and hands
            where None, none where empty.
        force: overwrite the output.
        motion_source: name of the source that must read the clip; by content where None.
        fk_solver: name of the forward-kinematics solver.
        options: everything else; see `Options`.
        plugins: the plugins to choose from; by default those installed.

    Returns:
        What was written: path, frames, seconds, bytes and warnings.

    Raises:
        NotAMotionError: the file holds no motion that any source knows.
        OutputExistsError: the output is there and `force` is off.
        UsageError: a name that no plugin offers, or an option that cannot be.
        RetargetError: anything else the user can do something about.

    """
    options = _with_force(options, force=force)
    pipeline = Pipeline.prepare(
        target=target,
        backend=backend,
        passes=passes,
        fk_solver=fk_solver,
        motion_source=motion_source,
        options=options,
        plugins=plugins,
    )
    if isinstance(clip, Motion):
        named = clip.source.path or Path("motion")
    else:
        named = clip = Path(clip)
    return pipeline.convert(clip, pipeline.output_beside(named) if output is None else Path(output))


def export(
    clip: Clip,
    path: str | PathLike[str],
    *,
    backend: str = "gltf",
    force: bool = False,
    options: Options | None = None,
    plugins: Plugins | None = None,
) -> ExportResult:
    """Write a clip with a backend.

    Raises:
        OutputExistsError: the file is there and `force` is off.
        UsageError: there is no such backend, or `options` is no Options.
        RetargetError: nothing can be written there.

    """
    pipeline = Pipeline.prepare(
        target=clip.rig,
        backend=backend,
        passes=(),
        options=_with_force(options, force=force),
        plugins=plugins,
    )
    pipeline.refuse_existing(Path(path))
    return pipeline.export(clip, Path(path))


def _with_force(options: Options | None, *, force: bool) -> Options:
    options = or_defaults(options)
    return attrs.evolve(options, force=True) if force else options
