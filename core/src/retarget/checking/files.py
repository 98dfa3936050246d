"""A finished file against its clip: read, brought frame to frame, measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from retarget.checking.comparison import Comparison
from retarget.checking.finished import read_finished
from retarget.checking.metrics import report
from retarget.errors import RetargetError
from retarget.loading import load_motion
from retarget.options import Options, or_defaults
from retarget.plugins import Plugins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    from retarget.checking.figures import Report


@attrs.frozen(kw_only=True, eq=False)
class Checked:
    """What a check of one file found."""

    file: Path
    source: Path
    animation: str
    frame0: str
    passes: tuple[str, ...] | None
    travel: str
    """What was taken out of it, and put back to be measured: see `provenance.travel_of`."""
    report: Report
    warnings: Mapping[str, tuple[str, ...]]
    """What is odd, by the file that it is about: the finished one, the clip, the target."""

    def as_json(self) -> dict[str, Any]:
        """Return JSON-able facts; see docs/check.md for the keys."""
        return {
            "file": str(self.file),
            "source": str(self.source),
            "animation": self.animation,
            "frames": self.report.frames,
            "fps": self.report.fps,
            "frame0": self.frame0,
            "passes": None if self.passes is None else list(self.passes),
            "travel": self.travel,
            "figures": self.report.as_json(),
            "warnings": [
                told if about == str(self.file) else f"{about}: {told}"
                for about, every in self.warnings.items()
                for told in every
            ],
        }


def check_file(
    path: str | PathLike[str],
    source: str | PathLike[str],
    *,
    target: str | PathLike[str] | None = None,
    animation: str | None = None,
    motion_source: str | None = None,
    options: Options | None = None,
    plugins: Plugins | None = None,
) -> Checked:
    """Measure a finished GLB or glTF file against the clip that it was made from.

    Args:
        path: the finished file.
        source: the clip.
        target: what the file was made with as `--target`; None to ask the file itself.
        animation: name of the animation, where the file holds several.
        motion_source: the source that must read the clip; by content where None.
        options: how the clip and the target are to be read, as they were for the conversion.
        plugins: the plugins to choose from; by default those installed.

    Raises:
        UsageError: no such animation, or several and nothing that picks one.
        RetargetError: one of the files cannot be used, or they do not belong together.

    """
    path, source = Path(path), Path(source)
    options, plugins = or_defaults(options), plugins or Plugins()
    motion = load_motion(source, source=motion_source, options=options, plugins=plugins)
    finished = read_finished(
        path,
        clip=source.name,
        animation=animation,
        target=None if target is None else str(target),
        options=options,
        plugins=plugins,
    )
    other = finished.source not in (None, source.name)
    warnings = _by_file(
        (path, (f"it says it was made from {finished.source}, not {source.name}.",) * other),
        (path if target is None else target, finished.rig.warnings),
        (source, motion.warnings),
    )
    frame0 = finished.frame0_for(motion.frames)
    try:
        comparison = Comparison.between(
            finished.rig,
            finished.world,
            motion,
            fps=finished.fps,
            frame0=frame0,
            passes=finished.passes,
            place=finished.place,
            rests_in_apose=finished.rests_in_apose,
            travel=finished.travel,
        )
    except RetargetError as error:
        hint = f" It says it was made from {finished.source}." if finished.source else ""
        raise RetargetError(f"{path}: {error}{hint}") from error
    return Checked(
        file=path,
        source=source,
        animation=finished.animation,
        frame0=frame0,
        passes=finished.passes,
        travel=finished.travel,
        report=report(comparison),
        warnings=warnings,
    )


def _by_file(*about: tuple[str | PathLike[str], Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return warnings by the file that they are about, its name not told again in them."""
    found: dict[str, tuple[str, ...]] = {}
    for file, warnings in about:
        name = str(file)
        bare = (warning.removeprefix(f"{name}: ") for warning in warnings)
        found[name] = (*found.get(name, ()), *bare)
    return {name: told for name, told in found.items() if told}
