"""Grows a glTF document from nothing: pygltflib authors the scene, arrays stay in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pygltflib as gltf

from retarget_gltf.appendix import Appendix
from retarget_gltf.text import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping


class Document(Appendix):
    """A glTF document under construction, with the arrays its one buffer will be made of."""

    def __init__(self, asset: gltf.Asset) -> None:
        """Start with an empty scene."""
        super().__init__()
        self.gltf = gltf.GLTF2(asset=asset, scene=0, scenes=[gltf.Scene()])

    def json(self, buffer: Mapping[str, Any] | None = None) -> bytes:
        """Return the document as JSON in UTF-8, without the fields that hold nothing.

        `buffer` is what the buffer has besides its length, such as a URI. The same text as
        pygltflib's own `to_json`, which copies every object deeply first and takes four times as
        long.

        Raises:
            RetargetError: a value, such as one of the provenance, has no form in JSON.

        """
        self.gltf.bufferViews, self.gltf.accessors = self.views, self.accessors
        self.gltf.buffers = [{**(buffer or {}), "byteLength": self.end}] if self.end else []
        return as_json(self.gltf, _fields)


def _fields(value: Any) -> dict[str, Any]:
    if type(value).__module__ != gltf.__name__:
        raise TypeError(f"{type(value).__name__} {value!r}")
    return {key: v for key, v in vars(value).items() if v is not None and v not in ([], {})}
