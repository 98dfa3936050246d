"""Many clips: which files, which outputs, and each one's fate told without stopping the others."""

from __future__ import annotations

import os
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import attrs

from retarget.errors import FileReadError, NotAMotionError, RetargetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from retarget.pipeline import Pipeline
    from retarget.values import ExportResult


@attrs.frozen(kw_only=True)
class Job:
    """One clip to convert."""

    source: Path
    output: Path


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one clip."""

    job: Job
    status: Literal["done", "skipped", "failed"]
    result: ExportResult | None = None
    """What was written, where it is done."""
    reason: str = ""
    """Why it was skipped or failed."""
    existing: bool = False
    """True where it was skipped because its output is there already."""
    traceback: str = ""
    """For an error nobody foresaw: where it came from."""


def find_clips(inputs: Sequence[Path], suffixes: Sequence[str]) -> list[Path]:
    """Return the files named and, of folders, those with a motion's suffix, sorted, each once.

    Raises:
        FileReadError: an input does not exist.

    """
    found: dict[Path, None] = {}
    for given in inputs:
        if given.is_dir():
            inside = (p for p in given.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
            found.update(dict.fromkeys(sorted(inside)))
        elif given.exists():
            found[given] = None
        else:
            raise FileReadError(f"{given}: no such file or folder.")
    return list(found)


def plan(
    clips: Sequence[Path], inputs: Sequence[Path], output: Path | None, pipeline: Pipeline
) -> list[Job]:
    """Give every clip its output.

    Without `output` each goes beside its clip. Otherwise `output` is a folder under which the
    input's folder tree is kept — from the common parent of all inputs, so that equal names in
    different folders stay apart — or, for a single clip, a file with the backend's suffix.

    Raises:
        UsageError: `output` is a file, but there are several clips or a folder was given.

    """
    formats = pipeline.exporter.formats
    if output is not None and output.suffix.lower() in formats and not output.is_dir():
        if len(clips) != 1 or inputs[0].is_dir():
            raise UsageError(f"--output {output}: a single file needs a single clip as input.")
        return [Job(source=clips[0], output=output)]
    beside = [pipeline.output_beside(clip) for clip in clips]
    if output is not None:
        base = _common_parent(inputs)
        beside = [output / os.path.relpath(path.absolute(), base) for path in beside]
    return [
        Job(source=clip, output=path)
        for clip, path in zip(clips, _told_apart(clips, beside), strict=True)
    ]


def _common_parent(inputs: Iterable[Path]) -> Path:
    folders = [p.absolute() if p.is_dir() else p.absolute().parent for p in inputs]
    return Path(os.path.commonpath(folders))


def _told_apart(clips: Sequence[Path], outputs: Sequence[Path]) -> list[Path]:
    """Name outputs that would coincide (walk.npz, walk.smpl) by their suffix, too."""
    times = Counter(outputs)
    return [
        path
        if times[path] == 1
        else path.with_name(path.name.replace(clip.stem, f"{clip.stem}_{clip.suffix[1:]}", 1))
        for clip, path in zip(clips, outputs, strict=True)
    ]


def convert_all(
    pipeline: Pipeline, jobs: Iterable[Job], *, limit: int | None = None
) -> Iterator[Outcome]:
    """Convert clip after clip, yielding each one's outcome; stop after `limit` motions.

    Files that are not motions and clips whose output is there are skipped; the former do not count
    towards the limit. No clip's failure, foreseen or not, stops the others.
    """
    motions = 0
    for job in jobs:
        if limit is not None and motions >= limit:
            return
        outcome = _convert(pipeline, job)
        motions += outcome.status != "skipped" or outcome.existing
        yield outcome


def _convert(pipeline: Pipeline, job: Job) -> Outcome:
    if job.output.exists() and not pipeline.options.force:
        reason = f"{job.output} is already there (--force overwrites it)"
        return Outcome(job=job, status="skipped", reason=reason, existing=True)
    try:
        result = pipeline.convert(job.source, job.output)
    except NotAMotionError as error:
        return Outcome(job=job, status="skipped", reason=_unprefixed(error, job))
    except RetargetError as error:
        return Outcome(job=job, status="failed", reason=_unprefixed(error, job))
    except Exception as error:  # noqa: BLE001 - a fault of ours or a plugin's costs one clip only
        return Outcome(
            job=job,
            status="failed",
            reason=f"unexpected {type(error).__name__}: {error} (-v shows where)",
            traceback=traceback.format_exc(),
        )
    return Outcome(job=job, status="done", result=result)


def _unprefixed(error: RetargetError, job: Job) -> str:
    """Return the message without the file's name, which the outcome carries already."""
    return str(error).removeprefix(f"{job.source}: ")
