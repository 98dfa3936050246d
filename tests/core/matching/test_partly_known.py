"""Names of which some are known: these are kept, places tell the others, no doubt is silent."""

import re
from functools import lru_cache
from itertools import combinations

import attrs
import numpy as np
import pytest

from retarget.matching import recognise
from retarget.matching.naming import read_names
from support import rig_conventions as conventions
from support import rig_variations as vary
from support.rig_names import Joint, character, skeleton
from support.rig_variations import BASES, VARIATIONS, judged

FINGERS = ("thumb", "index", "middle", "ring", "pinky")


@lru_cache
def rig(name, base="mixamo"):
    text, fingers = (conventions.PARTLY_KNOWN | conventions.CONVENTIONS)[name]
    return conventions.build(text, fingers, vary.base(base))


def match(joints, **given):
    return recognise(skeleton(joints), name="rig", **given)


def called(fingers, *, base="game_engine", side="l", gone=()):
    """A character whose fingers are called otherwise: `fingers` is the new word by the old one.

    The hand of the other side keeps its names. Fingers in `gone` are taken off.
    """
    joints = [attrs.evolve(j, role=BASES[base].get(j.name, "")) for j in character(base)]
    joints = [j for j in joints if not (j.name.endswith(f"_{side}") and j.name.startswith(gone))]

    def name(old):
        word, _, rest = old.partition("_")
        return f"{fingers.get(word, word)}_{rest}" if old.endswith(f"_{side}") else old

    return vary.renamed(joints, name)


def of_hand(found, side="left"):
    """The finger of each knuckle of a hand that has a role, by joint."""
    knuckles = {f"{side}_{finger}1": finger for finger in FINGERS}
    return {joint: knuckles[role] for joint, role in found.roles.items() if role in knuckles}


def without_role(found, side="left"):
    said = [w for w in found.warnings if w.startswith(f"The {side} hand has ")]
    assert len(said) <= 1
    return said[0] if said else ""


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("name", conventions.PARTLY_KNOWN)
def test_every_joint_is_matched_right(name, variation, base):
    joints = VARIATIONS[variation](rig(name, base))
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    assert [w for w in found.warnings if "hand" in w or "Doubtful" in w] == []


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("German", {"ring"}),
        ("Swedish", {"ring"}),
        ("French", {"index"}),
        ("Spanish", set()),
        ("words of its own", {"thumb", "middle", "ring"}),
        ("Unity, one finger unknown", {"thumb", "index", "ring", "pinky"}),
    ],
)
def test_what_names_say_is_kept_and_the_rest_is_said_to_be_told_by_its_place(name, known):
    found = match(rig(name))
    for finger in FINGERS:
        hows = {(f.how.split(" ")[0], f.score) for f in found.found if f.role[:-1].endswith(finger)}
        ways = {(how, score > 0.85) for how, score in hows}
        assert ways == {("name", True)} if finger in known else {("geometry", False)}, finger
    assert found.warnings == ()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("count", range(6))
def test_any_of_five_names_may_be_lost(base, count):
    for known in combinations(FINGERS, count):
        lost = {f: f"zq{i}" for i, f in enumerate(FINGERS) if f not in known}
        joints = called(lost) if base == "game_engine" else lose_names(rig("Daz Genesis 9"), known)
        found = match(joints)
        assert judged(joints, found)[1:] == ([], []), known
        assert found.warnings == (), known


def lose_names(joints, known):
    new = {
        j.name: f"zq{i}" for i, j in enumerate(joints)
        if j.role[:-1].endswith(FINGERS) and not j.role[:-1].endswith(known)
    }  # fmt: skip
    return vary.renamed(joints, lambda n: new.get(n, n))


@pytest.mark.parametrize(
    ("gone", "lost", "sure"),
    [  # of four fingers: what names leave only one place for, and the index beside the thumb
        ("pinky", "middle", True),
        ("index", "pinky", True),
        ("thumb", "ring", False),
        ("middle", "index", False),
    ],
)
def test_of_four_fingers_the_one_with_one_place_left_is_told(gone, lost, sure):
    found = match(called({lost: "zq"}, gone=gone))
    assert of_hand(found)["zq_01_l"] == lost
    assert any("Doubtful" in w and "zq_01_l" in w for w in found.warnings) != sure
    assert without_role(found) == ""


