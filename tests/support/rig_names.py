"""Skeletons of the shared characters, read with struct and json alone, as plain joints."""

from __future__ import annotations

import json
import struct

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

from retarget.values import Skeleton
from support.data import shared


@attrs.define
class Joint:
    """One joint of a rig that a test takes apart: world position, world rotation."""

    name: str
    parent: str | None
    at: np.ndarray
    turn: Rotation
    role: str = ""


def read(path):
    """The joints of a GLB's first skin as (name, parent, position, rotation), parents first."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<I", content, 12)
    document = json.loads(content[20 : 20 + length])
    nodes, wanted = document["nodes"], set(document["skins"][0]["joints"])
    joints = []

    def walk(index, parent, matrix):
        node = nodes[index]
        local = np.eye(4)
        scale = node.get("scale", [1, 1, 1])
        turn = Rotation.from_quat(node.get("rotation", [0, 0, 0, 1])).as_matrix()
        local[:3, :3] = turn * scale
        local[:3, 3] = node.get("translation", [0, 0, 0])
        world = matrix @ local
        if index in wanted:
            turn = Rotation.from_matrix(world[:3, :3] / np.linalg.norm(world[:3, :3], axis=0))
            joints.append(Joint(node["name"], parent, world[:3, 3], turn))
            parent = node["name"]
        for child in node.get("children", []):
            walk(child, parent, world)

    below = {c for node in nodes for c in node.get("children", [])}
    for index in range(len(nodes)):
        if index not in below:
            walk(index, None, np.eye(4))
    return joints


def character(which):
    """The joints of ../shared/characters/makehuman_<which>.glb."""
    return read(shared(f"characters/makehuman_{which}.glb"))


def skeleton(joints):
    """A Skeleton of joints in any order; parents are put before children, the order else kept."""
    ordered, done, waiting = [], set(), list(joints)
    while waiting:
        joint = next(j for j in waiting if j.parent is None or j.parent in done)
        waiting.remove(joint)
        ordered.append(joint)
        done.add(joint.name)
    index = {j.name: i for i, j in enumerate(ordered)}
    parents = np.array([-1 if j.parent is None else index[j.parent] for j in ordered])
    at = np.array([j.at for j in ordered])
    turns = Rotation.from_quat([j.turn.as_quat() for j in ordered])
    translations, rotations = at.copy(), turns.as_quat()
    below = np.flatnonzero(parents >= 0)
    if len(below):
        inverse = turns[parents[below]].inv()
        translations[below] = inverse.apply(at[below] - at[parents[below]])
        rotations[below] = (inverse * turns[below]).as_quat()
    return Skeleton(
        names=[j.name for j in ordered],
        parents=parents,
        rest_translations=translations,
        rest_rotations=rotations,
    )
