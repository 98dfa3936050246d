"""Subdivision: the smooth surface that a closed cage of quadrilaterals stands for.

One step of Catmull-Clark (Computer-Aided Design 10, 1978), then every vertex moves to where endless
steps would take it (the limit masks of Halstead, Kass and DeRose, SIGGRAPH 1993).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.values import Float64

    Indices = NDArray[np.int64]


def smooth(
    quads: Indices, positions: Float64, weights: NDArray[Any]
) -> tuple[Indices, Float64, NDArray[Any]]:
    """Refine a closed cage once and return its quads, limit positions and weights.

    `quads` (F, 4) counter-clockwise seen from outside, `positions` (V, 3), `weights` (V, C). The
    refined vertices are those of the cage in their order, then one per edge, then one per face.
    Weights are interpolated, not smoothed: they are smooth along the cage already.
    """
    count = len(positions)
    corners = quads.reshape(-1)
    sides = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    low, high = np.sort(sides, axis=1).T
    # The cage is closed: every edge is met twice, side by side in sorted order.
    order = np.argsort(low * count + high, kind="stable")
    edge = np.empty_like(order)
    edge[order] = np.arange(len(order)) // 2
    ends = sides[order[::2]]

    centres = positions[quads].mean(axis=1)
    of_corner = np.repeat(centres, 4, axis=0)
    valence = np.bincount(corners)[:, None]
    beside = _sum(edge, of_corner, len(ends))
    around = _sum(corners, of_corner, count) + _sum(sides[:, 0], positions[sides[:, 1]], count)
    refined = np.concatenate(
        [
            ((valence - 2) * positions + around / valence) / valence,
            (positions[ends].sum(axis=1) + beside) / 4,
            centres,
        ]
    )
    on_edge = count + edge.reshape(-1, 4)
    on_face = np.broadcast_to((count + len(ends) + np.arange(len(quads)))[:, None], quads.shape)
    finer = np.stack([quads, on_edge, on_face, np.roll(on_edge, 1, axis=1)], axis=-1).reshape(-1, 4)
    spread = np.concatenate([weights, weights[ends].mean(axis=1), weights[quads].mean(axis=1)])
    return finer, _limit(finer, refined), spread


def normals(quads: Indices, positions: Float64) -> Float64:
    """Return unit vertex normals (V, 3), the mean of the faces around by their area."""
    at = positions[quads]
    faces = np.cross(at[:, 2] - at[:, 0], at[:, 3] - at[:, 1])
    summed = _sum(quads.reshape(-1), np.repeat(faces, 4, axis=0), len(positions))
    length = np.sqrt(np.einsum("ij,ij->i", summed, summed))[:, None]
    unit: Float64 = np.where(length > 1e-15, summed / np.maximum(length, 1e-15), [0.0, 1.0, 0.0])
    return unit


def _limit(quads: Indices, positions: Float64) -> Float64:
    valence = np.bincount(quads.reshape(-1))[:, None]
    at = positions[quads]
    # Of the mask's weights, 4 for a neighbour along an edge (met from two faces: 2 and 2), 1 for
    # the opposite corner of a face.
    around = 2.0 * (np.roll(at, 1, axis=1) + np.roll(at, -1, axis=1)) + np.roll(at, 2, axis=1)
    total = _sum(quads.reshape(-1), around.reshape(-1, 3), len(positions))
    moved: Float64 = (valence**2 * positions + total) / (valence * (valence + 5))
    return moved


def _sum(rows: Indices, values: Float64, count: int) -> Float64:
    """Add up values (N, 3) by row, into (count, 3)."""
    return np.stack([np.bincount(rows, column, count) for column in values.T], axis=1)
