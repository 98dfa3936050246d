"""Which joint of a finished file is what: asked of the file itself, or of what it was made on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.errors import RetargetError
from retarget.floor import SOLE
from retarget.gltf import NodeTree, candidates
from retarget.loading import load_rig
from retarget.values import Rig, Skeleton

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.gltf import Candidate, GltfFile
    from retarget.gltf.animation import Animation
    from retarget.options import Options
    from retarget.plugins import Plugins
    from retarget.values import Float64

_ON_GROUND = (-0.02, 0.15)
"""Metres between which the lowest joint of a body that stands on y = 0 lies."""

_EVEN = 1e-4
"""How far the scale of a generated joint may be from 1: rounding."""

_STILL = 1e-6
"""How far keys of one value may differ: a few roundings of float32."""


@attrs.frozen(kw_only=True, eq=False)
class Target:
    """A rig, and where its joints are in a file."""

    rig: Rig
    nodes: tuple[int, ...]
    """Node of each joint."""
    turn: Float64
    """(4,) xyzw, from the file's world to the rig's."""


def target_of(
    file: GltfFile,
    tree: NodeTree,
    animation: Animation,
    spec: str | None,
    *,
    options: Options,
    plugins: Plugins,
) -> Target:
    """Find the rig that an animation of a finished file moves.

    A skeleton whose joints carry SMPL-H names is what backends generate; any other file is loaded
    as a target again, for its rest pose is in its nodes. Of several rigs in it the best match is
    taken, but where the animation moves another instead, and the user names none, that one.

    Raises:
        RetargetError: the file, or what was named as its target, cannot be understood, or the
            animation does not move it.

    """
    if spec is None and not (options.rig or options.joint_map):
        own = _generated(file, tree)
        if own is not None and not _animated(animation).isdisjoint(own.nodes):
            return own
    spec = spec or file.name
    found = _placed(file, tree, load_rig(spec, options=options, plugins=plugins))
    other = _moved_instead(file, tree, animation, found)
    if other is not None and not options.rig and _holds(found.rig, other.label):
        named = attrs.evolve(options, rig=other.label)
        found = _placed(file, tree, load_rig(spec, options=named, plugins=plugins))
        other = _moved_instead(file, tree, animation, found)
    if other is not None or _animated(animation).isdisjoint(found.nodes):
        asset = found.rig.asset
        rig = found.rig.name if asset is None or not asset.armature else asset.armature
        but = "" if other is None else f" but those of {other.label!r}"
        raise RetargetError(
            f"{file.name}: its animation {animation.name!r} moves no joint of the rig {rig!r}"
            f"{but}; say with --rig or --target what it was made on."
        )
    return found


def _holds(rig: Rig, label: str) -> bool:
    """Tell whether the file that a rig is of holds one with this label."""
    if rig.asset is None:
        return False
    held = candidates(rig.asset.gltf, NodeTree.of(rig.asset.gltf))
    return any(one.label == label for one in held)


def _animated(animation: Animation) -> set[int]:
    """Return the nodes that have keys."""
    return {node for node, _ in animation.tracks}


def _moved_instead(
    file: GltfFile, tree: NodeTree, animation: Animation, found: Target
) -> Candidate | None:
    """Return the other rig of the file that an animation moves most; None where it moves this.

    A key that holds moves nothing, but where no rig has other keys, those who have any are moved.
    """
    changing = {
        node
        for (node, _), track in animation.tracks.items()
        if float(np.ptp(track.values, axis=0).max()) > _STILL
    }
    others = [one for one in candidates(file, tree) if set(found.nodes).isdisjoint(one.joints)]
    for moved in (changing, _animated(animation)):
        if not moved.isdisjoint(found.nodes):
            return None
        counts = [len(moved.intersection(one.joints)) for one in others]
        if any(counts):
            return others[int(np.argmax(counts))]
    return None


def _placed(file: GltfFile, tree: NodeTree, rig: Rig) -> Target:
    """Find a rig's joints in a file: by their place, if it holds the same nodes, else by name."""
    names = rig.skeleton.names
    turn = quat.IDENTITY
    if rig.asset is not None:
        turn, nodes = rig.asset.turn, rig.asset.nodes.tolist()
        own = [entry.get("name") for entry in rig.asset.gltf.json.get("nodes", ())]
        here = [entry.get("name") for entry in file.json.get("nodes", ())]
        if all(node < len(here) and here[node] == own[node] for node in nodes):
            return Target(rig=rig, nodes=tuple(nodes), turn=turn)
    where = {name: node for node, name in reversed(list(enumerate(tree.names))) if name}
    missing = [name for name in names if name not in where]
    if missing:
        shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        raise RetargetError(
            f"{file.name}: it has no node for {len(missing)} joints of the target {rig.name}: "
            f"{shown}. Is it made on that target?"
        )
    return Target(rig=rig, nodes=tuple(where[name] for name in names), turn=turn)


def _generated(file: GltfFile, tree: NodeTree) -> Target | None:
    """Return the skeleton of joints with SMPL-H names, at rest as the nodes; None without one.

    They hang from each other as SMPL's do: a user's own may hang elsewhere, and a target's source
    then knows what carries them.
    """
    named = [
        (int(node), role)
        for node in tree.order
        if (role := roles.role_of_name(tree.names[node])) is not None
    ]
    given = [role for _, role in named]
    if len(set(given)) < len(given) or not set(roles.REQUIRED) <= set(given):
        return None
    nodes = [node for node, _ in named]
    parents = [_joint_above(tree, node, nodes) for node in nodes]
    hang = [given[parent] if parent >= 0 else None for parent in parents]
    if hang != [roles.nearest_above(role, set(given)) for role in given]:
        return None
    world = tree.world
    turns, places = world.rotations[nodes], world.positions[nodes]
    if not (
        _as_generated(dict(zip(given, places, strict=True))) and _unscaled(world.scales[nodes])
    ):
        return None
    rest_rotations, rest_translations = turns.copy(), places.copy()
    to_parent = quat.conjugate(turns[parents[1:]])
    rest_rotations[1:] = quat.normalize(quat.multiply(to_parent, turns[1:]))
    rest_translations[1:] = quat.rotate(to_parent, places[1:] - places[parents[1:]])
    names = tuple(tree.names[node] for node in nodes)
    lowest = float(places[:, 1].min())
    rig = Rig(
        name=file.name,
        skeleton=Skeleton(
            names=names,
            parents=parents,
            rest_translations=rest_translations,
            rest_rotations=rest_rotations,
        ),
        roles=dict(zip(names, given, strict=True)),
        floor=0.0 if _ON_GROUND[0] <= lowest <= _ON_GROUND[1] else lowest - SOLE,
    )
    return Target(rig=rig, nodes=tuple(nodes), turn=np.array(quat.IDENTITY))


def _as_generated(place: Mapping[str, Float64]) -> bool:
    """Tell whether a body stands +Y up and faces +Z; a user's own need not."""
    up = place["left_hip"] - place["left_ankle"]
    left = place["left_hip"] - place["right_hip"]
    return bool(up.argmax() == 1 and left.argmax() == 0 and up[1] > 0 < left[0])


def _unscaled(scales: Float64) -> bool:
    return bool((np.abs(scales - 1) < _EVEN).all())


def _joint_above(tree: NodeTree, node: int, nodes: Sequence[int]) -> int:
    """Return the place in `nodes` of the nearest one above a node; -1 for none."""
    for above in reversed(tree.line(node)[:-1]):
        if above in nodes:
            return nodes.index(above)
    return -1
