"""Stands in for a mesh where none is wanted: Blender writes joints with a skinned mesh only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.mesh import Mesh

if TYPE_CHECKING:
    from retarget.values import Rig

SIZE = 1e-4
"""Metres: too small to see."""

_CORNERS = SIZE * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]])


def stand_in(rig: Rig) -> Mesh:
    """Return one triangle at every joint, carried by it: programs count the joints that carry."""
    joints = len(rig.skeleton)
    carriers = np.zeros((3 * joints, 4), np.uint16)
    carriers[:, 0] = np.repeat(np.arange(joints), 3)
    return Mesh(
        name="stand_in",
        positions=(rig.skeleton.rest.positions + _CORNERS).reshape(-1, 3),
        normals=np.tile([0.0, 0.0, 1.0], (3 * joints, 1)),
        triangles=np.arange(3 * joints).reshape(-1, 3),
        joints=carriers,
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (3 * joints, 1)),
    )
