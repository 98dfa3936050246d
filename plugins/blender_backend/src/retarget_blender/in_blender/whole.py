"""Makes a user's file ready for an exporter; the file as it is open in Blender is lost for it.

Needs bpy (4.5 or 5.0) alone.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from retarget_blender.in_blender.opening import shapes, skinned_to

if TYPE_CHECKING:
    from collections.abc import Iterable


def bring_out(rigs: Iterable[Any]) -> None:
    """Show armatures and their meshes in the scene, and take away what draws their bones.

    Blender does not compute where those stand that it hides, nor where their parents do.
    """
    things = {body for rig in rigs for body in (rig, *skinned_to(rig))}
    for thing in {one for start in things for one in _with_parents(start)}:
        _show(thing)
    bpy.data.batch_remove(shapes())
    bpy.context.view_layer.update()


def modifiers() -> tuple[bool, list[str]]:
    """Tell whether modifiers are to be applied, and what is lost where they are not.

    The glTF exporter applies them to all meshes or to none, and shape keys are lost where it does.
    """
    meshes = [thing for thing in bpy.data.objects if thing.type == "MESH"]
    if not any(mesh.data.shape_keys for mesh in meshes):
        return True, []
    lost = [mesh.name for mesh in meshes if any(m.type != "ARMATURE" for m in mesh.modifiers)]
    if not lost:
        return False, []
    names = ", ".join(sorted(lost))
    return False, [f"it has shape keys, so modifiers are not applied; there are some on: {names}"]


def forget_motion() -> list[str]:
    """Take away all animation and all drivers; everything stays where it is.

    What a driver makes of a pose, such as a corrective shape, stays as it is at rest: the pose is
    to be cleared. Returns the names of the actions there were.
    """
    names = [action.name for action in bpy.data.actions]
    rigs = list(bpy.data.armatures)
    shown = [rig.pose_position for rig in rigs]
    for rig in rigs:
        rig.pose_position = "REST"
    bpy.context.view_layer.update()
    for blocks in (
        bpy.data.objects,
        bpy.data.shape_keys,
        bpy.data.meshes,
        bpy.data.armatures,
        bpy.data.materials,
        bpy.data.lights,
        bpy.data.cameras,
    ):
        for block in blocks:
            if block.animation_data is not None and block.library is None:
                block.animation_data_clear()
    bpy.data.batch_remove(bpy.data.actions)
    for rig, position in zip(rigs, shown, strict=True):
        rig.pose_position = position
    return names


def _with_parents(thing: Any) -> list[Any]:
    line = [thing]
    while line[-1].parent is not None:
        line.append(line[-1].parent)
    return line


def _show(thing: Any) -> None:
    shown, thing.hide_viewport = bpy.context.scene.collection.objects, False
    if thing.visible_get():
        return
    if thing not in list(shown):
        shown.link(thing)
    thing.hide_set(state=False)
