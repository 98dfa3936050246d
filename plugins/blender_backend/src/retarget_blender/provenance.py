"""What a file says of its own making."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import retarget
from retarget.errors import RetargetError
from retarget_blender.choices import constraints

if TYPE_CHECKING:
    from retarget.options import Options
    from retarget.values import Clip


def asset(clip: Clip, options: Options) -> dict[str, Any]:
    """Return who made the file, and of what, as glTF's `asset` has it.

    Raises:
        RetargetError: the clip's provenance has no form in JSON.

    """
    facts = {"backend": "blender", "constraints": constraints(options), "fps": clip.fps}
    if clip.rig.asset is None:
        facts["mesh"] = options.mesh
    facts |= clip.provenance
    try:
        json.dumps(facts, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RetargetError(f"The clip's provenance cannot be written as JSON: {error}.") from error
    return {"generator": f"retarget {retarget.__version__}, blender backend", "extras": facts}
