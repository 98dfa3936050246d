"""What stands above, beside and under a rig: its topmost joint, its names, its place."""

from __future__ import annotations

import numpy as np
import pytest

import retarget
from support.characters import shuffled
from support.stick_figure import JOINTS, stick_figure


def load(glb, tmp_path):
    return retarget.load_rig(glb.save(tmp_path / "hero.glb"))


def below_armature(glb, *names, skinned=True):
    """Put joints between the armature and the hips, one under the other."""
    above = glb.node("Armature")
    for name in names:
        glb.json["nodes"].append({"name": name, "children": glb.json["nodes"][above]["children"]})
        glb.json["nodes"][above]["children"] = [len(glb.json["nodes"]) - 1]
        above = len(glb.json["nodes"]) - 1
        if skinned:
            glb.json["skins"][0]["joints"].append(above)
    bind = np.concatenate([glb.inverse_bind(0), np.tile(np.eye(4), (len(names), 1, 1))])
    if skinned:
        glb.set_inverse_bind(0, bind)
    return glb


def test_of_joints_above_the_hips_the_topmost_is_the_root(tmp_path):
    glb = below_armature(stick_figure(), "World", "Root")
    rig = load(glb, tmp_path)
    assert rig.skeleton.names[0] == "pelvis"
    assert rig.asset.root_joint == glb.node("World")


def test_nodes_above_the_hips_that_are_no_joints_are_no_root(tmp_path):
    rig = load(below_armature(stick_figure(), "World", "Root", skinned=False), tmp_path)
    assert rig.asset.root_joint == -1


def test_a_joint_keeps_its_name_though_another_node_before_it_has_it(tmp_path):
    glb = stick_figure()
    hips = glb.node("pelvis")
    glb.json["nodes"][glb.node("Armature")]["name"] = "pelvis"
    rig = load(glb, tmp_path)
    assert rig.skeleton.names[0] == "pelvis"
    assert rig.roles["pelvis"] == "pelvis"
    assert rig.asset.nodes[0] == hips


@pytest.mark.parametrize("seed", [0, 20])  # by the second, a joint of the sword is the first node
def test_of_trees_that_share_a_skin_the_one_with_most_joints_is_taken(tmp_path, seed):
    """The two joints of a sword beside a body of twenty-two, in any order of the nodes."""
    glb = stick_figure()
    first = len(glb.json["nodes"])
    glb.json["nodes"] += [
        {"name": "Sword", "children": [first + 1]},
        {"name": "Grip", "children": [first + 2]},
        {"name": "Blade"},
    ]
    glb.json["scenes"][0]["nodes"].append(first)
    glb.json["skins"][0]["joints"] += [first + 1, first + 2]
    glb.set_inverse_bind(0, np.concatenate([glb.inverse_bind(0), np.tile(np.eye(4), (2, 1, 1))]))
    assert set(load(shuffled(glb, seed), tmp_path).roles.values()) == set(JOINTS)


@pytest.mark.parametrize(("away", "there"), [(0.1, True), (0.01, False)])
def test_a_doll_that_stands_beside_the_origin_has_its_place_there(tmp_path, away, there):
    """Twenty centimetres tall: ten off the origin is half its height."""
    glb = stick_figure()
    small = np.diag([0.125, 0.125, 0.125, 1.0])
    small[0, 3] = away
    glb.set_local(glb.node("Armature"), small)
    rig = load(glb, tmp_path)
    assert np.ptp(rig.skeleton.rest.positions[:, 0, 1]) == pytest.approx(0.19, abs=0.01)
    assert rig.place == pytest.approx([away if there else 0, 0])
