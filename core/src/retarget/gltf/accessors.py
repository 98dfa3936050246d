"""The values behind an accessor, checked against its view and buffer before anything is allocated.

Format: glTF 2.0, section 3.6.2 (accessors, sparse accessors), 3.11 (normalized integers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retarget.errors import FileReadError, RetargetError
from retarget.gltf import fields

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.gltf.file import GltfFile

MAX_VALUES = 1 << 28
"""Numbers that one accessor may hold: a gigabyte of float32."""

MAX_SPARSE = 1 << 24
"""Numbers that an accessor may claim without a view, which costs a hostile file no bytes."""

_DTYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}

_INDEX_DTYPES = {5121: "u1", 5123: "<u2", 5125: "<u4"}

_SHAPES = {
    "SCALAR": (1, 1),
    "VEC2": (1, 2),
    "VEC3": (1, 3),
    "VEC4": (1, 4),
    "MAT2": (2, 2),
    "MAT3": (3, 3),
    "MAT4": (4, 4),
}
"""(columns, rows): each column of a matrix begins on a multiple of four bytes."""


def read_accessor(file: GltfFile, index: int) -> NDArray[Any]:
    """Return the values of an accessor (count, n), n numbers each; matrices column by column.

    Normalized integers become float32; other types stay as they are. The array may be a read-only
    view of the file.

    Raises:
        FileReadError: there is no such accessor, or it reaches beyond its view or buffer.
        RetargetError: its data are compressed, or not in the file.

    """
    accessors = fields.entries(file.name, file.json, "accessors")
    where = f"accessors[{fields.shown(index)}]"
    accessor = accessors[fields.index(file.name, where, index, len(accessors), "accessors")]
    count = fields.integer(file.name, where, accessor, "count")
    dtype = _dtype(file, where, accessor, _DTYPES)
    kind = accessor.get("type")
    if not isinstance(kind, str) or kind not in _SHAPES:
        raise FileReadError(f"{file.name}: damaged glTF: {where}.type is {fields.shown(kind)}.")
    columns, rows = _SHAPES[kind]
    most = MAX_VALUES if "bufferView" in accessor else MAX_SPARSE
    if count * columns * rows > most:
        raise FileReadError(
            f"{file.name}: {where} claims {count} {kind} values; at most {most} numbers are read."
        )
    if "bufferView" in accessor:
        # A matrix of small integers has padded columns; read padded, its rows are cut after.
        padded = -(-rows * dtype.itemsize // 4) * 4 // dtype.itemsize if columns > 1 else rows
        raw = _elements(file, where, accessor, dtype, count, columns * padded)
        values = raw.reshape(count, columns, padded)[:, :, :rows].reshape(count, columns * rows)
    elif "sparse" in accessor:
        values = np.zeros((count, columns * rows), dtype)
    else:
        # Zeros by the specification, unless an extension holds them: then no answer is right.
        raise RetargetError(
            f"{file.name}: {where} has no data of its own; they are absent or compressed. "
            "Decompress the file first (gltf-transform copy, gltfpack -noq)."
        )
    if "sparse" in accessor:
        values = _with_sparse(file, where, accessor, values)
    if accessor.get("normalized") is True and dtype.kind in "iu":
        return _normalized(values)
    return values


def _dtype(
    file: GltfFile, where: str, holder: dict[str, Any], known: dict[int, str]
) -> np.dtype[Any]:
    component = fields.integer(file.name, where, holder, "componentType")
    if component not in known:
        raise FileReadError(f"{file.name}: damaged glTF: {where}.componentType is {component}.")
    return np.dtype(known[component])


def _elements(
    file: GltfFile,
    where: str,
    holder: dict[str, Any],
    dtype: np.dtype[Any],
    count: int,
    width: int,
) -> NDArray[Any]:
    """Return (count, width) values that lie where the holder's view says: a view, not a copy."""
    name = file.name
    views = fields.entries(name, file.json, "bufferViews")
    at = fields.index(
        name, f"{where}.bufferView", holder.get("bufferView"), len(views), "bufferViews"
    )
    view, view_where = views[at], f"bufferViews[{at}]"
    if any(
        "meshopt" in extension for extension in fields.child(name, view_where, view, "extensions")
    ):
        raise RetargetError(
            f"{name}: {where} is compressed (meshopt), which is not read here. "
            "Decompress the file first (gltf-transform copy)."
        )
    buffer = fields.index(
        name, f"{view_where}.buffer", view.get("buffer"), len(file.buffers), "buffers"
    )
    content = file.buffers[buffer]
    start = fields.integer(name, view_where, view, "byteOffset", 0)
    length = fields.integer(name, view_where, view, "byteLength")
    size = width * dtype.itemsize
    stride = fields.integer(name, view_where, view, "byteStride", size)
    offset = fields.integer(name, where, holder, "byteOffset", 0)
    needed = offset + (count - 1) * stride + size if count else 0
    if stride < size or needed > length or start + length > len(content):
        raise FileReadError(
            f"{name}: damaged glTF: {where} needs {needed} bytes of {view_where}, which has "
            f"{length} from byte {start} of a buffer of {len(content)}."
        )
    if not count:
        return np.zeros((0, width), dtype)
    return np.ndarray((count, width), dtype, content, start + offset, (stride, dtype.itemsize))


def _with_sparse(
    file: GltfFile, where: str, accessor: dict[str, Any], values: NDArray[Any]
) -> NDArray[Any]:
    sparse = fields.child(file.name, where, accessor, "sparse")
    where = f"{where}.sparse"
    count = fields.integer(file.name, where, sparse, "count")
    if count > len(values):
        raise FileReadError(
            f"{file.name}: damaged glTF: {where} replaces {count} of {len(values)} values."
        )
    held = {key: fields.child(file.name, where, sparse, key) for key in ("indices", "values")}
    dtype = _dtype(file, f"{where}.indices", held["indices"], _INDEX_DTYPES)
    rows = _elements(file, f"{where}.indices", held["indices"], dtype, count, 1)[:, 0]
    if count and rows.max() >= len(values):
        raise FileReadError(
            f"{file.name}: damaged glTF: {where} replaces value {rows.max()} of {len(values)}."
        )
    changed = values.copy()
    changed[rows.astype(np.int64)] = _elements(
        file, f"{where}.values", held["values"], values.dtype, count, values.shape[1]
    )
    return changed


def _normalized(values: NDArray[Any]) -> NDArray[np.float32]:
    scaled = values / np.float32(np.iinfo(values.dtype).max)
    return np.maximum(scaled, np.float32(-1)).astype(np.float32)
