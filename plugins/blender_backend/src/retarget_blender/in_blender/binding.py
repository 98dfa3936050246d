"""Lets Blender's glTF importer leave meshes bound as they are where joints rest elsewhere.

By itself it binds every mesh anew to the rest of the nodes, which deforms otherwise wherever a
vertex follows several joints, and it drops the scales that joints have at rest.

glTF puts a vertex v at Σ w W B v, by the joints' matrices W and inverse bind matrices B; Blender
at Σ w P R⁻¹ u, by the bones' poses P and rests R. With R = A B⁻¹ and u = A v for any one A both are
the same where P = W. A rest in Blender has no scale; what it would have, the pose has inversely.

Needs bpy (4.5 or 5.0) and numpy alone.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

import copy
import importlib
from typing import TYPE_CHECKING, Any

import numpy as np
from mathutils import Matrix, Vector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[Any]

NEAR = 1e-4
"""By which joints may rest elsewhere than bound, over the size of the rig, or in a turn or scale.

Below, the importer may do as it does by itself: a bind is not more exact.
"""

EVEN = 2e-3
"""By which the squares of scales along two axes may differ: the host refuses joints beyond."""


def bind(gltf: Any) -> dict[Any, Array]:
    """Let the importer's virtual nodes rest where their meshes are bound to them.

    `gltf` is the importer's own, with its `vnodes` made and no object yet. Returns where the bones
    rest by the file's nodes instead, by virtual node: matrices (4, 4) without a scale, in the
    armature's space. Nothing where that is the same; all is then left as it is.
    """
    bones = list(_bones(gltf))
    rest = _rests(gltf, bones)
    bound = _bound(gltf, bones, rest)
    if all(_same(rest[bone], bound[bone], rest) for bone in bones):
        return {}
    before = {bone: _size(rest[bone]) for bone in bones}
    after = {bone: _size(rest[bone]) / _size(bound[bone]) for bone in bones}
    elsewhere, edits = {}, {}
    for bone in bones:
        vnode = gltf.vnodes[bone]
        # The importer lets a bone point elsewhere than its node's axes do.
        axes = np.linalg.inv(vnode.bind_arma_mat) @ np.array(vnode.editbone_arma_mat)
        elsewhere[bone] = _unscaled(rest[bone]) @ axes
        edits[bone] = _unscaled(bound[bone]) @ axes
        local = np.linalg.inv(edits.get(vnode.parent, np.eye(4))) @ edits[bone]
        vnode.bind_arma_mat = Matrix(bound[bone])
        vnode.editbone_arma_mat = Matrix(edits[bone])
        vnode.editbone_trans, vnode.editbone_rot, _ = Matrix(local).decompose()
    _rescale(gltf, before, after)
    return elsewhere


def _bones(gltf: Any) -> Iterator[Any]:
    """Yield the virtual nodes that become bones, parents before children."""
    bone_type = type(gltf.vnodes["root"]).Bone
    todo: list[Any] = ["root"]
    while todo:
        vnode = gltf.vnodes[todo.pop()]
        for child in vnode.children:
            if gltf.vnodes[child].type == bone_type:
                yield child
        todo.extend(reversed(vnode.children))


def _rests(gltf: Any, bones: list[Any]) -> dict[Any, Array]:
    """Return the matrices of the bones' nodes at rest, scales and all, in the armature's space."""
    rest: dict[Any, Array] = {}
    for bone in bones:
        vnode = gltf.vnodes[bone]
        rest[bone] = rest.get(vnode.parent, np.eye(4)) @ Matrix.LocRotScale(*vnode.base_trs)
    return rest


def _bound(gltf: Any, bones: list[Any], rest: dict[Any, Array]) -> dict[Any, Array]:
    """Return where the bones are while no mesh is deformed, in the armature's space.

    A skin leaves free where its mesh then is: there, its topmost joint is at rest, or where a skin
    before has it. A bone of no skin, or whose bind no bone could have, stays with its parent.
    """
    order = {bone: place for place, bone in enumerate(bones)}
    found: dict[Any, Array] = {}
    for skin in gltf.data.skins or []:
        joints = [joint for joint in skin.joints if joint in order]
        inverse = dict(zip(skin.joints, _inverse_binds(gltf, skin), strict=False))
        top = min(joints, key=lambda joint: (joint not in found, order[joint]), default=None)
        if top is None:
            continue
        mesh = found.get(top, rest[top]) @ inverse[top]
        for joint in joints:
            if joint not in found and _is_even(inverse[joint]):
                found[joint] = mesh @ np.linalg.inv(inverse[joint])
    bound: dict[Any, Array] = {}
    for bone in bones:
        above = gltf.vnodes[bone].parent
        if bone in found and _is_even(found[bone]):
            bound[bone] = found[bone]
        elif above in bound:
            bound[bone] = bound[above] @ np.linalg.inv(rest[above]) @ rest[bone]
        else:
            bound[bone] = rest[bone]
    return bound


def _inverse_binds(gltf: Any, skin: Any) -> Array:
    """Return the inverse bind matrices (J, 4, 4) of a skin, in Blender's axes."""
    if skin.inverse_bind_matrices is None:
        return np.broadcast_to(np.eye(4), (len(skin.joints), 4, 4))
    read = _values(gltf, skin.inverse_bind_matrices)
    return np.array([gltf.matrix_gltf_to_blender(matrix) for matrix in read], np.float64)


