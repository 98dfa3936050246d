"""A VRM animation: the clip on the normalised humanoid, with no mesh.

Format: VRMC_vrm_animation 1.0, VRM Consortium.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pygltflib as gltf

from retarget_gltf import vrm_bones
from retarget_gltf.animation import add_animations
from retarget_gltf.channels import Turn, moves
from retarget_gltf.document import Document
from retarget_gltf.generated import asset
from retarget_gltf.normalized import Humanoid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.values import Clip, Rig
    from retarget_gltf.channels import Moves
    from retarget_gltf.parts import Part

_EXTENSION = "VRMC_vrm_animation"


@attrs.frozen(eq=False)
class VrmAnimation:
    """A rig's normalised humanoid, its nodes named as VRM names the bones."""

    humanoid: Humanoid
    bones: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    size: int = 0
    """Bytes of data before the animations: none."""
    other_chunks: tuple[tuple[bytes, bytes], ...] = ()
    own_animations: tuple[str, ...] = ()

    @classmethod
    def of(cls, rig: Rig) -> VrmAnimation:
        """Normalise a rig; raises as `Humanoid.of`."""
        humanoid = Humanoid.of(rig)
        bones = tuple(vrm_bones.bones(humanoid.roles).values())
        lacks = vrm_bones.missing(bones)
        told = f"{rig.name} has no {', '.join(lacks)}, which every VRM has; players may refuse it."
        return cls(humanoid, bones, (told,) if lacks else ())

    def moves(self, clip: Clip) -> Moves:
        """Return the clip's channels: bone h is node h; raises as `channels.moves`."""
        rotations, path = self.humanoid.tracks(clip)
        turns = map(Turn, range(len(self.bones)), self.bones, rotations)
        return moves(clip.name, clip.fps, turns, (0, path))

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
        document = Document(asset(facts, {}))
        model = document.gltf
        for h, bone in enumerate(self.bones):
            children = [c for c, parent in enumerate(self.humanoid.parents) if parent == h]
            place = self.humanoid.positions[h].tolist()
            model.nodes.append(gltf.Node(name=bone, translation=place, children=children))
        model.scenes[0].nodes.append(0)
        model.animations = add_animations(document, clips, facts, encoding=encoding)
        model.extensionsUsed = [_EXTENSION]
        human = {bone: {"node": h} for h, bone in enumerate(self.bones)}
        model.extensions = {
            _EXTENSION: {"specVersion": "1.0", "humanoid": {"humanBones": human}},
        }
        return document.json(buffer), list(document.binary)
