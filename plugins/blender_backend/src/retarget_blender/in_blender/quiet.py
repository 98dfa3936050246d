"""Silences what else moves the bones of a user's armature, and puts them at rest.

Needs bpy (4.5 or 5.0) alone.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

import re
from typing import Any

import bpy
from mathutils import Matrix

_BONE = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]\.(\w+)')

_MOVES = ("location", "rotation_", "scale", "constraints")
"""Beginnings of the channels that move a bone, by themselves or by switching a constraint."""


def quiet(armature: Any, held: list[Any]) -> list[str]:
    """Let nothing but what comes move the bones `held`, and put every bone at rest.

    Constraints and drivers are muted, NLA tracks switched off, the action is taken off and kept in
    the file. Returns what that was, in words.
    """
    told = []
    acted, tracks, drivers = _quiet_animation(armature, {bone.name for bone in held})
    constraints = [one for bone in held for one in bone.constraints if not one.mute]
    for one in constraints:
        one.mute = True
    for bone in armature.pose.bones:
        bone.matrix_basis = Matrix()
    armature.data.pose_position = "POSE"
    if constraints or drivers:
        told.append(
            "what else moves the bones that the clip moves is muted: "
            f"constraints {len(constraints)}, drivers {drivers}"
        )
    if tracks:
        told.append(f"its NLA tracks ({tracks}) are switched off and kept")
    if acted:
        told.append(f"its action {acted} is taken off the armature and kept in the file")
    return told


def _quiet_animation(armature: Any, held: set[str]) -> tuple[str, int, int]:
    """Return the name of the action there was, and how many tracks and drivers."""
    data = armature.animation_data
    if data is None:
        return "", 0, 0
    if data.use_tweak_mode:
        data.use_tweak_mode = False
    name, tracks = "", len(data.nla_tracks)
    if data.action is not None:
        name, data.action.use_fake_user = data.action.name, True
        data.action = None
    data.use_nla = False
    data.action_blend_type, data.action_influence = "REPLACE", 1.0
    data.action_extrapolation = "HOLD"
    moving = [curve for curve in data.drivers if _moves(curve.data_path, held) and not curve.mute]
    for curve in moving:
        curve.mute = True
    return name, tracks, len(moving)


def _moves(path: str, held: set[str]) -> bool:
    found = _BONE.match(path)
    if found is None:
        return False
    return bpy.utils.unescape_identifier(found[1]) in held and found[2].startswith(_MOVES)


def untie(armature: Any) -> None:
    """Take all constraints off an armature's bones, for the glTF exporter.

    It samples a bone that has one, even a muted one, instead of exporting its keys: at rest, where
    the armature is for an export.
    """
    for bone in armature.pose.bones:
        for constraint in list(bone.constraints):
            bone.constraints.remove(constraint)


def inherit_all(bones: list[Any]) -> None:
    """Let bones inherit all from their parents, as the bones of every exported file do.

    At rest that changes nothing.
    """
    for bone in bones:
        if not bone.bone.use_inherit_rotation:
            bone.bone.use_inherit_rotation = True
        if not bone.bone.use_local_location:
            bone.bone.use_local_location = True
        if bone.bone.inherit_scale != "FULL":
            bone.bone.inherit_scale = "FULL"
        bone.rotation_mode = "QUATERNION"


def let_move(armature: Any, bone: Any, scene: Any) -> bool:
    """Free a bone from the tail of its parent, to which one that is connected sticks.

    `scene` has the armature alone. Tells whether there was anything to do; where bones stand at
    rest is not changed.
    """
    if not bone.bone.use_connect:
        return False
    layer, name = scene.view_layers[0], bone.name
    layer.objects.active = armature
    with bpy.context.temp_override(scene=scene, view_layer=layer, object=armature):
        bpy.ops.object.mode_set(mode="EDIT")
        armature.data.edit_bones[name].use_connect = False
        bpy.ops.object.mode_set(mode="OBJECT")
    return True
