"""Opens what a user gave, .blend, FBX or glTF, and finds the armatures in it.

Needs bpy (4.5 or 5.0) and numpy alone. No script in a file is run.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from retarget_blender.in_blender import binding, resting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[Any]
    Job = dict[str, Any]


def open_file(
    path: str, kind: str, rate: tuple[int, float] | None = None, *, animated: bool = False
) -> Job:
    """Open a file of the kind "blend", "fbx" or "gltf"; nothing else is then in Blender.

    Answers nothing where all is well, or one of
        `damaged`: what Blender said when it could not open the file;
        `missing`: the linked libraries that are not where the file looks for them.

    `rate` is set before an import, whose keys come to lie on its frames. Of a glTF file the
    animations come along where it is `animated`; of a .blend always, of an FBX never.
    """
    try:
        if kind == "blend":
            bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=False)
        else:
            empty_file(rate)
            if kind == "fbx":
                import_fbx(path)
            else:
                import_gltf(path, animated=animated)
    except RuntimeError as error:
        return {"damaged": str(error).strip()}
    missing = [library.filepath for library in bpy.data.libraries if library.is_missing]
    if missing:
        return {"missing": missing}
    if bpy.context.object is not None and bpy.context.object.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    return {}


def empty_file(rate: tuple[int, float] | None = None) -> None:
    """Start from Blender's own settings and nothing else, at `rate[0] / rate[1]` frames/s."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    bpy.data.orphans_purge(do_recursive=True)
    if rate is not None:
        bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = rate


def set_frames(rate: tuple[int, float], frames: int) -> None:
    """Go to the first of the frames 0 … F - 1 at `rate[0] / rate[1]` frames/s."""
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = rate
    scene.frame_start, scene.frame_end = 0, frames - 1
    scene.frame_set(0)


def import_fbx(path: str) -> None:
    """Import an FBX by the importer in C++, nearer to the file and faster than the one in Python.

    Both versions have both. Against the .blend that an FBX was made of, joints are off by 0.0005 mm
    at most, where the one in Python is off by 0.004 mm and takes five times as long.
    """
    bpy.ops.wm.fbx_import(filepath=path, use_anim=False, ignore_leaf_bones=False)


def import_gltf(path: str, *, animated: bool) -> None:
    """Import a glTF file, its nodes at rest as they stand in the file, bones with its own axes.

    Its animations, if they are to come along, are kept on NLA tracks that are muted. How its meshes
    are bound where that is elsewhere, `resting` keeps until the file is written.
    """
    extension = Extension(animated=animated)
    with known(extension):
        bpy.ops.import_scene.gltf(
            filepath=path,
            bone_heuristic="BLENDER",
            guess_original_bind_pose=False,
            disable_bone_shape=True,
            import_pack_images=True,
        )
    for armature, rests in extension.rests():
        resting.rest_as_nodes(armature, rests)


class Extension:
    """Keeps the glTF importer from posing by an animation, and from binding meshes anew.

    Methods, by name, are the importer's hooks for extensions; both versions have both.
    """

    def __init__(self, *, animated: bool) -> None:
        """Say whether the file's animations are to be read at all."""
        self.animated = animated
        self._vnodes: Any = None
        self._rests: dict[Any, Array] = {}
        self._failed: Exception | None = None

    def gather_import_gltf_before_hook(self, gltf: Any) -> None:
        """Before anything of the document is made."""
        if not self.animated:
            gltf.data.animations = None

    def gather_import_node_before_hook(self, _vnode: Any, _node: Any, gltf: Any) -> None:
        """Before an object is made; before the first one the bones are told where they rest."""
        if self._vnodes is not None:
            return
        self._vnodes = gltf.vnodes
        try:
            self._rests = binding.bind(gltf)
        except Exception as error:  # noqa: BLE001 - the importer would go on without a word
            self._failed = error

    def gather_import_animations(self, _animations: Any, options: Any, _gltf: Any) -> None:
        """Before the animations are made, of which the first would become active."""
        options.restore_first_anim = False

    def rests(self) -> list[tuple[Any, dict[str, Array]]]:
        """Return armatures and where their bones rest by the nodes, if it is not as bound."""
        if self._failed is not None:
            raise self._failed
        found: dict[Any, dict[str, Array]] = {}
        for bone, rest in self._rests.items():
            vnode = self._vnodes[bone]
            found.setdefault(vnode.bone_arma, {})[vnode.blender_bone_name] = rest
        return [(self._vnodes[one].blender_object, rests) for one, rests in found.items()]


@contextlib.contextmanager
def known(extension: Extension) -> Iterator[None]:
    """Let the glTF importer have the extension for a while.

    It asks every add-on that is enabled for one, and so itself.
    """
    importer: Any = importlib.import_module("io_scene_gltf2")
    importer.glTF2ImportUserExtension = lambda: extension
    try:
        yield
    finally:
        del importer.glTF2ImportUserExtension


def armatures() -> dict[str, Any]:
    """Return the armatures by name; a local one stands for the linked one that it overrides."""
    found: dict[str, Any] = {}
    for thing in sorted(bpy.data.objects, key=lambda thing: thing.library is not None):
        if thing.type == "ARMATURE":
            found.setdefault(thing.name, thing)
    return found


def skinned_to(armature: Any) -> list[Any]:
    """Return the meshes that an armature deforms."""
    bones = {bone.name for bone in armature.data.bones}
    return [
        thing
        for thing in bpy.data.objects
        if thing.type == "MESH"
        and (
            any(m.type == "ARMATURE" and m.object == armature for m in thing.modifiers)
            or (thing.parent == armature and thing.parent_type == "ARMATURE")
        )
        and any(group.name in bones for group in thing.vertex_groups)
    ]


def shapes() -> list[Any]:
    """Return the objects that are there to draw bones by, handles of the animator and no body."""
    drawn = {
        bone.custom_shape
        for thing in bpy.data.objects
        if thing.type == "ARMATURE"
        for bone in thing.pose.bones
        if bone.custom_shape is not None
    }
    return [thing for thing in drawn if not thing.vertex_groups]


@contextlib.contextmanager
def apart(armature: Any) -> Iterator[Any]:
    """Give a scene in which the armature is alone and shown, whatever hides it in its own."""
    shown, hidden = bpy.context.scene, armature.hide_viewport
    scene = bpy.data.scenes.new("apart")
    try:
        scene.frame_set(shown.frame_current, subframe=shown.frame_subframe)
        scene.collection.objects.link(armature)
        armature.hide_viewport = False
        scene.view_layers[0].update()
        yield scene
    finally:
        armature.hide_viewport = hidden
        bpy.data.scenes.remove(scene)


def placed(armature: Any, scene: Any) -> Array:
    """Return the world matrix (4, 4) of an armature as a scene shows it."""
    evaluated = armature.evaluated_get(scene.view_layers[0].depsgraph)
    return np.array(evaluated.matrix_world, np.float64)


def heads(armature: Any, world: Array) -> Array:
    """Return where the bones' heads (B, 3) rest in the world, whatever the pose."""
    local = np.array([bone.head_local for bone in armature.data.bones], np.float64).reshape(-1, 3)
    return local @ world[:3, :3].T + world[:3, 3]
