"""The local transforms of nodes: translation, rotation and scale, or a matrix taken apart.

Format: glTF 2.0, section 3.5.3; matrices are stored column by column.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget.gltf import fields

if TYPE_CHECKING:
    from retarget.values import Float64

_IDENTITY = (0.0, 0.0, 0.0, 1.0)

_SHEAR = 1e-3
"""Cosine between two axes of a matrix above which it is sheared: float32 leaves 1e-6."""

_WIDTHS = {"translation": 3, "rotation": 4, "scale": 3}


def local(
    name: str, nodes: list[dict[str, Any]]
) -> tuple[Float64, Float64, Float64, dict[int, str]]:
    """Return translations (N, 3), rotations (N, 4) xyzw, scales (N, 3), and faults by node.

    Raises:
        FileReadError: a transform that is not made of finite numbers, or of too few or many.

    """
    rows: list[tuple[Any, Any, Any]] = []
    faults: dict[int, str] = {}
    for i, node in enumerate(nodes):
        if "matrix" in node:
            columns = fields.numbers(name, f"nodes[{i}].matrix", node["matrix"], 16)
            row, fault = _taken_apart(columns)
        else:
            held = {
                key: fields.numbers(name, f"nodes[{i}].{key}", node[key], width)
                for key, width in _WIDTHS.items()
                if key in node
            }
            row, fault = _checked(held)
        rows.append(row)
        if fault:
            faults[i] = fault
    return (
        np.array([row[0] for row in rows], np.float64).reshape(-1, 3),
        np.array([row[1] for row in rows], np.float64).reshape(-1, 4),
        np.array([row[2] for row in rows], np.float64).reshape(-1, 3),
        faults,
    )


def _checked(held: dict[str, list[float]]) -> tuple[tuple[Any, Any, Any], str]:
    rotation: Any = held.get("rotation", _IDENTITY)
    scale = held.get("scale", (1.0, 1.0, 1.0))
    length = math.hypot(*rotation)
    fault = _fault(scale)
    if not 1e-6 < length < 1e6:
        rotation, fault = _IDENTITY, "has a rotation of no length"
    elif length != 1.0:
        rotation = [x / length for x in rotation]
    return (held.get("translation", (0.0, 0.0, 0.0)), rotation, scale), fault


def _fault(scale: Any) -> str:
    if min(scale) < 0:
        return "mirrors (it has a negative scale)"
    return "has a scale of 0" if min(scale) < 1e-12 else ""


def _taken_apart(columns: list[float]) -> tuple[tuple[Any, Any, Any], str]:
    """Split a matrix into translation, rotation and scale; what is not of that form is a fault."""
    matrix = np.array(columns).reshape(4, 4).T
    with np.errstate(all="ignore"):
        scale = np.linalg.norm(matrix[:3, :3], axis=0)
        axes = matrix[:3, :3] / scale
    if not (np.isfinite(axes).all() and scale.min() > 1e-12):
        return (matrix[:3, 3], _IDENTITY, scale), "has a scale of 0"
    if matrix[3].tolist() != [0, 0, 0, 1]:
        return (matrix[:3, 3], _IDENTITY, scale), "has a matrix that projects"
    fault = ""
    if np.linalg.det(axes) < 0:
        axes, scale = -axes, -scale
        fault = "mirrors (it has a negative scale)"
    if np.abs(axes.T @ axes - np.eye(3)).max() > _SHEAR:
        fault = "is sheared"
    return (matrix[:3, 3], _rotation(axes), scale), fault


def _rotation(axes: Float64) -> Float64:
    """Return the quaternion xyzw of a matrix whose columns are near a right-handed frame.

    The eigenvector of the largest eigenvalue of Bar-Itzhack's symmetric matrix (J. Guidance 23(6),
    2000), which is the nearest rotation and has no special cases.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = axes.tolist()
    symmetric = np.array(
        [
            [xx - yy - zz, yx + xy, zx + xz, zy - yz],
            [yx + xy, yy - xx - zz, zy + yz, xz - zx],
            [zx + xz, zy + yz, zz - xx - yy, yx - xy],
            [zy - yz, xz - zx, yx - xy, xx + yy + zz],
        ]
    )
    return np.linalg.eigh(symmetric)[1][:, -1]
