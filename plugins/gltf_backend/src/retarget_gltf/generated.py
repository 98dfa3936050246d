"""A skeleton the rig describes, with a body of ours: the document when there is no user's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pygltflib as gltf

import retarget
from retarget.mesh import make_mesh
from retarget_gltf.animation import add_animations
from retarget_gltf.channels import Turn, moves
from retarget_gltf.document import Document
from retarget_gltf.scene import add_mesh, add_skeleton
from retarget_gltf.tracks import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.mesh import Mesh
    from retarget.options import Options
    from retarget.values import Clip, Rig
    from retarget_gltf.channels import Moves
    from retarget_gltf.parts import Part


@attrs.frozen(eq=False)
class Generated:
    """A rig and the mesh that is drawn for it."""

    rig: Rig
    mesh: Mesh | None
    mesh_name: str
    """What `--mesh` asked for."""
    size: int = 0
    """Bytes of data before the animations, about none."""
    warnings: tuple[str, ...] = ()
    other_chunks: tuple[tuple[bytes, bytes], ...] = ()
    own_animations: tuple[str, ...] = ()

    @classmethod
    def of(cls, rig: Rig, options: Options) -> Generated:
        """Draw the mesh that the options ask for."""
        return cls(rig, make_mesh(rig, options), options.mesh)

    def moves(self, clip: Clip) -> Moves:
        """Return the clip's channels: joint j is node j; raises as `channels.moves`."""
        names, seen = self.rig.skeleton.names, plain(clip.rotations).tolist()
        turns = map(Turn, range(len(names)), names, clip.rotations, seen)
        return moves(clip.name, clip.fps, turns, (0, clip.root_translations))

    def written(
        self,
        clips: Sequence[Moves],
        facts: Sequence[Mapping[str, Any]],
        *,
        encoding: str,
        keep: bool,  # noqa: ARG002 - there are no animations but ours
        buffer: Mapping[str, Any],
    ) -> tuple[bytes, list[Part]]:
        """Return the document with the clips as animations, and what its buffer is made of."""
        document = Document(asset(facts, {"mesh": self.mesh_name}))
        add_skeleton(document, self.rig.skeleton)
        if self.mesh is not None:
            add_mesh(document, self.mesh, self.rig.skeleton)
        document.gltf.animations = add_animations(document, clips, facts, encoding=encoding)
        return document.json(buffer), list(document.binary)


def asset(facts: Sequence[Mapping[str, Any]], more: Mapping[str, Any]) -> gltf.Asset:
    """Return who made the file, with the facts that all its clips share."""
    first, *others = facts
    shared = {
        key: value
        for key, value in first.items()
        if all(key in other and other[key] == value for other in others)
    }
    return gltf.Asset(
        generator=f"retarget {retarget.__version__}, gltf backend", extras={**shared, **more}
    )
