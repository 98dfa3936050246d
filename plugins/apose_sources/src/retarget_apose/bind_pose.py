"""What a character's skin says: how low its mesh reaches, and whether it rests where it was bound.

A skinned vertex stands at the weighted mean of `W_j B_j v` over its joints, with `W` the joints'
world matrices and `B` the inverse bind matrices. Where the rest is the bind pose, all `W_j B_j` are
one matrix: that of any one joint places the whole mesh.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import quaternions as quat
from retarget.errors import RetargetError
from retarget.gltf import fields, read_accessor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from retarget.gltf import Candidate, GltfFile, NodeTree, Skin
    from retarget.values import Float64

_FEET = ("left_ankle", "right_ankle", "left_foot", "right_foot", "pelvis")
"""Whose matrix places a mesh, the best first: its lowest part hangs on the feet."""

_TURNED, _MOVED = 5.0, 0.02
"""Degrees, and share of the body's height, beyond which a joint rests clearly elsewhere."""

_INTEGER_MAX = {5120: 127, 5121: 255, 5122: 32767, 5123: 65535}
"""Largest value of a normalized component."""


def lowest(
    file: GltfFile,
    tree: NodeTree,
    candidate: Candidate,
    node_of_role: Mapping[str, int],
    turn: Float64,
) -> float | None:
    """Return the height of the lowest point of a rig's meshes at rest, turned by `turn` (4,) xyzw.

    From the bounds that the file states, so that compressed meshes do as well. None without any.
    """
    up = quat.rotate(quat.conjugate(turn), np.array([0.0, 1.0, 0.0]))
    found = []
    with np.errstate(all="ignore"):
        if candidate.skins:
            for skin in candidate.skins:
                matrix = _placing(tree, skin, _bind(file, skin), node_of_role)
                for node in skin.mesh_nodes:
                    found += [matrix[:3] @ c @ up for c in _corners(file, node)]
        else:
            for node in candidate.joints:
                matrix = _world(tree, node)
                found += [matrix[:3] @ c @ up for c in _corners(file, node)]
    low = min(found, default=np.nan)
    return float(low) if np.isfinite(low) else None


def strays(
    file: GltfFile,
    tree: NodeTree,
    candidate: Candidate,
    node_of_role: Mapping[str, int],
    height: float,
) -> list[str]:
    """Return the roles whose joints rest clearly elsewhere than where the mesh was bound to them.

    Compared with the pelvis, or the first joint there is: what all share is no difference.
    """
    found: dict[str, None] = {}
    for skin in candidate.skins:
        bind = _bind(file, skin)
        if bind is None or len(bind) != len(skin.joints):
            continue
        place = {joint: k for k, joint in enumerate(skin.joints)}
        held = {role: node for role, node in node_of_role.items() if node in place}
        if not held:
            continue
        ways = {role: _world(tree, node) @ bind[place[node]] for role, node in held.items()}
        first = ways.get("pelvis", next(iter(ways.values())))
        if not abs(np.linalg.det(first[:3, :3])) > 1e-12:
            continue
        back = np.linalg.inv(first)
        for role, way in ways.items():
            change = way @ back  # from where the mesh would have the joint to where it rests
            at = tree.world.positions[held[role]]
            moved = float(np.linalg.norm(change[:3, :3] @ at + change[:3, 3] - at))
            # |R - 1| = 2 sqrt(2) sin(angle / 2)
            turned = np.linalg.norm(change[:3, :3] - np.eye(3)) / (2 * np.sqrt(2))
            if moved > _MOVED * height or turned > np.sin(np.radians(_TURNED) / 2):
                found[role] = None
    return list(found)


def _bind(file: GltfFile, skin: Skin) -> Float64 | None:
    """Return (J, 4, 4) inverse bind matrices; None where they cannot be read or mean nothing."""
    if skin.inverse_bind is None:  # all the identity: no pose of a body is meant
        return None
    try:
        flat = read_accessor(file, skin.inverse_bind)
    except RetargetError:  # compressed, or damaged: neither keeps the joints from being animated
        return None
    if flat.shape[1] != 16 or len(flat) < len(skin.joints) or not np.isfinite(flat).all():
        return None
    columns = flat[: len(skin.joints)].astype(np.float64).reshape(-1, 4, 4)
    return columns.swapaxes(1, 2)


def _placing(
    tree: NodeTree, skin: Skin, bind: Float64 | None, node_of_role: Mapping[str, int]
) -> Float64:
    """Return the (4, 4) matrix that takes a skin's meshes to the world at rest."""
    if bind is None:
        # Nearly every mesh is bound in the space its node would have without a skin.
        return _world(tree, skin.mesh_nodes[0]) if skin.mesh_nodes else np.eye(4)
    place = {joint: k for k, joint in enumerate(skin.joints)}
    wanted: Iterable[int] = (node_of_role[role] for role in _FEET if role in node_of_role)
    joint = next((node for node in wanted if node in place), skin.joints[0])
    return _world(tree, joint) @ bind[place[joint]]


def _world(tree: NodeTree, node: int) -> Float64:
    matrix = np.eye(4)
    matrix[:3, :3] = tree.world.linear[node]
    matrix[:3, 3] = tree.world.positions[node]
    return matrix


def _corners(file: GltfFile, node: int) -> list[Float64]:
    """Return the corners (x, y, z, 1) of the boxes around the meshes of a node."""
    nodes, meshes, accessors = (
        fields.entries(file.name, file.json, key) for key in ("nodes", "meshes", "accessors")
    )
    if "mesh" not in nodes[node]:
        return []
    mesh = meshes[
        fields.index(file.name, f"nodes[{node}].mesh", nodes[node]["mesh"], len(meshes), "meshes")
    ]
    found = []
    for primitive in fields.entries(file.name, mesh, "primitives"):
        attributes = fields.child(file.name, "primitive", primitive, "attributes")
        if "POSITION" not in attributes:
            continue
        where = "attributes.POSITION"
        at = fields.index(file.name, where, attributes["POSITION"], len(accessors), "accessors")
        found += _box(file.name, f"accessors[{at}]", accessors[at])
    return found


def _box(name: str, where: str, accessor: dict[str, Any]) -> list[Float64]:
    if "min" not in accessor or "max" not in accessor:
        return []
    bounds = [fields.numbers(name, f"{where}.{key}", accessor[key], 3) for key in ("min", "max")]
    component: Any = accessor.get("componentType")
    whole = type(component) is int and accessor.get("normalized") is True
    unit = _INTEGER_MAX.get(component, 1) if whole else 1
    return [
        np.array([*corner, 1.0]) / [unit, unit, unit, 1]
        for corner in itertools.product(*zip(*bounds, strict=True))
    ]
