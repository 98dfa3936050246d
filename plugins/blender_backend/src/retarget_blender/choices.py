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
"""What it writes, the default first."""


def constraints(options: Options) -> str:
    """Return which constraints were asked for.

    Raises:
        UsageError: they are none of `CONSTRAINTS`.

    """
    asked: str = options.extra.get("blender_constraints") or CONSTRAINTS[0]
    if asked not in CONSTRAINTS:
        raise UsageError(f"--constraints {asked}: choose one of: {', '.join(CONSTRAINTS)}.")
    return asked


def armature_asked(options: Options) -> str | None:
    """Return which armature was asked for: `--rig`, or `--armature`, as it was called before.

    Raises:
        UsageError: both are given, and differ.

    """
    before: str | None = options.extra.get("blender_armature")
    if before is not None and options.rig is not None and before != options.rig:
        raise UsageError(f"--rig {options.rig} and --armature {before}: give --rig alone.")
    return options.rig if options.rig is not None else before


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
