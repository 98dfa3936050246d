"""A character whose one skin is parted: a mesh for each group of joints, with no joint of another.

As exporters write it that give a mesh the joints alone that deform it.
"""

import copy

import numpy as np

from support.character_joints import weigh_anew


def parted(glb, *groups):
    """Give the character one skin and mesh for each group of names; other joints are nodes then."""
    new = glb.copy()
    (body,) = [node for node in new.json["nodes"] if "skin" in node]
    (skin,), bind = new.json.pop("skins"), glb.inverse_bind(0)
    mesh, world = new.json["meshes"][body.pop("mesh")], glb.world()
    del body["skin"]
    new.json["skins"] = []
    for s, names in enumerate(groups):
        joints = [new.node(name) for name in names]
        new.json["skins"].append({"name": f"Skin {s}", "joints": joints})
        new.set_inverse_bind(s, bind[[skin["joints"].index(joint) for joint in joints]])
        # What the mesh had on other joints goes to the nearest: a whole mesh for each will do.
        own = world[joints][:, :3, 3]
        old = world[skin["joints"]][:, :3, 3]
        place = np.linalg.norm(old[:, None] - own, axis=-1).argmin(axis=1)
        part = copy.deepcopy(mesh)
        for primitive in part["primitives"]:
            weigh_anew(new, primitive, place.tolist(), {})
        new.json["meshes"].append(part)
        new.json["nodes"].append(
            {"name": f"Mesh {s}", "mesh": len(new.json["meshes"]) - 1, "skin": s}
        )
        new.json["scenes"][0]["nodes"].append(len(new.json["nodes"]) - 1)
    return new
