"""Between the pipeline's axes (+Y up, xyzw) and Blender's (+Z up, wxyz)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def points(v: Array) -> Array:
    """Return points (…, 3) in Blender's axes, a quarter turn about +X on: (x, -z, y)."""
    return np.stack([v[..., 0], -v[..., 2], v[..., 1]], axis=-1)


def rotations(q: Array) -> Array:
    """Return world rotations (…, 4) xyzw about Blender's axes, as wxyz."""
    return np.concatenate([q[..., 3:], points(q[..., :3])], axis=-1)
