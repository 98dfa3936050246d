"""What a closed, skinned surface must satisfy, computed triangle by triangle."""

from __future__ import annotations

from collections import Counter

import numpy as np


def assert_closed(mesh):
    """Every edge is met twice, once in each direction: no hole, no fin, one orientation."""
    t = mesh.triangles.astype(int)
    edges = Counter(map(tuple, np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]).tolist()))
    assert set(edges.values()) == {1}
    assert {(b, a) for a, b in edges} == set(edges)
    assert set(np.unique(t)) == set(range(len(mesh.positions)))  # no vertex left over


def pieces(mesh):
    """How many connected surfaces the mesh is made of."""
    parent = list(range(len(mesh.positions)))

    def root(v):
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        return v

    for a, b, c in mesh.triangles.tolist():
        parent[root(a)] = root(b)
        parent[root(b)] = root(c)
    return len({root(v) for v in range(len(parent))})


def corners(mesh):
    """(T, 3, 3) corners of the triangles in float64."""
    return mesh.positions.astype(np.float64)[mesh.triangles]


def volume(mesh):
    """Signed volume: positive where the triangles turn counter-clockwise seen from outside."""
    a, b, c = corners(mesh).swapaxes(0, 1)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def winding(mesh, point):
    """How often the surface goes round a point: 1 inside, 0 outside (van Oosterom & Strackee)."""
    a, b, c = (corners(mesh) - point).swapaxes(0, 1)
    la, lb, lc = (np.linalg.norm(x, axis=1) for x in (a, b, c))
    over = np.einsum("ij,ij->i", a, np.cross(b, c))
    under = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
    return float(np.arctan2(over, under).sum() / (2 * np.pi))


def assert_skinned(mesh, joints):
    """Weights sum to 1 and name joints that exist, each of which carries some vertex."""
    assert mesh.weights.min() >= 0
    np.testing.assert_allclose(mesh.weights.sum(axis=1), 1, atol=1e-6)
    assert mesh.joints.max() < joints
    held = {
        joint for joint, w in zip(mesh.joints.ravel(), mesh.weights.ravel(), strict=True) if w > 0.1
    }
    assert held == set(range(joints))


def assert_normals_outward(mesh):
    """Unit normals, on the outer side of the triangles around each vertex."""
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-5)
    a, b, c = corners(mesh).swapaxes(0, 1)
    faces = np.cross(b - a, c - a)
    outward = np.zeros_like(mesh.normals, np.float64)
    for corner in mesh.triangles.T:
        np.add.at(outward, corner, faces)
    assert (np.einsum("ij,ij->i", outward, mesh.normals) > 0).all()


def skinned(mesh, world, rest):
    """(V, 3) positions by linear blend skinning, joint by joint, with 4 x 4 matrices (J, 4, 4)."""
    points = np.column_stack([mesh.positions.astype(np.float64), np.ones(len(mesh.positions))])
    moved = np.zeros((len(points), 3))
    for j in range(len(world)):
        share = np.where(mesh.joints == j, mesh.weights, 0).sum(axis=1)
        moved += share[:, None] * (points @ (world[j] @ np.linalg.inv(rest[j])).T)[:, :3]
    return moved
