"""Joints that hang, in the file, elsewhere than from what carries them in the body."""

import random
from functools import lru_cache

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget.matching import recognise
from support import rig_conventions, rig_variations
from support.rig_names import Joint, character, skeleton
from support.rig_variations import BASES, VARIATIONS, flat, judged

FACE = ("nose", "jaw", "chin", "lid.T.L", "ear.R", "forehead.L")


@lru_cache
def rig(kind, base="mixamo"):
    known = rig_conventions.CONVENTIONS | rig_conventions.HANGING_ELSEWHERE
    text, fingers, *_ = known[kind]
    return rig_conventions.build(text, fingers, rig_variations.base(base))


def match(joints, **given):
    return recognise(skeleton(joints), name="rig", **given)


def hung(joints, parent_of):
    return [attrs.evolve(j, parent=parent_of.get(j.name, j.parent)) for j in joints]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("kind", rig_conventions.HANGING_ELSEWHERE)
def test_every_role_is_right(kind, variation, base):
    tear = rig_conventions.HANGING_ELSEWHERE[kind][2]
    joints = tear(VARIATIONS[variation](rig(kind, base)))
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    assert found.warnings == ()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", rig_conventions.CONVENTIONS)
def test_a_whole_rig_is_left_as_it_is(kind, base):
    for vary in VARIATIONS.values():
        assert match(vary(rig(kind, base))).carried == {}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", ["Mixamo", "Unreal UE4", "Daz Genesis 8", "Blender metarig"])
def test_a_whole_rig_is_left_as_it_is_whatever_names_are_lost(kind, base):
    joints = rig(kind, base)
    for seed in range(25):
        chance = random.Random(seed)  # noqa: S311
        lost = {j.name: f"part{n}" for n, j in enumerate(joints) if chance.random() < 0.4}
        known = rig_variations.renamed(joints, lambda name, lost=lost: lost.get(name, name))
        assert match(known).carried == {}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", rig_conventions.CONVENTIONS)
def test_arms_beside_a_neck_hang_from_a_trunk_that_no_name_tells(kind, base):
    trunk = {"pelvis", "spine1", "spine2", "spine3"}
    joints = rig(kind, base)
    lost = {j.name: f"part{n}" for n, j in enumerate(joints) if j.role in trunk}
    assert match(rig_variations.renamed(joints, lambda n: lost.get(n, n))).carried == {}


@pytest.mark.parametrize("kind", rig_conventions.PARTLY_KNOWN)
def test_a_rig_of_whose_names_only_some_are_known_is_left_as_it_is(kind):
    text, fingers = rig_conventions.PARTLY_KNOWN[kind]
    for base in BASES:
        joints = rig_conventions.build(text, fingers, rig_variations.base(base))
        assert match(joints).carried == {}


@pytest.mark.parametrize("base", BASES)
def test_flattened_joints_are_carried_by_what_they_hung_from(base):
    joints = character(base)
    roles = BASES[base]
    above = {j.name: j.parent for j in joints if roles.get(j.name, "pelvis") != "pelvis"}
    assert match(flat(joints)).carried == above


@pytest.mark.parametrize("kind", ["Unreal UE4", "HumanIK", "VRM", "Unity", "SMPL-H"])
def test_so_are_those_of_other_conventions(kind):
    joints = rig(kind)
    above = {j.name: j.parent for j in joints if j.role not in ("", "pelvis")}
    carried = match(flat(joints)).carried
    assert {name: carried[name] for name in above} == above


def test_twists_of_a_flattened_rig_are_carried_by_their_limb():
    joints = rig("Unreal UE4")
    twists = {j.name: j.parent for j in joints if "twist" in j.name}
    assert len(twists) > 3
    carried = match(flat(joints)).carried
    assert {name: carried[name] for name in twists} == twists


@pytest.mark.parametrize("kind", ["Rigify, generated", "Rigify, deform only"])
def test_what_hangs_on_head_chest_and_pelvis_is_carried_by_them(kind):
    carried = match(rig(kind)).carried
    assert {carried[f"DEF-{part}"] for part in FACE} == {"DEF-spine.006"}
    assert {carried[f"DEF-breast.{s}"] for s in "LR"} == {"DEF-spine.003"}
    assert {carried[f"DEF-{part}.{s}"] for s in "LR" for part in ("pelvis", "thigh")} == {
        "DEF-spine"
    }


def test_controls_of_a_rigify_rig_are_carried_by_nobody_else():
    assert all(name.startswith("DEF-") for name in match(rig("Rigify, generated")).carried)


def test_what_no_name_tells_goes_with_the_nearest_bone_of_its_side():
    joints = rig("Unreal UE4")
    at = {j.name: j.at for j in joints}
    places = {
        "gaiter_L": 0.6 * at["calf_l"] + 0.4 * at["foot_l"],
        "pouch_R": 0.6 * at["thigh_l"] + 0.4 * at["calf_l"],
        "Buckle": at["spine_01"] + np.array([0, 0, 0.1]),
        "center_of_mass": np.zeros(3),
    }
    more = [Joint(name, "", place, Rotation.identity()) for name, place in places.items()]
    carried = match(flat([*joints, *more])).carried
    assert carried["gaiter_L"] == "calf_l"
    assert carried["pouch_R"] in {"thigh_r", "pelvis"}
    assert carried["Buckle"] == "spine_01"
    assert "center_of_mass" not in carried  # stands where the root does


def test_a_foot_that_only_its_control_carries_hangs_from_the_shin():
    joints = rig("Unreal UE4")
    controls = [Joint(f"foot_ctrl_{s}", "root", np.zeros(3), Rotation.identity()) for s in "lr"]
    joints = [*hung(joints, {f"foot_{s}": f"foot_ctrl_{s}" for s in "lr"}), *controls]
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    assert found.carried == {f"foot_{s}": f"calf_{s}" for s in "lr"}


def test_a_helper_called_as_the_limbs_own_joint_is_not_is_no_tear():
    joints = rig_variations.renamed(rig("Unreal UE5"), lambda n: n.replace("calf_l", "rosie_l"))
    assert any(j.name == "calf_kneeBack_l" for j in joints)
    assert match(joints).carried == {}


def test_a_pelvis_beside_the_legs_is_no_tear():
    """The joint between the hips carries all three."""
    joints = rig("Unreal UE4")
    pelvis = next(j for j in joints if j.name == "pelvis")
    centre = Joint("cog", "root", pelvis.at, pelvis.turn)
    beside = dict.fromkeys(["pelvis", "thigh_l", "thigh_r", "spine_01"], "cog")
    assert match([centre, *hung(joints, beside)]).carried == {}


def test_a_hand_that_hangs_from_the_other_arm_is_not_moved():
    joints = hung(rig("Unreal UE4"), {"hand_l": "lowerarm_r", "hand_r": "lowerarm_l"})
    found = match(joints)
    assert found.carried == {}
    assert any("does not hang" in told for told in found.warnings)


def test_the_user_tells_the_parts_where_names_do_not():
    whole = [j for j in rig("Mixamo") if j.role]
    index = {j.name: f"bone_{n:03d}" for n, j in enumerate(whole)}
    joints = rig_variations.renamed(
        [attrs.evolve(j, parent=j.parent if j.parent in index else None) for j in whole],
        index.__getitem__,
    )
    found = match(flat(joints), joint_map={j.role: j.name for j in joints})
    assert judged(joints, found)[1:] == ([], [])
    assert found.carried == {j.name: j.parent for j in joints if j.parent is not None}
