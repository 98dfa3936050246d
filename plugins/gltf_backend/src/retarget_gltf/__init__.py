"""The direct glTF backend: offers an exporter that writes animated GLB files without Blender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider

if TYPE_CHECKING:
    from retarget.providers import Exporter


def _load() -> Exporter:
    from retarget_gltf.exporter import GltfExporter  # noqa: PLC0415 - pygltflib is heavy

    return GltfExporter()


@hookimpl
def retarget_exporters() -> list[Provider[Exporter]]:
    """Offer the glTF exporter."""
    return [
        Provider(
            name="gltf",
            summary="animated GLB, written directly; no Blender needed",
            load=_load,
            requires="pip install retarget-gltf",
        )
    ]
