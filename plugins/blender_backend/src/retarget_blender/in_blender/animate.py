"""The job of animating: a rig driven through constraints, baked, and exported by Blender.

Needs bpy (4.5 or 5.0) and numpy alone. Everything here is in Blender's axes: +Z up, quaternions
wxyz, metres. J joints, F frames.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[Any]
    Job = dict[str, Any]

LINEAR = 1
"""Number of the interpolation "LINEAR" where keyframes are set in bulk."""

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
    empties = add_empties(bones, arrays["turns"], arrays["positions"], carried)
    constrain(bones, empties, carried, job)
    clock.lap("drive")
    matrices = sample(armature, bones, frames)
    clock.lap("sample")
    release(bones, empties)
    key_pose(armature, bones, matrices, job["clip"], carried)
    clock.lap("key")
    if "vertices" in arrays:
        add_mesh(armature, job, arrays)
    bpy.context.scene.frame_set(0)
    clock.lap("mesh")
    EXPORT[job["format"]](job["output"])
    clock.lap("export")
    return {"seconds": clock.laps}


class Clock:
    """Tells how long each step of a job took."""

    def __init__(self) -> None:
        """Start."""
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a step."""
        now = time.perf_counter()
        self.laps[name], self._last = now - self._last, now


# Scene and rig


def empty_scene(rate: tuple[int, float], frames: int) -> None:
    """Start from Blender's own settings and nothing else, at `rate[0] / rate[1]` frames/s."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    bpy.data.orphans_purge(do_recursive=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = rate
    scene.frame_start, scene.frame_end = 0, frames - 1
    scene.frame_set(0)


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


def add_empties(bones: list[Any], turns: Array, positions: Array, carried: list[int]) -> list[Any]:
    """Add an empty per bone with the joint's world transform, in the bone's own axes.

    Places are keyed for the `carried` alone: nothing looks at the others', and every curve costs
    time on every frame.
    """
    action = bpy.data.actions.new("empties")
    empties = []
    for joint, bone in enumerate(bones):
        empty = bpy.data.objects.new(f"drives {bone.name}", None)
        empty.rotation_mode = "QUATERNION"
        bpy.context.scene.collection.objects.link(empty)
        curves = curves_of(empty, action)
        axes = np.array(bone.bone.matrix_local.to_quaternion())
        add_keys(curves, "rotation_quaternion", multiply(turns[joint], axes))
        if joint in carried:
            add_keys(curves, "location", positions[joint])
        empties.append(empty)
    return empties


def constrain(bones: list[Any], empties: list[Any], carried: list[int], job: Job) -> None:
    """Tie the bones to the empties: the `carried` to their places, and every bone's direction.

    "copy" copies rotations, and so keeps twist and lengths. "track" points every bone at its main
    child's empty: twist is lost, and bones leave their parents where it would have carried them.
    """
    for joint in carried:
        tie(bones[joint], "COPY_LOCATION", empties[joint])
    if job["constraints"] == "copy":
        for bone, empty in zip(bones, empties, strict=True):
            tie(bone, "COPY_ROTATION", empty)
        return
    for bone, child in zip(bones, job["main_children"], strict=True):
        if child >= 0:
            tie(bone, "DAMPED_TRACK", empties[child]).track_axis = "TRACK_Y"


def tie(bone: Any, kind: str, empty: Any) -> Any:
    """Add a constraint in world space."""
    constraint = bone.constraints.new(kind)
    constraint.target = empty
    return constraint


def sample(armature: Any, bones: list[Any], frames: int) -> Array:
    """Return the evaluated pose (J, F, 4, 4) of every frame, in the armature's space."""
    scene, graph = bpy.context.scene, bpy.context.evaluated_depsgraph_get()
    columns = np.empty((frames, len(bones) * 16), np.float32)
    for frame in range(frames):
        scene.frame_set(frame)
        armature.evaluated_get(graph).pose.bones.foreach_get("matrix", columns[frame])
    order = [armature.pose.bones.find(bone.name) for bone in bones]
    return columns.reshape(frames, -1, 4, 4)[:, order].transpose(1, 0, 3, 2)


def release(bones: list[Any], empties: list[Any]) -> None:
    """Take the constraints, the empties and what moved them away again."""
    for bone in bones:
        for constraint in list(bone.constraints):
            bone.constraints.remove(constraint)
    action = empties[0].animation_data.action
    bpy.data.batch_remove([*empties, action])


def key_pose(
    armature: Any, bones: list[Any], matrices: Array, clip: str, carried: list[int]
) -> None:
    """Key what each bone does on top of its parent and its rest, so that it stands at `matrices`.

    The `carried` are translated, too; the others keep their place by their parents.
    """
    curves = curves_of(armature, bpy.data.actions.new(clip))
    place = {bone.name: j for j, bone in enumerate(bones)}
    identity = np.eye(4)[None]
    for j, bone in enumerate(bones):
        pose, rest = matrices[j].astype(np.float64), np.array(bone.bone.matrix_local)
        above, rest_above = identity, np.eye(4)
        if bone.parent is not None:
            above = matrices[place[bone.parent.name]].astype(np.float64)
            rest_above = np.array(bone.parent.bone.matrix_local)
        stands = inverse(rest_above) @ rest
        basis = inverse(stands) @ (inverse(above) @ pose)
        path = f'pose.bones["{bpy.utils.escape_identifier(bone.name)}"]'
        add_keys(curves, f"{path}.rotation_quaternion", quaternions(basis), bone.name)
        if j in carried:
            add_keys(curves, f"{path}.location", basis[:, :3, 3], bone.name)


