"""Names that every importer keeps as they are."""

from __future__ import annotations

import re

_TROUBLE = re.compile(r"[\[\].:/\\\s\x00-\x1f]+")
"""three.js strips `[ ] . : /` from names and reads them as paths; others trip over white space."""


def importer_safe(name: str, default: str) -> str:
    """Return `name` with runs of troublesome characters turned into one `_`, or `default`."""
    return _TROUBLE.sub("_", name).strip("_") or default