@pytest.mark.parametrize(
    ("gone", "lost"),
    [
        (("ring",), ("pinky",)),  # ring or pinky?
        (("middle", "ring", "pinky"), ("index",)),  # any of four
        (("index", "middle"), ("ring", "pinky")),
    ],
)
def test_a_finger_with_several_places_left_keeps_its_rest_and_is_named(gone, lost):
    new = {finger: f"zq{i}" for i, finger in enumerate(lost)}
    found = match(called(new, gone=gone))
    said = without_role(found)
    for name in new.values():
        if f"{name}_01_l" not in of_hand(found):
            assert f"{name}_01_l" in found.unmapped
            assert f"{name}_01_l" in said
    assert said
    assert without_role(found, "right") == ""


def test_the_warning_counts_right():
    one = without_role(match(called({"pinky": "zq"}, gone=("ring",))))
    assert one == (
        "The left hand has a finger without a role, at rest whatever the motion: zq_01_l. "
        "A joint map can name it."
    )
    mitten = match(rig("Synty"))
    assert without_role(mitten, "right").endswith("Finger_R_01. A joint map can name it.")
    two = without_role(match(called({"index": "zq0", "pinky": "zq1"}, gone=("ring", "middle"))))
    assert "has fingers without a role" in two
    assert two.endswith("zq0_01_l, zq1_01_l. A joint map can name them.")


def test_without_names_a_hand_of_three_is_not_told_and_this_is_said():
    lost = {"thumb": "zq0", "middle": "zq1", "pinky": "zq2"}
    said = without_role(match(called(lost, gone=("index", "ring"))))
    for name in lost.values():
        assert f"{name}_01_l" in said


@pytest.mark.parametrize(
    "fingers",
    [
        {"thumb": "zq0", "index": "zq1", "middle": "ring", "ring": "middle"},  # out of order
        {"index": "ring", "ring": "zq0", "middle": "zq1", "pinky": "zq2"},  # no room for three
        {"thumb": "index", "index": "zq0", "middle": "zq1", "ring": "zq2", "pinky": "zq3"},
        {"index": "pinky", "pinky": "index", "middle": "zq0", "ring": "zq1"},  # from the thumb
    ],
    ids=["order", "count", "thumb", "side"],
)
@pytest.mark.parametrize("pose", ["as it is", "tumbled", "file order", "arms down"])
def test_names_that_contradict_the_places_are_doubted_and_nothing_is_told_by_them(fingers, pose):
    joints = VARIATIONS[pose](called(fingers))
    found = match(joints)
    assert any("fingers of the left hand do not stand in the order" in w for w in found.warnings)
    assert not any("right hand" in w for w in found.warnings)
    assert not [joint for joint in of_hand(found) if joint.startswith("zq")]
    for f in found.found:
        if f.role.startswith("left_") and f.role[:-1].endswith(FINGERS):
            assert f.score < 0.6
            assert any(w.startswith("Doubtful") and f.joint in w for w in found.warnings)
    for name in fingers.values():
        if name.startswith("zq"):
            assert f"{name}_01_l" in without_role(found)


@pytest.mark.parametrize(
    "fingers",
    [
        {"thumb": "index", "index": "thumb"},
        {"index": "pinky", "middle": "ring", "ring": "middle", "pinky": "index"},
        {"middle": "ring", "ring": "middle"},
    ],
)
def test_five_names_that_contradict_the_places_are_doubted(fingers):
    found = match(called(fingers))
    assert any("left hand do not stand in the order" in w for w in found.warnings)
    assert {f.score for f in found.found if f.role.startswith("left_ring")} == {0.5}
    assert {f.score for f in found.found if f.role.startswith("right_ring")} == {1.0}


def test_a_thumb_and_an_index_that_changed_names_are_told_by_which_of_them_points_away():
    joints = called({})
    by_name = {j.name: j for j in joints}
    step = 0.5 * (by_name["index_01_l"].at - by_name["thumb_01_l"].at)
    for joint in joints:  # the thumb begins nearer to the index than the pinky does
        if joint.name.startswith("thumb") and joint.name.endswith("_l"):
            joint.at = joint.at + step
    assert match(joints).warnings == ()
    other = {"thumb": "index", "index": "thumb"}
    found = match(vary.renamed(joints, lambda n: re.sub("thumb|index", lambda m: other[m[0]], n)))
    assert any("left hand do not stand in the order" in w for w in found.warnings)


def test_of_two_fingers_of_one_name_one_keeps_its_rest_and_is_named():
    found = match(called({"middle": "pinkie"}))
    assert sorted(of_hand(found).values()) == ["index", "pinky", "ring", "thumb"]
    (left,) = {"pinkie_01_l", "pinky_01_l"} - set(of_hand(found))
    assert left in without_role(found)
    joints = called({})
    more = [attrs.evolve(j, name=f"other:{j.name}", role="") for j in joints if "ring" in j.name]
    for j in more[:3]:
        j.parent = "hand_l" if "_01" in j.name else f"other:{j.parent}"
    found = match(joints + more[:3])
    assert len(of_hand(found)) == 5
    assert "ring_01_l" in without_role(found)


