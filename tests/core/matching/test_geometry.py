"""Joints by where they stand: names that say nothing, that lie, that are partly lost."""

import random
import re

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import roles
from retarget.matching import recognise
from support import rig_conventions
from support import rig_variations as vary
from support.rig_names import Joint, character, skeleton
from support.rig_variations import BASES, judged

POSES = {
    "as it is": vary.plain,
    "file order": vary.shuffled,
    "tumbled": vary.tumbled,
    "rolled axes": vary.rolled,
    "scale 0.01": vary.centimetres,
    "Z-up, x100": vary.z_up,
    "T-pose": vary.t_pose,
    "arms down": vary.arms_down,
    "no fingers": vary.fingerless,
}
"""Variations in which geometry alone must find everything."""


def truthful(which):
    """The joints of a character with their true roles."""
    return [attrs.evolve(j, role=BASES[which].get(j.name, "")) for j in character(which)]


def match(joints, **given):
    return recognise(skeleton(joints), name="rig", **given)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("pose", POSES)
def test_names_that_say_nothing_are_not_needed(pose, base):
    joints = vary.nonsense(POSES[pose](truthful(base)))
    found = match(joints)
    _, wrong, lost = judged(joints, found)
    assert (wrong, lost) == ([], [])
    assert {f.how for f in found.found} == {"geometry"}
    assert found.convention == ""
    assert found.warnings == ()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("seed", range(8))
def test_any_turn_any_scale_any_roll(base, seed):
    turn = Rotation.random(random_state=seed)
    joints = vary.rolled(vary.moved(truthful(base), turn, 10.0 ** (seed - 4)))
    _, wrong, lost = judged(joints := vary.nonsense(joints), match(joints))
    assert (wrong, lost) == ([], [])


@pytest.mark.parametrize("base", BASES)
def test_without_toes_the_knees_tell_left_from_right_and_it_is_said(base):
    joints = vary.nonsense(vary.toeless(truthful(base)))
    found = match(joints)
    _, wrong, lost = judged(joints, found)
    assert (wrong, lost) == ([], [])
    assert any("No toes" in warning for warning in found.warnings)


def sides_swapped(joints):
    other = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    other |= {"_l": "_r", "_r": "_l"}
    return vary.renamed(
        joints, lambda n: re.sub("left|right|Left|Right|_[lr]$", lambda m: other[m[0]], n)
    )


@pytest.mark.parametrize("base", BASES)
def test_left_is_where_the_toes_say_against_the_names_and_it_is_said(base):
    joints = sides_swapped(truthful(base))
    found = match(joints)
    _, wrong, lost = judged(joints, found)
    assert (wrong, lost) == ([], [])
    for what in ("legs", "arms"):
        assert any(f"The {what} called left" in w and "swapped" in w for w in found.warnings)


@pytest.mark.parametrize("base", BASES)
def test_without_toes_names_are_believed_and_the_doubt_is_said(base):
    joints = sides_swapped(vary.toeless(truthful(base)))
    found = match(joints)
    for joint, role in found.roles.items():
        if role in roles.MIRROR and roles.MIRROR[role] != role:
            assert {j.name: roles.MIRROR.get(j.role) for j in joints}[joint] == role
    assert sum("called left" in warning for warning in found.warnings) == 2


def test_arms_alone_that_are_called_the_wrong_way_round_are_put_right():
    joints = truthful("game_engine")
    arm = re.compile("(clavicle|arm|hand|thumb|index|middle|ring|pinky).*_[lr]$")
    swapped = {j.name: sides_swapped([j])[0].name for j in joints if arm.search(j.name)}
    joints = vary.renamed(joints, lambda n: swapped.get(n, n))
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    assert [w for w in found.warnings if "The arms called left" in w]
    assert not [w for w in found.warnings if "The legs called left" in w]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("seed", range(10))
