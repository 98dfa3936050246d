"""How much of a character's mesh hangs on the joints that a motion moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.errors import RetargetError
from retarget.gltf import fields, read_accessor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from retarget.gltf import Candidate, GltfFile, NodeTree
    from retarget.values import Float64


def share_moved(
    file: GltfFile,
    tree: NodeTree,
    candidate: Candidate,
    nodes: NDArray[np.int32],
    parents: NDArray[np.int32],
    with_role: Collection[int],
) -> float | None:
    """Return the part of a rig's skin weights that joints with a role carry; None if unknown.

    Args:
        file: the character.
        tree: its nodes.
        candidate: the rig, with its skins.
        nodes: (J,) the node of each joint of the skeleton.
        parents: (J,) the joint that carries each, -1 for the first.
        with_role: the nodes of the joints with a role.

    """
    moved = np.zeros(len(tree), bool)
    carried = set()
    for joint, (node, parent) in enumerate(zip(nodes.tolist(), parents.tolist(), strict=True)):
        if node in with_role or parent in carried:
            carried.add(joint)
            moved[node] = True
    for node in tree.order.tolist():
        above = int(tree.parents[node])
        moved[node] |= above >= 0 and moved[above]
    whole = on_moved = 0.0
    for skin in candidate.skins:
        held = moved[list(skin.joints)]
        for node in skin.mesh_nodes:
            for weights in _weights(file, node, len(held)):
                whole += float(weights.sum())
                on_moved += float(weights[held].sum())
    return on_moved / whole if whole > 0 else None


def _weights(file: GltfFile, node: int, joints: int) -> Iterator[Float64]:
    """Yield the weights on each joint of a skin (joints,), of what can be read of a node's mesh."""
    nodes, meshes = (fields.entries(file.name, file.json, key) for key in ("nodes", "meshes"))
    if "mesh" not in nodes[node]:
        return
    mesh = meshes[
        fields.index(file.name, f"nodes[{node}].mesh", nodes[node]["mesh"], len(meshes), "meshes")
    ]
    for primitive in fields.entries(file.name, mesh, "primitives"):
        attributes = fields.child(file.name, "primitive", primitive, "attributes")
        for key in [key for key in attributes if key.startswith("JOINTS_")]:
            try:
                which = read_accessor(file, attributes[key])
                much = read_accessor(file, attributes[key.replace("JOINTS", "WEIGHTS")])
            except (RetargetError, KeyError):  # compressed, or damaged: the joints are not
                continue
            sound = which.shape == much.shape and which.dtype.kind == "u"
            if sound and which.size and which.max() < joints and np.isfinite(much).all():
                yield np.bincount(which.ravel(), np.abs(much).ravel(), joints).astype(np.float64)
