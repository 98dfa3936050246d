"""A skinned mesh: what a generated skeleton wears so that it looks like a body in any viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.errors import ValueShapeError
from retarget.held import expect_shape, float32, read_only

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from retarget.values import Float32


def _uint32(array: Any) -> NDArray[np.uint32]:
    return read_only(array, np.uint32)


def _uint16(array: Any) -> NDArray[np.uint16]:
    return read_only(array, np.uint16)


@attrs.frozen(kw_only=True, eq=False)
class Mesh:
    """Triangles bound to the joints of a rig, in the world space of its rest pose."""

    name: str
    positions: Float32 = attrs.field(converter=float32, repr=False)
    """(V, 3) metres, +Y up, +Z forward, as the rig stands at rest."""
    normals: Float32 = attrs.field(converter=float32, repr=False)
    """(V, 3) unit, outward."""
    triangles: NDArray[np.uint32] = attrs.field(converter=_uint32, repr=False)
    """(T, 3) vertex indices, counter-clockwise seen from outside."""
    joints: NDArray[np.uint16] = attrs.field(converter=_uint16, repr=False)
    """(V, 4) joints that carry each vertex, strongest first."""
    weights: Float32 = attrs.field(converter=float32, repr=False)
    """(V, 4) share of each joint, summing to 1; where a share is 0 the joint is 0 too."""

    def __attrs_post_init__(self) -> None:
        """Refuse arrays that do not fit each other."""
        vertices = len(self.positions)
        expect_shape("Mesh.positions", self.positions, (None, 3))
        expect_shape("Mesh.normals", self.normals, (vertices, 3))
        expect_shape("Mesh.triangles", self.triangles, (None, 3))
        expect_shape("Mesh.joints", self.joints, (vertices, 4))
        expect_shape("Mesh.weights", self.weights, (vertices, 4))
        if self.triangles.size and int(self.triangles.max()) >= vertices:
            raise ValueShapeError("Mesh.triangles names a vertex that is not there.")
