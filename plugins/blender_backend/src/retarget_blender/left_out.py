"""What animation of a user's file does not come through Blender into the file that is written.

Blender tells it of what it writes itself, and of the glTF that it makes of a target in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.listing import listed
from retarget_blender.character_job import kind_of
from retarget_blender.fbx_file import takes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retarget.values import Asset

_KEPT_BY = {
    "blend": " --backend blender --format blend keeps them.",
    "gltf": " --backend gltf and --format blend keep them.",
    "fbx": "",
}
"""By what the user's file is: what to do. Of an FBX no animation is ever read."""


def left_out_of(path: Path, actions: Sequence[str]) -> tuple[str, ...]:
    """Return what to tell of the animations of a .blend or an FBX that a glTF was made of.

    Args:
        path: the user's file.
        actions: names of those that Blender found in it.

    """
    kind = kind_of(path)
    return _told(path, kind, takes(path) if kind == "fbx" else actions)


def left_out(asset: Asset, suffix: str, actions: Sequence[str]) -> tuple[str, ...]:
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
    return _told(asset.path, kind, names)


def _told(path: Path, kind: str, names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    return (f"{path.name}: its animations are left out: {listed(names)}.{_KEPT_BY[kind]}",)