def test_names_that_are_partly_lost_are_filled_from_the_places(base, seed):
    joints = truthful(base)
    chance = random.Random(seed)  # noqa: S311
    lost = {j.name: f"part{i}" for i, j in enumerate(joints) if chance.random() < 0.25}
    joints = vary.renamed(joints, lambda n: lost.get(n, n))
    found = match(joints)
    right, wrong, missing = judged(joints, found)
    assert wrong == []
    assert not set(missing) & set(roles.REQUIRED)
    assert right >= 0.85 * (right + len(missing))


def test_a_hand_that_hangs_from_the_other_arm_is_told():
    joints = truthful("game_engine")
    swap = {"hand_l": "hand_r", "hand_r": "hand_l"}
    joints = [attrs.evolve(j, name=swap.get(j.name, j.name), parent=swap.get(j.parent, j.parent))
              for j in joints]  # fmt: skip
    found = match(joints)
    assert judged(joints, found)[1] == []
    assert any("hand_l" in w and "does not hang" in w for w in found.warnings)


def test_fingers_that_hang_from_no_hand_have_no_role_and_are_told():
    joints = truthful("game_engine")
    joints = [attrs.evolve(j, parent="head") if j.name == "index_01_l" else j for j in joints]
    found = match(joints)
    assert {"left_index1", "left_index2", "left_index3"} <= set(found.missing)
    assert any("hang from no hand" in w and "index_01_l" in w for w in found.warnings)


def test_fingers_out_of_order_are_doubted():
    joints = truthful("game_engine")
    swap = {f"{a}_0{n}_l": f"{b}_0{n}_l" for a, b in (("index", "pinky"), ("pinky", "index"))
            for n in "123"}  # fmt: skip
    found = match(vary.renamed(joints, lambda n: swap.get(n, n)))
    assert any("left hand" in w and "order" in w for w in found.warnings)
    scores = {f.role: f.score for f in found.found}
    assert scores["left_index1"] < 0.6 < scores["right_index1"]


def test_a_knee_above_its_hip_is_doubted():
    joints = truthful("mixamo")
    knees = ("mixamorig:LeftLeg", "mixamorig:RightLeg")
    up = np.array([0.0, 0.5, 0.0])
    joints = [attrs.evolve(j, at=j.at + up) if j.name in knees else j for j in joints]
    found = match(joints)
    assert any("(left_knee) is not below" in w for w in found.warnings)
    assert any(w.startswith("Doubtful") and "left_knee" in w for w in found.warnings)


def test_a_limb_whose_first_part_has_lost_its_name_is_told_by_the_other_side():
    text, fingers = rig_conventions.CONVENTIONS["MakeHuman"]
    joints = rig_conventions.build(text, fingers, vary.base("mixamo"))
    joints = vary.renamed(joints, lambda n: "lost" if n == "lowerleg01.L" else n)
    found = match(joints)
    assert judged(joints, found)[1] == [("lowerleg02.L", "left_knee", "")]
    assert any("lowerleg02.L" in w and "not of the same length" in w for w in found.warnings)


def test_a_body_that_tells_no_front_keeps_the_sides_of_its_names_and_says_so():
    bare = vary.toeless(vary.fingerless(truthful("game_engine")))
    flat = [attrs.evolve(j, at=j.at * [1, 1, 0]) for j in bare]
    straight = {"calf": ("thigh", "foot"), "lowerarm": ("upperarm", "hand")}
    at = {j.name: j.at for j in flat}
    for j in flat:
        part, _, side = j.name.rpartition("_")
        if part in straight:
            ends = [at[f"{end}_{side}"] for end in straight[part]]
            j.at = (ends[0] + ends[1]) / 2
    found = match(flat)
    assert judged(flat, found)[1] == []
    assert any("Nothing tells front from back" in w for w in found.warnings)


