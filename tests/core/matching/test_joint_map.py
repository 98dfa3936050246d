"""The user's joint map: read from a file, laid over what is found, refused by name."""

import json

import pytest

from retarget.errors import FileReadError, MatchError, RetargetError, UsageError
from retarget.matching import read_joint_map, recognise
from retarget.values import Follow
from support import rig_conventions, rig_variations
from support.data import shared
from support.rig_names import character, skeleton
from support.rig_variations import BASES


def rig(convention, base="mixamo"):
    text, fingers = rig_conventions.CONVENTIONS[convention]
    return rig_conventions.build(text, fingers, rig_variations.base(base))


def written(tmp_path, content):
    path = tmp_path / "map.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_a_map_in_the_common_form_is_read_and_agrees_with_the_match():
    joint_map = read_joint_map(shared("data/skeletons/mapping_fbx_to_smplh.json"))
    assert {joint: role for role, joint in joint_map.items()} == BASES["game_engine"]
    found = recognise(skeleton(character("game_engine")), name="rig", joint_map=joint_map)
    assert found.roles == BASES["game_engine"]
    assert {(f.how, f.score) for f in found.found} == {("map", 1.0)}


def test_roles_are_read_in_both_spellings_of_smplh(tmp_path):
    path = written(tmp_path, {"L_Hip": "a", "right_hip": "b", "l_hand_14": "c", "Neck": ""})
    assert read_joint_map(path) == {
        "left_hip": "a", "right_hip": "b", "left_thumb3": "c", "neck": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"{", FileReadError, "not JSON"),
        (b"\xff\xfe", FileReadError, "not JSON"),
        (b"[" * 100_000, FileReadError, "not JSON"),
        (b"[]", FileReadError, "JSON object"),
        (b'"left_hip"', FileReadError, "JSON object"),
        (b"null", FileReadError, "JSON object"),
        ({"left_hip": 3, "neck": None, "head": "h"}, FileReadError, "left_hip, neck must be a str"),
        ({"left_hip": {"a": "b"}}, FileReadError, "left_hip must be a string"),
        (b" " * (1 << 20) + b"{}", FileReadError, "larger"),
        (b'{"left_hip": "a", "left_hip": "b"}', MatchError, "twice: left_hip"),
        (b'{"left_hip": "a", "L_Hip": "b"}', MatchError, "twice: L_Hip"),
        ({"left_hipp": "a", "nose": "b", "head": "h"}, MatchError,
         "'left_hipp' (did you mean left_hip"),
        ({"left_hipp": "a", "nose": "b"}, MatchError, "'nose'"),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_read_is_refused_with_its_name(tmp_path, content, error, said):
    path = written(tmp_path, content)
    with pytest.raises(error) as caught:
        read_joint_map(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_map_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileReadError, match=r"nowhere\.json"):
        read_joint_map(tmp_path / "nowhere.json")
    with pytest.raises(RetargetError):
        read_joint_map(tmp_path)


def match(joints, joint_map, **given):
    return recognise(skeleton(joints), name="hero", joint_map=joint_map, **given)


@pytest.mark.parametrize("wrong", ["map.json", None, {"neck": 5}, {"neck": None}, {1: "neck"}])
def test_a_map_from_a_program_that_is_none_is_refused(wrong):
    with pytest.raises(UsageError, match=r"joint_map.*read_joint_map"):
        match(character("mixamo"), wrong)


def test_a_map_wins_over_names():
    found = match(character("mixamo"), {"spine2": "mixamorig:Spine2"})
    by_role = {f.role: f for f in found.found}
    assert (by_role["spine2"].joint, by_role["spine2"].how) == ("mixamorig:Spine2", "map")
    assert "spine3" in found.missing


@pytest.mark.parametrize("spelt", ["mixamorig:LeftFoot", "MIXAMORIG:leftfoot", "LeftFoot"])
def test_a_joint_is_found_without_case_or_prefix(spelt):
    found = match(character("mixamo"), {"left_foot": spelt})
    assert found.roles["mixamorig:LeftFoot"] == "left_foot"


def test_a_name_without_prefix_must_be_of_one_joint():
    joints = rig_variations.renamed(
        character("game_engine"),
        lambda n: {"ball_l": "a:toes", "ball_r": "b:toes"}.get(n, n),
    )
    with pytest.raises(MatchError, match="toes"):
        match(joints, {"left_foot": "toes"})
    assert match(joints, {"left_foot": "b:toes"}).roles["b:toes"] == "left_foot"


