"""The constraint bake: bones tied to empties, the evaluated pose read back frame by frame.

Needs bpy and numpy alone. J bones, F frames.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from retarget_blender.in_blender.arithmetic import inverse, multiply
from retarget_blender.in_blender.keys import add_keys, curves_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[Any]


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


def add_empties(
    scene: Any, bones: list[Any], turns: Array, places: Mapping[int, Array]
) -> list[Any]:
    """Add an empty per bone with the joint's transform, in the bone's own axes.

    `turns` (J, F, 4) rotations away from rest, `places` (F, 3) by bone. Only those are keyed that
    are looked at: every curve costs time on every frame.
    """
    action = bpy.data.actions.new("empties")
    empties = []
    for joint, bone in enumerate(bones):
        empty = bpy.data.objects.new(f"drives {bone.name}", None)
        empty.rotation_mode = "QUATERNION"
        scene.collection.objects.link(empty)
        curves = curves_of(empty, action)
        axes = np.array(bone.bone.matrix_local.to_quaternion())
        add_keys(curves, "rotation_quaternion", multiply(turns[joint], axes))
        if joint in places:
            add_keys(curves, "location", places[joint])
        empties.append(empty)
    return empties


def tie(bone: Any, kind: str, empty: Any, space: str = "WORLD") -> Any:
    """Add a constraint: what the empty does in the world, the bone does in `space`."""
    constraint = bone.constraints.new(kind)
    constraint.target = empty
    constraint.owner_space = space
    return constraint


def sample(scene: Any, armature: Any, bones: list[Any], frames: int) -> Array:
    """Return the evaluated pose (J, F, 4, 4) of every frame, in the armature's space."""
    graph = scene.view_layers[0].depsgraph
    columns = np.empty((frames, len(armature.pose.bones) * 16), np.float32)
    for frame in range(frames):
        scene.frame_set(frame)
        armature.evaluated_get(graph).pose.bones.foreach_get("matrix", columns[frame])
    order = [armature.pose.bones.find(bone.name) for bone in bones]
    return columns.reshape(frames, -1, 4, 4)[:, order].transpose(1, 0, 3, 2)


def release(ties: list[tuple[Any, Any]], empties: list[Any]) -> None:
    """Take constraints, given with their bones, the empties and what moved them away again."""
    for bone, constraint in ties:
        bone.constraints.remove(constraint)
    action = empties[0].animation_data.action
    bpy.data.batch_remove([*empties, action])


def on_top(bone: Any, pose: Array, above: Array | None, *, exact: bool = False) -> Array:
    """Return what a bone does on top of its parent and its rest (F, 4, 4), in its own axes.

    `pose` (F, 4, 4) is where it stands in the armature's space, `above` its parent, None without.
    Right for bones that inherit all from their parents. Places far from rest must be `exact`: the
    axes of a rest are square to within rounding only.
    """
    invert = np.linalg.inv if exact else inverse
    stands, carrying = np.array(bone.bone.matrix_local), np.eye(4)[None]
    if above is not None:
        stands = invert(np.array(bone.parent.bone.matrix_local)) @ stands
        carrying = above.astype(np.float64)
    basis: Array = invert(stands) @ (invert(carrying) @ pose.astype(np.float64))
    return basis


def path_of(bone: Any, channel: str) -> str:
    """Return the data path of a bone's channel."""
    return f'pose.bones["{bpy.utils.escape_identifier(bone.name)}"].{channel}'
