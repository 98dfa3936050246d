"""A user's file with all it needs in one buffer: its buffers in a row, its images embedded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from retarget.errors import FileReadError
from retarget.gltf import fields
from retarget.gltf.buffers import read_beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.gltf import GltfFile

_LISTS = ("nodes", "skins", "accessors", "bufferViews", "buffers", "images", "animations")
"""What is read or added to here and by those who come after."""

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"\xabKTX 20\xbb": "image/ktx2",
    b"RIFF": "image/webp",
    b"DDS ": "image/vnd-ms.dds",
}


@attrs.frozen(kw_only=True, eq=False)
class SelfContained:
    """A document whose data lies in buffer 0 alone; what it shares with the file is unchanged."""

    json: dict[str, Any]
    parts: tuple[bytes, ...]
    """The content of buffer 0, of the file's own first buffer its bytes and offsets."""
    size: int
    """Bytes of all parts, a multiple of four."""
    warnings: tuple[str, ...]


def self_contained(file: GltfFile) -> SelfContained:
    """Gather a file's buffers and images; nothing of `file` is changed.

    Buffers that only an extension can fill (the fallbacks of meshopt compression) stay what they
    are. An image that cannot be read keeps its URI, and a warning says so.

    Raises:
        FileReadError: what should be a list is none, or a view has no proper place.

    """
    for key in _LISTS:
        fields.entries(file.name, file.json, key)
    row = _Row()
    document = dict(file.json)
    _gather_buffers(file, document, row)
    warnings = _embed_images(file, document, row)
    return SelfContained(
        json=document,
        parts=tuple(row.parts),
        size=row.size,
        warnings=(*file.warnings, *warnings),
    )


class _Row:
    """Contents one after the other, each at a multiple of four."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, content: bytes) -> int:
        """Append; return where it begins."""
        start = self.size
        padding = bytes(-len(content) % 4)
        self.parts += [content, padding] if padding else [content]
        self.size += len(content) + len(padding)
        return start


def _gather_buffers(file: GltfFile, document: dict[str, Any], row: _Row) -> None:
    buffers = document.get("buffers", [])
    filled = [i for i, buffer in enumerate(buffers) if file.buffers[i] or not _is_fallback(buffer)]
    starts = {i: row.add(file.buffers[i]) for i in filled}
    others = [i for i in range(len(buffers)) if i not in starts]
    new_index = dict.fromkeys(filled, 0) | {i: k for k, i in enumerate(others, 1)}
    first = buffers[filled[0]] if filled else {}
    document["buffers"] = [
        {key: value for key, value in first.items() if key != "uri"},
        *(buffers[i] for i in others),
    ]
    if any(new_index[i] != i or starts.get(i) for i in new_index):
        document["bufferViews"] = [
            _pointed((file.name, f"bufferViews[{i}]"), view, new_index, starts)
            for i, view in enumerate(document.get("bufferViews", []))
        ]


def _is_fallback(buffer: Mapping[str, Any]) -> bool:
    return "uri" not in buffer and bool(buffer.get("extensions"))


def _pointed(
    where: tuple[str, str],
    holder: Mapping[str, Any],
    new_index: Mapping[int, int],
    starts: Mapping[int, int],
) -> dict[str, Any]:
    """Return a view, or a view's extension, that names its buffer's new place.

    `where` are the file and the view, for errors. What names no buffer stays as it is.
    """
    pointed, old = dict(holder), holder.get("buffer")
    if isinstance(old, int | float) and old in new_index:  # 1.0 is a 1 in JSON
        pointed["buffer"] = new_index[int(old)]
        if start := starts.get(int(old)):
            pointed["byteOffset"] = fields.integer(*where, holder, "byteOffset", 0) + start
    extensions = holder.get("extensions")
    if isinstance(extensions, dict):
        pointed["extensions"] = {
            name: _pointed(where, held, new_index, starts) if isinstance(held, dict) else held
            for name, held in extensions.items()
        }
    return pointed


def _embed_images(file: GltfFile, document: dict[str, Any], row: _Row) -> list[str]:
    views = list(document.get("bufferViews", []))
    kept, warnings, placed = [], [], {}
    for i, image in enumerate(document.get("images", [])):
        uri = image.get("uri")
        if not isinstance(uri, str) or uri[:5].lower() == "data:":
            kept.append(image)
            continue
        if uri not in placed:
            try:
                content = read_beside(file.name, f"images[{i}]", uri, file.folder)
            except FileReadError as error:
                warnings.append(f"{str(error).removesuffix('.')}; the image's URI is kept.")
                kept.append(image)
                continue
            start = row.add(content)
            views.append({"buffer": 0, "byteOffset": start, "byteLength": len(content)})
            placed[uri] = len(views) - 1, content[:12]
        view, head = placed[uri]
        mime = {} if "mimeType" in image else {"mimeType": _mime_type(uri, head)}
        rest = {key: value for key, value in image.items() if key != "uri"}
        kept.append({**rest, **mime, "bufferView": view})
    if placed:
        document["images"], document["bufferViews"] = kept, views
    return warnings


def _mime_type(uri: str, head: bytes) -> str:
    known = next((mime for magic, mime in _MAGIC.items() if head.startswith(magic)), None)
    return known or ("image/jpeg" if uri.lower().endswith((".jpg", ".jpeg")) else "image/png")
