"""Puts a rig into the document: joint nodes at rest, the skin, and the skinned mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pygltflib as gltf

from retarget import quaternions as quat

if TYPE_CHECKING:
    from retarget.mesh import Mesh
    from retarget.values import Float32, Skeleton
    from retarget_gltf.document import Document

GREY = [0.55, 0.56, 0.58, 1.0]
"""A neutral colour, linear RGBA: light enough for shadows to read, dark enough for highlights."""


def add_skeleton(document: Document, skeleton: Skeleton) -> None:
    """Add a node per joint, under the joint's own index, resting as the skeleton rests, and a skin.

    The skin binds at rest and covers every joint. It is written even where no mesh uses it: it is
    what tells an importer that these nodes are joints.
    """
    model = document.gltf
    translations = skeleton.rest_translations.tolist()
    # Rounding may leave a component a hair beyond 1, which the format forbids.
    rotations = np.clip(quat.normalize(skeleton.rest_rotations), -1.0, 1.0).tolist()
    for j, name in enumerate(skeleton.names):
        model.nodes.append(
            gltf.Node(
                name=name,
                translation=translations[j],
                rotation=rotations[j],
                children=skeleton.children(j),
            )
        )
    model.skins.append(
        gltf.Skin(
            inverseBindMatrices=document.add(inverse_bind_matrices(skeleton), "MAT4"),
            skeleton=0,
            joints=list(range(len(skeleton))),
        )
    )
    model.scenes[0].nodes.append(0)


def inverse_bind_matrices(skeleton: Skeleton) -> Float32:
    """Return (J, 4, 4) matrices from rest-pose world space to each joint, column-major."""
    inverse = quat.conjugate(skeleton.rest.rotations[:, 0])
    columns = np.zeros((len(skeleton), 4, 4), np.float32)
    columns[:, :3, :3] = np.swapaxes(quat.to_matrix(inverse), 1, 2)
    columns[:, 3, :3] = -quat.rotate(inverse, skeleton.rest.positions[:, 0])
    columns[:, 3, 3] = 1
    return columns


def add_mesh(document: Document, mesh: Mesh, skeleton: Skeleton) -> None:
    """Add the mesh, its material, and a node without a transform that binds it to the skin.

    The node stands at the root of the scene: a skinned mesh ignores what it is parented to, and
    validators warn where the two could be confused.
    """
    model = document.gltf
    name = mesh.name if mesh.name not in skeleton.index else f"{mesh.name}_mesh"
    narrow = np.uint16 if len(mesh.positions) <= 0xFFFF else np.uint32
    few = np.uint8 if len(skeleton) <= 0x100 else np.uint16
    vertices = gltf.ARRAY_BUFFER
    primitive = gltf.Primitive(
        indices=document.add(
            mesh.triangles.astype(narrow).reshape(-1), "SCALAR", gltf.ELEMENT_ARRAY_BUFFER
        ),
        material=len(model.materials),
        attributes=gltf.Attributes(
            POSITION=document.add(mesh.positions, "VEC3", vertices, bounded=True),
            NORMAL=document.add(mesh.normals, "VEC3", vertices),
            JOINTS_0=document.add(mesh.joints.astype(few), "VEC4", vertices),
            WEIGHTS_0=document.add(mesh.weights, "VEC4", vertices),
        ),
    )
    model.materials.append(
        gltf.Material(
            name="neutral",
            pbrMetallicRoughness=gltf.PbrMetallicRoughness(
                baseColorFactor=GREY, metallicFactor=0.0, roughnessFactor=0.8
            ),
        )
    )
    model.meshes.append(gltf.Mesh(name=name, primitives=[primitive]))
    model.scenes[0].nodes.append(len(model.nodes))
    model.nodes.append(gltf.Node(name=name, mesh=len(model.meshes) - 1, skin=0))
