"""The exporter: checks what was asked, authors the document and hands it over for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygltflib as gltf

import retarget
from retarget import output
from retarget.errors import RetargetError, UsageError
from retarget.mesh import make_mesh
from retarget.values import ExportResult
from retarget_gltf import glb
from retarget_gltf.animation import add_animation
from retarget_gltf.document import Document
from retarget_gltf.scene import add_mesh, add_skeleton

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.mesh import Mesh
    from retarget.options import Options
    from retarget.values import Clip, Rig


class GltfExporter:
    """Writes a clip of a generated skeleton to an animated GLB."""

    formats: tuple[str, ...] = (".glb",)

    def __init__(self) -> None:
        """Start without a mesh; the last one made is kept, for a batch has one rig."""
        self._made: tuple[Rig, tuple[object, ...], Mesh | None] | None = None

    def export(self, clip: Clip, path: Path, options: Options) -> ExportResult:
        """Write the clip to `path`, which holds the old file or the whole new one, never a part.

        The same clip and options give the same bytes.

        Raises:
            UsageError: `path` does not end in .glb.
            OutputExistsError: `path` exists and `options.force` is not set.
            RetargetError: the rig is a user's character, the clip cannot be held by a GLB, or the
                file cannot be written.

        """
        if path.suffix.lower() not in self.formats:
            raise UsageError(f"{path}: the gltf backend writes .glb files; name the output so.")
        if clip.rig.asset is not None:
            raise RetargetError(
                f"{clip.rig.name}: this backend does not animate a character file yet, only "
                "skeletons it generates; choose an A-pose NPZ or the default target."
            )
        output.refuse(path, overwrite=options.force)
        document = Document(_asset(clip, options))
        add_skeleton(document, clip.rig.skeleton)
        mesh = self._mesh_for(clip.rig, options)
        if mesh is not None:
            add_mesh(document, mesh, clip.rig.skeleton)
        add_animation(document, clip)
        size = glb.write(path, document.json(), document.binary)
        return ExportResult(
            path=path, frames=clip.frames, duration=clip.duration, bytes_written=size
        )

    def _mesh_for(self, rig: Rig, options: Options) -> Mesh | None:
        wanted = (options.mesh, options.cube_size, options.cube_location)
        made = self._made  # read once: another thread may be exporting
        if made is None or made[0] is not rig or made[1] != wanted:
            made = self._made = (rig, wanted, make_mesh(rig, options))
        return made[2]


def _asset(clip: Clip, options: Options) -> gltf.Asset:
    return gltf.Asset(
        generator=f"retarget {retarget.__version__}, gltf backend",
        extras={"backend": "gltf", "mesh": options.mesh, "fps": clip.fps, **clip.provenance},
    )
