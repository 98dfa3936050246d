"""Chains that rigs of unknown names wear, where the legs part beside the spine and elsewhere."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget.matching import recognise
from support import rig_conventions
from support import rig_variations as vary
from support.rig_names import Joint, skeleton
from support.rig_variations import BASES, judged

SIDES = (("left", 1.0), ("right", -1.0))
BESIDE = ("Daz Genesis 8", "Daz Genesis 9", "Character Creator")
"""Their legs part at a joint that hangs beside the spine, not above it."""


def rig(convention, base="mixamo"):
    text, fingers, *_ = rig_conventions.CONVENTIONS[convention]
    return rig_conventions.build(text, fingers, vary.base(base))


def hung(joints, name, role, off, step, count):
    """The joints and a chain of `count` more that begins at `off` from the joint of a role."""
    above = next(j for j in joints if j.role == role)
    added, parent = [], above.name
    for n in range(count):
        at = above.at + np.asarray(off, float) + n * np.asarray(step, float)
        added.append(Joint(f"{name} {n}", parent, at, Rotation.identity()))
        parent = added[-1].name
    return [*joints, *added]


def chains(joints, name, role, off, step, count):
    """Chains on both sides."""
    for side, sign in SIDES:
        x, way = np.asarray(off) * [sign, 1, 1], np.asarray(step) * [sign, 1, 1]
        joints = hung(joints, f"{name} {side}", role, x, way, count)
    return joints


def skirt(joints):
    for part, z in (("front", 0.1), ("side", 0.0), ("back", -0.1)):
        joints = chains(joints, part, "pelvis", [0.15, 0, z], [0.02, -0.15, 0.1 * z], 4)
    return joints


def round_skirt(joints):
    for n in range(8):
        x, z = 0.16 * np.sin(n * np.pi / 4), 0.16 * np.cos(n * np.pi / 4)
        joints = hung(joints, f"skirt {n}", "pelvis", [x, 0, z], [0.2 * x, -0.15, 0.2 * z], 4)
    return joints


def ribbons(joints):
    return chains(joints, "ribbon", "pelvis", [0.1, 0.05, -0.1], [0.02, -0.14, -0.01], 7)


def ears(joints):
    return chains(joints, "ear", "head", [0.08, 0.15, 0], [0.02, 0.12, 0], 4)


def wings(joints):
    chest = "spine3" if any(j.role == "spine3" for j in joints) else "spine1"
    return chains(joints, "wing", chest, [0.05, 0.05, -0.1], [0.25, 0.05, -0.05], 5)


def toes(joints):
    for n in range(5):
        for side, _ in SIDES:
            x = 0.015 * (n - 2)
            joints = hung(joints, f"toe {side} {n}", f"{side}_foot", [x, 0, 0], [0, 0, 0.02], 2)
    return joints


def leaves(joints):
    """A joint beyond every last one, as exporters write them."""
    by_name, carriers = {j.name: j for j in joints}, {j.parent for j in joints}
    ends = [j for j in joints if j.name not in carriers]
    return [
        *joints,
        *(
            Joint(f"{j.name} end", j.name, j.at + 0.6 * (j.at - by_name[j.parent].at), j.turn)
            for j in ends
        ),
    ]


def fingerless(joints):
    """Without what is called a finger; leaves and metacarpals stay."""
    said = ("thumb", "index", "middle", "ring", "pinky")
    return vary.without(joints, lambda j: any(finger in j.role for finger in said))


def match(joints):
    joints = vary.nonsense(joints)
    found = recognise(skeleton(joints), name="rig")
    right, wrong, _ = judged(joints, found)
    told = " ".join(w for w in found.warnings if w.startswith("Doubtful"))
    return right, {role for _, role, _ in wrong}, told


@pytest.mark.parametrize(
    ("base", "worn"),
    [
        *((base, worn) for base in BASES for worn in (skirt, round_skirt)),
        ("game_engine", ribbons),  # where they are shorter than the arms
    ],
)
@pytest.mark.parametrize("convention", BESIDE)
def test_what_hangs_from_the_hip_beside_the_legs_is_none(base, convention, worn):
    bare, odd, _ = match(rig(convention, base))
    right, wrong, told = match(worn(rig(convention, base)))
    assert right == bare
    assert wrong == odd
    assert "left_wrist" not in told


@pytest.mark.parametrize("worn", [ears, skirt, round_skirt])
@pytest.mark.parametrize("convention", BESIDE)
def test_nor_is_it_without_fingers(convention, worn):
    bare, odd, _ = match(fingerless(rig(convention)))
    right, wrong, _ = match(fingerless(worn(rig(convention))))
    assert right >= bare
    assert wrong <= odd


@pytest.mark.parametrize("convention", BESIDE[:2])
def test_toes_of_two_joints_are_no_fingers(convention):
    right, wrong, _ = match(fingerless(toes(rig(convention))))
    assert right == 22
    assert wrong == set()


def test_legs_whose_toes_alone_spread_may_be_arms_and_it_is_said():
    _, wrong, told = match(fingerless(toes(rig("Character Creator"))))
    limbs = {"left_hip", "left_knee", "left_ankle", "left_shoulder", "left_elbow", "left_wrist"}
    assert limbs <= wrong
    assert all(role in told for role in limbs)


@pytest.mark.parametrize("convention", BESIDE)
def test_leaves_of_fingers_that_are_gone_leave_legs_and_arms(convention):
    right, wrong, told = match(fingerless(leaves(rig(convention))))
    assert right >= 19
    assert all(role in told for role in wrong)
    assert not {r for r in wrong if r.endswith(("hip", "knee", "ankle", "shoulder", "elbow"))}


@pytest.mark.parametrize("worn", [skirt, round_skirt])
def test_toes_that_spread_are_no_hands(worn):
    right, wrong, _ = match(fingerless(worn(rig("MakeHuman"))))
    assert right == match(fingerless(rig("MakeHuman")))[0] == 20
    assert wrong == set()


@pytest.mark.parametrize("convention", ["3ds Max Biped", "Biped, legs on spine"])
@pytest.mark.parametrize("base", BASES)
def test_wings_below_the_neck_that_carries_the_arms_are_none_and_may_be(base, convention):
    right, wrong, told = match(wings(rig(convention, base)))
    assert right == match(rig(convention, base))[0]
    assert wrong == set()
    assert "left_wrist" in told


@pytest.mark.parametrize("convention", ["SMPL-H", "Unreal UE5", "MakeHuman", "CMU"])
def test_ribbons_longer_than_arms_make_the_legs_doubtful_and_nothing_wrong(convention):
    bare, _, _ = match(rig(convention))
    right, wrong, told = match(ribbons(rig(convention)))
    assert right == bare
    assert wrong == set()
    assert "left_knee" in told


@pytest.mark.parametrize("convention", BESIDE)
def test_ribbons_that_part_before_the_legs_and_are_longer_than_arms_may_be_the_legs(convention):
    bare, odd, _ = match(rig(convention))
    right, wrong, told = match(ribbons(rig(convention)))
    assert right == bare - 8
    assert {role.partition("_")[2] for role in wrong - odd} == {"hip", "knee", "ankle"}
    assert all(role in told for role in wrong)


@pytest.mark.parametrize("convention", ["SMPL-H", "Mixamo", "Unreal UE4"])
def test_wings_with_fingers_beside_arms_without_are_doubted(convention):
    def bat(joints):
        joints = chains(joints, "wing", "spine3", [0.05, 0.05, -0.1], [0.3, 0.08, -0.05], 3)
        for n in range(3):
            off = np.array([0.65, 0.21, -0.2])
            step = [0.15 - 0.045 * n, -0.05 - 0.1 * n, 0]
            for side, sign in SIDES:
                x, way = off * [sign, 1, 1], np.asarray(step) * [sign, 1, 1]
                more = hung(joints, f"wing finger {side} {n}", "spine3", x, way, 3)
                tip, first = f"wing {side} 2", f"wing finger {side} {n} 0"
                joints = [
                    Joint(j.name, tip, j.at, j.turn, j.role) if j.name == first else j for j in more
                ]
        return joints

    _, wrong, told = match(fingerless(bat(rig(convention))))
    assert {f"{side}_elbow" for side, _ in SIDES} <= wrong
    assert all(role in told for role in wrong)


def test_where_two_skirts_are_as_long_as_the_legs_it_is_said():
    joints = rig("Daz Genesis 8")
    _, _, told = match(chains(joints, "coat", "pelvis", [0.1, 0, -0.1], [0.02, -0.2, -0.01], 7))
    assert "left_knee" in told
