"""Lets the bones of an imported glTF rest as its nodes do while they are animated.

A clip is baked onto the rest of the nodes. Where meshes are bound in another pose, or joints are
scaled, the bones rest so only for the bake; before the file is written they rest as bound again,
and the action is brought along: nothing stands elsewhere for it.

Needs bpy (4.5 or 5.0) and numpy alone.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np
from mathutils import Matrix

from retarget_blender.in_blender.arithmetic import inverse, multiply
from retarget_blender.in_blender.bake import path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[Any]

BOUND = "retarget_bound"
"""Property of an armature: where its bones rest while its meshes are not deformed (B, 4, 4), and
the scales (B,) that their poses then have at the rest of the nodes."""

BEFORE = -1
"""Frame before the clip on which the bones are at the rest of the nodes, for an exporter."""


def rest_as_nodes(armature: Any, rests: Mapping[str, Array]) -> None:
    """Let bones rest at `rests`, matrices (4, 4) in the armature's space, and keep how they did.

    The pose is cleared.
    """
    bones = armature.data.bones
    sizes = {
        bone.name: math.prod(one.scale[0] for one in (bone, *bone.parent_recursive))
        for bone in armature.pose.bones
    }
    for bone in armature.pose.bones:
        bone.matrix_basis = Matrix()
    kept = [[*np.array(bone.matrix_local).ravel(), sizes[bone.name]] for bone in bones]
    armature[BOUND] = np.array(kept).ravel().tolist()
    _set_rests(armature, [rests[bone.name] for bone in bones])


def rest_as_bound(scene: Any, *, with_rest: bool) -> bool:
    """Let all armatures rest as their meshes are bound again; tell whether any rested elsewhere.

    Such are posed as their nodes rest, and what the active action does in the world stays.
    `with_rest` keys that pose on the frame `BEFORE`, too, and goes there.
    """
    found = [one for one in bpy.data.objects if one.type == "ARMATURE" and BOUND in one]
    for armature in found:
        armature.data.pose_position = "POSE"
        _rest_as_bound(armature, with_rest=with_rest)
    if found and with_rest:
        scene.frame_set(BEFORE)
    return bool(found)


def _rest_as_bound(armature: Any, *, with_rest: bool) -> None:
    kept = np.array(armature[BOUND]).reshape(-1, 17)
    del armature[BOUND]
    names = [bone.name for bone in armature.data.bones]
    sizes = dict(zip(names, kept[:, 16].tolist(), strict=True))
    before = _locals(armature)
    _set_rests(armature, list(kept[:, :16].reshape(-1, 4, 4)))
    after = _locals(armature)
    curves = _curves(armature)
    for bone in armature.pose.bones:
        above = sizes[bone.parent.name] if bone.parent else 1.0
        change = before[bone.name].copy()
        change[:3, 3] /= above
        change = inverse(after[bone.name]) @ change
        # What stood T(t) R(q) on top of the rest now stands T(C t) R(C q), C being the change.
        turn = np.array(Matrix(change).to_quaternion())
        bone.location, bone.rotation_quaternion = change[:3, 3], turn
        bone.scale = (sizes[bone.name] / above,) * 3
        places = curves.get(path_of(bone, "location"))
        if places:
            moved = _values(places) @ change[:3, :3].T / above + change[:3, 3]
            _put(places, moved, bone.location if with_rest else None)
        turns = curves.get(path_of(bone, "rotation_quaternion"))
        if turns:
            moved = multiply(turn, _values(turns))
            _put(turns, moved, bone.rotation_quaternion if with_rest else None)


def _locals(armature: Any) -> dict[str, Array]:
    """Return the bones' rests on top of their parents' (4, 4), without a scale."""
    rests = {bone.name: np.array(bone.matrix_local, np.float64) for bone in armature.data.bones}
    return {
        bone.name: inverse(rests[bone.parent.name] if bone.parent else np.eye(4)) @ rests[bone.name]
        for bone in armature.data.bones
    }


def _set_rests(armature: Any, rests: list[Array]) -> None:
    """Let bones rest at matrices (4, 4) in the armature's space, each as long as it is."""
    names = [bone.name for bone in armature.data.bones]
    scene = armature.users_scene[0]
    layer = scene.view_layers[0]
    layer.objects.active = armature
    with bpy.context.temp_override(scene=scene, view_layer=layer, object=armature):
        bpy.ops.object.mode_set(mode="EDIT")
        for name, rest in zip(names, rests, strict=True):
            armature.data.edit_bones[name].matrix = Matrix(rest)
        bpy.ops.object.mode_set(mode="OBJECT")


def _curves(armature: Any) -> dict[str, list[Any]]:
    """Return the curves of the active action by the property that they move, in order."""
    data = armature.animation_data
    if data is None or data.action is None:
        return {}
    found: dict[str, list[Any]] = {}
    for layer in data.action.layers:
        for strip in layer.strips:
            bag = strip.channelbag(data.action_slot)
            for curve in bag.fcurves if bag else ():
                found.setdefault(curve.data_path, []).append(curve)
    return found


def _values(curves: list[Any]) -> Array:
    """Return the keys (F, C) of curves that have theirs on the same frames."""
    keys = np.empty((len(curves), 2 * len(curves[0].keyframe_points)), np.float32)
    for curve, row in zip(curves, keys, strict=True):
        curve.keyframe_points.foreach_get("co", row)
    return keys[:, 1::2].T.astype(np.float64)


def _put(curves: list[Any], values: Array, rest: Any = None) -> None:
    """Give keys other values (F, C), and add one on the frame `BEFORE` where `rest` is given."""
    for component, curve in enumerate(curves):
        points = curve.keyframe_points
        keys = np.empty(2 * len(points), np.float32)
        points.foreach_get("co", keys)
        keys[1::2] = values[:, component]
        points.foreach_set("co", keys)
        if rest is not None:
            points.insert(BEFORE, rest[component])
        curve.update()
