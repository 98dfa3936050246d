"""Joints that are more or fewer than a motion's: spine, neck, limbs in parts, twists, toes."""

import attrs
import numpy as np
import pytest

from retarget.matching import recognise
from retarget.smpl import SMPLH_T_POSE
from support import rig_conventions, rig_variations
from support.rig_names import Joint, skeleton
from support.rig_variations import BASES, judged

S1, S2, S3 = (SMPLH_T_POSE[j] for j in (3, 6, 9))
SHARE = np.linalg.norm(S2 - S1) / (np.linalg.norm(S2 - S1) + np.linalg.norm(S3 - S2))


def rig(convention, base="mixamo"):
    text, fingers = rig_conventions.CONVENTIONS[convention]
    return rig_conventions.build(text, fingers, rig_variations.base(base))


def match(joints, **given):
    return recognise(skeleton(joints), name="rig", **given)


def with_trunk(joints, place, below, above, shares, name):
    """Put joints between two of the midline instead of what stands there."""
    low, high = (next(j for j in joints if j.role == r) for r in (below, above))
    between = {j.name for j in joints if j.role in place}
    kept = [j for j in joints if j.name not in between]
    added, parent = [], low.name
    for n, (share, role) in enumerate(shares, 1):
        at = low.at + share * (high.at - low.at)
        added.append(Joint(name(n), parent, at, low.turn, role))
        parent = added[-1].name
    return [
        attrs.evolve(j, parent=parent) if j.parent in between or j.name == high.name else j
        for j in kept
    ] + added


def expected_roles(count):
    """The roles of a straight spine of evenly spaced joints, by the written rule alone."""
    if count == 1:
        return ["spine3"]
    given = ["spine1", *[""] * (count - 2), "spine3"]
    if count > 2:
        places = np.arange(1, count - 1) / (count - 1)
        given[1 + int(np.argmin(np.abs(places - SHARE)))] = "spine2"
    return given


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("count", range(1, 7))
@pytest.mark.parametrize("convention", ["Mixamo", "Unreal UE4", "VRM"])
def test_a_spine_of_any_count(convention, count, named):
    roles = expected_roles(count)
    shares = [((n + 1) / (count + 1.5), role) for n, role in enumerate(roles)]
    call = (lambda n: f"Spine{n}") if named else (lambda n: f"thing{n}")
    spine = ("spine1", "spine2", "spine3")
    joints = with_trunk(rig(convention), spine, "pelvis", "neck", shares, call)
    found = match(joints)
    _, wrong, lost = judged(joints, found)
    assert (wrong, lost) == ([], [])
    chain = [j for j in joints if j.name in {call(n) for n in range(1, count + 1)}]
    role_of = {j.name: j.role for j in chain if j.role}
    for i, joint in enumerate(chain):
        if joint.role:
            assert joint.name not in found.follows
            continue
        below = max(k for k in range(i) if chain[k].role)
        above = min(k for k in range(i, count) if chain[k].role)
        follow = found.follows[joint.name]
        assert (follow.base, follow.toward) == (role_of[chain[below].name], chain[above].role)
        assert follow.share == pytest.approx((i - below) / (above - below), abs=1e-5)
        assert not follow.twist


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("base", BASES)
def test_a_neck_of_any_count(base, count, named):
    shares = [(0.4 + 0.6 * n / count, "" if n else "neck") for n in range(count)]
    call = (lambda n: f"neck_0{n}") if named else (lambda n: f"thing{n}")
    joints = with_trunk(rig("Unreal UE4", base), ("neck",), "spine3", "head", shares, call)
    found = match(joints)
    _, wrong, lost = judged(joints, found)
    assert (wrong, lost) == ([], [])
    for n in range(1, count):
        follow = found.follows[call(n + 1)]
        assert (follow.base, follow.toward, follow.twist) == ("neck", "head", False)
        assert follow.share == pytest.approx(n / count, abs=1e-5)


def shares(convention):
    """(base, toward, share, twist) of every follow of the left side, by joint."""
    found = match(rig(convention))
    return {
        name: (f.base, f.toward, round(f.share, 3), f.twist)
        for name, f in found.follows.items()
        if f.twist and "right" not in f.base
    }


def test_twist_joints_beside_the_limb_take_their_share():
    assert shares("Unreal UE5") == {
        "upperarm_twist_01_l": ("left_shoulder", "left_collar", 0.67, True),
        "upperarm_twist_02_l": ("left_shoulder", "left_collar", 0.34, True),
        "lowerarm_twist_02_l": ("left_elbow", "left_wrist", 0.33, True),
        "lowerarm_twist_01_l": ("left_elbow", "left_wrist", 0.66, True),
        "thigh_twist_01_l": ("left_hip", "pelvis", 0.67, True),
        "thigh_twist_02_l": ("left_hip", "pelvis", 0.34, True),
        "calf_twist_02_l": ("left_knee", "left_ankle", 0.33, True),
        "calf_twist_01_l": ("left_knee", "left_ankle", 0.66, True),
    }


def test_twist_joints_within_the_limb_take_their_share():
    assert shares("Daz Genesis 8") == {
        "lShldrTwist": ("left_shoulder", "left_collar", 0.55, True),
        "lForearmTwist": ("left_elbow", "left_wrist", 0.45, True),
        "lThighTwist": ("left_hip", "pelvis", 0.55, True),
    }


def test_twist_joints_under_twist_joints_take_their_share():
    given = shares("Character Creator")
    assert given["CC_Base_L_ForearmTwist02"] == ("left_elbow", "left_wrist", 0.5, True)
    assert given["CC_Base_L_ForearmTwist01"] == ("left_elbow", "left_wrist", 0.0, True)
    assert given["CC_Base_L_UpperarmTwist02"] == ("left_shoulder", "left_collar", 0.5, True)
    assert not any("ShareBone" in name for name in given)


