"""A user's character: what is animated in its file, and the file with the animation added."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.errors import RetargetError
from retarget.gltf import NodeTree, fields
from retarget.gltf.skins import skins_of
from retarget_gltf import travel
from retarget_gltf.animation import add_animations
from retarget_gltf.appendix import Appendix
from retarget_gltf.channels import Channel, Turn, moves
from retarget_gltf.placement import Placement
from retarget_gltf.selfcontained import SelfContained, self_contained
from retarget_gltf.text import as_json, as_object, extended
from retarget_gltf.torn import Torn
from retarget_gltf.tracks import holds, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.values import Asset, Clip, Rig
    from retarget_gltf.channels import Moves
    from retarget_gltf.parts import Part


_PATHS = ("rotation", "translation", "scale")
"""What of a node an animation may move: glTF 2.0, section 3.11; weights are the mesh's."""


@attrs.frozen(eq=False)
class Character:
    """What depends on the rig alone: made once, animated any number of times."""

    rig: Rig
    asset: Asset

    @cached_property
    def file(self) -> SelfContained:
        """The file, all in one buffer."""
        return self_contained(self.asset.gltf)

    @property
    def size(self) -> int:
        """Bytes of the file's own data."""
        return self.file.size

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as it was."""
        return self.file.warnings

    @property
    def other_chunks(self) -> tuple[tuple[bytes, bytes], ...]:
        """A GLB's chunks of unknown types."""
        return self.asset.gltf.other_chunks

    @property
    def own_animations(self) -> list[str]:
        """Names of the file's own animations, of those that have one."""
        own = self.file.json.get("animations", [])
        return [name for a in own if isinstance(name := a.get("name"), str)]

    def moves(self, clip: Clip) -> Moves:
        """Return the clip's channels on the file's nodes.

        A joint that no skin uses and the clip leaves at rest has none; where another animation
        moves it, it is held once all that the file will hold is known.

        Raises:
            RetargetError: the clip holds NaN, infinity or a zero quaternion.

        """
        rest, seen = self.rig.skeleton.rest_rotations, plain(clip.rotations)
        root, *others = (
            Turn(node, name, track, clear)
            for node, name, track, clear in zip(
                self.asset.nodes.tolist(),
                self.rig.skeleton.names,
                clip.rotations,
                seen.tolist(),
                strict=True,
            )
        )
        world, path, held = root.track, clip.root_translations, self._held
        if clip.root_motion is not None and self.asset.root_joint >= 0:
            world, path = travel.without(clip.root_motion, world, path)
            held = (
                *(channel for channel in held if channel.node != self.asset.root_joint),
                *travel.channels(clip.root_motion, self.asset, self._tree),
            )
        torn, places = self._torn.tracks(clip), []
        turns = [Turn(root.node, root.whose, self._root.rotations(world))]
        for j, turn in enumerate(others, 1):
            if j in torn:
                turned, way = torn[j]
                turns.append(Turn(turn.node, turn.whose, turned))
                places.append((turn.node, way))
            elif self._keyed[j] or not holds(turn.track, rest[j]):
                turns.append(turn)
        placed = self._root.translations(path)
        return moves(clip.name, clip.fps, turns, (root.node, placed), held, places)

    def written(
        self,
        clips: Sequence[Moves],
        facts: Sequence[Mapping[str, Any]],
        *,
        encoding: str,
        keep: bool,
        buffer: Mapping[str, Any],
    ) -> tuple[bytes, list[Part]]:
        """Return the document with the clips as animations, and what its buffer is made of.

        `keep` says whether the file's own animations stay. `buffer` is what the buffer has besides
        its length, such as a URI.
        """
        base = self.file.json
        moved = {(channel.node, channel.path) for clip in clips for channel in clip.channels}
        moved |= self._moved_by_own if keep else set()
        # Only of what carries the clips' joints: the joints themselves, and nodes above them.
        carriers = {*self.asset.nodes.tolist(), *self._skinned, *self._above}
        moved = {(node, path) for node, path in moved if node in carriers}
        clips = [self._held_against(moved, clip) for clip in clips]
        appendix = Appendix(
            offset=self.size,
            views=len(base.get("bufferViews", [])),
            accessors=len(base.get("accessors", [])),
        )
        added = add_animations(appendix, clips, facts, encoding=encoding)
        first, *others = base["buffers"]
        buffers = [{**first, **buffer, "byteLength": appendix.end}, *others]
        text = dict(self._text)  # in the file's own order of keys
        if (nodes := self._nodes(clips)) is not None:
            text["nodes"] = as_json(nodes)
        for key, more in (("accessors", appendix.accessors), ("bufferViews", appendix.views)):
            text[key] = extended(text.get(key, b"[]"), as_json(more))
        kept = text.get("animations", b"[]") if keep else b"[]"
        text |= {"animations": extended(kept, as_json(added)), "buffers": as_json(buffers)}
        return as_object(text), [*self.file.parts, *appendix.binary]

    @cached_property
    def _text(self) -> dict[str, bytes]:
        """The file's JSON by key, made text once: a batch writes it again and again."""
        return {
            key: as_json(value, whose=str(self.asset.path)) for key, value in self.file.json.items()
        }

    @cached_property
    def _tree(self) -> NodeTree:
        tree = NodeTree.of(self.asset.gltf)
        if not (self.asset.nodes.min() >= 0 and self.asset.nodes.max() < len(tree)):
            raise RetargetError(
                f"{self.asset.path}: the rig's joints are nodes that the file does not have; this "
                "is a fault of the target's source."
            )
        return tree

    @cached_property
    def _root(self) -> Placement:
        return Placement.of(self.asset, self._tree, int(self.asset.nodes[0]))

    @cached_property
    def _torn(self) -> Torn:
        return Torn.of(self.rig.skeleton, self.asset, self._tree)

    @cached_property
    def _skinned(self) -> set[int]:
        """The joints of the skins that bind something to the skeleton."""
        ours = set(self.asset.nodes.tolist())
        skins = (set(skin.joints) for skin in skins_of(self.asset.gltf, self._tree))
        return set().union(*(joints for joints in skins if joints & ours))

    @cached_property
    def _keyed(self) -> list[bool]:
        """Whether each joint always has a channel."""
        names, roles = self.rig.skeleton.names, self.rig.roles
        keyed = [
            node in self._skinned if self._skinned else name in roles
            for node, name in zip(self.asset.nodes.tolist(), names, strict=True)
        ]
        return [True, *keyed[1:]]

    @cached_property
    def _above(self) -> set[int]:
        """The nodes above the skeleton, or above a joint that is torn from its parent."""
        above = set(self._tree.line(int(self.asset.nodes[0]))[:-1])
        return above | (self._torn.nodes - set(self.asset.nodes.tolist()))

    @cached_property
    def _held(self) -> tuple[Channel, ...]:
        """One key for the joints of its skins that stand outside the skeleton.

        Above the skeleton the place is held, too. A node with a matrix is not animated by anything.
        """
        held = []
        for node in sorted(self._skinned - set(self.asset.nodes.tolist())):
            if "matrix" in self.file.json["nodes"][node]:
                continue
            held.append(self._at_rest(node, "rotation"))
            if node in self._above:
                held.append(self._at_rest(node, "translation"))
        return tuple(held)

    def _held_against(self, moved: set[tuple[int, str]], clip: Moves) -> Moves:
        """Return a clip with one key more for what others move, `(node, path)`, and it does not.

        Played after the others, it would begin where they left off.
        """
        lacking = moved - {(channel.node, channel.path) for channel in clip.channels}
        held = [self._at_rest(node, path) for node, path in sorted(lacking)]
        return attrs.evolve(clip, channels=(*clip.channels, *held)) if held else clip

    def _at_rest(self, node: int, path: str) -> Channel:
        tree = self._tree
        rest = {"rotation": tree.rotations, "translation": tree.translations, "scale": tree.scales}
        return Channel(node, path, rest[path][node : node + 1].astype(np.float32))

    @cached_property
    def _moved_by_own(self) -> set[tuple[int, str]]:
        """What the file's own animations move, as (node, path); a matrix is moved by nothing."""
        name, nodes, found = self.asset.gltf.name, self.file.json["nodes"], set()
        for i, animation in enumerate(fields.entries(name, self.file.json, "animations")):
            for channel in fields.entries(f"{name}: animations[{i}]", animation, "channels"):
                target = fields.child(name, f"animations[{i}]", channel, "target")
                node, path = target.get("node"), target.get("path")
                if not isinstance(node, int) or not 0 <= node < len(nodes):
                    continue
                if path in _PATHS and "matrix" not in nodes[node]:
                    found.add((node, path))
        return found

    def _nodes(self, clips: Sequence[Moves]) -> list[dict[str, Any]] | None:
        """Return the nodes with no matrix where they are animated; None where none had one."""
        tree, nodes = self._tree, list(self.file.json["nodes"])
        animated = {channel.node for clip in clips for channel in clip.channels}
        changed = [node for node in sorted(animated) if "matrix" in nodes[node]]
        for node in changed:
            if fault := tree.faults.get(node):
                raise RetargetError(
                    f"{self.asset.path}: joint {tree.label(node)} {fault}; apply its transform in "
                    "the program the file comes from."
                )
            nodes[node] = {
                **{key: value for key, value in nodes[node].items() if key != "matrix"},
                "translation": tree.translations[node].tolist(),
                "rotation": tree.rotations[node].tolist(),
                "scale": tree.scales[node].tolist(),
            }
        return nodes if changed else None
