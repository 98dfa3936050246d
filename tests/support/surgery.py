"""Characters as rigs, and written files played, by matrices alone: the oracle of surgery."""

from __future__ import annotations

import json

import numpy as np
from scipy.spatial.transform import Rotation

from retarget import gltf
from retarget.values import Asset, Rig, Skeleton
from support.characters import Glb


def loaded(path):
    """A written .glb, .vrma or .gltf with its one buffer, as `characters.Glb`."""
    if path.suffix != ".gltf":
        return Glb.load(path)
    document = json.loads(path.read_text())
    uris = [buffer["uri"] for buffer in document["buffers"] if "uri" in buffer]
    assert uris == [f"{path.stem}.bin"]
    return Glb(document, path.with_suffix(".bin").read_bytes())


def rig_of(path, joint_of_role, root=None, *, turn=None):
    """The character in a file as a rig: the nodes from `root` down, named by name or index.

    `turn` is the rotation from the file's world to the rig's.
    """
    file = gltf.read(path)
    glb = Glb(file.json, file.buffers[0] if file.buffers else b"")
    turn = turn or Rotation.identity()
    top = glb.node(root or joint_of_role["pelvis"])
    nodes = [top]
    for node in nodes:
        nodes.extend(glb.json["nodes"][node].get("children", []))
    parents, world = glb.parents(), glb.world()
    linear = turn.as_matrix() @ world[nodes, :3, :3]
    turns = Rotation.from_matrix(linear / np.linalg.norm(linear, axis=1, keepdims=True))
    places = turn.apply(world[nodes, :3, 3])
    above = [-1, *(nodes.index(parents[node]) for node in nodes[1:])]
    local = [turns[j] if p < 0 else turns[p].inv() * turns[j] for j, p in enumerate(above)]
    offsets = [
        places[j] if p < 0 else turns[p].inv().apply(places[j] - places[p])
        for j, p in enumerate(above)
    ]
    shown = [glb.json["nodes"][node].get("name", f"node_{node}") for node in nodes]
    return Rig(
        name=path.name,
        skeleton=Skeleton(
            names=shown,
            parents=above,
            rest_translations=offsets,
            rest_rotations=[turned.as_quat() for turned in local],
        ),
        roles={joint: role for role, joint in joint_of_role.items()},
        asset=Asset(path=path, gltf=file, nodes=nodes, turn=turn.as_quat()),
    )


def keys_of(glb, animation):
    """Times (K,) and values (K, width) of an animation, by (node, path)."""
    found = {}
    for channel in animation["channels"]:
        sampler = animation["samplers"][channel["sampler"]]
        target = channel["target"]["node"], channel["target"]["path"]
        assert target not in found
        assert sampler.get("interpolation", "LINEAR") == "LINEAR"
        values = glb.values(sampler["output"]).astype(float)
        if glb.json["accessors"][sampler["output"]]["componentType"] == 5122:
            assert glb.json["accessors"][sampler["output"]]["normalized"] is True
            values = np.maximum(values / 32767, -1)
        found[target] = glb.values(sampler["input"])[:, 0], values
    return found


def played(glb, frames, animation=-1):
    """(T, N, 4, 4) world matrices of all nodes at these keys of an animation."""
    keys = keys_of(glb, glb.json["animations"][animation])
    world = np.empty((len(frames), len(glb.json["nodes"]), 4, 4))
    for t, frame in enumerate(frames):
        posed = Glb({**glb.json, "nodes": [dict(node) for node in glb.json["nodes"]]}, glb.bin)
        for (node, path), (_, values) in keys.items():
            assert "matrix" not in posed.json["nodes"][node]
            posed.json["nodes"][node][path] = values[min(frame, len(values) - 1)].tolist()
        world[t] = posed.world()
    return world


def without_additions(document, original):
    """What is left of a document when what surgery adds to `original` is taken away."""
    left = dict(document)
    for key in ("animations", "accessors", "bufferViews"):
        kept = document[key][: len(original.get(key, []))]
        if kept or key in original:
            left[key] = kept
        else:
            del left[key]
    if "buffers" in original:
        first, *others = document["buffers"]
        length = {k: v for k, v in original["buffers"][0].items() if k == "byteLength"}
        left["buffers"] = [{**first, **length}, *others]
    else:
        del left["buffers"]
    return left
