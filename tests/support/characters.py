"""Variants of a character GLB, made with struct, json and numpy; each function returns a new one.

    hero = characters.mixamo()
    path = prefixed(scaled_armature(hero, 0.01), "hero_").save(tmp_path / "hero.glb")

Poses and skins stay true: where the rest of a joint changes, its inverse bind matrix changes with
it, so that the mesh stands as before; where the pose changes (`posed`, `arms`), the mesh follows.
"""

import copy
import itertools

import numpy as np
from scipy.spatial.transform import Rotation

from support.character_glb import Glb
from support.character_joints import shuffled, split, weigh_anew, with_node_between, without
from support.character_roles import FINGERS, GAME_ENGINE, MIXAMO, VRM0_BONES, VRM1_BONES
from support.data import shared

__all__ = [
    "FINGERS",
    "GAME_ENGINE",
    "MIXAMO",
    "VRM0_BONES",
    "VRM1_BONES",
    "Glb",
    "shuffled",
    "split",
    "with_node_between",
    "without",
]


def mixamo():
    """The MakeHuman character with the Mixamo rig; skips the test where it is absent."""
    return Glb.load(shared("characters/makehuman_mixamo.glb"))


def game_engine():
    """The MakeHuman character with the Unreal rig; skips the test where it is absent."""
    return Glb.load(shared("characters/makehuman_game_engine.glb"))


# Names


def renamed(glb, names):
    """Rename nodes by a mapping or a function of the old name."""
    new = glb.copy()
    for i, node in enumerate(new.json["nodes"]):
        if i in new.joints() and "name" in node:
            old = node["name"]
            node["name"] = names(old) if callable(names) else names.get(old, old)
    return new


def prefixed(glb, prefix):
    """Put a prefix before every joint's name, in the place of one that ends in a colon."""
    return renamed(glb, lambda name: prefix + name.split(":")[-1])


def lower_case(glb):
    return renamed(glb, str.lower)


# Places and axes


def scaled_armature(glb, scale=0.01, turn=None, armature="Armature"):
    """Scale and turn the armature's node, its joints made larger and turned back: all stands."""
    new = glb.copy()
    turn = turn or Rotation.identity()
    matrix, back = np.eye(4), np.eye(4)
    matrix[:3, :3], back[:3, :3] = scale * turn.as_matrix(), turn.inv().as_matrix()
    at = new.node(armature)
    new.set_local(at, glb.local(at) @ matrix)
    joints, parents = new.joints(), new.parents()
    for i in joints:
        local = glb.local(i) if parents[i] in joints else back @ glb.local(i)
        local[:3, 3] /= scale
        new.set_local(i, local)
    return new.rebind(glb)


def turned(glb, turn, offset=(0, 0, 0), name="World"):
    """Turn and move the whole file by a new root node."""
    new = glb.copy()
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn.as_matrix(), offset
    roots = [i for i, parent in enumerate(new.parents()) if parent < 0]
    new.json["nodes"].append({"name": name, "children": roots})
    new.set_local(len(new.json["nodes"]) - 1, matrix)
    for scene in new.json["scenes"]:
        scene["nodes"] = [len(new.json["nodes"]) - 1]
    return new


Z_UP = Rotation.from_euler("x", 90, degrees=True)
"""+Y up, facing +Z, to Z-up, facing -Y: what a file holds whose maker forgot to convert it."""


def rolled(glb, seed=0):
    """Turn every joint's rest axes at random; nothing that can be seen changes."""
    new = glb.copy()
    draws = Rotation.random(len(new.json["nodes"]), random_state=seed).as_matrix()
    parents, joints = new.parents(), new.joints()
    for i in joints:
        turn = np.eye(4)
        turn[:3, :3] = draws[i]
        back = np.eye(4)
        if parents[i] in joints:
            back[:3, :3] = draws[parents[i]].T
        new.set_local(i, back @ glb.local(i) @ turn)
    for i, parent in enumerate(parents):
        if parent in joints and i not in joints:
            back = np.eye(4)
            back[:3, :3] = draws[parent].T
            new.set_local(i, back @ glb.local(i))
    return new.rebind(glb)


def as_matrices(glb):
    """Write every transform as a matrix."""
    new = glb.copy()
    for i, node in enumerate(new.json["nodes"]):
        matrix = new.local(i)
        for key in ("translation", "rotation", "scale"):
            node.pop(key, None)
        node["matrix"] = matrix.T.ravel().tolist()
    return new


# Poses


def posed(glb, turns):
    """Turn joints about their places, `{name: world Rotation}` parents first; the mesh follows."""
    new = glb.copy()
    parents = new.parents()
    for name, turn in turns.items():
        i = new.node(name)
        above = new.world()[parents[i]][:3, :3]
        above = above / np.linalg.norm(above, axis=0)
        local = new.local(i)
        local[:3, :3] = above.T @ turn.as_matrix() @ above @ local[:3, :3]
        new.set_local(i, local)
    return _deformed(new)


def _deformed(new):
    """Move the vertices of skinned meshes to where the nodes put them, and bind them there."""
    world = new.world()
    done = set()
    for node in new.json["nodes"]:
        if "skin" not in node:
            continue
        s = node["skin"]
        matrices = world[new.json["skins"][s]["joints"]] @ new.inverse_bind(s)
        for primitive in new.json["meshes"][node["mesh"]]["primitives"]:
            attributes = primitive["attributes"]
            if attributes["POSITION"] in done:
                continue
            positions = new.values(attributes["POSITION"]).astype(float)
            joints = new.values(attributes["JOINTS_0"]).astype(int)
            weights = new.values(attributes["WEIGHTS_0"]).astype(float)
            blend = np.einsum("vk,vkij->vij", weights, matrices[joints])
            moved = np.einsum("vij,vj->vi", blend[:, :3, :3], positions) + blend[:, :3, 3]
            moved = moved.astype("<f4")
            at = new.add(moved, "VEC3")
            new.json["accessors"][at] |= {
                "min": moved.min(axis=0).tolist(),
                "max": moved.max(axis=0).tolist(),
            }
            attributes["POSITION"] = at
            done.add(at)
    for s, skin in enumerate(new.json["skins"]):
        new.set_inverse_bind(s, [np.linalg.inv(world[j]) for j in skin["joints"]])
    return new