def _same(rest: Array, bound: Array, every: dict[Any, Array]) -> bool:
    """Tell whether a bone rests, without a scale, where it is bound."""
    places = np.array([matrix[:3, 3] for matrix in every.values()])
    apart = np.abs(rest - bound)
    return bool(
        abs(_size(rest) - 1) < NEAR
        and apart[:3, :3].max() < NEAR * max(1.0, _size(rest))
        and apart[:3, 3].max() < NEAR * max(float(np.ptp(places, axis=0).max()), NEAR)
    )


def _size(matrix: Array) -> float:
    """Return the scale of a matrix (4, 4), the same along all axes."""
    return float(np.cbrt(abs(np.linalg.det(matrix[:3, :3]))))


def _unscaled(matrix: Array) -> Array:
    """Return a matrix (4, 4) without its scale: the nearest rotation (Higham 1986)."""
    u, _, vt = np.linalg.svd(matrix[:3, :3])
    out = matrix.copy()
    out[:3, :3] = u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt
    return out


def _is_even(matrix: Array) -> bool:
    """Tell whether a matrix (4, 4) scales alike along all axes, and neither shears nor mirrors."""
    columns = matrix[:3, :3]
    square, size = columns.T @ columns, _size(matrix)
    return bool(np.linalg.det(columns) > 0 and np.abs(square / size**2 - np.eye(3)).max() < EVEN)


def _rescale(gltf: Any, before: dict[Any, float], after: dict[Any, float]) -> None:
    """Give the nodes of bones other scales in the world; what hangs on them stays where it is."""
    locations: dict[Any, float] = {}
    scales: dict[Any, float] = {}
    for node, vnode in gltf.vnodes.items():
        above = before.get(vnode.parent, 1.0) / after.get(vnode.parent, 1.0)
        own = above * after.get(node, 1.0) / before.get(node, 1.0)
        location, rotation, scale = vnode.base_trs
        vnode.base_trs = (Vector(location) * above, rotation, Vector(scale) * own)
        locations[node], scales[node] = above, own
    for animation in gltf.data.animations or []:
        for channel in animation.channels:
            factors = {"translation": locations, "scale": scales}.get(channel.target.path)
            factor = factors.get(channel.target.node, 1.0) if factors else 1.0
            if factor != 1.0:
                _multiply(gltf, animation, channel, factor)


def _multiply(gltf: Any, animation: Any, channel: Any, factor: float) -> None:
    """Let a channel have a sampler of its own, with other values."""
    sampler = copy.copy(animation.samplers[channel.sampler])
    values = np.array(_values(gltf, sampler.output)) * factor
    sampler.output = f"{sampler.output} times {factor}"
    gltf.accessor_cache[sampler.output] = values.tolist()  # where the importer looks first
    channel.sampler = len(animation.samplers)
    animation.samplers.append(sampler)


def _values(gltf: Any, accessor: Any) -> list[Any]:
    """Return the values of an accessor, as the importer reads them."""
    binary: Any = importlib.import_module("io_scene_gltf2.io.imp.gltf2_io_binary")
    values: list[Any] = binary.BinaryData.get_data_from_accessor(gltf, accessor)
    return values
