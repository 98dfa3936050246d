"""Names that every importer keeps as they are."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_TROUBLE = re.compile(r"[\[\].:/\\\s\x00-\x1f]+")
"""three.js strips `[ ] . : /` from names and reads them as paths; others trip over white space."""


def importer_safe(name: str, default: str) -> str:
    """Return `name` with runs of troublesome characters turned into one `_`, or `default`."""
    return _TROUBLE.sub("_", name).strip("_") or default


def unique(name: str, taken: Collection[str]) -> str:
    """Return `name`, or the first of `name_2`, `name_3` … that is not taken."""
    if name not in taken:
        return name
    return next(said for k in count(2) if (said := f"{name}_{k}") not in taken)
