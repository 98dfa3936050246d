"""A glTF file in memory: its JSON and its buffers, from a GLB or from a .gltf and what it names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from retarget.errors import FileReadError
from retarget.gltf import container, fields
from retarget.gltf.buffers import MAX_BYTES, buffers_of

if TYPE_CHECKING:
    from pathlib import Path

MAX_JSON = 512 << 20
"""Bytes of JSON that are parsed; the buffers of a .gltf may be in it."""

MAX_DEPTH = 100
"""Levels of nesting: beyond any real document, within what Python can copy and write again."""

_LFS_MAGIC = b"version https://git-lfs"


@attrs.frozen(kw_only=True, eq=False)
class GltfFile:
    """A glTF 2.0 document and its buffers; neither is ever changed in place."""

    name: str
    """What errors call it."""
    json: dict[str, Any] = attrs.field(repr=False)
    """The document, as parsed."""
    buffers: tuple[bytes, ...] = attrs.field(repr=False)
    """Content of each buffer; of a GLB's first, its BIN chunk.

    At least as long as its `byteLength`, or empty for one that only an extension can fill.
    """
    folder: Path | None = None
    """Where relative URIs of images lead from; None where there is no such place."""
    is_glb: bool = True
    other_chunks: tuple[tuple[bytes, bytes], ...] = attrs.field(default=(), repr=False)
    """A GLB's chunks of unknown types, (4-byte type, content), which come after the BIN chunk."""
    warnings: tuple[str, ...] = ()
    """For the user, once it is written: what it lacks of the file that it was made of."""


def read(path: Path) -> GltfFile:
    """Read a .glb, .vrm or .gltf file by its content; external buffers from its folder alone.

    Raises:
        FileReadError: not glTF 2.0, damaged, lengths that lie, a buffer that is missing, outside
            the file's folder, or larger than it may be.

    """
    try:
        if not path.is_file():
            raise FileReadError(f"{path}: {'is no file' if path.exists() else 'no such file'}.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileReadError(f"{path}: {size} bytes; at most {MAX_BYTES >> 30} GiB are read.")
        content = path.read_bytes()
    except OSError as error:
        raise FileReadError(f"{path}: cannot be read: {error.strerror}.") from error
    return parse(content, str(path), path.parent)


def parse(content: bytes, name: str, folder: Path | None = None) -> GltfFile:
    """Make a file from its bytes; as `read`."""
    if not content:
        raise FileReadError(f"{name}: is empty: neither a GLB nor glTF's JSON.")
    if content.startswith(container.MAGIC):
        chunks = container.chunks_of(name, content)
        document = _document(name, chunks.json)
        return GltfFile(
            name=name,
            json=document,
            buffers=buffers_of(name, document, chunks.binary, folder),
            folder=folder,
            other_chunks=chunks.others,
        )
    document = _document(name, content)
    return GltfFile(
        name=name,
        json=document,
        buffers=buffers_of(name, document, None, folder),
        folder=folder,
        is_glb=False,
    )


def _document(name: str, content: bytes) -> dict[str, Any]:
    if content.startswith(_LFS_MAGIC):
        raise FileReadError(f"{name}: a Git LFS pointer, not the file; run `git lfs pull`.")
    if len(content) > MAX_JSON:
        raise FileReadError(f"{name}: {len(content)} bytes of JSON; at most {MAX_JSON} are read.")
    try:
        # The format has no byte order mark, but a reader may pass over one (RFC 8259, 8.1).
        parsed = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise FileReadError(f"{name}: neither a GLB nor glTF's JSON: it is not UTF-8.") from None
    except RecursionError:
        raise FileReadError(f"{name}: damaged glTF: JSON nested without end.") from None
    except ValueError as error:  # malformed, a number of thousands of digits, or NaN
        raise FileReadError(f"{name}: neither a GLB nor glTF's JSON: {error}.") from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("asset"), dict):
        raise FileReadError(f"{name}: not glTF: its JSON has no asset.")
    _check_version(name, parsed["asset"])
    _check_depth(name, parsed)
    return parsed


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _check_version(name: str, asset: dict[str, Any]) -> None:
    for key in ("minVersion", "version"):
        version = asset.get(key, "2.0" if key == "minVersion" else None)
        major, _, minor = version.partition(".") if isinstance(version, str) else ("", "", "")
        if major != "2" or (key == "minVersion" and minor != "0"):
            raise FileReadError(
                f"{name}: asset.{key} is {fields.shown(version)}; only glTF 2.0 is read."
            )


def _check_depth(name: str, document: dict[str, Any]) -> None:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [
            held
            for holder in level
            for held in (holder.values() if type(holder) is dict else holder)
            if type(held) is dict or type(held) is list
        ]
        if not level:
            return
    raise FileReadError(f"{name}: damaged glTF: JSON nested more than {MAX_DEPTH} levels deep.")
