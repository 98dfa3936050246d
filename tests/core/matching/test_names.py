"""Joints by name: every convention through everything that people do to a rig."""

from functools import lru_cache

import pytest

from retarget import roles
from retarget.matching import recognise
from retarget.matching.conventions import CONVENTIONS as KNOWN
from retarget.matching.naming import read_names
from support import rig_conventions, rig_variations
from support.rig_names import character, skeleton
from support.rig_variations import BASES, VARIATIONS

EXPECTED = {
    "Unreal UE4": "Unreal",
    "Unreal UE5": "Unreal",
    "VRM": "VRM or Unity",
    "Unity": "VRM or Unity",
    "Rigify DEF-": "Rigify",
    "Blender metarig": "Rigify",
    "Biped, legs on spine": "3ds Max Biped",
    "Daz Genesis 8": "Daz",
    "Synty": "",
}


@lru_cache
def rig(convention, base):
    text, fingers = rig_conventions.CONVENTIONS[convention]
    return rig_conventions.build(text, fingers, rig_variations.base(base))


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("convention", rig_conventions.CONVENTIONS)
def test_every_joint_is_matched_right(convention, variation, base):
    joints = VARIATIONS[variation](rig(convention, base))
    found = recognise(skeleton(joints), name="rig")
    right, wrong, lost = rig_variations.judged(joints, found)
    assert wrong == []
    assert [role for role in lost if role in roles.REQUIRED] == []
    assert right >= 0.98 * (right + len(lost))
    found.check_required("rig")


@pytest.mark.parametrize("convention", rig_conventions.CONVENTIONS)
def test_the_convention_is_named_and_makes_it_certain(convention):
    found = recognise(skeleton(rig(convention, "mixamo")), name="rig")
    assert found.convention == EXPECTED.get(convention, convention)
    named = [f for f in found.found if f.how != "geometry"]
    assert len(named) >= len(found.found) - 1
    for f in named:
        assert f.how == (f"name ({found.convention})" if found.convention else "name")
        assert f.score == (1.0 if found.convention else 0.9)
    mittens = ["Finger_L_01", "Finger_R_01"] if convention == "Synty" else []
    assert len(found.warnings) == len(mittens)
    for finger, warning in zip(mittens, found.warnings, strict=True):
        assert f"has a finger without a role, at rest whatever the motion: {finger}." in warning


def test_every_known_convention_is_tried():
    tried = {EXPECTED.get(name, name) for name in rig_conventions.CONVENTIONS}
    assert tried - {""} == set(KNOWN)


@pytest.mark.parametrize("base", BASES)
def test_the_characters_themselves_are_matched_whole(base):
    found = recognise(skeleton(character(base)), name=base)
    assert found.roles == BASES[base]
    assert found.missing == ()
    assert found.warnings == ()
    assert found.follows == {}
    assert found.score == pytest.approx(1.0)
    assert found.unmapped == (("Root",) if base == "game_engine" else ())


@pytest.mark.parametrize(
    ("name", "side", "part"),
    [
        ("mixamorig:LeftUpLeg", "left", "hip"),
        ("mixamorig_LeftForeArm", "left", "elbow"),
        ("mixamorig9:RightToeBase", "right", "foot"),
        ("mixamoriglefthandindex1", "left", "index"),
        ("Character1_LeftHandThumb2", "left", "thumb"),
        ("Bip001 R Forearm", "right", "elbow"),
        ("Bip01FBXASC032LFBXASC032Clavicle", "left", "collar"),
        ("CC_Base_L_Upperarm", "left", "shoulder"),
        ("J_Bip_R_LowerLeg", "right", "knee"),
        ("lShldrBend", "left", "shoulder"),
        ("lshldrbend", "left", "shoulder"),
        ("rthighbend", "right", "hip"),
        ("l_upperarm", "left", "shoulder"),
        ("Left Thumb Proximal", "left", "thumb"),
        ("DEF-f_ring.01.R", "right", "ring"),
        ("upper_armL", "left", "shoulder"),
        ("upperleg01.L", "left", "hip"),
        ("ValveBiped.Bip01_R_Calf", "right", "knee"),
        ("LThumb", "left", "thumb"),
        ("lring1", "left", "ring"),
        ("ring_01_l", "left", "ring"),
        ("hip", "", "pelvis"),
        ("LowerBack", "", "spine"),
        ("abdomenUpper", "", "spine"),
        ("NeckTwist01", "", "neck"),
    ],
)
def test_a_name_is_read_whatever_joins_its_words(name, side, part):
    (read,) = read_names([name])
    assert (read.side, read.part) == (side, part)


@pytest.mark.parametrize(
    "name",
    ["ik_hand_l", "HeadTop_End", "wrist_inner_l", "Bip01 HeadNub", "lSmallToe1", "l_bigtoe1",
     "CC_Base_L_ElbowShareBone", "CC_Base_R_Breast", "thigh_correctiveRoot_l", "lMetatarsals",
     "MCH-hand.L", "hand_ik.L", "Sword_Hand_L"],
)  # fmt: skip
def test_what_is_no_joint_of_the_body_is_not_taken_for_one(name):
    (read,) = read_names([name])
    assert read.part == ""


def test_a_prefix_that_many_joints_share_is_left_out_whatever_it_is():
    names = [f"zorgon7_{n}" for n in ("Hips", "LeftUpLeg", "LeftLeg", "RightUpLeg", "Head")]
    assert [n.part for n in read_names(names)] == ["pelvis", "hip", "leg", "hip", "head"]
