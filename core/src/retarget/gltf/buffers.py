"""The buffers a document names: the BIN chunk, data URIs, and files of its own folder alone.

Format: glTF 2.0, sections 2.8 (URIs) and 3.6.1 (buffers); RFC 2397, 3986.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from retarget.errors import FileReadError
from retarget.gltf import fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_BYTES = 2 << 30
"""Most that a file and all its buffers may have: characters are a thousandth of it."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def buffers_of(
    name: str, document: Mapping[str, Any], binary: bytes | None, folder: Path | None
) -> tuple[bytes, ...]:
    """Return the content of every buffer; empty for one that only an extension can fill.

    Args:
        name: what errors call the file.
        document: the JSON.
        binary: the BIN chunk; None where there is none.
        folder: where external buffers lie; None where none may be read.

    Raises:
        FileReadError: shorter than the document says, missing, outside the folder, too large.

    """
    held: list[bytes] = []
    files: dict[tuple[Path, int], bytes] = {}  # a file may be named twice; it is read once
    for i, buffer in enumerate(fields.entries(name, document, "buffers")):
        where = f"buffers[{i}]"
        length = fields.integer(name, where, buffer, "byteLength")
        uri = buffer.get("uri")
        if uri is None and i == 0 and binary is not None:
            content = binary
        elif uri is None and fields.child(name, where, buffer, "extensions"):
            held.append(b"")  # as the fallback of EXT_meshopt_compression: there is nothing
            continue
        elif not isinstance(uri, str):
            raise FileReadError(f"{name}: {where} has no content: neither a URI nor a BIN chunk.")
        elif uri[:5].lower() == "data:":
            content = _decoded(name, where, uri)
        else:
            path = _inside(name, where, uri, folder)
            if (path, length) not in files:
                left = MAX_BYTES - sum(map(len, files.values()))
                files[path, length] = _content(name, path, length, left)
            content = files[path, length]
        if length > len(content):
            raise FileReadError(
                f"{name}: truncated: {where} should have {length} bytes; it has {len(content)}."
            )
        held.append(content)
    return tuple(held)


def _decoded(name: str, where: str, uri: str) -> bytes:
    head, comma, payload = uri.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise FileReadError(f"{name}: {where} is a data URI that is not base64.")
    try:
        return base64.b64decode(unquote(payload) if "%" in payload else payload, validate=True)
    except (binascii.Error, ValueError):
        raise FileReadError(f"{name}: {where} is a data URI with damaged base64.") from None


def _inside(name: str, where: str, uri: str, folder: Path | None) -> Path:
    """Return the file that a URI names, which lies in the folder, links resolved."""
    shown = fields.shown(uri)
    if folder is None:
        raise FileReadError(f"{name}: {where} is the file {shown}, and there is no folder to look.")
    relative = unquote(uri)
    if _SCHEME.match(uri) or relative[:1] == "/" or "\\" in relative or "\0" in relative:
        raise FileReadError(
            f"{name}: {where} is {shown}; only files beside the document are read. "
            "Put the buffer there and name it by a relative path."
        )
    try:
        home = folder.resolve()
        path = (home / relative).resolve()
        if not path.is_relative_to(home):
            raise FileReadError(
                f"{name}: {where} is {shown}, outside the document's folder; it is not read. "
                "Put the buffer into the folder."
            )
        if not path.is_file():
            raise FileReadError(
                f"{name}: {where} is missing: there is no file {shown} in {folder}."
            )
    except (OSError, RuntimeError, ValueError):  # too long, a loop of links, a lone surrogate
        raise FileReadError(f"{name}: {where} is {shown}, which is no usable path.") from None
    return path


def _content(name: str, path: Path, length: int, left: int) -> bytes:
    """Return the first `length` bytes of a file; fewer where it is shorter."""
    if length > left:
        raise FileReadError(f"{name}: its buffers have more than {MAX_BYTES >> 30} GiB.")
    try:
        # `read` allocates what it is asked for before it looks; the file's size bounds that.
        with path.open("rb") as stream:
            return stream.read(min(length, path.stat().st_size))
    except OSError as error:
        raise FileReadError(f"{name}: cannot read {path}: {error.strerror}.") from error


def read_beside(name: str, where: str, uri: str, folder: Path | None) -> bytes:
    """Return the content of a file that a URI names, which lies in the document's folder.

    Args:
        name: what errors call the document.
        where: what names the file, such as "images[0]".
        uri: relative, percent-encoded.
        folder: the document's; None where none may be read.

    Raises:
        FileReadError: missing, outside the folder, larger than `MAX_BYTES`, no path at all.

    """
    path = _inside(name, where, uri, folder)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileReadError(f"{name}: cannot read {path}: {error.strerror}.") from error
    return _content(name, path, size, MAX_BYTES)
