"""Many clips: which files, which outputs, and each one's fate told without stopping the others."""

from __future__ import annotations

import os
import traceback
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs

from retarget.errors import (
    NotAMotionError,
    OutputExistsError,
    PluginContractError,
    RetargetError,
    UsageError,
)
from retarget.output import landing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from retarget.pipeline import Pipeline
    from retarget.values import Clip, ExportResult


_FILES = (".glb", ".gltf", ".vrm", ".vrma", ".fbx", ".blend", ".bvh", ".usd", ".usdz", ".dae")
"""Suffixes by which `--output` means a file, whoever may write it; a folder is never called so."""


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
    """For an error nobody foresaw, ours or a plugin's: where it came from."""
    clip: Clip | None = None
    """What is to be written, where it is done but the file is not, because it holds several."""


def find_clips(inputs: Sequence[Path], suffixes: Sequence[str]) -> list[Path]:
    """Return the files named and, of folders, those with a motion's suffix, sorted, each once.

    Links to folders are followed, but for those that lead back up. What is not there, links that
    lead nowhere and folders that cannot be read stand among the files: converting them fails and
    says so, while the others go on.
    """
    found: list[Path] = []
    for given in inputs:
        if os.path.isdir(given):  # noqa: PTH112 - Path.is_dir raises on a name too long
            found += sorted(_inside(given, suffixes))
        else:
            found.append(given)
    real = {folder: folder.resolve() for folder in {path.parent for path in found}}
    once: dict[Path, Path] = {}
    for path in found:  # a/walk.npz and a/../a/walk.npz are one; two links to one file are two
        once.setdefault(real[path.parent] / path.name, path)
    return list(once.values())


def _inside(folder: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    """Search a folder, then what links in it lead to: each real folder once, so no loop is run."""
    unreadable: list[OSError] = []
    tops, searched = [folder], set[Path]()
    for top in tops:  # grows as links are found
        for inside, folders, names in os.walk(top, onerror=unreadable.append):
            here = Path(inside).resolve()
            if here in searched:
                folders.clear()
                continue
            searched.add(here)
            links = (Path(inside, f) for f in sorted(folders))
            tops += [f for f in links if f.is_symlink() and not here.is_relative_to(f.resolve())]
            paths = (Path(inside, name) for name in names)
            yield from (p for p in paths if _wanted(p, suffixes))
    yield from (Path(error.filename) for error in unreadable)


def _wanted(path: Path, suffixes: Sequence[str]) -> bool:
    """Tell a clip's file, or a link that leads nowhere: to a clip or a folder never fetched."""
    # Path.is_file would raise where a folder may be listed but not entered.
    lost = not os.path.exists(path)  # noqa: PTH110
    if path.suffix.lower() in suffixes:
        return lost or os.path.isfile(path)  # noqa: PTH113
    return lost and not path.suffix and os.path.islink(path)  # noqa: PTH114


def plan(
    clips: Sequence[Path], inputs: Sequence[Path], output: Path | None, pipeline: Pipeline
) -> list[Job]:
    """Give every clip its output.

    Without `output` each goes beside its clip. Otherwise `output` is a folder under which the
    input's folder tree is kept — from the common parent of all inputs, so that equal names in
    different folders stay apart — or, for a single clip, a file with the backend's suffix.

    Raises:
        UsageError: `output` is a file, but there are several clips or a folder was given; or two
            clips would have the same output.

    """
    formats = pipeline.exporter.formats
    if output is not None and output.suffix.lower() in formats and not output.is_dir():
        if len(clips) != 1 or any(given.is_dir() for given in inputs):
            raise UsageError(f"--output {output}: a single file needs a single clip as input.")
        pipeline.refuse_format(output)
        return [Job(source=clips[0], output=output)]
    if (
        output is not None
        and not output.is_dir()
        and (landing(output).exists() or output.suffix.lower() in _FILES)
    ):
        raise UsageError(
            f"--output {output}: this backend writes {', '.join(formats)}; name such a file, or a "
            "folder."
        )
    outputs = [pipeline.output_beside(clip) for clip in clips]
    if output is not None:
        base = _common_parent(inputs)
        outputs = [output / os.path.relpath(path, base) for path in outputs]
    owner: dict[Path, Path] = {}
    for clip, path in zip(clips, _told_apart(clips, outputs), strict=True):
        if path in owner:
            raise UsageError(
                f"{owner[path]} and {clip} would both be written to {path}; convert them apart."
            )
        owner[path] = clip
    return [Job(source=clip, output=path) for path, clip in owner.items()]


def _common_parent(inputs: Iterable[Path]) -> str:
    # Without "..": a path through it would lead out of the output folder.
    folders = [os.path.abspath(p if p.is_dir() else p.parent) for p in inputs]  # noqa: PTH100
    try:
        return os.path.commonpath(folders)
    except ValueError:  # drives of Windows
        raise UsageError("the inputs lie on several drives; convert each drive's apart.") from None


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
        outcome = _attempt(job, lambda j: {"result": pipeline.convert(j.source, j.output)})
        motions += outcome.status != "skipped" or outcome.existing
        yield outcome


def merge_all(
    pipeline: Pipeline,
    clips: Sequence[Path],
    output: Path,
    *,
    tell: Callable[[Outcome], None],
    limit: int | None = None,
) -> ExportResult | None:
    """Convert clips into one file, telling each one's outcome; stop after `limit` motions.

    Clips that fail and files that are no motions are left out. With no clip left nothing is written
    and None returned.

    Raises:
        UsageError: the backend cannot, or the output is a folder.
        OutputExistsError: the output is there and is not to be overwritten.
        RetargetError: the clips are too much for a file, or it cannot be written.

    """
    pipeline.refuse_merging(output)
    good = _retargeted(pipeline, clips, output, tell, limit)
    first = next(good, None)
    return None if first is None else pipeline.export_all(chain((first,), good), output)


def _retargeted(
    pipeline: Pipeline,
    clips: Sequence[Path],
    output: Path,
    tell: Callable[[Outcome], None],
    limit: int | None,
) -> Iterator[Clip]:
    motions = 0
    for path in clips:
        if limit is not None and motions >= limit:
            return
        job = Job(source=path, output=output)
        outcome = _attempt(job, lambda j: {"clip": pipeline.retarget(j.source)})
        motions += outcome.status != "skipped"
        tell(outcome)
        if outcome.clip is not None:
            yield outcome.clip


def _attempt(job: Job, work: Callable[[Job], dict[str, Any]]) -> Outcome:
    """Do the work, which returns what the outcome then holds, or tell why it cannot be done."""
    try:
        made = work(job)
    except OutputExistsError as error:
        return Outcome(job=job, status="skipped", reason=str(error), existing=True)
    except NotAMotionError as error:
        return Outcome(job=job, status="skipped", reason=_unprefixed(error, job))
    except RetargetError as error:
        trace = traceback.format_exc() if isinstance(error, PluginContractError) else ""
        return Outcome(job=job, status="failed", reason=_unprefixed(error, job), traceback=trace)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs one clip only
        return Outcome(
            job=job, status="failed", reason=_unforeseen(error), traceback=traceback.format_exc()
        )
    return Outcome(job=job, status="done", **made)


def _unforeseen(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename}"
    if isinstance(error, MemoryError):
        return "not enough memory; read fewer frames (--frame-limit) or resample to fewer (--fps)"
    return f"unexpected {type(error).__name__}: {error} (-v shows where)"


def _unprefixed(error: RetargetError, job: Job) -> str:
    """Return the message without the file's name, which the outcome carries already."""
    return str(error).removeprefix(f"{job.source}: ")
