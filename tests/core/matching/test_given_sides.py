"""Sides that the user or the file states against the toes, and spines whose names skip a joint."""

from __future__ import annotations

import pytest
from scipy.spatial.transform import Rotation

from retarget import roles
from retarget.matching import recognise
from support.rig_names import Joint, skeleton
from support.stick_figure import JOINTS

STILL = Rotation.identity()
LEGS = ("left_hip", "right_hip", "left_knee", "right_knee")


def body(name=str):
    """The joints of a stick figure, each called `name(its role)`."""
    return [
        Joint(name(role), parent and name(parent), at, STILL)
        for role, (parent, at) in JOINTS.items()
    ]


def other_side(role):
    return roles.MIRROR.get(role, role)


def wrong_way_round(**given):
    """Roles of a body whose names have left and right the wrong way round for its toes."""
    return recognise(skeleton(body(other_side)), name="rig", **given)


def test_without_a_word_the_toes_decide():
    found = wrong_way_round()
    assert found.roles["left_ankle"] == "right_ankle"
    assert any("The legs called left lie on the right" in told for told in found.warnings)


@pytest.mark.parametrize("given", ["joint_map", "stated"])
def test_feet_are_on_the_side_that_was_given_for_their_legs(given):
    """A map is of roles to joints, what a file states of joints to roles: here both are alike."""
    found = wrong_way_round(**{given: {joint: joint for joint in LEGS}})
    for side in ("left", "right"):
        for joint in ("hip", "knee", "ankle", "foot"):
            assert found.roles[f"{side}_{joint}"] == f"{side}_{joint}"
        assert found.roles[f"{side}_elbow"] == other_side(f"{side}_elbow")
    assert any("The legs called left seem to lie on" in told for told in found.warnings)


@pytest.mark.parametrize("shares", [(0.0, 0.45, 0.7, 1.0), (0.0, 0.2, 0.45, 1.0)])
def test_of_a_spine_that_is_named_all_along_a_joint_between_is_no_spine2(shares):
    """The one without a name stands where the mean body has spine2."""
    unnamed = shares.index(0.45)
    called = ["Spine", "Spine1", "Spine2"]
    called.insert(unnamed, "Zq")
    low, high = (JOINTS[role][1][1] for role in ("spine1", "spine3"))
    parents = ["pelvis", *called[:-1]]
    spine = [
        Joint(name, parent, (0, low + share * (high - low), 0), STILL)
        for name, parent, share in zip(called, parents, shares, strict=True)
    ]
    rest = [j for j in body() if not j.name.startswith("spine")]
    for joint in rest:
        joint.parent = "Spine2" if joint.parent == "spine3" else joint.parent
    found = recognise(skeleton(spine + rest), name="rig")
    assert [found.roles.get(name) for name in called if name != "Zq"] == [
        "spine1", "spine2", "spine3",
    ]  # fmt: skip
    follow = found.follows["Zq"]
    assert {follow.base, follow.toward} == {"spine2", "spine3" if unnamed == 2 else "spine1"}
