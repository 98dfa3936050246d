"""The job of reading a target: where an armature rests, and the whole of a character as a GLB.

Needs bpy (4.5 or 5.0) and numpy alone. No script in the file is run.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

from typing import Any

import bpy

from retarget_blender.in_blender.opening import (
    apart,
    armatures,
    heads,
    open_file,
    placed,
    skinned_to,
)
from retarget_blender.in_blender.whole import bring_out, modifiers
from retarget_blender.in_blender.writing import WHOLE

Job = dict[str, Any]


def run(job: Job) -> Job:
    """Open the file `path` of the `kind` that `open_file` knows and tell of its armatures.

    Answers what `open_file` does where something is wrong, or

    `armatures`: by name `bones`: names, `heads` (B, 3): world positions at rest, +Z up, metres, and
        `meshes`: how many it deforms;
    `actions`: names of all there are; the GLB holds none;
    `warnings`: of what else the GLB lacks; a GLB is written to `glb` where the armature called
        `named` deforms a mesh, or, with none named, where any does.
    """
    wrong = open_file(job["path"], job["kind"])
    if wrong:
        return wrong
    found = armatures()
    told: Job = {
        "armatures": {name: about(found[name]) for name in found},
        "actions": [action.name for action in bpy.data.actions],
        "warnings": [],
    }
    wanted = [job["named"]] if job["named"] else list(found)
    if any(told["armatures"][name]["meshes"] for name in wanted if name in found):
        told["warnings"] = write_character(list(found.values()), job["glb"])
    return told


def about(armature: Any) -> Job:
    """Tell of an armature."""
    with apart(armature) as scene:
        places = heads(armature, placed(armature, scene))
    return {
        "bones": [bone.name for bone in armature.data.bones],
        "heads": places.tolist(),
        "meshes": len(skinned_to(armature)),
    }


def write_character(rigs: list[Any], path: str) -> list[str]:
    """Write all that is in the file as a GLB, at rest; tell what the GLB lacks."""
    for rig in rigs:
        rig.data.pose_position = "REST"  # for modifiers that look at bones or at what hangs on them
    bring_out(rigs)
    applied, warnings = modifiers()
    bpy.ops.export_scene.gltf(
        filepath=path,
        export_format="GLB",
        export_animations=False,
        export_apply=applied,
        export_current_frame=True,
        use_active_scene=True,
        **WHOLE,
    )
    return warnings
