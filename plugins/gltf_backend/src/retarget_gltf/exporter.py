"""The exporter: checks what was asked, chooses what is animated and hands it over for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from retarget import output
from retarget.errors import RetargetError, UsageError
from retarget.gltf import refuse_own_files
from retarget.values import ExportResult
from retarget_gltf import choices, glb, separate
from retarget_gltf.animation import renamed
from retarget_gltf.character import Character
from retarget_gltf.generated import Generated
from retarget_gltf.vrma import VrmAnimation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from retarget.options import Options
    from retarget.values import Clip, Rig
    from retarget_gltf.channels import Moves
    from retarget_gltf.parts import Part


class Subject(Protocol):
    """What is animated, made once per rig."""

    @property
    def size(self) -> int:
        """Bytes of data before the animations."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know of every file of it."""
        ...

    @property
    def other_chunks(self) -> tuple[tuple[bytes, bytes], ...]:
        """Chunks of unknown types, which a GLB keeps."""
        ...

    @property
    def own_animations(self) -> Sequence[str]:
        """Names of the animations that the user's file has."""
        ...

    def moves(self, clip: Clip) -> Moves:
        """Return a clip's channels on the subject's nodes."""
        ...

    def written(
        self,
        clips: Sequence[Moves],
        facts: Sequence[Mapping[str, Any]],
        *,
        encoding: str,
        keep: bool,
        buffer: Mapping[str, Any],
    ) -> tuple[bytes, list[Part]]:
        """Return the document with the clips as animations, and what its buffer is made of."""
        ...


class GltfExporter:
    """Writes clips of a user's character or a generated skeleton to .glb, .gltf and .vrma files."""

    formats: tuple[str, ...] = (".glb", ".gltf", ".vrma")

    def __init__(self) -> None:
        """Start without a subject; the last one made is kept, for a batch has one rig."""
        self._made: tuple[Rig, tuple[object, ...], Subject] | None = None

    def export(self, clip: Clip, path: Path, options: Options) -> ExportResult:
        """Write the clip to `path`, which holds the old file or the whole new one, never a part.

        The suffix says what is written: .glb, one file with all it needs; .gltf, with its data in a
        .bin beside it; .vrma, the clip alone as a VRM animation. The same clip and options give the
        same bytes.

        Raises:
            UsageError: `path` has another suffix or is the user's own file, or an option's value
                is none.
            OutputExistsError: a file is there and `options.force` is not set.
            RetargetError: the clip cannot be held by such a file, or it cannot be written.

        """
        return self.export_all([clip], path, options)

    def export_all(self, clips: Iterable[Clip], path: Path, options: Options) -> ExportResult:
        """Write clips of one rig to one file, as one animation each, in their order.

        Clips are taken one after the other, and no more are taken once they pass what a file can
        hold. A name that is there already gets a number. The result counts the frames and seconds
        of all. Raises as `export`.
        """
        suffix = path.suffix.lower()
        if suffix not in self.formats:
            raise UsageError(
                f"{path}: the gltf backend writes {', '.join(self.formats)} files; name the output "
                "so."
            )
        encoding, keep = choices.encoding(options), choices.keeps_animations(options)
        output.refuse(path, overwrite=options.force)
        separately = suffix == ".gltf"
        paths = (path, separate.binary_of(path)) if separately else (path,)
        for each in paths[1:]:
            output.refuse(each, overwrite=options.force)
        taken = _Taken()
        for clip in clips:
            if clip.rig.asset is not None:
                for each in paths:
                    refuse_own_files(each, clip.rig.asset)
            taken.add(clip, self._subject_for(clip.rig, suffix, options))
            if not separately:
                glb.refuse_beyond_limit(path, taken.least_size(encoding))
        subject = taken.subject
        if subject is None:
            raise UsageError(f"{path}: there is no clip to write.")
        moves = renamed(taken.moves, subject.own_animations if keep else ())
        document, parts = subject.written(
            moves,
            taken.facts,
            encoding=encoding,
            keep=keep,
            buffer={"uri": separate.uri_of(path)} if separately else {},
        )
        size = (
            separate.write(path, document, parts)
            if separately
            else glb.write(path, document, parts, subject.other_chunks)
        )
        return ExportResult(
            path=path,
            frames=sum(clip.frames for clip in taken.moves),
            duration=sum((clip.frames - 1) / clip.fps for clip in taken.moves),
            bytes_written=size,
            warnings=subject.warnings,
            animations=[clip.name for clip in moves],
        )

    def _subject_for(self, rig: Rig, suffix: str, options: Options) -> Subject:
        kind = "vrma" if suffix == ".vrma" else "scene"
        wanted = (kind, options.mesh, options.cube_size, options.cube_location)
        made = self._made  # read once: another thread may be exporting
        if made is None or made[0] is not rig or made[1] != wanted:
            made = self._made = (rig, wanted, _subject(rig, kind, options))
        return made[2]


def _subject(rig: Rig, kind: str, options: Options) -> Subject:
    if kind == "vrma":
        return VrmAnimation.of(rig)
    return Generated.of(rig, options) if rig.asset is None else Character(rig, rig.asset)


class _Taken:
    """The clips so far."""

    def __init__(self) -> None:
        self.subject: Subject | None = None
        self.moves: list[Moves] = []
        self.facts: list[dict[str, Any]] = []
        self._floats = 0

    def add(self, clip: Clip, subject: Subject) -> None:
        """Take a clip's channels and what is known of it."""
        if self.subject is not None and subject is not self.subject:
            raise RetargetError(f"{clip.name}: one file holds clips of one rig; this is another's.")
        self.subject = subject
        self.moves.append(subject.moves(clip))
        self.facts.append({"backend": "gltf", "fps": clip.fps, **clip.provenance})
        self._floats += sum(channel.keys.size for channel in self.moves[-1].channels)

    def least_size(self, encoding: str) -> int:
        """Return how many bytes the file will have at least."""
        held = 0 if self.subject is None else self.subject.size
        return held + self._floats * (4 if encoding == "float32" else 2)
