"""The tree of nodes and where each stands at rest, checked, without recursion.

Format: glTF 2.0, section 3.5 (scenes, nodes, transformations).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.errors import FileReadError
from retarget.gltf import fields, transforms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget.gltf.file import GltfFile
    from retarget.values import Float64


@attrs.frozen(kw_only=True, eq=False)
class NodeTree:
    """All N nodes of a file, indexed as the file has them."""

    names: tuple[str, ...]
    """Names as they can be shown; empty where a node has none. They may repeat."""
    parents: NDArray[np.int32] = attrs.field(repr=False)
    """(N,) index of each node's parent; -1 for roots."""
    order: NDArray[np.int32] = attrs.field(repr=False)
    """(N,) node indices, parents before their children, otherwise as in the file."""
    depths: NDArray[np.int32] = attrs.field(repr=False)
    """(N,) number of nodes above each."""
    translations: Float64 = attrs.field(repr=False)
    """(N, 3) local, in the file's unit."""
    rotations: Float64 = attrs.field(repr=False)
    """(N, 4) local, xyzw, unit."""
    scales: Float64 = attrs.field(repr=False)
    """(N, 3) local."""
    faults: Mapping[int, str] = attrs.field(repr=False)
    """What keeps a node's local transform from being a rotation, a translation and a positive
    scale: "mirrors …", "is sheared" …; in words that go after the node's name."""

    @classmethod
    def of(cls, file: GltfFile) -> NodeTree:
        """Read the nodes.

        Raises:
            FileReadError: children out of range, two parents, a cycle, transforms that are none.

        """
        nodes = fields.entries(file.name, file.json, "nodes")
        parents = _parents(file.name, nodes)
        depths = _depths(file.name, parents)
        translations, rotations, scales, faults = transforms.local(file.name, nodes)
        return cls(
            names=tuple(fields.text(node.get("name")) for node in nodes),
            parents=parents,
            order=np.argsort(depths, kind="stable").astype(np.int32),
            depths=depths,
            translations=translations,
            rotations=rotations,
            scales=scales,
            faults=faults,
        )

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.names)

    @cached_property
    def uneven(self) -> NDArray[np.bool_]:
        """(N,) True where a node's own scale differs between its axes by more than 0.1 %."""
        size = np.abs(self.scales)
        return size.max(axis=1, initial=0) > 1.001 * size.min(axis=1, initial=np.inf)

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """The children of each node, by rising index."""
        held: list[list[int]] = [[] for _ in self.names]
        for node, parent in enumerate(self.parents.tolist()):
            if parent >= 0:
                held[parent].append(node)
        return tuple(map(tuple, held))

    @cached_property
    def world(self) -> WorldRest:
        """Where the nodes stand at rest, in the file's world."""
        return _world(self)

    def line(self, node: int) -> list[int]:
        """Return the nodes from the root down to `node`, both among them."""
        up = [node]
        while (parent := int(self.parents[up[-1]])) >= 0:
            up.append(parent)
        return up[::-1]

    def label(self, node: int) -> str:
        """Return what to call a node: its name, or `node_12` where it has none."""
        return self.names[node] or f"node_{node}"


@attrs.frozen(kw_only=True, eq=False)
class WorldRest:
    """The nodes' world transforms at rest: p -> position + scale * rotate(rotation, p).

    Not finite where the file's numbers grow beyond float64. Under an uneven scale a node has no
    such transform; the rotation is then the product of the local ones, the scale the geometric
    mean, and only the position is exact.
    """

    rotations: Float64 = attrs.field(repr=False)
    """(N, 4) xyzw."""
    positions: Float64 = attrs.field(repr=False)
    """(N, 3) in the file's unit."""
    scales: Float64 = attrs.field(repr=False)
    """(N,) uniform scale, 0 or more."""
    linear: Float64 = attrs.field(repr=False)
    """(N, 3, 3) the exact linear part, acting on column vectors."""


def _parents(name: str, nodes: list[dict[str, Any]]) -> NDArray[np.int32]:
    parents = [-1] * len(nodes)
    for i, node in enumerate(nodes):
        children = node.get("children", [])
        if not isinstance(children, list):
            raise FileReadError(f"{name}: damaged glTF: nodes[{i}].children is not a list.")
        for held in children:
            child = fields.index(name, f"nodes[{i}].children", held, len(nodes), "nodes")
            if parents[child] >= 0:
                raise FileReadError(
                    f"{name}: damaged glTF: nodes[{child}] is a child of nodes[{parents[child]}] "
                    f"and of nodes[{i}]; a node has one parent."
                )
            parents[child] = i
    return np.array(parents, np.int32)


def _depths(name: str, parents: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the number of nodes above each, by doubling the distance looked up."""
    depths = (parents >= 0).astype(np.int32)
    above = parents
    for _ in range(len(parents).bit_length() + 1):
        (below,) = np.nonzero(above >= 0)
        if not below.size:
            return depths
        depths[below] += depths[above[below]]
        above = _further(above, below)
    # Only from a cycle does no number of steps lead out.
    raise FileReadError(
        f"{name}: damaged glTF: nodes[{int(np.flatnonzero(above >= 0)[0])}] is below itself."
    )


def _world(tree: NodeTree) -> WorldRest:
    """Compose the local transforms, by doubling: a chain of 100,000 nodes takes 17 rounds."""
    rotations, positions = tree.rotations.copy(), tree.translations.copy()
    above = tree.parents
    with np.errstate(all="ignore"):
        linear = quat.to_matrix(tree.rotations) * tree.scales[:, None, :]
        scales = np.cbrt(np.abs(tree.scales).prod(axis=1))
        while (below := np.flatnonzero(above >= 0)).size:
            over = above[below]
            positions[below] = positions[over] + np.einsum(
                "nij,nj->ni", linear[over], positions[below]
            )
            linear[below] = linear[over] @ linear[below]
            scales[below] *= scales[over]
            rotations[below] = quat.normalize(quat.multiply(rotations[over], rotations[below]))
            above = _further(above, below)
    return WorldRest(rotations=rotations, positions=positions, scales=scales, linear=linear)


def _further(above: NDArray[np.int32], below: NDArray[np.intp]) -> NDArray[np.int32]:
    doubled = above.copy()
    doubled[below] = above[above[below]]
    return doubled
