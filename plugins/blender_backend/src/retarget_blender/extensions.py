"""What of a glTF file does not come through Blender: extensions that its importer does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.gltf import read
from retarget_blender.opened import GLTF

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.values import Asset

_PACKING = {"KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_mesh_quantization"}
"""Of these nothing but the packing is lost."""


def lost_extensions(asset: Asset, made: Path) -> list[str]:
    """Return what to tell of extensions that the user's file uses and the GLB at `made` does not.

    Nothing for files of other formats.
    """
    if asset.path.suffix.lower() not in GLTF:
        return []
    before, after = (set(file.json.get("extensionsUsed", [])) for file in (asset.gltf, read(made)))
    lost = before - after - _PACKING
    if not lost:
        return []
    names = ", ".join(sorted(lost))
    return [f"{asset.path.name}: lost in Blender: {names}. The gltf backend keeps all of a file."]