def arms(glb, joint_of_role, drop):
    """Straighten the arms, `drop` degrees below level: 0 is a T-pose, 80 arms down."""
    new = glb
    for side, sign in (("left", 1), ("right", -1)):
        names = [joint_of_role[f"{side}_{r}"] for r in ("shoulder", "elbow", "wrist")]
        angle = np.radians(drop)
        wanted = np.array([sign * np.cos(angle), -np.sin(angle), 0])
        for a, b in itertools.pairwise(names):
            world = new.world()
            along = world[new.node(b)][:3, 3] - world[new.node(a)][:3, 3]
            axis = np.cross(along / np.linalg.norm(along), wanted)
            sine = np.linalg.norm(axis)
            cosine = along @ wanted / np.linalg.norm(along)
            turn = Rotation.from_rotvec(axis / max(sine, 1e-12) * np.arctan2(sine, cosine))
            new = posed(new, {a: turn})
    return new


# Files


def joined(a, b):
    """Both files in one: two characters with an armature and a skin each."""
    new = a.copy()
    new.bin += bytes(-len(new.bin) % 16)
    kinds = ("nodes", "meshes", "skins", "accessors", "bufferViews", "materials")
    before = {kind: len(a.json.get(kind, [])) for kind in kinds}
    other = copy.deepcopy(b.json)
    for view in other["bufferViews"]:
        view["byteOffset"] = view.get("byteOffset", 0) + len(new.bin)
    for kind, entry, key, target in REFERENCES:
        for holder in other[kind]:
            for inner in holder[entry] if entry else [holder]:
                if key in inner:
                    inner[key] = _moved_on(inner[key], before[target])
    for kind in kinds:
        new.json.setdefault(kind, []).extend(other.get(kind, []))
    new.bin += b.bin
    new.json["buffers"][0]["byteLength"] = len(new.bin)
    new.json["scenes"][0]["nodes"] += _moved_on(other["scenes"][0]["nodes"], before["nodes"])
    return new


REFERENCES = (
    ("nodes", None, "children", "nodes"),
    ("nodes", None, "mesh", "meshes"),
    ("nodes", None, "skin", "skins"),
    ("skins", None, "joints", "nodes"),
    ("skins", None, "inverseBindMatrices", "accessors"),
    ("meshes", "primitives", "attributes", "accessors"),
    ("meshes", "primitives", "indices", "accessors"),
    ("meshes", "primitives", "material", "materials"),
    ("accessors", None, "bufferView", "bufferViews"),
)
"""What in a file counts the entries of another list: (list, list within, key, counted list)."""


def _moved_on(held, by):
    if isinstance(held, list):
        return [i + by for i in held]
    return {k: i + by for k, i in held.items()} if isinstance(held, dict) else held + by


def skinned_apart(glb, names):
    """Give the mesh a second node with a skin of its own that has only some of the joints."""
    new = glb.copy()
    (at,) = [i for i, n in enumerate(new.json["nodes"]) if "skin" in n]
    bind = glb.inverse_bind(0)
    joints = [new.node(name) for name in names]
    new.json["skins"].append({"name": "second", "joints": joints})
    places = [new.json["skins"][0]["joints"].index(j) for j in joints]
    new.set_inverse_bind(1, bind[places])
    mesh = copy.deepcopy(new.json["meshes"][0])
    for primitive in mesh["primitives"]:
        weigh_anew(new, primitive, [k % len(joints) for k in range(len(bind))], {})
    new.json["meshes"].append(mesh)
    new.json["nodes"].append({"name": "Dress", "mesh": len(new.json["meshes"]) - 1, "skin": 1})
    parent = new.parents()[at]
    if parent >= 0:
        new.json["nodes"][parent]["children"].append(len(new.json["nodes"]) - 1)
    return new


def vrm0(glb, joint_of_role, leave_out=()):
    """The character as VRM 0.x: it faces -Z, and says which joint is which."""
    new = turned(glb, Rotation.from_euler("y", 180, degrees=True))
    bones = [
        {"bone": bone, "node": new.node(joint_of_role[role]), "useDefaultValues": True}
        for bone, role in VRM0_BONES.items()
        if bone not in leave_out
    ]
    new.json["extensionsUsed"] = [*new.json.get("extensionsUsed", []), "VRM"]
    new.json.setdefault("extensions", {})["VRM"] = {
        "specVersion": "0.0",
        "humanoid": {"humanBones": bones},
    }
    return new


def vrm1(glb, joint_of_role, leave_out=()):
    """The character as VRM 1.0: it faces +Z, and says which joint is which."""
    new = glb.copy()
    bones = {
        bone: {"node": new.node(joint_of_role[role])}
        for bone, role in VRM1_BONES.items()
        if bone not in leave_out
    }
    new.json["extensionsUsed"] = [*new.json.get("extensionsUsed", []), "VRMC_vrm"]
    new.json.setdefault("extensions", {})["VRMC_vrm"] = {
        "specVersion": "1.0",
        "meta": {
            "name": "hero",
            "authors": ["nobody"],
            "licenseUrl": "https://vrm.dev/licenses/1.0/",
        },
        "humanoid": {"humanBones": bones},
    }
    return new
