"""Writes the open scene as GLB, FBX or .blend.

Needs bpy alone.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

from typing import Any

import bpy

from retarget_blender.in_blender.resting import rest_as_bound

FAITHFUL: dict[str, Any] = {
    "export_animations": True,
    "export_force_sampling": False,
    "export_optimize_animation_size": False,
    "export_animation_mode": "ACTIONS",
    "export_merge_animation": "ACTION",
    "export_morph_animation": False,
    "export_current_frame": True,
    "export_yup": True,
}
"""Keys are exported as they are: sampling them again would take three times as long and write
scales and still translations of every bone."""

WHOLE: dict[str, Any] = {
    "export_texcoords": True,
    "export_normals": True,
    "export_attributes": True,
    "export_morph": True,
    "export_all_influences": True,
    "export_def_bones": False,
    "export_extras": True,
    "export_cameras": True,
    "export_lights": True,
}
"""What is in a user's file goes through, where the exporter knows it."""


def write_glb(path: str, **settings: Any) -> None:
    """Write a GLB whose times count frames; the host puts the seconds in.

    The exporter divides frames by fps times fps_base (4.5 and 5.0 alike), where Blender's rate is
    fps over fps_base.
    """
    render = bpy.context.scene.render
    render.fps, render.fps_base = 1, 1.0
    posed = {}
    if rest_as_bound(bpy.context.scene, with_rest=True):  # nodes as posed, and no key of that
        posed = {"export_rest_position_armature": False, "export_negative_frame": "CROP"}
    bpy.ops.export_scene.gltf(
        filepath=path, export_format="GLB", **{**FAITHFUL, **settings, **posed}
    )


def write_fbx(path: str, **settings: Any) -> None:
    """Write an FBX with a key per frame and without the leaf bones that Blender would add."""
    rest_as_bound(bpy.context.scene, with_rest=False)
    bpy.ops.export_scene.fbx(
        filepath=path,
        add_leaf_bones=False,
        use_custom_props=True,
        bake_anim=True,
        bake_anim_use_all_bones=True,
        bake_anim_use_nla_strips=False,
        bake_anim_use_all_actions=False,
        bake_anim_force_startend_keying=True,
        bake_anim_step=1.0,
        bake_anim_simplify_factor=0.0,
        **settings,
    )


def write_blend(path: str) -> None:
    """Save the file; paths in it that are relative are made to fit the new place."""
    rest_as_bound(bpy.context.scene, with_rest=False)
    bpy.ops.wm.save_as_mainfile(
        filepath=path, copy=True, compress=True, check_existing=False, relative_remap=True
    )
