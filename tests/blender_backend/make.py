"""Runs in Blender: makes a .blend with the armatures it is told of, and traps if so told."""

from __future__ import annotations

import bpy

TRAP = "open({marker!r}, 'w').close()"


def run(job):
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    if "opens" in job:  # as a careless user does
        bpy.ops.wm.open_mainfile(filepath=job["opens"], use_scripts=True)
        bpy.context.view_layer.update()
        return {}
    for given in job["armatures"]:
        add(given)
    if "links" in job:
        link(**job["links"])
    if "marker" in job:
        set_traps(job["marker"])
    bpy.ops.wm.save_as_mainfile(filepath=job["path"], compress=job.get("compress", False))
    return {}


def add(given):
    data = bpy.data.armatures.new(given["name"])
    armature = bpy.data.objects.new(given["name"], data)
    scene = bpy.context.scene
    scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for name, place in zip(given["names"], given["places"], strict=True):
        bone = data.edit_bones.new(name)
        bone.head = place
        bone.tail = [place[0] + 0.01, place[1] + 0.02, place[2]]
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.location, armature.rotation_euler = given["location"], given["turn"]
    armature.scale = [given["scale"]] * 3
    if "parent" in given["also"]:
        empty = bpy.data.objects.new("carries", None)
        scene.collection.objects.link(empty)
        empty.location, empty.hide_viewport = (1, 2, 3), True
        armature.parent = empty
    if "pose" in given["also"]:
        for bone in armature.pose.bones:
            bone.rotation_mode, bone.rotation_euler = "XYZ", (0.3, 0.2, 0.1)
    if "hide" in given["also"]:
        armature.hide_viewport = True
    if "away" in given["also"]:
        scene.collection.objects.unlink(armature)
        bpy.data.scenes.new("other").collection.objects.link(armature)


def link(library, name, *, override=False):
    with bpy.data.libraries.load(library, link=True, relative=True) as (_, wanted):
        wanted.objects = [name]
    linked = wanted.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    if override:
        linked.override_create(remap_local_usages=True).location = (5, 0, 0)


def set_traps(marker):
    """A text that is run on load, and a driver that needs Python."""
    text = bpy.data.texts.new("trap.py")
    text.write(TRAP.format(marker=marker + ".text"))
    text.use_module = True
    code = f"__import__('pathlib').Path({marker + '.driver'!r}).touch() or 0"
    bait = bpy.data.objects[0]
    bait.driver_add("location", 0).driver.expression = code
