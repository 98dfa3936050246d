"""What the backend's own options may be, and what is taken where nothing is said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from retarget.errors import UsageError

if TYPE_CHECKING:
    from retarget.options import Options

CONSTRAINTS = ("copy", "track")
"""What `--constraints` may be, the default first."""

FORMATS = ("glb", "fbx", "blend")
"""What `--format` may be, the default first."""


def constraints(options: Options) -> str:
    """Return which constraints were asked for.

    Raises:
        UsageError: they are none of `CONSTRAINTS`.

    """
    asked: str = options.extra.get("blender_constraints") or CONSTRAINTS[0]
    if asked not in CONSTRAINTS:
        raise UsageError(f"--constraints {asked}: choose one of: {', '.join(CONSTRAINTS)}.")
    return asked


def format_asked(options: Options) -> str | None:
    """Return the suffix that was asked for, or None where the output's name decides.

    Raises:
        UsageError: Blender's exporters know no such format.

    """
    asked = options.extra.get("blender_format")
    if asked is not None and asked not in FORMATS:
        raise UsageError(f"--format {asked}: choose one of: {', '.join(FORMATS)}.")
    return None if asked is None else f".{asked}"


def time_limit(options: Options, default: float) -> float:
    """Return how many seconds Blender may take for a clip.

    Raises:
        UsageError: the limit asked for is no positive number.

    """
    asked = options.extra.get("blender_timeout")
    if asked is None:
        return default
    if not (math.isfinite(asked) and asked > 0):
        raise UsageError(f"--blender-timeout {asked}: it must be a positive number of seconds.")
    return float(asked)