def test_an_empty_joint_leaves_the_role_out_and_nothing_takes_its_place():
    found = match(character("mixamo"), {"left_foot": "", "L_Hand_0": ""})
    assert {"left_foot", "left_index1"} == set(found.missing)
    assert {"mixamorig:LeftToeBase", "mixamorig:LeftHandIndex1"} == set(found.unmapped)
    assert len(found.found) == 50


def test_unknown_joints_and_roles_are_named_with_what_may_be_meant():
    with pytest.raises(MatchError) as caught:
        match(character("mixamo"), {"left_hip": "mixamorig:LeftUpLegg", "head": "Kopf"})
    said = str(caught.value)
    assert "hero" in said
    assert "'mixamorig:LeftUpLegg' (did you mean mixamorig:LeftUpLeg" in said
    assert "'Kopf'" in said
    with pytest.raises(MatchError, match=r"'lefthip' \(did you mean left_hip"):
        match(character("mixamo"), {"lefthip": "mixamorig:LeftUpLeg"})


def test_a_joint_may_not_have_two_roles():
    with pytest.raises(MatchError, match="two roles to mixamorig:Head"):
        match(character("mixamo"), {"head": "mixamorig:Head", "neck": "Head"})


def test_follows_are_made_for_the_roles_as_mapped():
    joints = rig("HumanIK")
    follow = match(joints, {}).follows["Spine1"]
    share = pytest.approx(0.4 / 0.7, abs=0.01)  # placed on the chord, measured along the bones
    assert follow == Follow(base="spine1", toward="spine2", share=share)
    found = match(joints, {"spine2": "Spine1"})
    assert "Spine1" not in found.follows
    follow = found.follows["Spine2"]
    assert (follow.base, follow.toward) == ("spine2", "spine3")
    assert follow.share == pytest.approx(0.5, abs=0.01)
    assert "LeftForeArmRoll" in found.follows
    assert "LeftForeArmRoll" not in match(joints, {"left_wrist": ""}).follows


def test_a_map_guides_what_is_found_around_it():
    joints = rig_variations.nonsense(rig("CMU"))
    by_role = {j.role: j.name for j in joints if j.role}
    given = {r: by_role[r] for r in ("left_wrist", "right_wrist")}
    found = match(joints, given)
    for role in ("left_elbow", "right_elbow", "left_shoulder", "right_shoulder", "left_collar"):
        assert found.roles[by_role[role]] == role


def test_what_the_file_says_wins_over_names_and_the_map_over_the_file():
    joints = character("mixamo")
    stated = {"mixamorig:Spine2": "head", "mixamorig:LeftFoot": "left_foot", "gone": "neck"}
    found = match(joints, {"left_foot": "mixamorig:LeftToeBase"}, stated=stated)
    by_role = {f.role: (f.joint, f.how) for f in found.found}
    assert by_role["head"] == ("mixamorig:Spine2", "file")
    assert by_role["left_foot"] == ("mixamorig:LeftToeBase", "map")


def test_a_file_that_states_fewer_spine_joints_does_not_lose_the_third():
    joints = rig_variations.without(rig("VRM"), lambda j: j.name == "upperChest")
    stated = {"hips": "pelvis", "spine": "spine1", "chest": "spine2", "neck": "neck"}
    found = match(joints, {}, stated=stated)
    assert (found.roles["spine"], found.roles["chest"]) == ("spine1", "spine3")
    assert {f.how for f in found.found if f.role in ("pelvis", "neck")} == {"file"}


def test_a_whole_humanoid_that_the_file_states_is_taken_as_it_says():
    joints = rig_variations.nonsense(rig("VRM"))
    stated = {j.name: j.role for j in joints if j.role}
    found = match(joints, {}, stated=stated)
    assert found.roles == stated
    assert {f.how for f in found.found} == {"file"}
    assert found.warnings == ()


def test_a_map_that_takes_a_joint_from_its_role_is_told():
    joints = character("game_engine")
    found = match(joints, {"left_index1": "calf_l"})
    assert "left_knee" in found.missing
    said = "The joint map gives calf_l to left_index1; without the map it is left_knee"
    assert any(w.startswith(said) for w in found.warnings)
    with pytest.raises(MatchError) as caught:
        found.check_required("hero")
    assert said in str(caught.value).splitlines()[0]


def test_a_map_that_leaves_nothing_without_a_joint_is_not_commented():
    assert match(character("mixamo"), {"left_foot": ""}).warnings == ()
    lacking = [j for j in character("mixamo") if "LeftToe" not in j.name]
    found = match(lacking, {"head": "mixamorig:Head"})
    assert found.missing == ("left_foot",)
    assert not any("joint map gives" in w for w in found.warnings)
