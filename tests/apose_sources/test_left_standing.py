"""What a file holds besides the rig that is taken: told where the motion leaves it standing."""

import numpy as np
import pytest

import retarget
from support import characters
from support.parted import parted
from support.stick_figure import JOINTS, stick_figure

TRUNK = ["pelvis", "spine1", "spine2", "spine3", "neck", "head"]


def load(glb, tmp_path, **options):
    return retarget.load_rig(glb.save(tmp_path / "hero.glb"), options=retarget.Options(**options))


def called(glb, armature):
    new = glb.copy()
    new.json["nodes"][new.node("Armature")]["name"] = armature
    return new


def head_armature():
    """A second armature that has the trunk's joints alone, for a head that is a mesh of its own."""
    glb = stick_figure()
    keep = {glb.node(name) for name in TRUNK}
    for node in glb.json["nodes"]:
        node["children"] = [child for child in node.get("children", ()) if child in keep | {1}]
    return called(parted(glb, TRUNK), "HeadArm")


def with_skin(glb, names, above, *, mesh=True):
    """Hang a chain of joints from a node, or into the scene where `above` is None."""
    new = glb.copy()
    nodes = new.json["nodes"]
    first, last = len(nodes), len(nodes) + len(names) - 1
    nodes += [{"name": name, "children": [first + k + 1]} for k, name in enumerate(names)]
    nodes[last].pop("children")
    new.json["skins"].append({"joints": list(range(first, last + 1))})
    if above is None:
        new.json["scenes"][0]["nodes"].append(first)
    else:
        nodes[new.node(above)].setdefault("children", []).append(first)
    new.set_inverse_bind(len(new.json["skins"]) - 1, np.tile(np.eye(4), (len(names), 1, 1)))
    if mesh:
        nodes.append({"name": f"{names[0]} mesh", "mesh": 0, "skin": len(new.json["skins"]) - 1})
        new.json["scenes"][0]["nodes"].append(len(nodes) - 1)
    return new


def test_a_second_armature_too_small_for_a_body_is_told(tmp_path):
    rig = load(characters.joined(called(stick_figure(), "BodyArm"), head_armature()), tmp_path)
    assert rig.asset.armature == "BodyArm"
    (told,) = rig.warnings
    assert told.startswith(f"{tmp_path / 'hero.glb'}: left standing where it is: 'HeadArm' (6 jo")
    assert "'BodyArm'" in told
    assert "--rig" not in told  # it has not the joints of a body


def test_so_is_one_that_cannot_be_animated(tmp_path):
    mirrored = called(stick_figure(), "Mirrored")
    mirrored.json["nodes"][mirrored.node("Mirrored")]["scale"] = [-1, 1, 1]
    (told,) = load(characters.joined(called(stick_figure(), "Body"), mirrored), tmp_path).warnings
    assert "left standing where it is: 'Mirrored' (22 joints)" in told


def test_so_is_one_of_many_joints_that_is_no_body(tmp_path):
    glb = with_skin(stick_figure(), [f"Rope{k}" for k in range(20)], None)
    (told,) = load(glb, tmp_path).warnings
    assert "left standing where it is: 'Rope0 mesh' (20 joints)" in told


def test_another_body_is_told_apart_from_what_is_none(tmp_path):
    three = characters.joined(called(stick_figure(), "A"), called(stick_figure(), "B"))
    body, other = load(with_skin(three, ["Flag", "FlagTip"], None), tmp_path).warnings
    assert "took the rig 'A' (match" in body
    assert "it also holds 'B' (match" in body
    assert "Flag" not in body
    assert "(2 joints)" in other
    assert "'B'" not in other


def test_many_are_counted(tmp_path):
    glb = stick_figure()
    for k in range(11):
        glb = with_skin(glb, [f"Flag{k}", f"Tip{k}"], None)
    (told,) = load(glb, tmp_path).warnings
    assert told.count("(2 joints)") == 8
    assert " and 3 more; " in told


@pytest.mark.parametrize("above", ["right_wrist", "pelvis"])
def test_a_sword_that_hangs_from_a_joint_moves(tmp_path, above):
    glb = with_skin(stick_figure(), ["Sword", "SwordTip"], above)
    rig = load(glb, tmp_path)
    assert rig.warnings == ()
    assert {"Sword", "SwordTip"} <= set(rig.skeleton.names)


def test_a_sword_under_hips_that_are_no_joint_moves(tmp_path):
    body = parted(stick_figure(), [name for name in JOINTS if name != "pelvis"])
    rig = load(with_skin(body, ["Sword", "SwordTip"], "pelvis"), tmp_path)
    assert rig.warnings == ()
    assert "Sword" not in rig.skeleton.names  # a rig of its own, carried by the hips
    (told,) = load(with_skin(body, ["Sword", "SwordTip"], "Armature"), tmp_path).warnings
    assert "left standing" in told


def test_what_deforms_no_mesh_cannot_be_seen_to_stand(tmp_path):
    glb = with_skin(stick_figure(), ["Flag", "FlagTip"], None, mesh=False)
    assert load(glb, tmp_path).warnings == ()


def test_whoever_names_the_rig_knows_of_the_others(tmp_path):
    glb = characters.joined(called(stick_figure(), "BodyArm"), head_armature())
    assert load(glb, tmp_path, rig="BodyArm").warnings == ()
