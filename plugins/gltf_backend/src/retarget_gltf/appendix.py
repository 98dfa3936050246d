"""What is added to a document: buffer views, accessors, and the arrays behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]

_COMPONENT = {
    np.dtype(np.int16): 5122,
    np.dtype(np.uint8): 5121,
    np.dtype(np.uint16): 5123,
    np.dtype(np.uint32): 5125,
    np.dtype(np.float32): 5126,
}
"""`componentType` by dtype: glTF 2.0 specification, "Accessor Data Types"."""


class Appendix:
    """Views and accessors that follow those a document has, over bytes that follow its own."""

    def __init__(self, *, offset: int = 0, views: int = 0, accessors: int = 0) -> None:
        """Begin after so many bytes of buffer 0, a multiple of four, and so many items."""
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.binary: list[Array] = []
        """C-contiguous arrays, in the order they lie in the buffer."""
        self.end = offset
        """Bytes of the buffer so far, those before the appendix among them."""
        self._first_view, self._first_accessor = views, accessors

    def view(self, arrays: Sequence[Array], target: int | None = None) -> int:
        """Append arrays, one after the other, as one buffer view; return its index.

        `target` is for vertices and indices alone: elsewhere a validator calls it an error.
        """
        start = self.end
        for array in arrays:
            self._append(np.ascontiguousarray(array))
        view = {"buffer": 0, "byteOffset": start, "byteLength": self.end - start}
        self.views.append(view if target is None else {**view, "target": target})
        if padding := -self.end % 4:  # every view begins at a multiple of four
            self._append(np.zeros(padding, np.uint8))
        return self._first_view + len(self.views) - 1

    def accessor(
        self, view: int, like: Array, kind: str, *, offset: int = 0, bounds: Array | None = None
    ) -> int:
        """Add an accessor of `kind` ("VEC3" …) over `len(like)` elements; return its index.

        `offset` counts bytes from the start of the view; `bounds` (N, C) are the values whose
        minimum and maximum are stated. Signed integers stand for -1 to 1.
        """
        accessor: dict[str, Any] = {
            "bufferView": view,
            "byteOffset": offset,
            "componentType": _COMPONENT[like.dtype],
            "count": len(like),
            "type": kind,
        }
        if like.dtype == np.int16:
            accessor["normalized"] = True
        if bounds is not None:
            accessor["max"] = bounds.max(axis=0).tolist()
            accessor["min"] = bounds.min(axis=0).tolist()
        self.accessors.append(accessor)
        return self._first_accessor + len(self.accessors) - 1

    def add(
        self, array: Array, kind: str, target: int | None = None, *, bounded: bool = False
    ) -> int:
        """Append an array with a view and an accessor of its own; return the accessor's index."""
        view = self.view([array], target)
        return self.accessor(view, array, kind, bounds=array if bounded else None)

    def _append(self, array: Array) -> None:
        self.binary.append(array)
        self.end += array.nbytes
