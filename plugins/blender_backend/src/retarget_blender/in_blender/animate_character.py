"""The job of animating the user's own armature: driven through constraints, baked, exported.

Nothing of the armature is applied, renamed, scaled or hung elsewhere. Needs bpy (4.5 or 5.0) and
numpy alone. Everything here is in Blender's axes: +Z up, quaternions wxyz, metres.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np
from mathutils import Matrix, Quaternion

from retarget_blender.in_blender import joints, opening, quiet, whole, writing
from retarget_blender.in_blender.arithmetic import quaternions, seen_from
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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Job = dict[str, Any]


def run(job: Job) -> Job:
    """Open the file `asset`, find the bones of the rig, drive them, bake and export.

    Arrays: `places` (J, 3) of the joints at rest in the file's world, `turns` (J, F, 4) world
    rotations away from rest, `positions` (P, F, 3) in the world of the joints that `placed` tells:
    joint 0 and those that hang from another bone than the one that carries them. Where the topmost
    bone above joint 0 travels along, `root_turns` (F, 4) and `root_positions` (F, 3) of it.

    Answers what `opening.open_file` does where something is wrong, `lost`: why the rig's bones
    were not found, or `seconds`, `warnings` and `left_out`: actions of the file that its output
    does not hold.
    """
    clock = Clock()
    arrays = {path.stem: np.load(path) for path in Path(job["arrays"]).glob("*.npy")}
    stays = job["format"] == ".blend"
    wrong = opening.open_file(job["asset"], job["kind"], tuple(job["rate"]), animated=stays)
    if wrong:
        return wrong
    clock.lap("open")
    left_out = [] if stays else whole.forget_motion()
    try:
        armature, bones, world = joints.find(job, arrays["places"])
    except LookupError as error:
        return {"lost": str(error)}
    to_scene_of(armature)
    warnings = animate(job, armature, bones, world, arrays, clock)
    warnings = (warnings if stays else []) + write(job, armature)
    clock.lap("export")
    return {"seconds": clock.laps, "warnings": warnings, "left_out": left_out}


def animate(
    job: Job, armature: Any, bones: list[Any], world: Array, arrays: dict[str, Array], clock: Clock
) -> list[str]:
    """Bake the clip into an action of the armature; return what had to make way for it."""
    joint_0 = bones[0]
    there = [j for j, bone in enumerate(bones) if bone is not None]
    bones, placed = [bones[j] for j in there], [there.index(j) for j in job["placed"]]
    held = [*bones, *joint_0.parent_recursive]
    if job["format"] != ".blend":  # which alone can constrain what a bone hangs from
        held += [above for j in placed for above in bones[j].parent_recursive]
    warnings = quiet.quiet(armature, held)
    if job["format"] != ".blend":
        quiet.inherit_all(held)
    turns, positions, frames = arrays["turns"][there], arrays["positions"], arrays["turns"].shape[1]
    torn = placed[1:]
    if "root_turns" in arrays and joint_0.parent_recursive:
        bones.append(joint_0.parent_recursive[-1])
        turns = np.concatenate([turns, arrays["root_turns"][None]])
        positions = np.concatenate([positions, arrays["root_positions"][None]])
        placed.append(len(bones) - 1)
    turns = seen_from(world[:3, :3], turns)
    to_armature = np.linalg.inv(world)
    positions = positions @ to_armature[:3, :3].T + to_armature[:3, 3]
    places = dict(zip(placed, positions, strict=True))
    with opening.apart(armature) as scene:
        for name in [bones[j].name for j in places]:
            if quiet.let_move(armature, armature.pose.bones[name], scene):
                warnings.append(f"the bone {name} is no longer connected to its parent")
        bones = [armature.pose.bones[bone.name] for bone in bones]
        clock.lap("rig")
        empties = add_empties(scene, bones, turns, places)
        ties = [(bones[j], tie(bones[j], "COPY_LOCATION", empties[j], "POSE")) for j in places]
        for bone, empty in zip(bones, empties, strict=True):
            ties.append((bone, tie(bone, "COPY_ROTATION", empty, "POSE")))
        clock.lap("drive")
        every = list(armature.pose.bones)
        matrices = sample(scene, armature, every, frames)
        clock.lap("sample")
        release(ties, empties)
    if job["format"] == ".glb" and frames == 1:
        # A bone with a single key the exporter samples, and so at rest; the host cuts this one off.
        matrices = matrices.repeat(2, axis=1)
    stands = {bone.name: m for bone, m in zip(every, matrices, strict=True)}
    curves = curves_of(armature, bpy.data.actions.new(job["clip"]))
    for joint, bone in enumerate(bones):
        basis = local(bone, stands, exact=joint in torn)
        key_rotation(curves, bone, basis)
        if joint in places:
            add_keys(curves, path_of(bone, "location"), basis[:, :3, 3], bone.name)
    clock.lap("key")
    return warnings


def local(bone: Any, stands: dict[str, Array], *, exact: bool) -> Array:
    """Return what a bone does on top of its parent and its rest (F, 4, 4), as it inherits."""
    pose = stands[bone.name]
    above = stands[bone.parent.name] if bone.parent else None
    if bone.bone.use_inherit_rotation and bone.bone.use_local_location:
        return on_top(bone, pose, above, exact=exact)
    # Bones seldom do not inherit, and Blender alone knows all the ways in which they may not.
    rest, out = bone.bone.matrix_local, np.empty(pose.shape)
    for frame in range(len(pose)):
        carrying = {}
        if above is not None:
            carrying = {
                "parent_matrix": Matrix(above[frame]),
                "parent_matrix_local": bone.parent.bone.matrix_local,
            }
        out[frame] = bone.bone.convert_local_to_pose(
            Matrix(pose[frame]), rest, invert=True, **carrying
        )
    return out


def key_rotation(curves: Any, bone: Any, basis: Array) -> None:
    """Key a bone's rotation in the mode that it has: other actions in the file are made for it."""
    turns, mode = quaternions(basis), bone.rotation_mode
    if mode == "QUATERNION":
        add_keys(curves, path_of(bone, "rotation_quaternion"), turns, bone.name)
    elif mode == "AXIS_ANGLE":
        both = [Quaternion(turn).to_axis_angle() for turn in turns]
        values = np.array([(angle, *axis) for axis, angle in both])
        add_keys(curves, path_of(bone, "rotation_axis_angle"), values, bone.name)
    else:
        angles = [Quaternion(turns[0]).to_euler(mode)]
        for turn in turns[1:]:
            angles.append(Quaternion(turn).to_euler(mode, angles[-1]))
        add_keys(curves, path_of(bone, "rotation_euler"), np.array(angles), bone.name)


def to_scene_of(armature: Any) -> None:
    """Go to a scene that has the armature, should the one that is shown have it not."""
    scenes = [scene for scene in bpy.data.scenes if armature.name in scene.objects]
    if scenes and bpy.context.scene not in scenes:
        bpy.context.window.scene = scenes[0]


def write(job: Job, armature: Any) -> list[str]:
    """Write the file with its new action; return what did not go with it."""
    path = job["output"]
    opening.set_frames(job["rate"], job["frames"])
    if job["format"] == ".blend":
        armature["retarget"] = job["provenance"]
        writing.write_blend(path)
        return []
    whole.bring_out([armature])
    if job["format"] == ".fbx":
        armature["retarget"] = job["provenance"]
        writing.write_fbx(path, path_mode="COPY", embed_textures=True)
        return []
    applied, warnings = whole.modifiers()
    quiet.untie(armature)
    armature.data.pose_position = "REST"
    writing.write_glb(path, export_apply=applied, use_active_scene=True, **writing.WHOLE)
    return warnings
