"""Runs in Blender for blender.py: our bake beside Blender's own, and Blender's exporter alone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from retarget_blender.in_blender import animate, bake


def run(job: dict[str, Any]) -> dict[str, float]:
    """Return seconds: `bake` and `nla_bake` of the same rig, `default_export` of the result."""
    arrays = {path.stem: np.load(path) for path in Path(job["arrays"]).glob("*.npy")}
    frames = arrays["turns"].shape[1]

    armature, *_ = _driven(job, arrays)
    start = time.perf_counter()
    _nla_bake(armature, frames)
    nla_bake = time.perf_counter() - start

    armature, bones, empties, ties = _driven(job, arrays)
    start = time.perf_counter()
    matrices = bake.sample(bpy.context.scene, armature, bones, frames)
    bake.release(ties, empties)
    animate.key_pose(armature, bones, matrices, "clip", [0])
    own_bake = time.perf_counter() - start

    animate.add_mesh(armature, job, arrays)
    start = time.perf_counter()
    bpy.ops.export_scene.gltf(filepath=job["output"], export_format="GLB")
    return {
        "bake": own_bake,
        "nla_bake": nla_bake,
        "default_export": time.perf_counter() - start,
    }


def _driven(job: dict[str, Any], arrays: dict[str, Any]) -> tuple[Any, ...]:
    """Return an armature that the empties move, its bones, the empties and the constraints."""
    animate.empty_scene(job["rate"], arrays["turns"].shape[1])
    armature = animate.add_armature(job, arrays["heads"], arrays["tails"])
    bones = [armature.pose.bones[name] for name in job["bones"]]
    scene = bpy.context.scene
    empties = bake.add_empties(scene, bones, arrays["turns"], {0: arrays["positions"][0]})
    return armature, bones, empties, animate.constrain(bones, empties, [0], job)


def _nla_bake(armature: Any, frames: int) -> None:
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="POSE")
    for bone in armature.pose.bones:
        (bone if hasattr(bone, "select") else bone.bone).select = True
    bpy.ops.nla.bake(
        frame_start=0,
        frame_end=frames - 1,
        only_selected=True,
        visual_keying=True,
        clear_constraints=True,
        bake_types={"POSE"},
    )
    bpy.ops.object.mode_set(mode="OBJECT")
