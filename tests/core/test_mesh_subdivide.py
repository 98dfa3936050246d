"""Subdivision against a slow, literal reading of the rules, repeated until it stands still."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from retarget.mesh.subdivide import normals, smooth

CUBE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
FACES = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]


def catmull_clark(faces, points):
    """One step, face by face and edge by edge, as the paper words it."""
    face_points = [np.mean([points[v] for v in face], axis=0) for face in faces]
    faces_of_edge, faces_of_vertex = defaultdict(list), defaultdict(list)
    for f, face in enumerate(faces):
        for k, v in enumerate(face):
            faces_of_edge[frozenset((v, face[(k + 1) % 4]))].append(f)
            faces_of_vertex[v].append(f)
    edges = list(faces_of_edge)
    new = []
    for v, point in enumerate(points):
        n = len(faces_of_vertex[v])
        around = np.mean([face_points[f] for f in faces_of_vertex[v]], axis=0)
        middles = np.mean(
            [np.mean([points[w] for w in e], axis=0) for e in edges if v in e], axis=0
        )
        new.append((around + 2 * middles + (n - 3) * np.asarray(point)) / n)
    for edge in edges:
        beside = [face_points[f] for f in faces_of_edge[edge]]
        new.append(np.mean([*(points[v] for v in edge), *beside], axis=0))
    new += face_points
    number = {edge: len(points) + e for e, edge in enumerate(edges)}
    finer = []
    for f, face in enumerate(faces):
        for k, v in enumerate(face):
            ahead = number[frozenset((v, face[(k + 1) % 4]))]
            behind = number[frozenset((v, face[k - 1]))]
            finer.append([v, ahead, len(points) + len(edges) + f, behind])
    return finer, new


@pytest.fixture(params=[0, 1])
def cage(request):
    """A box knocked out of shape; refined once it has ordinary vertices as well as odd ones."""
    rng = np.random.default_rng(3)
    faces, points = FACES, list(CUBE + rng.normal(0, 0.3, CUBE.shape))
    for _ in range(request.param):
        faces, points = catmull_clark(faces, points)
        points = [p + rng.normal(0, 0.05, 3) for p in points]
    return np.array(faces), np.array(points)


def test_vertices_go_where_endless_steps_take_them(cage):
    faces, points = cage
    _, positions, _ = smooth(faces, points, np.ones((len(points), 1)))
    finer, new = catmull_clark(faces.tolist(), list(points))
    count = len(new)
    for _ in range(3):
        finer, new = catmull_clark(finer, new)
    # A vertex keeps its number from step to step; the two number the edges differently.
    settled = np.array(new[:count])
    assert len(positions) == count
    nearest = np.linalg.norm(positions[:, None] - settled, axis=-1)
    assert nearest.min(axis=1).max() < 5e-3
    assert sorted(nearest.argmin(axis=1)) == list(range(count))


def test_the_quads_are_those_of_one_step(cage):
    faces, points = cage
    quads, positions, _ = smooth(faces, points, np.ones((len(points), 1)))
    assert quads.shape == (4 * len(faces), 4)
    assert len(positions) == len(points) + 2 * len(faces) + len(faces)  # edges of a closed cage
    sides = {(q[k], q[(k + 1) % 4]) for q in quads.tolist() for k in range(4)}
    assert len(sides) == quads.size  # none twice in one direction
    assert {(b, a) for a, b in sides} == sides  # each met from the other side


def test_a_flat_grid_bent_into_a_torus_stays_regular():
    # On a regular grid the limit mask is the cubic B-spline's: 1/36 (1 4 1)(1 4 1).
    n, m = 8, 6
    index = np.arange(n * m).reshape(n, m)
    quads = np.stack(
        [index, np.roll(index, -1, 0), np.roll(index, (-1, -1), (0, 1)), np.roll(index, -1, 1)], -1
    ).reshape(-1, 4)
    u, v = np.meshgrid(2 * np.pi * np.arange(n) / n, 2 * np.pi * np.arange(m) / m, indexing="ij")
    torus = [(3 + np.cos(v)) * np.cos(u), np.sin(v), (3 + np.cos(v)) * np.sin(u)]
    points = np.stack(torus, axis=-1).reshape(-1, 3)
    _, positions, _ = smooth(quads, points, np.ones((len(points), 1)))
    mask = np.array([1, 4, 1]) / 6
    grid = points.reshape(n, m, 3)
    expected = sum(
        mask[a + 1] * mask[b + 1] * np.roll(grid, (a, b), (0, 1))
        for a in (-1, 0, 1)
        for b in (-1, 0, 1)
    )
    np.testing.assert_allclose(positions[: n * m], expected.reshape(-1, 3), atol=1e-12)


def test_weights_are_shared_between_neighbours():
    weights = np.eye(8)
    quads, _, spread = smooth(np.array(FACES), CUBE, weights)
    np.testing.assert_array_equal(spread[:8], weights)
    np.testing.assert_allclose(spread.sum(axis=1), 1)
    assert sorted(np.count_nonzero(spread, axis=1)) == [1] * 8 + [2] * 12 + [4] * 6
    assert len(quads) == 24


def test_normals_of_a_ball_point_away_from_its_middle():
    quads, positions = np.array(FACES), CUBE
    for _ in range(3):
        quads, positions, _ = smooth(quads, positions, np.ones((len(positions), 1)))
    outward = positions / np.linalg.norm(positions, axis=1, keepdims=True)
    assert np.sum(normals(quads, positions) * outward, axis=1).min() > 0.99
