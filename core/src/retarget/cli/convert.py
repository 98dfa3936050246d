"""`retarget INPUT…`: convert files and folders, tell each clip's fate, count at the end."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from retarget.cli import INTERRUPTED, arguments
from retarget.cli.warned import Warnings
from retarget.cli.with_plugins import failures_told, parsed
from retarget.errors import OutputExistsError, RetargetError, UsageError
from retarget.options import MESHES
from retarget.plugins import Plugins

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from retarget.batch import Outcome
    from retarget.pipeline import Pipeline
    from retarget.values import Clip, ExportResult


def run(given: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    plugins = Plugins()
    parser = arguments.parser()
    asked, extra = parsed(parser, given, plugins)
    if not asked.inputs and asked.export_target_apose is None:
        raise UsageError("no INPUT given; `retarget --help` says what can be asked for.")
    if asked.merge is not None and (asked.output is not None or not asked.inputs):
        raise UsageError(
            "--merge FILE names the one output of all INPUTs; "
            + ("name one at least." if not asked.inputs else "leave --output out.")
        )
    with failures_told(plugins):
        pipeline = _pipeline(asked, extra, plugins)
        _tell_idle(pipeline, asked, extra)
        suffixes = _suffixes(plugins) if asked.inputs else ()
    if asked.export_target_apose is not None:
        _export_apose(pipeline, asked)
        if not asked.inputs:
            return 0
    return (_convert if asked.merge is None else _merge)(pipeline, asked, suffixes)


def _pipeline(asked: argparse.Namespace, extra: dict[str, object], plugins: Plugins) -> Pipeline:
    from retarget.pipeline import Pipeline  # noqa: PLC0415 - imports numpy; help must be quick

    return Pipeline.prepare(
        target=asked.target,
        backend=asked.backend,
        passes=() if asked.no_passes else asked.passes or None,
        fk_solver=asked.fk_solver,
        motion_source=asked.motion_source,
        options=arguments.options_of(asked, extra),
        plugins=plugins,
    )


def _tell_idle(pipeline: Pipeline, asked: argparse.Namespace, extra: dict[str, object]) -> None:
    """Tell which of the options given will do nothing."""
    for flag in pipeline.plugins.idle_options(extra, asked.backend):
        print(f"warning: {flag}: of no use with --backend {asked.backend}.", file=sys.stderr)
    if pipeline.retargeter.rig.asset is not None and asked.mesh != MESHES[0]:
        told = f"--mesh {asked.mesh}: of no use here; the target has a body of its own."
        print(f"warning: {told}", file=sys.stderr)


def _suffixes(plugins: Plugins) -> tuple[str, ...]:
    from retarget.loading import motion_suffixes  # noqa: PLC0415 - as above

    return motion_suffixes(plugins)


def _export_apose(pipeline: Pipeline, asked: argparse.Namespace) -> None:
    formats = pipeline.exporter.formats
    stem = Path(pipeline.retargeter.rig.name).stem
    path = Path(asked.export_target_apose or f"{stem}_apose{pipeline.format}")
    if path.suffix.lower() not in formats:  # most likely an INPUT that the option swallowed
        raise UsageError(
            f"--export-target-apose {path}: --backend {asked.backend} writes {', '.join(formats)}. "
            "To convert an INPUT as well, name it before the option."
        )
    try:
        result = pipeline.export_apose(path)
    except OutputExistsError as error:  # as a clip's: the same command goes on where it stopped
        said = f"skipped {error}"
    else:
        said = f"target  {result.path}"
    if not asked.quiet:
        print(said, flush=True)


def _clips(asked: argparse.Namespace, suffixes: Sequence[str]) -> list[Path]:
    from retarget.batch import find_clips  # noqa: PLC0415 - as above

    clips = find_clips(asked.inputs, suffixes)
    if not clips:
        print(
            f"retarget: no motion files ({', '.join(suffixes)}) in "
            f"{', '.join(map(str, asked.inputs))}",
            file=sys.stderr,
        )
    return clips


def _merge(pipeline: Pipeline, asked: argparse.Namespace, suffixes: Sequence[str]) -> int:
    from retarget.batch import merge_all  # noqa: PLC0415 - as above

    clips = _clips(asked, suffixes)
    report = Report(len(clips), quiet=asked.quiet, verbose=asked.verbose)
    try:
        result = merge_all(pipeline, clips, asked.merge, tell=report.tell, limit=asked.limit)
    except KeyboardInterrupt:
        report.close(interrupted=True, written=False)
        return INTERRUPTED
    except OutputExistsError as error:  # as a clip's: the same command goes on where it stopped
        return report.skip(clips, error)
    except UsageError:
        raise
    except RetargetError:
        report.close(written=False)
        raise
    if result is not None:
        report.tell_merged(result)
    report.close()
    return 1 if report.counts["failed"] or result is None else 0


def _convert(pipeline: Pipeline, asked: argparse.Namespace, suffixes: Sequence[str]) -> int:
    from retarget.batch import convert_all, plan  # noqa: PLC0415 - as above

    clips = _clips(asked, suffixes)
    jobs = plan(clips, asked.inputs, asked.output, pipeline)
    report = Report(len(jobs), quiet=asked.quiet, verbose=asked.verbose)
    try:
        for outcome in convert_all(pipeline, jobs, limit=asked.limit):
            report.tell(outcome)
    except KeyboardInterrupt:
        report.close(interrupted=True)
        return INTERRUPTED
    report.close()
    return 1 if report.counts["failed"] or not clips else 0


class Report:
    """Tells outcomes as they come: what was done to stdout, what went wrong to stderr."""

    def __init__(self, jobs: int, *, quiet: bool, verbose: bool) -> None:
        """Start counting towards so many jobs."""
        self.counts: Counter[str] = Counter()
        self._total = jobs
        self._quiet, self._verbose = quiet, verbose
        self._warnings = Warnings(quiet=quiet, verbose=verbose)

    def tell(self, outcome: Outcome) -> None:
        """Print one outcome."""
        self.counts[outcome.status] += 1
        at = f"[{self.counts.total()}/{self._total}] " if self._total > 1 else ""
        source = outcome.job.source
        if outcome.status == "failed":
            print(f"{at}failed  {source}: {outcome.reason}", file=sys.stderr)
            if self._verbose and outcome.traceback:
                print(outcome.traceback, file=sys.stderr)
        elif outcome.status == "skipped" and not self._quiet:
            print(f"{at}skipped {source}: {outcome.reason}", flush=True)
        elif outcome.result is not None:
            if not self._quiet:
                print(f"{at}done    {source} -> {_summary(outcome.result)}", flush=True)
            self._warnings.tell(source, outcome.result.warnings)
        elif outcome.clip is not None:
            if not self._quiet:
                print(f"{at}added   {source} ({_length(outcome.clip)})", flush=True)
            self._warnings.tell(source, outcome.clip.warnings)

    def tell_merged(self, result: ExportResult) -> None:
        """Print the file that all clips were written to."""
        if not self._quiet:
            print(f"merged  {_summary(result)}", flush=True)
        self._warnings.tell(result.path, result.warnings)

    def skip(self, clips: Sequence[Path], why: OutputExistsError) -> int:
        """Tell why no clip need be looked at, and count; return the exit status."""
        if not self._quiet:
            print(f"skipped {why}", flush=True)
        for clip in clips:
            there = clip.exists()
            self.counts["skipped" if there else "failed"] += 1
            if not there:
                print(f"failed  {clip}: no such file.", file=sys.stderr)
        self.close()
        return 1 if self.counts["failed"] or not clips else 0

    def close(self, *, interrupted: bool = False, written: bool = True) -> None:
        """Print what was held back, then the count: always the last line.

        What was done is not where the one file that was to hold it is not written.
        """
        self._warnings.close()
        if not written:
            self.counts["done"] = 0
        if interrupted:
            print("retarget: interrupted", file=sys.stderr)
        counts = (f"{self.counts[status]} {status}" for status in ("done", "skipped", "failed"))
        print(", ".join(counts), flush=True)


def _summary(result: ExportResult) -> str:
    return f"{result.path} ({_length(result)}, {result.bytes_written / 1e6:.2f} MB)"


def _length(of: ExportResult | Clip) -> str:
    return f"{of.frames} frame{'s' if of.frames != 1 else ''}, {of.duration:.2f} s"
