"""The direct glTF backend: offers an exporter of glTF and VRM animations; no Blender needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider
from retarget_gltf.choices import ANIMATIONS, ENCODINGS

if TYPE_CHECKING:
    import argparse

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
            summary="GLB, glTF or VRM animation, written directly; no Blender needed",
            load=_load,
            requires="pip install retarget-gltf",
        )
    ]


@hookimpl
def retarget_add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the gltf backend alone can be asked for."""
    group = parser.add_argument_group("the gltf backend")
    group.add_argument(
        "--encoding",
        dest="gltf_encoding",
        choices=ENCODINGS,
        help="how rotations are stored (default: float32); int16 halves the file, but some "
        "importers do not read it",
    )
    group.add_argument(
        "--animations",
        dest="gltf_animations",
        choices=ANIMATIONS,
        help="add to the animations of a target file (the default), or leave those out",
    )
