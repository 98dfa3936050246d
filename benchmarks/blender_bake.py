"""Runs in Blender for blender.py: our bake beside Blender's own, and Blender's exporter alone."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

if TYPE_CHECKING:
    from types import ModuleType


def run(job: dict[str, Any]) -> dict[str, float]:
    """Return seconds: `bake` and `nla_bake` of the same rig, `default_export` of the result."""
    animate = _module(job["animate"])
    arrays = {path.stem: np.load(path) for path in Path(job["arrays"]).glob("*.npy")}
    frames = arrays["turns"].shape[1]

    armature, bones, empties = _driven(animate, job, arrays)
    start = time.perf_counter()
    _nla_bake(armature, frames)
    nla_bake = time.perf_counter() - start

    armature, bones, empties = _driven(animate, job, arrays)
    start = time.perf_counter()
    matrices = animate.sample(armature, bones, frames)
    animate.release(bones, empties)
    animate.key_pose(armature, bones, matrices, "clip", [0])
    bake = time.perf_counter() - start

    animate.add_mesh(armature, job, arrays)
    start = time.perf_counter()
    bpy.ops.export_scene.gltf(filepath=job["output"], export_format="GLB")
    return {
        "bake": bake,
        "nla_bake": nla_bake,
        "default_export": time.perf_counter() - start,
    }


def _module(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("animate", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _driven(animate: Any, job: dict[str, Any], arrays: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return an armature that the empties move, its bones and the empties."""
    animate.empty_scene(job["rate"], arrays["turns"].shape[1])
    armature = animate.add_armature(job, arrays["heads"], arrays["tails"])
    bones = [armature.pose.bones[name] for name in job["bones"]]
    empties = animate.add_empties(bones, arrays["turns"], arrays["positions"], [0])
    animate.constrain(bones, empties, [0], job)
    return armature, bones, empties


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
