"""The Blender backend: offers an exporter that lets Blender bake, and a target read by Blender.

bpy is imported in a child process alone, never here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider
from retarget_blender.choices import CONSTRAINTS, FORMATS

if TYPE_CHECKING:
    import argparse

    from retarget.providers import APoseSource, Exporter


def _load() -> Exporter:
    from retarget_blender.exporter import BlenderExporter  # noqa: PLC0415 - numpy is heavy

    return BlenderExporter()


@hookimpl
def retarget_exporters() -> list[Provider[Exporter]]:
    """Offer the Blender exporter."""
    return [
        Provider(
            name="blender",
            summary="GLB, FBX or .blend, baked and exported by Blender",
            load=_load,
            requires="pip install retarget-blender",
        )
    ]


def _load_target() -> APoseSource:
    from retarget_blender.apose_blend import APoseBlend  # noqa: PLC0415 - numpy is heavy

    return APoseBlend()


@hookimpl
def retarget_apose_sources() -> list[Provider[APoseSource]]:
    """Offer the armature of a .blend as a target."""
    return [
        Provider(
            name="blend",
            summary="the armature of a .blend, its bones named as SMPL-H's; read by Blender",
            load=_load_target,
            requires="pip install retarget-blender",
        )
    ]


@hookimpl
def retarget_add_options(parser: argparse.ArgumentParser) -> None:
    """Add the backend's options; they matter with `--backend blender` alone."""
    group = parser.add_argument_group("with --backend blender")
    group.add_argument(
        "--blender",
        dest="blender_path",
        metavar="PATH",
        help="the Blender executable to use (default: the bpy module)",
    )
    group.add_argument(
        "--format",
        dest="blender_format",
        choices=FORMATS,
        help="what to write (default: glb, or what the name of the output says)",
    )
    group.add_argument(
        "--constraints",
        dest="blender_constraints",
        choices=CONSTRAINTS,
        default=CONSTRAINTS[0],
        help="copy keeps twist; track points bones at their children and loses it",
    )
    group.add_argument(
        "--blender-timeout",
        dest="blender_timeout",
        type=float,
        metavar="S",
        help="seconds that Blender may take for a clip (default: by its length)",
    )
    target = parser.add_argument_group("with a .blend as the target")
    target.add_argument(
        "--armature",
        dest="blender_armature",
        metavar="NAME",
        help="the armature to take, where the file has several",
    )
