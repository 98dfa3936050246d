"""Checked access to what a stranger's JSON holds: the right type, in range, or an error.

Names the place as glTF's own tools do, `nodes[3].children`, so that the fault can be found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from retarget.errors import FileReadError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ENTRIES = 1_000_000
"""More nodes, accessors or buffers than any real file has; a bound on the work of checking."""

_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, which a terminal may obey, and lone surrogates, which UTF-8 cannot say."""


def entries(name: str, document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return a top-level list of objects such as "nodes"; empty where there is none.

    Raises:
        FileReadError: not a list of objects, or absurdly long.

    """
    held = document.get(key, [])
    if not isinstance(held, list) or not all(isinstance(entry, dict) for entry in held):
        raise FileReadError(f"{name}: damaged glTF: {key} is not a list of objects.")
    if len(held) > MAX_ENTRIES:
        raise FileReadError(f"{name}: {len(held)} {key}; at most {MAX_ENTRIES} are read.")
    return held


def child(name: str, where: str, holder: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the object under a key; an empty one where there is none.

    Raises:
        FileReadError: something else than an object is there.

    """
    held = holder.get(key, {})
    if not isinstance(held, dict):
        raise FileReadError(f"{name}: damaged glTF: {where}.{key} is not an object.")
    return held


def integer(
    name: str, where: str, holder: Mapping[str, Any], key: str, default: int | None = None
) -> int:
    """Return a whole number, 0 or more; `default` where there is none.

    Raises:
        FileReadError: absent without a default, no whole number, negative, or beyond 2**53, which
            JSON's numbers do not hold.

    """
    held = holder.get(key, default)
    if type(held) is float and held.is_integer():  # 3.0 is a 3 in JSON
        held = int(held)
    if type(held) is not int or not 0 <= held < 1 << 53:
        raise FileReadError(
            f"{name}: damaged glTF: {where}.{key} is {shown(held)}; expected a whole number."
        )
    return held


def index(name: str, where: str, held: Any, count: int, what: str) -> int:
    """Return an index into a list of `count` entries called `what`.

    Raises:
        FileReadError: no index, or out of range.

    """
    if type(held) is float and held.is_integer():
        held = int(held)
    if type(held) is not int or not 0 <= held < count:
        raise FileReadError(
            f"{name}: damaged glTF: {where} is {shown(held)}; the file has {count} {what}."
        )
    return held


def numbers(name: str, where: str, held: Any, count: int) -> list[float]:
    """Return a list of `count` finite numbers.

    Raises:
        FileReadError: not a list, of another length, or something else than numbers in it.

    """
    try:
        if isinstance(held, list) and len(held) == count:
            given = [float(x) for x in held if type(x) in (int, float)]
            if len(given) == count and all(abs(x) < float("inf") for x in given):
                return given
    except OverflowError:  # a whole number too large for a float
        pass
    raise FileReadError(
        f"{name}: damaged glTF: {where} is {shown(held)}; expected {count} finite numbers."
    )


def text(held: Any) -> str:
    """Return a name as it can be shown; empty where it is none."""
    return _UNSHOWABLE.sub("\ufffd", held) if isinstance(held, str) else ""


def shown(held: Any) -> str:
    """Return a value as an error shows it: never a screenful."""
    if isinstance(held, list | dict):
        return f"a list of {len(held)}" if isinstance(held, list) else "an object"
    if isinstance(held, int) and abs(held) >= 1 << 64:
        return "a huge number"
    said = ascii(held)
    return said if len(said) <= 60 else f"{said[:57]}..."
