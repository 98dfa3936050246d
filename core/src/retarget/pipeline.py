"""The pipeline: plugins chosen by name, the target made once, then any number of clips through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import kinds
from retarget.errors import UsageError
from retarget.loading import DEFAULT_PASSES, load_motion, load_passes, load_rig
from retarget.options import Options, or_defaults
from retarget.output import refuse, refuse_own, replacing
from retarget.plugins import Plugins
from retarget.retargeter import Retargeter
from retarget.values import Clip, Rig

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from os import PathLike

    from retarget.contracts import CheckedExporter
    from retarget.values import ExportResult, Motion

SIDECAR = ".made.json"
"""Suffix of what tells of an output's making, beside it; `.json` alone may be a joint map's."""

OUTPUT_MARK = "_retargeted"
"""Added to the name of a clip to name its output."""


@attrs.frozen(kw_only=True, eq=False)
class Pipeline:
    """Everything between an input file and an output file, ready for any number of clips."""

    plugins: Plugins
    options: Options
    retargeter: Retargeter
    exporter: CheckedExporter
    motion_source: str | None = None
    """The source that must read every file; by content where None."""
    target: str | PathLike[str] | None = None
    """What the target was made from; None for the built-in one and for a rig in memory."""
    absent_passes: tuple[str, ...] = ()
    """Passes that would be applied by default, but are not installed."""

    @classmethod
    def prepare(
        cls,
        *,
        target: str | PathLike[str] | Rig | None = None,
        backend: str = "gltf",
        passes: Sequence[str] | None = None,
        fk_solver: str = "numpy",
        motion_source: str | None = None,
        options: Options | None = None,
        plugins: Plugins | None = None,
    ) -> Pipeline:
        """Load what was named and make the target.

        `passes` None stands for `DEFAULT_PASSES`. Those of them that are not installed are left
        out, and every clip says so.

        Raises:
            UsageError: a name that no plugin offers, or a pass named twice.
            RetargetError: a plugin does not load, or the target cannot be made.

        """
        options, plugins = or_defaults(options), plugins or Plugins()
        exporter = plugins.exporter(backend)
        solver = plugins.fk_solver(fk_solver)
        chosen = load_passes(passes, plugins=plugins)
        absent = [name for name in DEFAULT_PASSES if passes is None and name not in chosen]
        if motion_source is not None:
            plugins.motion_source(motion_source)
        named = None if isinstance(target, Rig) else target
        if not isinstance(target, Rig):
            target = load_rig(target, options=options, plugins=plugins)
        made = cls(
            plugins=plugins,
            options=options,
            retargeter=Retargeter(target, options=options, passes=chosen, solver=solver),
            exporter=exporter,
            motion_source=motion_source,
            target=named,
            absent_passes=tuple(absent),
        )
        made.format  # noqa: B018 - an impossible one is refused before any work
        return made

    @property
    def format(self) -> str:
        """File suffix of an output that the user does not name.

        Raises:
            UsageError: `options.format` is none that the exporter writes.

        """
        formats, asked = self.exporter.formats, self.options.format
        if asked is None:
            return formats[0]
        suffix = f".{asked.lower().removeprefix('.')}"
        if suffix not in formats:
            raise UsageError(f"--format {asked}: this backend writes {', '.join(formats)}.")
        return suffix

    def output_beside(self, path: Path) -> Path:
        """Return where the output of an input goes when nothing else is said."""
        return path.with_name(f"{path.stem}{OUTPUT_MARK}{self.format}")

    def convert(self, clip: Path | Motion, output: Path) -> ExportResult:
        """Take one clip, from its file or from memory, to a file.

        Raises:
            NotAMotionError: no source knows the file.
            OutputExistsError: the output is there and `options.force` is off.
            UsageError: the output is a folder.
            RetargetError: the file cannot be used, or nothing can be written.

        """
        self.refuse_existing(output)
        return self.export(self.retarget(clip), output)

    def retarget(self, clip: Path | Motion) -> Clip:
        """Put one clip, from its file or from memory, onto the target.

        What onlookers have to say is among its warnings. Raises as `convert`.
        """
        motion = clip if not isinstance(clip, Path) else self.load(clip)
        retargeted = self.retargeter.retarget(motion)
        told = self.plugins.notify("retarget_clip_retargeted", clip=retargeted, motion=motion)
        return attrs.evolve(retargeted, warnings=(*retargeted.warnings, *self._lack(), *told))

    def _lack(self) -> tuple[str, ...]:
        if not self.absent_passes:
            return ()
        names, get = ", ".join(self.absent_passes), kinds.PASS.absent[self.absent_passes[0]]
        told = (
            f"made without the passes {names}, which are not installed: feet may slide. Get them "
            f"with: {get}; or ask for none: --no-passes."
        )
        return (told,)

    def load(self, path: Path) -> Motion:
        """Read a motion with this pipeline's options and plugins; raises as `load_motion`."""
        return load_motion(
            path, source=self.motion_source, options=self.options, plugins=self.plugins
        )

    def export(self, clip: Clip, output: Path) -> ExportResult:
        """Write a clip; the result carries the clip's warnings, too."""
        clip = self._signed(clip)
        result = self.exporter.export(clip, output, self.options)
        self._write_sidecar(output, clip.provenance)
        told = self.plugins.notify("retarget_clip_exported", result=result, clip=clip)
        return attrs.evolve(result, warnings=(*clip.warnings, *result.warnings, *told))

    def export_all(self, clips: Iterable[Clip], output: Path) -> ExportResult:
        """Write clips of this pipeline's target to one file, taking one after the other.

        The result counts the frames and seconds of all; the clips' warnings are not in it.

        Raises:
            UsageError: the backend cannot, the output is a folder, or there is no clip.
            OutputExistsError: the output is there and `options.force` is off.
            RetargetError: the clips are too much for a file, or it cannot be written.

        """
        self.refuse_merging(output)
        written: list[Clip] = []

        def taken() -> Iterator[Clip]:
            for clip in clips:
                written.append(self._signed(clip))
                yield written[-1]

        result = self.exporter.export_all(taken(), output, self.options)
        called = result.animations or [clip.name for clip in written]
        facts = [clip.provenance for clip in written]
        self._write_sidecar(output, dict(zip(called, facts, strict=True)))
        told = [
            said
            for clip in written
            for said in self.plugins.notify("retarget_clip_exported", result=result, clip=clip)
        ]
        return attrs.evolve(result, warnings=(*result.warnings, *told))

    def refuse_merging(self, output: Path) -> None:
        """Raise, before any clip is read, where several clips cannot be written to `output`."""
        formats = self.exporter.formats
        if not self.exporter.merges:
            self.exporter.export_all((), output, self.options)  # raises, and says why
        if output.suffix.lower() not in formats:
            raise UsageError(f"{output}: this backend writes {', '.join(formats)}; name it so.")
        self.refuse_existing(output)

    def _write_sidecar(self, output: Path, facts: Mapping[str, Any]) -> None:
        if self.options.sidecar:
            with replacing(output.with_suffix(SIDECAR)) as unfinished:
                unfinished.write_text(json.dumps(facts) + "\n", encoding="utf-8")

    def _signed(self, clip: Clip) -> Clip:
        return attrs.evolve(clip, provenance={**clip.provenance, "backend": self.exporter.made_by})

    def export_apose(self, output: Path) -> ExportResult:
        """Write the target alone, standing in its A-pose, as a clip of one frame."""
        self.refuse_existing(output)
        rig = self.retargeter.rig
        return self.export(
            Clip(
                rig=rig,
                fps=self.options.fps or 60.0,
                rotations=rig.skeleton.rest_rotations[:, None].astype(np.float32),
                root_translations=rig.skeleton.rest_translations[:1],
                name="A-Pose",
                provenance={"target": rig.name},
            ),
            output,
        )

    def refuse_existing(self, output: Path) -> None:
        """Raise where an output is a folder, of another format, or there and not to be replaced."""
        self.refuse_format(output)
        refuse_own(output, self.target)
        beside = [output.with_suffix(SIDECAR)] if self.options.sidecar else []
        for path in (output, *beside):
            refuse(path, overwrite=self.options.force)

    def refuse_format(self, output: Path) -> None:
        """Raise where an output is named otherwise than the format asked for."""
        asked = self.options.format
        if asked is not None and output.suffix.lower() != self.format:
            raise UsageError(f"{output}: --format {asked} was asked for; name the output so.")