def test_of_limbs_in_two_parts_the_lower_ones_turn_and_the_upper_ones_stay():
    assert shares("MakeHuman") == {
        "lowerarm02.L": ("left_elbow", "left_wrist", 0.5, True),
        "lowerleg02.L": ("left_knee", "left_ankle", 0.5, True),
    }
    found = match(rig("MakeHuman"))
    assert {"upperarm02.L", "upperleg02.R", "shoulder01.L", "metacarpal1.R"} <= set(found.unmapped)


def test_a_twist_joint_of_an_arm_without_collar_looks_to_the_spine():
    joints = rig_variations.without(
        rig("Unreal UE4"), lambda j: j.role.endswith(("collar", "spine1", "spine2"))
    )
    follow = match(joints).follows["upperarm_twist_01_l"]
    assert (follow.base, follow.toward) == ("left_shoulder", "spine3")


def test_a_leaf_on_a_bone_whose_name_says_nothing_is_a_twist_joint():
    joints = rig_variations.nonsense(rig("Unreal UE4"))
    elbow = next(j for j in joints if j.role == "left_elbow")
    wrist = next(j for j in joints if j.role == "left_wrist")
    joints.append(Joint("bone_999", elbow.name, 0.5 * (elbow.at + wrist.at), elbow.turn))
    follow = match(joints).follows["bone_999"]
    assert (follow.base, follow.toward, follow.twist) == ("left_elbow", "left_wrist", True)
    assert follow.share == pytest.approx(0.5, abs=1e-6)


def test_five_toes_without_a_ball_leave_the_foot_out():
    found = match(rig("MakeHuman"))
    assert {"left_foot", "right_foot"} <= set(found.missing)
    assert "toe3-1.L" in found.unmapped


def test_five_toes_beyond_a_ball_do_not_hide_it():
    for convention, ball in (("Character Creator", "CC_Base_L_ToeBase"), ("Daz Genesis 8", "lToe")):
        assert match(rig(convention)).roles[ball] == "left_foot"


def test_the_pelvis_is_where_legs_and_spine_come_from():
    for convention, pelvis in (
        ("Daz Genesis 8", "hip"),
        ("Character Creator", "CC_Base_Hip"),
        ("3ds Max Biped", "Bip01 Pelvis"),
        ("Biped, legs on spine", "Bip01 Spine"),
        ("MakeHuman", "root"),
    ):
        assert match(rig(convention)).roles[pelvis] == "pelvis"


def test_a_root_on_the_floor_is_not_the_pelvis_though_the_spine_hangs_from_it():
    joints = rig("Unreal UE4")
    joints = [attrs.evolve(j, parent="root") if j.name == "spine_01" else j for j in joints]
    found = match(joints)
    assert found.roles["pelvis"] == "pelvis"
    assert any("spine_01" in w and "does not hang from pelvis" in w for w in found.warnings)


@pytest.mark.parametrize("gone", ["thumb", "index", "middle", "ring", "pinky"])
@pytest.mark.parametrize("base", BASES)
def test_a_hand_that_lacks_a_finger(base, gone):
    joints = rig_variations.without(rig("Mixamo", base), lambda j: gone in j.name.lower())
    found = match(joints)
    _, wrong, lost = judged(joints, found)
    assert (wrong, lost) == ([], [])
    unnamed = rig_variations.nonsense(joints)
    found = match(unnamed)
    right, wrong, _ = judged(unnamed, found)
    assert right >= 22
    if wrong:
        assert any(w.startswith("Doubtful") for w in found.warnings)


CONTROLS = ("MCH-", "MCH-parent_", "VIS_", "tweak_", "", "MCH-ik_", "ik_", "fk_", "MCH-s_")


def full_rigify(connected):
    """A whole Rigify rig: controls and mechanism around the bones that deform."""
    joints = [attrs.evolve(j) for j in rig("Rigify DEF-") if j.name.startswith("DEF-")]
    root = Joint("root", None, np.zeros(3), joints[0].turn)
    mirror = {j.name: "ORG-" + j.name.removeprefix("DEF-") for j in joints}
    out = [root]
    for j in joints:
        above = mirror.get(j.parent, "root")
        out.append(attrs.evolve(j, name=mirror[j.name], parent=above))
        deform = j.parent if connected and j.parent in mirror else mirror[j.name]
        out.append(attrs.evolve(j, parent=deform))
        bare = j.name.removeprefix("DEF-")
        for n in range(len(CONTROLS)):
            kind = ("MCH-", "MCH-parent_", "VIS_", "tweak_", "", "MCH-ik_", "ik_", "fk_", "MCH-s_")[
                n
            ]
            out.append(attrs.evolve(j, name=f"{kind}{bare}" + ("_fk" if not kind else ""),
                                    parent=mirror[j.name], role=""))  # fmt: skip
    return out


def test_of_a_whole_rigify_rig_the_deforming_joints_are_taken_if_they_hang_together():
    joints = full_rigify(connected=True)
    joints = [attrs.evolve(j, role="") if j.name.startswith("ORG-") else j for j in joints]
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])


def test_of_a_whole_rigify_rig_the_deforming_joints_are_taken_if_they_are_loose_too():
    joints = full_rigify(connected=False)
    joints = [attrs.evolve(j, role="") if j.name.startswith("ORG-") else j for j in joints]
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    above = {j.name: j.parent for j in rig("Rigify DEF-")}
    assert found.carried == {n: p for n, p in above.items() if p not in (None, "root")}
