"""The Blender backend: offers an exporter that lets Blender bake, and a target read by Blender.

bpy is imported in a child process alone, never here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider
from retarget_blender.choices import CONSTRAINTS

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


def _load_blend() -> APoseSource:
    from retarget_blender.apose_blend import APoseBlend  # noqa: PLC0415 - numpy is heavy

    return APoseBlend()


def _load_fbx() -> APoseSource:
    from retarget_blender.character import CharacterFbx  # noqa: PLC0415 - numpy is heavy

    return CharacterFbx()


@hookimpl
def retarget_apose_sources() -> list[Provider[APoseSource]]:
    """Offer what a .blend and an FBX hold as targets."""
    return [
        Provider(
            name="blend",
            summary="a .blend: a character, or an armature named as SMPL-H; read by Blender",
            load=_load_blend,
            requires="pip install retarget-blender",
        ),
        Provider(
            name="fbx",
            summary="a character in an FBX; read by Blender",
            load=_load_fbx,
            requires="pip install retarget-blender",
        ),
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
    target = parser.add_argument_group("with a .blend or an FBX as the target")
    target.add_argument(
        "--armature",
        dest="blender_armature",
        metavar="NAME",
        help="the same as --rig, for old command lines",
    )
