"""The exporter: hands a clip to Blender and puts what Blender made in its place."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retarget import output
from retarget.errors import RetargetError, UsageError
from retarget.gltf import refuse_own_files
from retarget.mesh import make_mesh
from retarget.values import ExportResult
from retarget_blender import glb, provenance
from retarget_blender.character_job import character_arrays, character_job
from retarget_blender.choices import FORMATS, time_limit
from retarget_blender.extensions import lost_extensions
from retarget_blender.job import arrays_of, job_of
from retarget_blender.left_out import left_out
from retarget_blender.locate import locate
from retarget_blender.opened import refuse_damage
from retarget_blender.session import Session
from retarget_blender.skins import bound_anew, refuse_uneven
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
    """Writes a clip by Blender, of a generated skeleton or of the user's file: GLB, FBX, .blend."""

    formats: tuple[str, ...] = tuple(f".{name}" for name in FORMATS)

    def __init__(self) -> None:
        """Start without Blender; the first clip starts it, and it serves all that follow."""
        self._session: Session | None = None
        self._asked_for: str | None = None
        self.seconds: dict[str, float] = {}
        """How long the steps of the last clip took in Blender."""

    def export(self, clip: Clip, path: Path, options: Options) -> ExportResult:
        """Write the clip to `path`, whose suffix says in which format.

        `path` holds the old file or the whole new one, never a part.

        Raises:
            UsageError: the suffix is none of `formats`, or `path` is the user's own file.
            OutputExistsError: `path` exists and `options.force` is not set.
            PluginError: no Blender is found, or it does not start.
            FileReadError: the user's file, or a library that it links, cannot be opened.
            RetargetError: the user's file has no bone for a joint or joints that no bone can be,
                Blender failed, or the file cannot be written.

        """
        suffix = self._suffix(path)
        output.refuse(path, overwrite=options.force)
        if clip.rig.asset is not None:
            refuse_own_files(path, clip.rig.asset)
        session = self._session_for(options)
        try:
            with (
                tempfile.TemporaryDirectory(prefix="retarget-clip-") as folder,
                output.replacing(path) as unfinished,
            ):
                made = Path(folder) / f"clip{suffix}"
                if suffix == ".blend":  # it names its textures by the way to them from its place
                    made = unfinished.with_name(f"{unfinished.name}{suffix}").absolute()
                    made.touch()  # what the folder refuses, Blender would tell less clearly;
                    made.unlink()  # of a file that is there, it would keep a .blend1
                try:
                    warnings = self._animate(session, clip, path, made, Path(folder), options)
                    if suffix == ".glb":
                        asset = provenance.asset(clip, options)
                        facts = provenance.facts(clip, options)
                        _write(unfinished, glb.finished(made, clip.times(), asset, facts))
                    else:
                        _write(unfinished, [made.read_bytes()])
                finally:
                    made.unlink(missing_ok=True)
                size = unfinished.stat().st_size
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

    def _suffix(self, path: Path) -> str:
        suffix = path.suffix.lower()
        if suffix not in self.formats:
            raise UsageError(
                f"{path}: the blender backend writes {', '.join(self.formats)}; name the output so."
            )
        return suffix

    def _session_for(self, options: Options) -> Session:
        asked = options.extra.get("blender_path")
        if self._session is None or asked != self._asked_for:
            self.close()
            self._session, self._asked_for = Session(locate(asked)), asked
        return self._session

    def _animate(
        self, session: Session, clip: Clip, path: Path, made: Path, folder: Path, options: Options
    ) -> tuple[str, ...]:
        """Let Blender make the file `made`; return what the user should know of it.

        `folder` takes the arrays.
        """
        asset, warnings = clip.rig.asset, []
        if asset is not None:
            refuse_uneven(asset)
            warnings += bound_anew(asset)
            job, arrays = character_job(clip, asset, options, made), character_arrays(clip, asset)
        else:
            mesh = make_mesh(clip.rig, options)
            if mesh is None and made.suffix == ".glb":
                mesh, warnings = stand_in(clip.rig), [STAND_IN]
            job, arrays = job_of(clip, mesh, options, made), arrays_of(clip, mesh)
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array)
        keys = clip.frames * len(clip.rig.skeleton)
        answer = session.run(
            {**job, "arrays": str(folder)},
            what=str(path),
            seconds=time_limit(options, SECONDS + SECONDS_PER_KEY * keys),
        )
        if asset is not None:
            refuse_damage(asset.path, answer)
            if "lost" in answer:
                raise RetargetError(f"{asset.path}: {answer['lost']}.")
            warnings += [f"{asset.path.name}: {told}." for told in answer["warnings"]]
            warnings += left_out(asset, made.suffix, answer["left_out"])
            if made.suffix == ".glb":
                warnings += lost_extensions(asset, made)
        self.seconds = answer["seconds"]
        return tuple(warnings)


def _write(path: Path, parts: Iterable[bytes | bytearray]) -> None:
    with path.open("xb") as file:
        file.writelines(parts)
