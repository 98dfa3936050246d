"""Runs in Blender: opens a file that the backend wrote and tells where its mesh is, frame by frame.

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
        bpy.ops.import_scene.fbx(filepath=job["path"], anim_offset=0)
    scene = bpy.context.scene
    if job.get("track"):  # what is on it, from its own first frame on
        (armature,) = (thing for thing in bpy.data.objects if thing.type == "ARMATURE")
        data = armature.animation_data
        (strip,) = data.nla_tracks[job["track"]].strips
        data.action, data.action_slot = strip.action, strip.action_slot
    stretch = scene.render.fps_base if job["path"].endswith(".fbx") else 1.0
    frames = []
    for frame in np.arange(job["frames"]) * stretch:
        scene.frame_set(int(frame), subframe=frame % 1)
        graph = bpy.context.evaluated_depsgraph_get()
        frames.append([places(thing, graph) for thing in scene.objects if thing.type == "MESH"])
    for n in range(len(frames[0])):
        np.save(job["vertices"].format(n), np.array([meshes[n] for meshes in frames]))
    return {"names": [thing.name for thing in scene.objects if thing.type == "MESH"]}


def places(thing, graph):
    """The vertices (V, 3) in the world, as deformed."""
    evaluated = thing.evaluated_get(graph)
    mesh = evaluated.to_mesh()
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    matrix = np.array(evaluated.matrix_world)
    evaluated.to_mesh_clear()
    return flat.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
