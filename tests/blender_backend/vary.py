"""Runs in Blender: opens a character and saves it as a .blend or FBX with what it is told of."""

from __future__ import annotations

import bpy
import mathutils

TRAP = "open({marker!r}, 'w').close()"


def run(job):
    if job["path"].endswith(".blend"):
        bpy.ops.wm.open_mainfile(filepath=job["path"], use_scripts=False)
    else:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        bpy.ops.import_scene.gltf(filepath=job["path"])
    armature = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
    bpy.context.view_layer.objects.active = armature
    body = next(thing for thing in bpy.data.objects if thing.type == "MESH")
    for what in job["what"]:
        CHANGES[what](armature, body, job)
    if job["made"].endswith(".fbx"):
        baked = job.get("baked", False)
        bpy.ops.export_scene.fbx(filepath=job["made"], add_leaf_bones=False, bake_anim=baked)
    else:
        bpy.ops.wm.save_as_mainfile(filepath=job["made"], copy=True)
    return {}


def small(armature, body, job):  # noqa: ARG001
    """The bones in centimetres, turned, under an empty that is moved, scaled and hidden."""
    grow = mathutils.Matrix.Rotation(1.1, 4, "X") @ mathutils.Matrix.Scale(100, 4)
    armature.data.transform(grow)
    body.data.transform(grow)
    carrier = bpy.data.objects.new("carrier", None)
    bpy.context.scene.collection.objects.link(carrier)
    carrier.location, carrier.hide_viewport = (0.25, -0.5, 0), True
    carrier.scale = (0.5, 0.5, 0.5)
    armature.parent = carrier
    armature.rotation_mode, armature.rotation_euler = "XYZ", (-1.1, 0, 0)
    armature.scale = (0.02, 0.02, 0.02)


def facing_left(armature, body, job):  # noqa: ARG001
    armature.rotation_mode, armature.rotation_euler = "XYZ", (0, 0, 1.5707963267948966)


def posed(armature, body, job):  # noqa: ARG001
    for bone in armature.pose.bones:
        bone.matrix_basis = mathutils.Matrix.Rotation(0.3, 4, "X")


def holding(armature, body, job):  # noqa: ARG001
    """A prop on a bone, which stands at (-0.5, 0.1, 1.2) while the body is at rest."""
    prop = bpy.data.objects.new("prop", bpy.data.meshes.new("prop"))
    prop.data.from_pydata([(0, 0, 0), (0.1, 0, 0), (0, 0.1, 0)], [], [(0, 1, 2)])
    bpy.context.scene.collection.objects.link(prop)
    prop.parent, prop.parent_type = armature, "BONE"
    prop.parent_bone = "mixamorig:RightHand"
    bpy.context.view_layer.update()
    prop.matrix_world = mathutils.Matrix.Translation((-0.5, 0.1, 1.2))


def constrained(armature, body, job):  # noqa: ARG001
    """Constraints, drivers, an IK chain: the usual of a rig that is animated in Blender."""
    bones = armature.pose.bones
    goal = bpy.data.objects.new("goal", None)
    bpy.context.scene.collection.objects.link(goal)
    goal.location = (0, 1, 1)
    bones["mixamorig:LeftHand"].constraints.new("IK").target = goal
    bones["mixamorig:Spine"].constraints.new("LIMIT_ROTATION").use_limit_x = True
    copied = bones["mixamorig:Neck"].constraints.new("COPY_ROTATION")
    copied.target = goal
    bones["mixamorig:Head"].constraints.new("COPY_ROTATION").mute = True
    path = 'pose.bones["mixamorig:LeftUpLeg"].rotation_quaternion'
    drivers = [armature.driver_add(path, 1)]
    drivers += [copied.driver_add("mute"), armature.driver_add("hide_render")]
    for curve in drivers:
        variable = curve.driver.variables.new()
        variable.type = "SINGLE_PROP"
        axis = "x" if curve.data_path.endswith("mute") else "y"
        variable.targets[0].id, variable.targets[0].data_path = goal, f"location.{axis}"
        curve.driver.type = "SUM"


def copying(armature, body, job):  # noqa: ARG001
    """Every bone copies that of a second armature, as where controls and deformation are apart."""
    controls = armature.copy()
    controls.data = armature.data.copy()
    controls.name = "Controls"
    bpy.context.scene.collection.objects.link(controls)
    for bone in armature.pose.bones:
        copied = bone.constraints.new("COPY_TRANSFORMS")
        copied.target, copied.subtarget = controls, bone.name


def corrected(armature, body, job):  # noqa: ARG001
    """A shape key that a driver sets to how far an arm is turned."""
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="bulge").data[0].co.z += 0.1
    curve = body.data.shape_keys.key_blocks["bulge"].driver_add("value")
    curve.driver.type = "SUM"
    variable = curve.driver.variables.new()
    variable.type = "TRANSFORMS"
    target = variable.targets[0]
    target.id, target.bone_target = armature, "mixamorig:LeftArm"
    target.transform_type, target.transform_space = "ROT_X", "LOCAL_SPACE"
    bpy.context.view_layer.update()