@pytest.mark.parametrize("seed", range(60))
def test_no_tree_of_joints_breaks_it(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 60))
    known = [j.name for which in BASES for j in character(which)]
    joints = []
    for i in range(count):
        parent = None if i == 0 else joints[int(rng.integers(max(0, i - 4), i))].name
        at = rng.normal(size=3) * (0.0 if seed % 5 == 0 else 1.0)
        name = known[int(rng.integers(len(known)))] if seed % 2 else "joint"
        joints.append(Joint(f"{i}:{name}", parent, at, Rotation.identity()))
    names = {j.name for j in joints}
    found = match(joints)
    assert set(found.roles) <= names
    assert len(set(found.roles.values())) == len(found.found)
    assert set(found.missing) == set(roles.HUMANOID) - set(found.roles.values())
    assert set(found.unmapped) == names - set(found.roles) - set(found.follows)
    assert 0 <= found.score <= 1
    assert found.table()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("pose", ["as it is", "tumbled", "T-pose", "arms down", "no fingers"])
@pytest.mark.parametrize("convention", rig_conventions.CONVENTIONS)
def test_without_names_nothing_is_given_a_wrong_role_in_silence(convention, pose, base):
    text, fingers = rig_conventions.CONVENTIONS[convention]
    joints = POSES[pose](rig_conventions.build(text, fingers, vary.base(base)))
    joints = vary.nonsense(joints)
    found = match(joints)
    _, wrong, lost = judged(joints, found)
    assert not set(lost) & set(roles.REQUIRED)
    for joint, _, _ in wrong:
        assert any(w.startswith("Doubtful") and joint in w for w in found.warnings)


def test_an_ambiguous_word_keeps_its_convention_when_the_sure_one_is_lost_on_both_sides():
    lost = {"mixamorig:LeftUpLeg": "part1", "mixamorig:RightUpLeg": "part2"}
    joints = vary.renamed(truthful("mixamo"), lambda n: lost.get(n, n))
    found = match(joints)
    assert found.convention == "Mixamo"
    assert judged(joints, found)[1:] == ([], [])
    knees = [f for f in found.found if f.role.endswith("knee")]
    assert {f.how for f in knees} == {"name (Mixamo)"}


def test_an_arm_whose_joints_could_as_well_be_others_is_doubted():
    text, fingers = rig_conventions.CONVENTIONS["MakeHuman"]
    joints = rig_conventions.build(text, fingers, vary.base("mixamo"))
    by_name = {j.name: j for j in joints}
    line = ("clavicle", "shoulder01", "upperarm01", "upperarm02", "lowerarm01", "lowerarm02")
    for side in "LR":  # joints on one line, all the same way apart
        first, last = by_name[f"clavicle.{side}"].at, by_name[f"wrist.{side}"].at
        for n, name in enumerate(line):
            by_name[f"{name}.{side}"].at = first + n / len(line) * (last - first)
    joints = vary.nonsense(joints)
    found = match(joints)
    shoulder = next(f for f in found.found if f.role == "left_shoulder")
    assert shoulder.score < 0.6
    assert any(w.startswith("Doubtful") and shoulder.joint in w for w in found.warnings)


def test_a_metacarpal_without_a_name_is_not_a_knuckle():
    text, fingers = rig_conventions.CONVENTIONS["Unreal UE5"]
    joints = vary.nonsense(rig_conventions.build(text, fingers, vary.base("mixamo")))
    hand = {j.name for j in joints if j.role.startswith("left_index")}
    found = match(joints)
    assert {n for n, r in found.roles.items() if r.startswith("left_index")} == hand


def test_a_collar_right_beside_its_shoulder_leaves_a_doubt():
    joints = truthful("game_engine")
    by_role = {j.role: j for j in joints if j.role}
    for side in roles.SIDES:
        collar, shoulder = by_role[f"{side}_collar"], by_role[f"{side}_shoulder"]
        collar.at = shoulder.at + 0.1 * (collar.at - shoulder.at)
    found = match(vary.nonsense(joints))
    shoulder = next(f for f in found.found if f.role == "left_shoulder")
    assert shoulder.score < 0.6
    assert any(w.startswith("Doubtful") and shoulder.joint in w for w in found.warnings)
