"""Which clip a finished file was made from: by what it says, else by its name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from retarget.batch import find_clips
from retarget.checking.finished import animations_from, sources_said
from retarget.errors import FileReadError, RetargetError
from retarget.pipeline import OUTPUT_MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIXES = (".glb", ".gltf", ".vrma")
"""What a folder of finished files is searched for."""


@attrs.frozen(kw_only=True)
class Pair:
    """A finished file and its clip."""

    file: Path
    source: Path | None
    """None where none was found."""
    animation: str | None = None
    """Which one of the file's animations; None where the clip tells."""
    problem: RetargetError | None = None
    """Why there is none."""
    output: bool = True
    """False for a file that neither by its content nor by its name is a conversion's output."""

    def clip(self) -> Path:
        """Return the clip.

        Raises:
            RetargetError: there is none.

        """
        if self.source is None:
            raise self.problem or RetargetError(f"{self.file}: no clip.")
        return self.source


def pairs_of(
    file: Path, source: Path, suffixes: Sequence[str], *, animation: str | None = None
) -> list[Pair]:
    """Pair a finished file, or all of a folder, with a clip, or with those of a folder.

    In a folder each is looked for under the same relative path first, then anywhere in it. A file
    that holds several clips comes once for each, and where several animations were made from a clip
    of one name, once for each of these; of one animation, once with the clip that this was made
    from. `suffixes` are those of motion files.
    """
    found = _found(file, source, suffixes, animation)
    if animation is not None:
        return [attrs.evolve(pair, animation=animation) for pair in found]
    return [one for pair in found for one in _each(pair)]


def _found(file: Path, source: Path, suffixes: Sequence[str], animation: str | None) -> list[Pair]:
    if not file.is_dir():
        if not source.is_dir():
            return [Pair(file=file, source=source)]
        return _partners(file, Path(), source, find_clips([source], suffixes), animation)
    files = [found for found in find_clips([file], SUFFIXES) if found.suffix.lower() in SUFFIXES]
    if not source.is_dir():
        return [Pair(file=one, source=source) for one in files]
    clips = find_clips([source], suffixes)
    return [
        pair
        for one in files
        for pair in _partners(
            one, Path(os.path.relpath(one.parent, file)), source, clips, animation
        )
    ]


def _partners(
    file: Path, below: Path, source: Path, clips: Sequence[Path], animation: str | None
) -> list[Pair]:
    stem = file.stem.removesuffix(OUTPUT_MARK)
    marked = stem != file.stem
    said: tuple[str, ...] = ()
    try:
        said = sources_said(file)
        if animation is not None:
            said = sources_said(file, animation)
    except FileReadError as error:
        return [Pair(file=file, source=None, problem=error)]
    except RetargetError as error:  # no such animation, as in what is no output
        return [Pair(file=file, source=None, problem=error, output=marked or bool(said))]
    if said:
        return [_partner(file, below, source, [c for c in clips if c.name == s], s) for s in said]
    named = [clip for clip in clips if clip.stem == animation]
    named = named or [clip for clip in clips if clip.stem == stem]
    pair = _partner(file, below, source, named, stem)
    return [attrs.evolve(pair, output=marked or bool(named))]


def _each(pair: Pair) -> list[Pair]:
    """Return the pair, or one for each animation where several are its clip's."""
    if pair.source is None:
        return [pair]
    try:
        own = animations_from(pair.file, pair.source.name)
    except RetargetError:  # to be told when it is read to be checked
        return [pair]
    return [attrs.evolve(pair, animation=name) for name in own] if len(own) > 1 else [pair]


def _partner(file: Path, below: Path, source: Path, named: Sequence[Path], wanted: str) -> Pair:
    beside = [clip for clip in named if Path(os.path.relpath(clip.parent, source)) == below]
    found = beside or named
    if len(found) == 1:
        return Pair(file=file, source=found[0])
    if not found:
        return _unpaired(file, f"no clip {wanted} in {source}.")
    several = ", ".join(map(str, found[:3])) + (" …" if len(found) > 3 else "")
    return _unpaired(file, f"several clips may be its source: {several}; check it alone.")


def _unpaired(file: Path, why: str) -> Pair:
    return Pair(file=file, source=None, problem=RetargetError(f"{file}: {why}"))