def test_what_hangs_from_a_hand_in_no_chain_is_no_finger():
    joints = called({})
    hand = next(j for j in joints if j.name == "hand_l")
    joints += [Joint(n, "hand_l", hand.at, hand.turn) for n in ("wrist_inner_l", "zq", "hand_zq_l")]
    joints += [Joint("index_zq_l", "index_02_l", hand.at, hand.turn)]
    joints += [Joint("sword_hand_l", "hand_l", hand.at, hand.turn)]
    joints += [Joint("sword_tip_hand_l", "sword_hand_l", hand.at + 0.3, hand.turn)]
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    assert found.warnings == ()
    lacking = [j for j in joints if not j.name.startswith("pinky")]
    assert match(lacking).warnings == ()


def test_phalanges_are_counted_from_where_the_user_begins():
    found = match(called({"index": "zq"}), joint_map={"left_index1": "zq_02_l"})
    assert found.roles["zq_03_l"] == "left_index2"
    assert "zq_01_l" in found.unmapped


def test_the_users_word_and_the_files_are_fixed_before_the_others_are_told():
    lost = {f: f"zq{i}" for i, f in enumerate(FINGERS)}
    joints = called({**lost}, gone=("ring",))
    assert "zq4_01_l" in without_role(match(called({"pinky": "zq4"}, gone=("ring",))))
    told = match(joints, joint_map={"left_pinky2": "zq4_02_l", "left_middle1": "zq2_01_l"})
    assert of_hand(told) == {
        "zq0_01_l": "thumb", "zq1_01_l": "index", "zq2_01_l": "middle", "zq4_01_l": "pinky",
    }  # fmt: skip
    by_role = {f.role: f for f in told.found}
    assert by_role["left_pinky2"].how == "map"
    assert by_role["left_pinky3"].how == "geometry"
    stated = match(joints, stated={"zq4_01_l": "left_pinky1", "zq2_01_l": "left_middle1"})
    assert of_hand(stated) == of_hand(told)


def test_a_finger_that_the_user_leaves_out_is_not_warned_of():
    joints = called({"pinky": "zq"}, gone=("ring",))
    left_out = {f"left_{finger}{n}": "" for finger in ("ring", "pinky") for n in "123"}
    assert without_role(match(joints, joint_map=left_out)) == ""
    left_out = {f"left_index{n}": "" for n in "123"}
    assert without_role(match(called({}), joint_map=left_out)) == ""


SPINES = [
    (("Tummy", "Belly", "Chest"), ("spine1", "spine2", "spine3")),
    (("Spine", "Zq", "Chest"), ("spine1", "spine2", "spine3")),
    (("Spine_Zq", "Chest_Zq", "Zq"), ("spine1", "spine2", "spine3")),
    (("SpineA", "SpineB", "SpineC"), ("spine1", "spine2", "spine3")),
    (("Ribs", "Zq", "Spine_Top"), ("spine1", "spine2", "spine3")),
    (("Belly", "Chest"), ("spine1", "spine3")),
    (("Belly",), ("spine3",)),
    (("Spine", "Belly", "Zq", "Chest"), ("spine1", "", "spine2", "spine3")),
    (("Zq0", "Spine", "Zq1", "Belly", "Zq2"), ("spine1", "", "", "spine2", "spine3")),
]


@pytest.mark.parametrize(("names", "expected"), SPINES)
@pytest.mark.parametrize("top", [("Neck", "Head"), ("Zq8", "Zq9"), ("Neck", "Zq9")])
def test_a_spine_of_which_some_joints_are_named(names, expected, top):
    joints = [attrs.evolve(j, role="") for j in rig("Mixamo") if not j.role.startswith("spine")]
    hips, neck = (next(j for j in joints if j.name == n) for n in ("Hips", "Neck"))
    parent, added = "Hips", []
    for n, name in enumerate(names, 1):
        at = hips.at + 0.75 * n / len(names) * (neck.at - hips.at)
        added.append(Joint(name, parent, at, hips.turn))
        parent = name
    joints = [attrs.evolve(j, parent=parent if j.parent == "Spine2" else j.parent) for j in joints]
    new = dict(zip(("Neck", "Head"), top, strict=True))
    joints = vary.renamed(joints + added, lambda n: new.get(n, n))
    found = match([j for j in joints if "Eye" not in j.name])
    assert [found.roles.get(name, "") for name in names] == list(expected)
    assert [found.roles[name] for name in top] == ["neck", "head"]
    for place, name in enumerate(names):
        if not expected[place]:
            follow = found.follows[name]
            assert follow.base == [r for r in expected[:place] if r][-1]
            assert follow.toward == next(r for r in expected[place:] if r)
    assert found.warnings == ()