def acted(armature, body, job):  # noqa: ARG001
    """An action in the NLA, another at work, a moving parent, a moving prop."""
    bone = armature.pose.bones["mixamorig:LeftArm"]
    hips = armature.pose.bones["mixamorig:Hips"]
    for name in ("older", "newer"):
        for frame in (1, 20):
            bone.location, bone.scale = (0.1 * frame, 0, 0), (1, 2, 1)
            hips.rotation_quaternion = (1, 0.1 * frame, 0, 0)
            bone.keyframe_insert("location", frame=frame)
            bone.keyframe_insert("scale", frame=frame)
            hips.keyframe_insert("rotation_quaternion", frame=frame)
        data = armature.animation_data
        data.action.name = name
        if name == "older":
            data.nla_tracks.new().strips.new("older", 1, data.action)
            data.action = None
    prop = bpy.data.objects.new("prop", None)
    bpy.context.scene.collection.objects.link(prop)
    for frame in (1, 20):
        prop.location = (frame, 0, 0)
        prop.keyframe_insert("location", frame=frame)


def busy(armature, body, job):  # noqa: ARG001
    """Twenty actions, none of them at work."""
    for n in range(20):
        bpy.data.actions.new(f"take {n:02}").use_fake_user = True


def quirky(armature, body, job):  # noqa: ARG001
    """Bones that do not inherit all, are connected, locked, and turn by other modes."""
    bpy.ops.object.mode_set(mode="EDIT")
    edit = armature.data.edit_bones
    edit["Root"].tail = edit["pelvis"].head
    edit["pelvis"].use_connect = True
    bpy.ops.object.mode_set(mode="OBJECT")
    bones = armature.pose.bones
    bones["upperarm_l"].bone.use_inherit_rotation = False
    bones["head"].bone.use_inherit_rotation = False
    bones["thigh_r"].bone.inherit_scale = "NONE"
    bones["pelvis"].bone.use_local_location = False
    bones["calf_l"].rotation_mode = "XZY"
    bones["pelvis"].rotation_mode = "ZXY"
    bones["calf_r"].rotation_mode = "AXIS_ANGLE"
    for bone in bones:
        bone.lock_rotation = (True, True, True)
        bone.lock_location = (True, True, True)


def twice(armature, body, job):  # noqa: ARG001
    """A second body on a second armature, of which half the bones have no telling name."""
    other = armature.copy()
    other.data = armature.data.copy()
    other.name, other.location = "Second", (2, 0, 0)
    bpy.context.scene.collection.objects.link(other)
    flesh = body.copy()
    flesh.data = body.data.copy()
    bpy.context.scene.collection.objects.link(flesh)
    flesh.parent = other
    flesh.modifiers[0].object = other
    for bone in list(other.data.bones):
        if bone.name.endswith(("LeftUpLeg", "LeftLeg")):
            bone.name = f"part{len(bone.name)}"


def expressive(armature, body, job):
    """Shape keys, a modifier, a texture beside the file, a widget, properties, a lamp."""
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="smile").data[0].co.z += 0.1
    body.modifiers.new("Subdivision", "SUBSURF").levels = 1
    body["outfit"] = "blue"
    image = bpy.data.images.new("skin", 4, 4)
    image.filepath_raw, image.file_format = job["texture"], "PNG"
    image.save()
    bpy.context.view_layer.update()
    material = body.data.materials[0]
    material.use_nodes = True
    nodes = material.node_tree
    texture = nodes.nodes.new("ShaderNodeTexImage")
    texture.image = image
    shader = next(node for node in nodes.nodes if node.type == "BSDF_PRINCIPLED")
    nodes.links.new(texture.outputs[0], shader.inputs["Base Color"])
    widget = bpy.data.objects.new("WGT-hips", bpy.data.meshes.new("WGT"))
    bpy.context.scene.collection.objects.link(widget)
    armature.pose.bones[0].custom_shape = widget
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "POINT"))
    bpy.context.scene.collection.objects.link(lamp)


def thick(armature, body, job):  # noqa: ARG001
    body.modifiers.new("Mirror", "MIRROR").use_axis = (False, True, False)


def bare(armature, body, job):  # noqa: ARG001
    bpy.data.objects.remove(body)


def away(armature, body, job):  # noqa: ARG001
    """In a collection that the scene does not show."""
    collection = bpy.data.collections.new("away")
    bpy.context.scene.collection.children.link(collection)
    for thing in (armature, body):
        for holder in list(thing.users_collection):
            holder.objects.unlink(thing)
        collection.objects.link(thing)
    bpy.context.view_layer.layer_collection.children["away"].exclude = True


def trapped(armature, body, job):  # noqa: ARG001
    text = bpy.data.texts.new("trap.py")
    text.write(TRAP.format(marker=job["marker"] + ".text"))
    text.use_module = True
    code = f"__import__('pathlib').Path({job['marker'] + '.driver'!r}).touch() or 0"
    armature.driver_add("location", 0).driver.expression = code


CHANGES = {
    change.__name__: change
    for change in (
        small,
        facing_left,
        holding,
        posed,
        constrained,
        copying,
        corrected,
        acted,
        busy,
        quirky,
        twice,
        expressive,
        thick,
        bare,
        away,
        trapped,
    )
}
