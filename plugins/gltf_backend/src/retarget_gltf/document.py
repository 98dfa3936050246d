"""Grows a glTF document and its binary buffer together: pygltflib authors, arrays stay in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pygltflib as gltf

from retarget.errors import RetargetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]

_COMPONENT = {
    np.dtype(np.uint8): gltf.UNSIGNED_BYTE,
    np.dtype(np.uint16): gltf.UNSIGNED_SHORT,
    np.dtype(np.uint32): gltf.UNSIGNED_INT,
    np.dtype(np.float32): gltf.FLOAT,
}


class Document:
    """A glTF document under construction, with the arrays its one buffer will be made of."""

    def __init__(self, asset: gltf.Asset) -> None:
        """Start with an empty scene."""
        self.gltf = gltf.GLTF2(asset=asset, scene=0, scenes=[gltf.Scene()])
        self.binary: list[Array] = []
        """C-contiguous arrays, in the order they lie in the buffer."""
        self._bytes = 0

    def view(self, arrays: Sequence[Array], target: int | None = None) -> int:
        """Append arrays, one after the other, as one buffer view; return its index.

        `target` is for vertices and indices alone: elsewhere a validator calls it an error.
        """
        start = self._bytes
        for array in arrays:
            self._append(np.ascontiguousarray(array))
        length = self._bytes - start
        if padding := -length % 4:  # every view begins at a multiple of four
            self._append(np.zeros(padding, np.uint8))
        self.gltf.bufferViews.append(
            gltf.BufferView(buffer=0, byteOffset=start, byteLength=length, target=target)
        )
        return len(self.gltf.bufferViews) - 1

    def accessor(
        self, view: int, like: Array, kind: str, *, offset: int = 0, bounds: Array | None = None
    ) -> int:
        """Add an accessor of `kind` ("VEC3" …) over `len(like)` elements; return its index.

        `offset` counts bytes from the start of the view; `bounds` (N, C) are the values whose
        minimum and maximum are stated.
        """
        self.gltf.accessors.append(
            gltf.Accessor(
                bufferView=view,
                byteOffset=offset,
                componentType=_COMPONENT[like.dtype],
                count=len(like),
                type=kind,
                min=[] if bounds is None else bounds.min(axis=0).tolist(),
                max=[] if bounds is None else bounds.max(axis=0).tolist(),
            )
        )
        return len(self.gltf.accessors) - 1

    def add(
        self, array: Array, kind: str, target: int | None = None, *, bounded: bool = False
    ) -> int:
        """Append an array with a view and an accessor of its own; return the accessor's index."""
        view = self.view([array], target)
        return self.accessor(view, array, kind, bounds=array if bounded else None)

    def json(self) -> bytes:
        """Return the document as JSON in UTF-8, without the fields that hold nothing.

        The same text as pygltflib's own `to_json`, which copies every object deeply first and
        takes four times as long.

        Raises:
            RetargetError: a value, such as one of the provenance, has no form in JSON.

        """
        self.gltf.buffers = [gltf.Buffer(byteLength=self._bytes)]
        try:
            text = json.dumps(
                self.gltf,
                default=_fields,
                ensure_ascii=False,
                allow_nan=False,
                separators=(",", ":"),
            )
        except (TypeError, ValueError) as error:
            raise RetargetError(
                f"The clip's provenance cannot be written as JSON: {error}."
            ) from error
        return text.encode(errors="replace")

    def _append(self, array: Array) -> None:
        self.binary.append(array)
        self._bytes += array.nbytes


def _fields(value: Any) -> dict[str, Any]:
    if type(value).__module__ != gltf.__name__:
        raise TypeError(f"{type(value).__name__} {value!r}")
    return {key: v for key, v in vars(value).items() if v is not None and v not in ([], {})}
