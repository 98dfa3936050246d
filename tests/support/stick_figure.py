"""A small skinned body of 22 joints, made from nothing: for hostile variants and fuzzing."""

import numpy as np

from support.character_glb import Glb

_LEFT = {
    "hip": ("pelvis", (0.09, 0.88, 0)),
    "knee": ("left_hip", (0.1, 0.48, 0.01)),
    "ankle": ("left_knee", (0.1, 0.09, -0.01)),
    "foot": ("left_ankle", (0.1, 0.02, 0.12)),
    "collar": ("spine3", (0.03, 1.38, 0)),
    "shoulder": ("left_collar", (0.17, 1.4, 0)),
    "elbow": ("left_shoulder", (0.36, 1.2, 0)),
    "wrist": ("left_elbow", (0.53, 1.02, 0.01)),
}

JOINTS = {
    "pelvis": (None, (0, 0.95, 0)),
    "spine1": ("pelvis", (0, 1.05, 0)),
    "spine2": ("spine1", (0, 1.17, 0)),
    "spine3": ("spine2", (0, 1.28, 0)),
    "neck": ("spine3", (0, 1.45, 0)),
    "head": ("neck", (0, 1.55, 0.02)),
}
"""(parent, position) by SMPL-H's name: an A-pose, +Y up, facing +Z, metres."""

for _name, (_parent, (_x, _y, _z)) in _LEFT.items():
    JOINTS[f"left_{_name}"] = (_parent, (_x, _y, _z))
    JOINTS[f"right_{_name}"] = (_parent.replace("left", "right"), (-_x, _y, _z))


def stick_figure():
    """A Glb with an armature, 22 joints, a triangle for each, and a skin."""
    names = list(JOINTS)
    nodes = [{"name": "Armature", "children": [1]}]
    nodes += [{"name": name} for name in names]
    for name, (parent, at) in JOINTS.items():
        node = nodes[1 + names.index(name)]
        above = JOINTS[parent][1] if parent else (0, 0, 0)
        node["translation"] = np.subtract(at, above).tolist()
        if parent:
            nodes[1 + names.index(parent)].setdefault("children", []).append(1 + names.index(name))
    nodes.append({"name": "Body", "mesh": 0, "skin": 0})
    document = {
        "asset": {"version": "2.0", "generator": "tests"},
        "scene": 0,
        "scenes": [{"nodes": [0, len(nodes) - 1]}],
        "nodes": nodes,
    }
    glb = Glb(document, b"")
    points = np.array([JOINTS[name][1] for name in names])
    corners = points[:, None] + [(0, 0, 0), (0.02, -0.02, 0), (-0.02, -0.02, 0)]
    corners = corners.reshape(-1, 3).astype("<f4")
    attributes = {
        "POSITION": glb.add(corners, "VEC3"),
        "JOINTS_0": glb.add(
            np.repeat([[j, 0, 0, 0] for j in range(22)], 3, 0).astype("u1"), "VEC4"
        ),
        "WEIGHTS_0": glb.add(np.tile([1, 0, 0, 0], (66, 1)).astype("<f4"), "VEC4"),
    }
    document["accessors"][0] |= {"min": corners.min(0).tolist(), "max": corners.max(0).tolist()}
    document["meshes"] = [{"primitives": [{"attributes": attributes}]}]
    document["skins"] = [{"name": "Skin", "joints": list(range(1, 23))}]
    bind = np.tile(np.eye(4), (22, 1, 1))
    bind[:, :3, 3] = -points
    glb.set_inverse_bind(0, bind)
    return glb
