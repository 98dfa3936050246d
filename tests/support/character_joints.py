"""Variants of a character with other joints: split, removed, shuffled, with a node between."""

import numpy as np
from scipy.spatial.transform import Rotation


def split(glb, joint, child, name):
    """Put a new joint halfway between a joint and its child."""
    new = glb.copy()
    parent, below = new.node(joint), new.node(child)
    local = glb.local(below)
    half = np.eye(4)
    half[:3, 3] = local[:3, 3] / 2
    new.json["nodes"].append({"name": name, "children": [below]})
    middle = len(new.json["nodes"]) - 1
    new.set_local(middle, half)
    new.set_local(below, np.linalg.inv(half) @ local)
    children = new.json["nodes"][parent]["children"]
    children[children.index(below)] = middle
    was = glb.world()
    for s, skin in enumerate(new.json["skins"]):
        if parent in skin["joints"]:
            bind = list(glb.inverse_bind(s))
            as_parent = was[parent] @ bind[skin["joints"].index(parent)]
            skin["joints"].append(middle)
            new.set_inverse_bind(s, [*bind, np.linalg.inv(new.world()[middle]) @ as_parent])
    return new


def without(glb, names):
    """Remove joints: children go to the nearest joint above, and so do the weights."""
    new = glb.copy()
    gone = {new.node(name) for name in names}
    parents = new.parents()

    def kept(i):
        while i in gone:
            i = parents[i]
        return i

    world = glb.world()
    for i in range(len(parents)):
        if i not in gone and parents[i] in gone:
            new.set_local(i, np.linalg.inv(world[kept(parents[i])]) @ world[i])
    for i, node in enumerate(new.json["nodes"]):
        children = [
            c
            for c in range(len(parents))
            if c not in gone and parents[c] >= 0 and kept(parents[c]) == i
        ]
        node.pop("children", None)
        if children:
            node["children"] = children
    for s, skin in enumerate(new.json["skins"]):
        old = skin["joints"]
        rest = [j for j in old if j not in gone]
        bind = glb.inverse_bind(s)
        skin["joints"] = rest
        new.set_inverse_bind(s, [bind[old.index(j)] for j in rest])
        _weights_moved(new, s, [rest.index(kept(j)) for j in old])
    return _reindexed(new, [i for i in range(len(parents)) if i not in gone])


def _weights_moved(new, skin, place):
    """Let joint k of a skin be joint place[k] in its meshes."""
    done = {}
    for node in new.json["nodes"]:
        if node.get("skin") == skin:
            for primitive in new.json["meshes"][node["mesh"]]["primitives"]:
                weigh_anew(new, primitive, place, done)


def weigh_anew(new, primitive, place, done):
    """Change a primitive's joints k to place[k]; weights that fall together are added."""
    at = primitive["attributes"]["JOINTS_0"], primitive["attributes"]["WEIGHTS_0"]
    if at not in done:
        old = new.values(at[0])
        joints, weights = np.array(place)[old], new.values(at[1])
        for k in range(1, 4):
            for m in range(k):
                same = joints[:, k] == joints[:, m]
                weights[same, m] += weights[same, k]
                weights[same, k] = 0
        joints[weights == 0] = 0
        done[at] = new.add(joints.astype(old.dtype), "VEC4"), new.add(weights, "VEC4")
    primitive["attributes"]["JOINTS_0"], primitive["attributes"]["WEIGHTS_0"] = done[at]


def _reindexed(new, order):
    """Keep the nodes of `order`, in that order."""
    place = {old: i for i, old in enumerate(order)}
    document = new.json
    document["nodes"] = [document["nodes"][old] for old in order]
    for node in document["nodes"]:
        if "children" in node:
            node["children"] = [place[c] for c in node["children"]]
    for scene in document["scenes"]:
        scene["nodes"] = [place[i] for i in scene["nodes"]]
    for skin in document.get("skins", []):
        skin["joints"] = [place[j] for j in skin["joints"]]
        if "skeleton" in skin:
            skin["skeleton"] = place[skin["skeleton"]]
    for animation in document.get("animations", []):
        for channel in animation["channels"]:
            channel["target"]["node"] = place[channel["target"]["node"]]
    return new


def shuffled(glb, seed=0):
    """Shuffle the nodes in the file, and the joints in the skins."""
    rng = np.random.default_rng(seed)
    new = glb.copy()
    for s, skin in enumerate(new.json["skins"]):
        order = rng.permutation(len(skin["joints"]))
        bind = new.inverse_bind(s)
        skin["joints"] = [skin["joints"][k] for k in order]
        new.set_inverse_bind(s, bind[order])
        _weights_moved(new, s, np.argsort(order))
    return _reindexed(new, rng.permutation(len(new.json["nodes"])).tolist())


def with_node_between(glb, joint, name="Offset", turn=None):
    """Put a node that is no joint between a joint and its parent; all stands as before."""
    new = glb.copy()
    at = new.node(joint)
    parent = new.parents()[at]
    matrix = np.eye(4)
    matrix[:3, :3] = (turn or Rotation.from_rotvec([0.3, -0.5, 0.2])).as_matrix()
    matrix[:3, 3] = 0.01, 0.02, -0.03
    new.json["nodes"].append({"name": name, "children": [at]})
    new.set_local(len(new.json["nodes"]) - 1, matrix)
    new.set_local(at, np.linalg.inv(matrix) @ glb.local(at))
    children = new.json["nodes"][parent]["children"]
    children[children.index(at)] = len(new.json["nodes"]) - 1
    return new
