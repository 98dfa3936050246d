"""The helper cube: a plain marker that moves with the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.mesh.value import Mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.values import Float64, Rig

SPECK = 1e-4
"""Radius in metres of what binds a joint that the cube does not: too small to be seen."""

_TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
_TETRAHEDRON_FACES = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])


def cube(rig: Rig, size: float, location: tuple[float, float, float]) -> Mesh:
    """Make a cube of edge `size` about `location` (metres, +Y up), carried by joint 0.

    Importers build a skeleton from the joints that some vertex is bound to, so every joint also
    gets a speck of its own: a tetrahedron of a tenth of a millimetre where the joint rests, which
    is no weight of another joint on the cube, and moves as the joint does.
    """
    joints = len(rig.skeleton)
    corners, normals, faces = _box()
    specks = rig.skeleton.rest.positions + SPECK * _TETRAHEDRON
    first = len(corners) + len(_TETRAHEDRON) * np.arange(joints)[:, None, None]
    vertices = len(corners) + specks.shape[0] * specks.shape[1]
    carriers = np.zeros((vertices, 4), np.uint16)
    carriers[len(corners) :, 0] = np.repeat(np.arange(joints), len(_TETRAHEDRON))
    weights = np.zeros((vertices, 4), np.float32)
    weights[:, 0] = 1
    return Mesh(
        name="cube",
        positions=np.concatenate([corners * size / 2 + location, specks.reshape(-1, 3)]),
        normals=np.concatenate([normals, np.tile(_TETRAHEDRON, (joints, 1))]),
        triangles=np.concatenate([faces, (first + _TETRAHEDRON_FACES).reshape(-1, 3)]),
        joints=carriers,
        weights=weights,
    )


def _box() -> tuple[Float64, Float64, NDArray[np.int64]]:
    """Return corners (24, 3) at ±1, flat normals (24, 3) and triangles (12, 3)."""
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    corners, normals = [], []
    for axis in range(3):
        for sign in (1, -1):
            face = np.insert(square[:: int(sign)], axis, sign, axis=1)
            # Inserting the middle axis swaps the hand of the two others.
            corners.append(face[::-1] if axis == 1 else face)
            normals.append(np.tile(sign * np.eye(3)[axis], (4, 1)))
    quads = np.arange(24).reshape(6, 4)
    faces = quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    return np.concatenate(corners), np.concatenate(normals), faces
