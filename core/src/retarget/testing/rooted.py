"""A character's own file whose body hangs below a root joint, to see what becomes of its travel."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

from retarget import gltf
from retarget.testing.oracle import transform, world_of_rest
from retarget.testing.rigs import fingerless
from retarget.values import Asset, RootMotion

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.values import Float64, Rig

ROOT = "Root"
"""Name of the joint above joint 0, as Unreal calls it."""

_TURN = Rotation.from_euler("x", -90, degrees=True)
_PLACE = np.array([0.1, 0.0, -0.2])
"""Where the root joint is at rest: turned and aside, so that it shows when its rest is left out."""


def rooted(folder: Path) -> Rig:
    """Return the fingerless rig as the character of a GLB file, which is written to the folder."""
    body = fingerless()
    path = folder / "rooted.glb"
    path.write_bytes(_glb(body))
    asset = Asset(
        path=path,
        gltf=gltf.read(path),
        nodes=np.arange(1, len(body.skeleton) + 1),
        turn=np.array([0.0, 0.0, 0.0, 1.0]),
        root_joint=0,
    )
    return attrs.evolve(body, name="rooted", asset=asset)


def travelling(frames: int) -> tuple[RootMotion, Float64]:
    """Return a walk along a bend, and the same as world transforms (F, 4, 4) that act on rest."""
    turns = Rotation.from_rotvec(np.linspace(0, 2.5, frames)[:, None] * [0, 1, 0])
    way = np.linspace([0, 0, 0], [1.0, 0.0, 2.0], frames)
    travel = RootMotion(rotations=turns.as_quat(), translations=way)
    return travel, transform(turns.as_matrix(), way)


def _glb(body: Rig) -> bytes:
    """Return the root joint, the body's joints below it, and a triangle skinned to them."""
    skeleton = body.skeleton
    joints = len(skeleton)
    places = skeleton.rest_translations.copy()  # its rest rotations are all the identity
    places[0] = _TURN.inv().apply(places[0] - _PLACE)
    nodes: list[dict[str, Any]] = [
        {"name": ROOT, "translation": _PLACE.tolist(), "rotation": _TURN.as_quat().tolist()},
        *(
            {"name": name, "translation": place}
            for name, place in zip(skeleton.names, places.tolist(), strict=True)
        ),
        {"name": "skin", "mesh": 0, "skin": 0},
    ]
    nodes[1]["rotation"] = _TURN.inv().as_quat().tolist()
    for joint, parent in enumerate(skeleton.parents.tolist(), 1):
        nodes[parent + 1].setdefault("children", []).append(joint)
    rest = np.concatenate([transform(_TURN.as_matrix(), _PLACE)[None], world_of_rest(skeleton)])
    corners = np.array([[0, 0, 0], [0.3, 0, 0], [0, 1.8, 0]], "<f4")
    arrays = {
        "MAT4": np.swapaxes(np.linalg.inv(rest), 1, 2).astype("<f4"),  # stored column by column
        "VEC3": corners,
        "VEC4": np.tile(np.array([1, 0, 0, 0], "<f4"), (3, 1)),
    }
    accessors: list[dict[str, Any]] = []
    views, binary = [], b""
    for kind, array in arrays.items():
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": array.nbytes})
        accessors.append(
            {"bufferView": len(accessors), "componentType": 5126, "count": len(array), "type": kind}
        )
        binary += array.tobytes()
    accessors[1] |= {"min": corners.min(axis=0).tolist(), "max": corners.max(axis=0).tolist()}
    views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": 12})
    accessors.append({"bufferView": 3, "componentType": 5121, "count": 3, "type": "VEC4"})
    binary += bytes([1, 0, 0, 0]) * 3  # all to the hips
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0, joints + 1]}],
        "nodes": nodes,
        "skins": [{"joints": list(range(joints + 1)), "inverseBindMatrices": 0}],
        "meshes": [
            {"primitives": [{"attributes": {"POSITION": 1, "WEIGHTS_0": 2, "JOINTS_0": 3}}]}
        ],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(binary))
    first = struct.pack("<I4s", len(text), b"JSON") + text
    return head + first + struct.pack("<I4s", len(binary), b"BIN\0") + binary
