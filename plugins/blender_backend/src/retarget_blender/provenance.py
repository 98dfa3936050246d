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


def facts(clip: Clip, options: Options) -> dict[str, Any]:
    """Return how the clip was made, as its animation says it in glTF.

    Raises:
        RetargetError: the clip's provenance has no form in JSON.

    """
    said = {"backend": "blender", "constraints": constraints(options), "fps": clip.fps}
    said |= clip.provenance
    try:
        json.dumps(said, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RetargetError(f"The clip's provenance cannot be written as JSON: {error}.") from error
    return said


def asset(clip: Clip, options: Options) -> dict[str, Any]:
    """Return who made the file, and of what, as glTF's `asset` has it: the body, too.

    Raises:
        RetargetError: as `facts`.

    """
    body = {} if clip.rig.asset is not None else {"mesh": options.mesh}
    return {
        "generator": f"retarget {retarget.__version__}, blender backend",
        "extras": body | facts(clip, options),
    }
