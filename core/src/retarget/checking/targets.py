"""Which joint of a finished file is what: asked of the file itself, or of what it was made on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.errors import RetargetError
from retarget.floor import SOLE
from retarget.loading import load_rig
from retarget.values import Rig, Skeleton

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.gltf import GltfFile, NodeTree
    from retarget.options import Options
    from retarget.plugins import Plugins
    from retarget.values import Float64

_ON_GROUND = (-0.02, 0.15)
"""Metres between which the lowest joint of a body that stands on y = 0 lies."""

_EVEN = 1e-4
"""How far the scale of a generated joint may be from 1: rounding."""


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
    spec: str | None,
    *,
    options: Options,
    plugins: Plugins,
) -> Target:
    """Find the rig of a finished file.

    A skeleton whose joints carry SMPL-H names is what backends generate; any other file is loaded
    as a target again, for its rest pose is in its nodes.

    Raises:
        RetargetError: the file, or what was named as its target, cannot be understood.

    """
    if spec is not None:
        return _placed(file, tree, load_rig(spec, options=options, plugins=plugins))
    own = None if options.rig or options.joint_map else _generated(file, tree)
    if own is not None:
        return own
    return _placed(file, tree, load_rig(file.name, options=options, plugins=plugins))


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
    """Return the skeleton of joints with SMPL-H names, at rest as the nodes; None without one."""
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
    if parents[0] != -1 or -1 in parents[1:]:
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