# Keys: layered actions, as 4.5 and 5.0 both have them, written in bulk


def curves_of(thing: Any, action: Any) -> Any:
    """Let an action move a thing, by a slot of its own; return the bag of that slot's curves."""
    slot = action.slots.new("OBJECT", thing.name)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    data = thing.animation_data_create()
    data.action, data.action_slot = action, slot
    return strip.channelbag(slot, ensure=True)


def add_keys(bag: Any, path: str, values: Array, group: str = "") -> None:
    """Key a property with values (F, C) on frames 0 … F - 1, a curve per component."""
    keys = np.empty((len(values), 2), np.float32)
    keys[:, 0] = np.arange(len(values))
    linear = np.full(len(values), LINEAR, np.int32)
    channels = (bag.groups.get(group) or bag.groups.new(group)) if group else None
    for component in range(values.shape[1]):
        curve = bag.fcurves.new(path, index=component)
        if channels:
            curve.group = channels
        keys[:, 1] = values[:, component]
        curve.keyframe_points.add(len(values))
        curve.keyframe_points.foreach_set("co", keys.reshape(-1))
        curve.keyframe_points.foreach_set("interpolation", linear)
        curve.update()


# Arithmetic on whole arrays


def multiply(a: Array, b: Array) -> Array:
    """Return the quaternion product a b of wxyz quaternions (…, 4): b rotates first."""
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    product = (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )
    return np.stack(product, axis=-1)


def inverse(m: Array) -> Array:
    """Return the inverses of transforms (…, 4, 4) that rotate and translate."""
    out = np.zeros_like(m)
    out[..., :3, :3] = np.swapaxes(m[..., :3, :3], -1, -2)
    out[..., :3, 3] = -(out[..., :3, :3] @ m[..., :3, 3, None])[..., 0]
    out[..., 3, 3] = 1
    return out


def quaternions(m: Array) -> Array:
    """Return the rotations of transforms (F, 4, 4) as unit quaternions wxyz without sign changes.

    The rows of K are one quaternion, each scaled by four times one of its components; the row of
    the largest is the most exact (Bar-Itzhack, J. Guidance 23(6), 2000).
    """
    (a, b, c), (d, e, f), (g, h, i) = np.moveaxis(m[:, :3, :3], 0, -1)
    k = np.stack(
        [
            np.stack([1 + a + e + i, h - f, c - g, d - b], axis=-1),
            np.stack([h - f, 1 + a - e - i, b + d, c + g], axis=-1),
            np.stack([c - g, b + d, 1 - a + e - i, f + h], axis=-1),
            np.stack([d - b, c + g, f + h, 1 - a - e + i], axis=-1),
        ],
        axis=1,
    )
    largest = np.argmax(np.diagonal(k, axis1=1, axis2=2), axis=1)
    q: Array = k[np.arange(len(k)), largest]
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    flips = np.einsum("fc,fc->f", q[1:], q[:-1]) < 0
    q[1:] *= np.cumprod(np.where(flips, -1, 1))[:, None]
    return q


# Export


def export_glb(path: str) -> None:
    """Write a GLB whose times count frames; the host puts the seconds in.

    The exporter divides frames by fps times fps_base (4.5 and 5.0 alike), where Blender's rate is
    fps over fps_base. The curves hold a key per frame already: sampling them once more would take
    three times as long and write scales and still translations of every bone.
    """
    render = bpy.context.scene.render
    render.fps, render.fps_base = 1, 1.0
    bpy.ops.export_scene.gltf(
        filepath=path,
        export_format="GLB",
        export_force_sampling=False,
        export_optimize_animation_size=False,
        export_animation_mode="ACTIONS",
        export_merge_animation="ACTION",
        export_texcoords=False,
        export_cameras=False,
        export_lights=False,
        export_morph=False,
        export_extras=False,
        export_yup=True,
    )


def export_fbx(path: str) -> None:
    """Write an FBX with a key per frame and without the leaf bones that Blender would add."""
    bpy.ops.export_scene.fbx(
        filepath=path,
        object_types={"ARMATURE", "MESH"},
        add_leaf_bones=False,
        use_custom_props=True,
        bake_anim=True,
        bake_anim_use_all_bones=True,
        bake_anim_use_nla_strips=False,
        bake_anim_use_all_actions=False,
        bake_anim_force_startend_keying=True,
        bake_anim_step=1.0,
        bake_anim_simplify_factor=0.0,
    )


def export_blend(path: str) -> None:
    """Save the scene."""
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, compress=True, check_existing=False)


EXPORT: dict[str, Callable[[str], None]] = {
    ".glb": export_glb,
    ".fbx": export_fbx,
    ".blend": export_blend,
}
