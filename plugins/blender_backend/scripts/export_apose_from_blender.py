"""Writes the A-pose of an armature as an NPZ file, with Blender alone: nothing to install.

    blender AposeRig.blend --background --python export_apose_from_blender.py -- A-Pose.npz

Options, after the file to write: `--armature NAME` where there are several, `--force` to overwrite.
The bones carry SMPL-H names, original (L_Hip, L_Hand_0) or smplx's (left_hip, left_index1); others
are left out. Written are their rest positions in the world, in Blender's axes, in metres:
J_ABSOLUTE, SMPL_OFFSETS (from the parent's) and JOINT_NAMES. `retarget --target` reads it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
# ruff: noqa: INP001, T201 - a script by itself, and it prints

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import traceback
from pathlib import Path
from typing import Any

import bpy
import numpy as np

BODY = """
    L_Hip Pelvis, R_Hip Pelvis, Spine1 Pelvis, L_Knee L_Hip, R_Knee R_Hip, Spine2 Spine1,
    L_Ankle L_Knee, R_Ankle R_Knee, Spine3 Spine2, L_Foot L_Ankle, R_Foot R_Ankle, Neck Spine3,
    L_Collar Spine3, R_Collar Spine3, Head Neck, L_Shoulder L_Collar, R_Shoulder R_Collar,
    L_Elbow L_Shoulder, R_Elbow R_Shoulder, L_Wrist L_Elbow, R_Wrist R_Elbow
"""
"""The body joints of SMPL-H, in its order, each with its parent; Pelvis stands before them."""

FINGERS = ("index", "middle", "pinky", "ring", "thumb")
"""Three joints each, on the left hand and then on the right."""

REQUIRED = re.compile("Pelvis|._(Hip|Knee|Ankle|Shoulder|Elbow|Wrist)")
"""The joints that a target cannot do without."""


class RefusedError(Exception):
    """Something stands in the way; says what."""


def main(given: list[str]) -> int:
    """Export; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="blender RIG.blend --background --python export_apose_from_blender.py --",
        description="Write the A-pose of an armature as an NPZ file.",
    )
    parser.add_argument("output", type=Path, metavar="A-Pose.npz")
    parser.add_argument("--armature", metavar="NAME", help="which one, where there are several")
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")
    asked = parser.parse_args(given)
    if asked.output.exists() and not asked.force:
        raise RefusedError(f"{asked.output} is already there; --force overwrites it.")
    arrays = apose(armature(asked.armature))
    write(asked.output, arrays)
    print(f"A-pose  {asked.output} ({len(arrays['JOINT_NAMES'])} joints)")
    return 0


def joints() -> dict[str, tuple[str, str | None]]:
    """Return the joints of SMPL-H, in its order: by original name, smplx's name and the parent."""
    found: dict[str, tuple[str, str | None]] = {"Pelvis": ("pelvis", None)}
    for pair in BODY.split(","):
        name, parent = pair.split()
        found[name] = (name.replace("L_", "left_").replace("R_", "right_").lower(), parent)
    for side, letter in (("left", "L"), ("right", "R")):
        for place in range(3 * len(FINGERS)):
            finger, joint = divmod(place, 3)
            parent = f"{letter}_Hand_{place - 1}" if joint else f"{letter}_Wrist"
            found[f"{letter}_Hand_{place}"] = (f"{side}_{FINGERS[finger]}{joint + 1}", parent)
    return found


def armature(name: str | None) -> Any:
    """Return the armature of this name, or the only one."""
    blend = bpy.data.filepath or "The scene"
    missing = [library.filepath for library in bpy.data.libraries if library.is_missing]
    if missing:
        raise RefusedError(f"{blend}: a library that it links is missing: {', '.join(missing)}.")
    found: dict[str, Any] = {}
    for thing in sorted(bpy.data.objects, key=lambda thing: thing.library is not None):
        if thing.type == "ARMATURE":
            found.setdefault(thing.name, thing)  # a local one overrides a linked one
    names = ", ".join(found)
    if not found:
        raise RefusedError(f"{blend}: there is no armature in it.")
    if name is None and len(found) > 1:
        raise RefusedError(f"{blend}: it has several armatures; pick one with --armature: {names}.")
    if name is not None and name not in found:
        raise RefusedError(f"{blend}: no armature is named {name!r}; there is: {names}.")
    return found[name or names]


def apose(rig: Any) -> dict[str, Any]:
    """Return the arrays to write; tell which bones are left out and which are missing."""
    known = joints()
    bones = bones_by_joint(rig, known)
    missing = [name for name in known if name not in bones]
    needed = [name for name in missing if REQUIRED.fullmatch(name)]
    if needed:
        raise RefusedError(f"{rig.name}: required bones are missing: {', '.join(needed)}.")
    if missing:
        print(f"warning: {rig.name}: it has no bone for {', '.join(missing)}.")
    world = np.array(world_matrix(rig), np.float64)
    heads = {name: np.array(bone.head_local, np.float64) for name, bone in bones.items()}
    places = {name: world[:3, :3] @ head + world[:3, 3] for name, head in heads.items()}
    offsets = []
    for name, place in places.items():
        parent = known[name][1]
        while parent is not None and parent not in places:
            parent = known[parent][1]
        offsets.append(place - places[parent] if parent else place)
    return {
        "J_ABSOLUTE": np.array(list(places.values())),
        "SMPL_OFFSETS": np.array(offsets),
        "JOINT_NAMES": np.array([bone.name for bone in bones.values()]),
    }


def bones_by_joint(rig: Any, known: dict[str, tuple[str, str | None]]) -> dict[str, Any]:
    """Return the bone of each joint that has one, in the order of the joints."""
    spellings = {spelling: name for name in known for spelling in (name.lower(), known[name][0])}
    found: dict[str, Any] = {}
    others = []
    for bone in rig.data.bones:
        name = spellings.get(bone.name.lower())
        if name is None:
            others.append(bone.name)
        elif found.setdefault(name, bone) != bone:
            raise RefusedError(f"{rig.name}: two bones for one joint: {name}.")
    if others:
        told = f"bones without a SMPL-H name are left out: {', '.join(others)}"
        print(f"warning: {rig.name}: {told}.")
    return {name: found[name] for name in known if name in found}


def world_matrix(rig: Any) -> Any:
    """Return where the object is, though it may be hidden, or in no scene that is shown."""
    shown = bpy.context.scene
    scene = bpy.data.scenes.new("placed")
    scene.frame_set(shown.frame_current, subframe=shown.frame_subframe)
    scene.collection.objects.link(rig)
    rig.hide_viewport = False
    layer = scene.view_layers[0]
    layer.update()
    return rig.evaluated_get(layer.depsgraph).matrix_world


def write(path: Path, arrays: dict[str, Any]) -> None:
    """Write the file beside its place and move it there once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        status = main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else [])
    except (RefusedError, OSError) as error:
        print(f"export_apose_from_blender: {error}", file=sys.stderr)
        status = 1
    except SystemExit as done:  # argparse
        status = int(done.code or 0)
    except BaseException:  # noqa: BLE001 - whatever it is, it must reach the shell
        traceback.print_exc()
        status = 1
    shutil.rmtree(bpy.app.tempdir, ignore_errors=True)  # what Blender does when it ends by itself
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # Blender would report success, whatever happened
