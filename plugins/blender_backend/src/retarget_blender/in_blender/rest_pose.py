"""The job of reading a target: where the bones of a .blend's armature rest in the world.

Needs bpy (4.5 or 5.0) and numpy alone. No script in the file is run.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Job = dict[str, Any]


def run(job: Job) -> Job:
    """Open the file `blend` and tell of the armature named `armature`, or else of the only one.

    Answers one of
        `damaged`: what Blender said when it could not open the file;
        `missing`: the linked libraries that are not where the file looks for them;
        `armatures`: names; and of the one that was meant, if it is clear which, `bones`: names,
        and `heads` (J, 3): world positions at rest, +Z up, metres.
    """
    try:
        bpy.ops.wm.open_mainfile(filepath=job["blend"], load_ui=False, use_scripts=False)
    except RuntimeError as error:
        return {"damaged": str(error).strip()}
    missing = [library.filepath for library in bpy.data.libraries if library.is_missing]
    if missing:
        return {"missing": missing}
    found = armatures()
    name = job["armature"] or (next(iter(found)) if len(found) == 1 else None)
    told: Job = {"armatures": list(found)}
    if name in found:
        bones = found[name].data.bones
        told["bones"] = [bone.name for bone in bones]
        told["heads"] = heads(found[name]).tolist()
    return told


def armatures() -> dict[str, Any]:
    """Return the armatures by name; a local one stands for the linked one that it overrides."""
    found: dict[str, Any] = {}
    for thing in sorted(bpy.data.objects, key=lambda thing: thing.library is not None):
        if thing.type == "ARMATURE":
            found.setdefault(thing.name, thing)
    return found


def heads(armature: Any) -> Array:
    """Return where the bones' heads (J, 3) rest in the world, whatever the pose."""
    local = np.array([bone.head_local for bone in armature.data.bones], np.float64).reshape(-1, 3)
    world = np.array(placed(armature), np.float64)
    return local @ world[:3, :3].T + world[:3, 3]


def placed(armature: Any) -> Any:
    """Return the world matrix of an object that may be hidden, or in no scene that is shown."""
    shown = bpy.context.scene
    scene = bpy.data.scenes.new("placed")
    scene.frame_set(shown.frame_current, subframe=shown.frame_subframe)
    scene.collection.objects.link(armature)
    armature.hide_viewport = False
    layer = scene.view_layers[0]
    layer.update()
    return armature.evaluated_get(layer.depsgraph).matrix_world
