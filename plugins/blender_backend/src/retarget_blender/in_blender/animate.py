"""The job of animating a generated skeleton: built, driven through constraints, baked, exported.

Needs bpy (4.5 or 5.0) and numpy alone. Everything here is in Blender's axes: +Z up, quaternions
wxyz, metres. J joints, F frames.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from retarget_blender.in_blender.arithmetic import quaternions
from retarget_blender.in_blender.bake import (
    Clock,
    add_empties,
    on_top,
    path_of,
    release,
    sample,
    tie,
)
from retarget_blender.in_blender.keys import add_keys, curves_of
from retarget_blender.in_blender.opening import empty_file, set_frames
from retarget_blender.in_blender.writing import write_blend, write_fbx, write_glb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Job = dict[str, Any]

GREY, ROUGHNESS = (0.55, 0.56, 0.58, 1.0), 0.8
"""The mesh's material, linear RGBA: the same as the glTF backend's."""


def run(job: Job) -> Job:
    """Build the rig, drive it through constraints, bake, add the mesh and export.

    Arrays: `heads` and `tails` (J, 3) of the bones at rest, `turns` (J, F, 4) world rotations away
    from rest, `positions` (J, F, 3) world positions, and with a mesh `vertices` (V, 3),
    `triangles` (T, 3), `joints` (V, 4) and `weights` (V, 4).
    """
    clock = Clock()
    arrays = {path.stem: np.load(path) for path in Path(job["arrays"]).glob("*.npy")}
    frames = arrays["turns"].shape[1]
    empty_scene(job["rate"], frames)
    armature = add_armature(job, arrays["heads"], arrays["tails"])
    bones = [armature.pose.bones[name] for name in job["bones"]]
    clock.lap("rig")
    # Without twist, lengths are kept only if every bone is carried to its place.
    carried = [0] if job["constraints"] == "copy" else list(range(len(bones)))
    scene = bpy.context.scene
    places = {j: arrays["positions"][j] for j in carried}
    empties = add_empties(scene, bones, arrays["turns"], places)
    ties = constrain(bones, empties, carried, job)
    clock.lap("drive")
    matrices = sample(scene, armature, bones, frames)
    clock.lap("sample")
    release(ties, empties)
    key_pose(armature, bones, matrices, job["clip"], carried)
    clock.lap("key")
    if "vertices" in arrays:
        add_mesh(armature, job, arrays)
    bpy.context.scene.frame_set(0)
    clock.lap("mesh")
    write(job)
    clock.lap("export")
    return {"seconds": clock.laps}


# Scene and rig


def empty_scene(rate: tuple[int, float], frames: int) -> None:
    """Start from Blender's own settings and nothing else, on a clip's frames."""
    empty_file()
    set_frames(rate, frames)


def add_armature(job: Job, heads: Array, tails: Array) -> Any:
    """Add the armature; its bones turn by quaternions."""
    data = bpy.data.armatures.new(job["armature"])
    armature = bpy.data.objects.new(job["armature"], data)
    armature["retarget"] = job["provenance"]
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    made: list[Any] = []
    for name, parent, head, tail in zip(job["bones"], job["parents"], heads, tails, strict=True):
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = head, tail
        bone.parent = made[parent] if parent >= 0 else None
        made.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return armature


def add_mesh(armature: Any, job: Job, arrays: dict[str, Array]) -> None:
    """Add the mesh and bind each vertex to the bones that carry it."""
    mesh = bpy.data.meshes.new(job["mesh"])
    mesh.from_pydata(arrays["vertices"], [], arrays["triangles"].tolist())
    mesh.shade_smooth()
    material = bpy.data.materials.new("neutral")
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = GREY
    shader.inputs["Roughness"].default_value = ROUGHNESS
    mesh.materials.append(material)
    body = bpy.data.objects.new(job["mesh"], mesh)
    bpy.context.scene.collection.objects.link(body)
    body.parent = armature
    body.modifiers.new("Armature", "ARMATURE").object = armature
    groups = [body.vertex_groups.new(name=name) for name in job["bones"]]
    joints, weights = arrays["joints"], arrays["weights"]
    for vertex, place in np.argwhere(weights > 0).tolist():
        weight = float(weights[vertex, place])
        groups[joints[vertex, place]].add([vertex], weight, "REPLACE")


# Constraints and bake


def constrain(
    bones: list[Any], empties: list[Any], carried: list[int], job: Job
) -> list[tuple[Any, Any]]:
    """Tie the bones to the empties: the `carried` to their places, and every bone's direction.

    "copy" copies rotations, and so keeps twist and lengths. "track" points every bone at its main
    child's empty: twist is lost, and bones leave their parents where it would have carried them.
    Returns the constraints, each with its bone.
    """
    ties = [(bones[joint], "COPY_LOCATION", empties[joint]) for joint in carried]
    if job["constraints"] == "copy":
        ties += [(bone, "COPY_ROTATION", e) for bone, e in zip(bones, empties, strict=True)]
    else:
        children = zip(bones, job["main_children"], strict=True)
        ties += [(bone, "DAMPED_TRACK", empties[child]) for bone, child in children if child >= 0]
    return [(bone, tie(bone, kind, empty)) for bone, kind, empty in ties]


def key_pose(
    armature: Any, bones: list[Any], matrices: Array, clip: str, carried: list[int]
) -> None:
    """Key what each bone does on top of its parent and its rest, so that it stands at `matrices`.

    The `carried` are translated, too; the others keep their place by their parents.
    """
    curves = curves_of(armature, bpy.data.actions.new(clip))
    place = {bone.name: j for j, bone in enumerate(bones)}
    for j, bone in enumerate(bones):
        above = matrices[place[bone.parent.name]] if bone.parent else None
        basis = on_top(bone, matrices[j], above)
        add_keys(curves, path_of(bone, "rotation_quaternion"), quaternions(basis), bone.name)
        if j in carried:
            add_keys(curves, path_of(bone, "location"), basis[:, :3, 3], bone.name)


def write(job: Job) -> None:
    """Write the scene; a skeleton that was generated has no more than armature and mesh."""
    path = job["output"]
    if job["format"] == ".glb":
        write_glb(path, export_texcoords=False, export_morph=False)
    elif job["format"] == ".fbx":
        write_fbx(path, object_types={"ARMATURE", "MESH"})
    else:
        write_blend(path)
