"""What animation of a user's file does not come through Blender into the file that is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget_blender.character_job import kind_of
from retarget_blender.fbx_file import takes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.values import Asset

LISTED = 8
"""No more names than these are told."""

_KEPT_BY = {
    "blend": " --format blend keeps them.",
    "gltf": " --backend gltf and --format blend keep them.",
}
"""By what the user's file is: what to do. Of an FBX no animation is ever read."""


def left_out(asset: Asset, suffix: str, actions: Sequence[str]) -> list[str]:
    """Return what to tell of the user's own animations, which the file made has not.

    Args:
        asset: the user's file.
        suffix: of the file made.
        actions: names of what Blender had to remove.

    """
    kind, names = kind_of(asset.path), list(actions)
    if kind == "fbx":
        names = takes(asset.path)
    elif kind == "gltf" and suffix != ".blend":
        animations = asset.gltf.json.get("animations", [])
        names = [str(one.get("name") or f"number {n}") for n, one in enumerate(animations)]
    if not names:
        return []
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    told = f"{asset.path.name}: its animations are left out: {', '.join(names[:LISTED])}{more}."
    return [told + _KEPT_BY.get(kind, "")]
