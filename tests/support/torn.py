"""Characters whose joints hang elsewhere in the file than in the body, and rigs of them."""

from __future__ import annotations

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

from retarget import gltf
from retarget.values import Asset
from support.surgery import rig_of

ASKEW = Rotation.from_euler("xyz", [40, -110, 25], degrees=True)

LEGS = ("mixamorig:LeftUpLeg", "mixamorig:RightUpLeg")
ARMS = ("mixamorig:LeftArm", "mixamorig:RightArm")


def rehung(glb, parent_of):
    """Hang nodes, by name, from others; everything stands where it stood."""
    new = glb.copy()
    nodes = new.json["nodes"]
    for name, parent in parent_of.items():
        node, world = new.node(name), new.world()
        above = new.parents()[node]
        nodes[above]["children"].remove(node)
        if not nodes[above]["children"]:
            del nodes[above]["children"]
        under = new.node(parent)
        nodes[under].setdefault("children", []).append(node)
        new.set_local(node, np.linalg.inv(world[under]) @ world[node])
    return new


def added(glb, name, parent, turn=ASKEW, scale=1.0):
    """Add a node that is no joint, turned, moved and scaled."""
    new = glb.copy()
    nodes = new.json["nodes"]
    nodes.append({"name": name})
    nodes[new.node(parent)].setdefault("children", []).append(len(nodes) - 1)
    local = np.eye(4)
    local[:3, :3], local[:3, 3] = scale * turn.as_matrix(), (0.1, -0.2, 0.3)
    new.set_local(len(nodes) - 1, local)
    return new


def joints_of(glb):
    return [glb.json["nodes"][j]["name"] for j in sorted(glb.joints())]


def flat(glb):
    """As exporters flatten a hierarchy: every joint under one node that rests."""
    return rehung(glb, dict.fromkeys(joints_of(glb), "Armature"))


def under_the_hips(glb):
    hips = "mixamorig:Hips"
    return rehung(glb, {name: hips for name in joints_of(glb) if name != hips})


def constraint_driven(glb):
    """As a Rigify rig: limbs under bones that nothing moves, turned and scaled."""
    new = added(added(glb, "ORG-spine", "Armature"), "ORG-shoulder", "ORG-spine", scale=0.4)
    return rehung(new, {**dict.fromkeys(LEGS, "ORG-spine"), **dict.fromkeys(ARMS, "ORG-shoulder")})


def in_pieces(glb):
    """As "deform bones only": pieces of chains under the root."""
    pieces = [*LEGS, *ARMS, "mixamorig:Spine1", "mixamorig:LeftHandIndex1"]
    return rehung(glb, dict.fromkeys(pieces, "Armature"))


def crossed(glb):
    """Joints under others that move, and some of those under others again."""
    return rehung(
        glb,
        {
            "mixamorig:Head": "mixamorig:RightFoot",
            "mixamorig:LeftHand": "mixamorig:Head",
            "mixamorig:LeftUpLeg": "mixamorig:LeftHand",
            "mixamorig:LeftLeg": "mixamorig:Hips",
        },
    )


def below_a_carried_node(glb):
    """A joint under a node that is no joint, which itself hangs from one that moves."""
    new = added(glb, "pin", "mixamorig:Head", scale=3.0)
    return rehung(new, {"mixamorig:LeftForeArm": "pin"})


TEARS = {
    "flat": flat,
    "under the hips": under_the_hips,
    "driven by constraints": constraint_driven,
    "in pieces": in_pieces,
    "crossed": crossed,
    "below a carried node": below_a_carried_node,
}


def torn_rig(whole, torn, folder, *, pelvis="mixamorig:Hips", turn=None):
    """The rig of the file `torn`, in which joints are carried as they hang in `whole`."""
    rig = rig_of(whole.save(folder / "whole.glb"), {"pelvis": pelvis}, turn=turn)
    path = torn.save(folder / "hero.glb")
    return carried(rig, torn, Asset(path=path, gltf=gltf.read(path), nodes=[], turn=rig.asset.turn))


def carried(rig, torn, asset):
    """A rig, at rest as its joints are in the file `torn` of an asset, carried as it was."""
    names, parents = rig.skeleton.names, rig.skeleton.parents.tolist()
    nodes, turn = [torn.node(name) for name in names], Rotation.from_quat(asset.turn)
    world = torn.world()[nodes]
    places = turn.apply(world[:, :3, 3])
    assert np.abs(places - rig.skeleton.rest.positions[:, 0]).max() < 1e-5
    linear = turn.as_matrix() @ world[:, :3, :3]
    turns = Rotation.from_matrix(linear / np.linalg.norm(linear, axis=1, keepdims=True))
    back = [turns[p].inv() if p >= 0 else Rotation.identity() for p in parents]
    offsets = [places[j] - (places[p] if p >= 0 else 0) for j, p in enumerate(parents)]
    skeleton = attrs.evolve(
        rig.skeleton,
        rest_rotations=[(back[j] * turns[j]).as_quat() for j in range(len(nodes))],
        rest_translations=[back[j].apply(offset) for j, offset in enumerate(offsets)],
    )
    return attrs.evolve(rig, skeleton=skeleton, asset=attrs.evolve(asset, nodes=nodes))
