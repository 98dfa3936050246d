"""The cage: a coarse closed mesh of quads, bound to joints, that a smooth body grows from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.mesh import subdivide
from retarget.mesh.skin import strongest
from retarget.mesh.value import Mesh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from retarget.values import Float64

    Indices = NDArray[np.int64]


class Cage:
    """Vertices, quads and bindings, added ring by ring."""

    def __init__(self) -> None:
        """Start empty."""
        self._points: list[Float64] = []
        self._quads: list[Indices] = []
        self._bound: list[tuple[Indices, Indices, Float64]] = []
        self._count = 0

    def add(self, points: Float64, joints: Sequence[int], shares: ArrayLike) -> Indices:
        """Add vertices (…, 3) bound to C joints and return their ids (…).

        `shares` broadcast to (…, C) and sum to 1 over C; a joint may be named twice.
        """
        ids = self._count + np.arange(points.size // 3)
        spread = np.broadcast_to(np.asarray(shares, float), (*points.shape[:-1], len(joints)))
        self._bound.append(
            (np.repeat(ids, len(joints)), np.tile(joints, len(ids)), spread.reshape(-1))
        )
        self._points.append(points.reshape(-1, 3))
        self._count += len(ids)
        return ids.reshape(points.shape[:-1])

    def between(self, rings: Indices, side: float) -> Indices:
        """Return the quads (R - 1, S, 4) between neighbours of closed rings (R, S), not yet added.

        `side` is +1 where the rings turn counter-clockwise, seen from beyond the last, else -1.
        """
        lower, upper = rings[:-1], rings[1:]
        quads = np.stack(
            [lower, np.roll(lower, -1, axis=1), np.roll(upper, -1, axis=1), upper], axis=-1
        )
        return quads if side > 0 else quads[..., ::-1]

    def add_quads(self, quads: Indices) -> None:
        """Add quads (…, 4), counter-clockwise seen from outside."""
        self._quads.append(quads.reshape(-1, 4))

    def close(self, ring: Indices, side: float) -> None:
        """Close a last ring, of an even number of vertices, by a ladder of quads."""
        near, far = ring[: len(ring) // 2], ring[: len(ring) // 2 - 1 : -1]
        quads = np.stack([near[:-1], near[1:], far[1:], far[:-1]], axis=-1)
        self.add_quads(quads if side > 0 else quads[:, ::-1])

    def carried(self, least: float = 0.05) -> set[int]:
        """Return the joints that move some vertex by at least this share."""
        return {
            joint for _, joints, shares in self._bound for joint in joints[shares >= least].tolist()
        }

    def mesh(self, name: str, joints: int, sole: float = -np.inf) -> Mesh:
        """Grow the smooth mesh of a rig of so many joints, pressed flat below height `sole`."""
        vertices, bound, shares = (np.concatenate(b) for b in zip(*self._bound, strict=True))
        weights = np.zeros((self._count, joints), np.float32)
        np.add.at(weights, (vertices, bound), shares)
        quads, positions, weights = subdivide.smooth(
            np.concatenate(self._quads), np.concatenate(self._points), weights
        )
        positions[:, 1] = np.maximum(positions[:, 1], sole)
        carriers, kept = strongest(weights)
        return Mesh(
            name=name,
            positions=positions,
            normals=subdivide.normals(quads, positions),
            triangles=np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1).reshape(-1, 3),
            joints=carriers,
            weights=kept,
        )
