"""Runs in Blender: hangs bones of a character elsewhere, as rigs do that constraints drive.

Limbs go under bones that a control moves by constraints, and follow the body by constraints alone.
"""

from __future__ import annotations

import bpy


def run(job):
    bpy.ops.wm.open_mainfile(filepath=job["path"], use_scripts=False)
    armature = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    for name, like in job["added"].items():
        bone = bones.new(name)
        bone.matrix, bone.length = bones[like].matrix.copy(), bones[like].length / 2
        bone.use_deform = False
    for name, parent in job["hung"].items():
        bones[name].use_connect = False
        bones[name].parent = bones[parent] if parent else None
    for name in job["connected"]:  # which moves the tail of the bone above to where this one begins
        bones[name].parent.tail = bones[name].head
        bones[name].use_connect = True
    bpy.ops.object.mode_set(mode="OBJECT")
    for name, target in job["copies"].items():
        constraint = armature.pose.bones[name].constraints.new("COPY_TRANSFORMS")
        constraint.target, constraint.subtarget = armature, target
    for name, place in job["moved"].items():
        armature.pose.bones[name].location = place
    bpy.ops.wm.save_as_mainfile(filepath=job["made"], copy=True)
    return {}
