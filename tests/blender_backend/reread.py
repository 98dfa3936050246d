"""Runs in Blender: opens a file that the backend wrote and tells how it moves.

Shares nothing with the backend but the way in which a worker is given a script.
"""

from __future__ import annotations

import bpy
import numpy as np


def run(job):
    if job["path"].endswith(".blend"):
        bpy.ops.wm.open_mainfile(filepath=job["path"], use_scripts=False)
    else:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        render = bpy.context.scene.render
        render.fps, render.fps_base = job["rate"]
        if job["path"].endswith(".fbx"):
            bpy.ops.import_scene.fbx(filepath=job["path"], anim_offset=0)
        else:
            bpy.ops.import_scene.gltf(filepath=job["path"])
    armatures = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    if job.get("armature"):
        armatures = [thing for thing in armatures if thing.name == job["armature"]]
    (armature,) = armatures
    scene = bpy.context.scene
    if armature.name not in bpy.context.view_layer.objects:  # it would not be evaluated
        scene.collection.objects.link(armature)
    # Blender's FBX importer puts keys at seconds times a whole rate, whatever the base.
    stretch = scene.render.fps_base if job["path"].endswith(".fbx") else 1.0
    world = []
    for frame in np.arange(job["frames"]) * stretch:
        scene.frame_set(int(frame), subframe=frame % 1)
        world.append([armature.matrix_world @ bone.matrix for bone in armature.pose.bones])
    rest = [armature.matrix_world @ bone.matrix_local for bone in armature.data.bones]
    np.save(job["world"], np.array(world))
    np.save(job["rest"], np.array(rest))
    action = armature.animation_data.action if armature.animation_data else None
    return {
        "armature": armature.name,
        "names": [bone.name for bone in armature.pose.bones],
        "parents": [bone.parent.name if bone.parent else None for bone in armature.pose.bones],
        "rest_names": [bone.name for bone in armature.data.bones],
        "keys": [frame / stretch for frame in action.frame_range] if action else None,
        "fps": scene.render.fps / scene.render.fps_base,
        "range": [scene.frame_start, scene.frame_end],
        "told": armature.get("retarget"),
        "constraints": sum(len(bone.constraints) for bone in armature.pose.bones),
        "paths": sorted({curve.data_path for curve in curves(action)}) if action else [],
        "lengths": {bone.name: bone.length for bone in armature.data.bones},
        "things": {
            kind: sorted(thing.name for thing in getattr(bpy.data, kind))
            for kind in ("objects", "actions", "meshes", "armatures", "materials", "images")
        },
        "skinned": [
            thing.name
            for thing in bpy.data.objects
            if any(modifier.type == "ARMATURE" for modifier in thing.modifiers)
        ],
        "rig": about_rig(armature),
        "meshes": {
            thing.name: [len(thing.data.vertices), len(thing.vertex_groups), modifiers(thing)]
            for thing in bpy.data.objects
            if thing.type == "MESH"
        },
        "places": {
            thing.name: [list(row) for row in thing.matrix_world] for thing in scene.objects
        },
        "shapes": {
            block.name: block.value for keys in bpy.data.shape_keys for block in keys.key_blocks
        },
        "images": {i.name: [bpy.path.abspath(i.filepath), i.has_data] for i in bpy.data.images},
    }


def about_rig(armature):
    """What must be in an armature that was animated as it was before."""
    data = armature.animation_data
    return {
        "matrix": [list(row) for row in armature.matrix_world],
        "parent": armature.parent.name if armature.parent else None,
        "hidden": armature.hide_viewport,
        "bones": {
            bone.name: [
                [list(row) for row in bone.matrix_local],
                bone.use_connect,
                bone.use_inherit_rotation,
                bone.inherit_scale,
                bone.use_local_location,
            ]
            for bone in armature.data.bones
        },
        "modes": {bone.name: bone.rotation_mode for bone in armature.pose.bones},
        "constraints": sorted(
            [bone.name, one.type, one.mute]
            for bone in armature.pose.bones
            for one in bone.constraints
        ),
        "drivers": sorted([one.data_path, one.mute] for one in data.drivers) if data else [],
        "tracks": [track.name for track in data.nla_tracks] if data else [],
        "use_nla": data.use_nla if data else None,
        "action": data.action.name if data and data.action else None,
    }


def modifiers(thing):
    return [modifier.type for modifier in thing.modifiers]


def curves(action):
    return [
        c for layer in action.layers for s in layer.strips for b in s.channelbags for c in b.fcurves
    ]
