"""A document as JSON text, short, and such that reading it gives the same values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from retarget.errors import RetargetError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def as_json(
    document: Any,
    default: Callable[[Any], Any] | None = None,
    *,
    whose: str = "The clip's provenance",
) -> bytes:
    """Return `document` as JSON in UTF-8; `default` gives the fields of objects that are no JSON.

    `whose` is what an error blames.

    Raises:
        RetargetError: a value, such as one of the provenance, has no form in JSON.

    """
    try:
        text = _dump(document, default, ascii_only=False)
        try:
            return text.encode()
        except UnicodeEncodeError:  # half a surrogate pair, in a name, stays an escape
            return _dump(document, default, ascii_only=True).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise RetargetError(f"{whose} cannot be written as JSON: {error}.") from error


def as_object(members: Mapping[str, bytes]) -> bytes:
    """Return the object of members whose values are JSON already, in their order."""
    return b"{" + b",".join(as_json(key) + b":" + text for key, text in members.items()) + b"}"


def extended(first: bytes, more: bytes) -> bytes:
    """Return the list that has the items of two lists, given as JSON."""
    return first if more == b"[]" else more if first == b"[]" else first[:-1] + b"," + more[1:]


def _dump(document: Any, default: Callable[[Any], Any] | None, *, ascii_only: bool) -> str:
    return json.dumps(
        document,
        default=default,
        ensure_ascii=ascii_only,
        allow_nan=False,
        separators=(",", ":"),
    )
