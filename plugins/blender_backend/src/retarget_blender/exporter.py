"""The exporter: hands a clip to Blender and puts what Blender made in its place."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retarget import output
from retarget.errors import RetargetError, UsageError
from retarget.mesh import make_mesh
from retarget.values import ExportResult
from retarget_blender import glb, provenance
from retarget_blender.choices import FORMATS, format_asked, time_limit
from retarget_blender.job import arrays_of, job_of
from retarget_blender.locate import locate
from retarget_blender.session import Session
from retarget_blender.stand_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retarget.options import Options
    from retarget.values import Clip

SECONDS, SECONDS_PER_KEY = 120.0, 1e-3
"""Time limit: fifty times what this machine's Blender takes for each frame of each joint."""

STAND_IN = (
    "Blender writes joints only together with a skinned mesh: in place of --mesh none there is a "
    "triangle of 0.1 mm at each joint."
)


class BlenderExporter:
    """Writes a clip of a generated skeleton by Blender: GLB, FBX or .blend."""

    formats: tuple[str, ...] = tuple(f".{name}" for name in FORMATS)

    def __init__(self) -> None:
        """Start without Blender; the first clip starts it, and it serves all that follow."""
        self._session: Session | None = None
        self._asked_for: str | None = None
        self.seconds: dict[str, float] = {}
        """How long the steps of the last clip took in Blender."""

    def format_for(self, options: Options) -> str:
        """Return the suffix of what `--format` asks for, or the default one."""
        return format_asked(options) or self.formats[0]

    def export(self, clip: Clip, path: Path, options: Options) -> ExportResult:
        """Write the clip to `path`, whose suffix says in which format.

        `path` holds the old file or the whole new one, never a part.

        Raises:
            UsageError: the suffix is none of `formats`, or not what `--format` asked for.
            OutputExistsError: `path` exists and `options.force` is not set.
            PluginError: no Blender is found, or it does not start.
            RetargetError: the rig is a user's character, Blender failed, or the file cannot be
                written.

        """
        suffix = self._suffix(path, options)
        if clip.rig.asset is not None:
            raise RetargetError(
                f"{clip.rig.name}: this backend does not animate a character file yet, only "
                "skeletons it generates; choose an A-pose NPZ or the default target."
            )
        output.refuse(path, overwrite=options.force)
        session = self._session_for(options)
        try:
            with tempfile.TemporaryDirectory(prefix="retarget-clip-") as folder:
                made = Path(folder) / f"clip{suffix}"
                warnings = self._animate(session, clip, path, made, options)
                if suffix == ".glb":
                    asset = provenance.asset(clip, options)
                    size = _write(path, glb.finished(made, clip.times(), asset))
                else:
                    size = _write(path, [made.read_bytes()])
        except OSError as error:
            raise RetargetError(
                f"{path}: cannot be written ({error.strerror or error})."
            ) from error
        return ExportResult(
            path=path,
            frames=clip.frames,
            duration=clip.duration,
            bytes_written=size,
            warnings=warnings,
        )

    @property
    def memory(self) -> int:
        """Bytes that Blender held after the last clip; 0 where none runs or none can tell."""
        worker = self._session.worker if self._session else None
        return worker.memory if worker else 0

    def close(self) -> None:
        """End the Blender process; it also ends when this object is gone, or the program."""
        if self._session is not None:
            self._session.close()

    def _suffix(self, path: Path, options: Options) -> str:
        suffix = path.suffix.lower()
        if suffix not in self.formats:
            raise UsageError(
                f"{path}: the blender backend writes {', '.join(self.formats)}; name the output so."
            )
        asked = format_asked(options)
        if asked is not None and suffix != asked:
            raise UsageError(
                f"{path}: --format {asked[1:]} was asked for; name the output {asked}, or leave "
                "--format out."
            )
        return suffix

    def _session_for(self, options: Options) -> Session:
        asked = options.extra.get("blender_path")
        if self._session is None or asked != self._asked_for:
            self.close()
            self._session, self._asked_for = Session(locate(asked)), asked
        return self._session

    def _animate(
        self, session: Session, clip: Clip, path: Path, made: Path, options: Options
    ) -> tuple[str, ...]:
        """Let Blender make the file `made`; return what the user should know of it."""
        mesh = make_mesh(clip.rig, options)
        warnings: tuple[str, ...] = ()
        if mesh is None and made.suffix == ".glb":
            mesh, warnings = stand_in(clip.rig), (STAND_IN,)
        for name, array in arrays_of(clip, mesh).items():
            np.save(made.with_name(f"{name}.npy"), array)
        keys = clip.frames * len(clip.rig.skeleton)
        answer = session.run(
            job_of(clip, mesh, options, made),
            what=str(path),
            seconds=time_limit(options, SECONDS + SECONDS_PER_KEY * keys),
        )
        self.seconds = answer["seconds"]
        return warnings


def _write(path: Path, parts: Iterable[bytes | bytearray]) -> int:
    """Put the parts, one after the other, in the place of `path`; return their size."""
    with output.replacing(path) as unfinished, unfinished.open("xb") as file:
        return sum(file.write(part) for part in parts)