def test_controls_between_the_joints_of_a_spine_are_none_of_them():
    joints = list(rig("Mixamo"))
    spine2 = next(j for j in joints if j.name == "Spine2")
    joints.append(Joint("chest_ctrl", "Spine1", spine2.at, spine2.turn))
    joints = [attrs.evolve(j, parent="chest_ctrl") if j.name == "Spine2" else j for j in joints]
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    assert "chest_ctrl" not in found.follows


@pytest.mark.parametrize("word", ["Rücken", "Lår", "Rótula", "Löwe", "Pél", "Fußr"])
def test_an_accent_ends_no_word_so_that_no_side_is_left_of_it(word):
    (read,) = read_names([word])
    assert read.side == ""


def renamed(which, words):
    """A character with words of its names exchanged: before `_l` and `_r`, or before the end."""
    joints = [attrs.evolve(j, role=BASES[which].get(j.name, "")) for j in character(which)]

    def name(old):
        for word, new in words.items():
            if re.fullmatch(rf"(.*(Left|Right))?{word}(_[lr])?", old):
                return old.replace(word, new)
        return old

    return vary.renamed(joints, name)


@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("game_engine", {"clavicle": "shoulder", "upperarm": "bizeps"}),
        ("game_engine", {"clavicle": "shoulder", "upperarm": "ooo", "lowerarm": "uuu"}),
        ("game_engine", {"clavicle": "scapula", "upperarm": "ooo", "hand": "main"}),
        ("game_engine", {"thigh": "ooo", "calf": "leg", "ball": "zap"}),
        ("mixamo", {"UpLeg": "Femur", "Leg": "Tibia", "Arm": "Humerus", "ForeArm": "Ulna"}),
        ("mixamo", {"Shoulder": "Scapula", "Arm": "Humerus", "ForeArm": "Radius"}),
        ("mixamo", {"UpLeg": "Oooo", "ToeBase": "Zap"}),
    ],
)
def test_a_word_of_two_meanings_is_the_joint_that_stands_there(base, words, variation):
    """`Shoulder` over an upper arm called otherwise is a collar, `Leg` under a thigh a knee."""
    joints = VARIATIONS[variation](renamed(base, words))
    assert judged(joints, match(joints))[1:] == ([], [])


@pytest.mark.parametrize("called", ["zap", "upperarm_twist_01", "shoulder_twist"])
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("forearm", [0.8, 0.85, 1.0])
def test_a_helper_on_an_upper_arm_is_no_shoulder(forearm, share, called):
    """Off its axis, on arms whose forearm is the shorter bone, as it is on people."""
    words = {"clavicle": "zop", "upperarm": "shoulder", "lowerarm": "elbow", "hand": "wrist"}
    joints = {j.name: j for j in renamed("game_engine", words)}
    for side in "lr":
        shoulder, elbow, wrist = (joints[f"{w}_{side}"].at for w in ("shoulder", "elbow", "wrist"))
        below = wrist + (forearm - 1) * (wrist - elbow)
        aside = 0.05 * np.linalg.norm(elbow - shoulder) * np.array([0, 0, 1.0])
        at = shoulder + share * (elbow - shoulder) + aside
        helper = attrs.evolve(
            joints[f"elbow_{side}"],
            name=f"{called}_{side}",
            parent=f"shoulder_{side}",
            at=at,
            role="",
        )
        for joint in joints.values():
            if joint.parent and joint.name.endswith(f"_{side}"):
                line, top = [joint.name], joint.parent
                while top:
                    line.append(top)
                    top = joints[top].parent
                if f"wrist_{side}" in line:
                    joint.at = joint.at + below - wrist
        joints[f"elbow_{side}"].parent = helper.name
        joints[helper.name] = helper
    assert judged(list(joints.values()), match(list(joints.values())))[1] == []


def test_a_joint_within_a_bone_whose_name_says_nothing_is_told():
    """The word that is known stands for the joint beside it: `foot` for the ball of the foot."""
    found = match(renamed("game_engine", {"foot": "knoechel", "ball": "foot"}))
    for side in ("left", "right"):
        said = [w for w in found.warnings if w.startswith(f"knoechel_{side[0]} stands between")]
        assert len(said) == 1
        for end in ("knee", "ankle"):
            assert f"({side}_{end})" in said[0]
            score = next(f.score for f in found.found if f.role == f"{side}_{end}")
            assert score <= 0.5
