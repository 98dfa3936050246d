"""The humanoid vocabulary agrees with itself and with the files it was taken from."""

from __future__ import annotations

import numpy as np
import pytest

from retarget import roles
from support.data import shared


def test_there_are_52_roles_each_once_with_one_original_name():
    assert len(roles.HUMANOID) == len(set(roles.HUMANOID)) == 52
    assert len(roles.ORIGINAL_NAMES) == len(set(roles.ORIGINAL_NAMES)) == 52


def test_parents_come_before_children_and_only_the_pelvis_has_none():
    seen = set()
    for role in roles.HUMANOID:
        parent = roles.PARENT[role]
        assert parent in seen or (parent is None and role == "pelvis")
        seen.add(role)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_finger_is_three_joints_in_a_row_from_the_wrist(side):
    for finger in ("thumb", "index", "middle", "ring", "pinky"):
        assert roles.PARENT[f"{side}_{finger}3"] == f"{side}_{finger}2"
        assert roles.PARENT[f"{side}_{finger}2"] == f"{side}_{finger}1"
        assert roles.PARENT[f"{side}_{finger}1"] == f"{side}_wrist"


def test_the_original_hands_are_numbered_index_middle_pinky_ring_thumb():
    of = dict(zip(roles.ORIGINAL_NAMES, roles.HUMANOID, strict=True))
    assert [of[f"L_Hand_{i}"] for i in (0, 2, 3, 6, 9, 12, 14)] == [
        "left_index1",
        "left_index3",
        "left_middle1",
        "left_pinky1",
        "left_ring1",
        "left_thumb1",
        "left_thumb3",
    ]
    assert of["R_Hand_7"] == "right_pinky2"


def test_mirroring_twice_changes_nothing_and_keeps_the_tree():
    assert roles.MIRROR["left_knee"] == "right_knee"
    assert roles.MIRROR["neck"] == "neck"
    for role, other in roles.MIRROR.items():
        assert roles.MIRROR[other] == role
        parent = roles.PARENT[role]
        assert roles.PARENT[other] == (None if parent is None else roles.MIRROR[parent])


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("L_Hip", "left_hip"),
        ("l_hip", "left_hip"),
        ("right_thumb3", "right_thumb3"),
        ("Left_Index1", "left_index1"),
        ("R_Hand_14", "right_thumb3"),
        ("Pelvis", "pelvis"),
        ("R_Hand_15", None),
        ("jaw", None),
        ("", None),
    ],
)
def test_a_name_states_its_role_in_either_spelling(name, role):
    assert roles.role_of_name(name) == role


def test_required_roles_are_roles():
    assert set(roles.REQUIRED) <= set(roles.HUMANOID)
    assert {roles.MIRROR[role] for role in roles.REQUIRED} == set(roles.REQUIRED)


def test_order_and_parents_are_those_of_the_smplh_files():
    with np.load(shared("data/skeletons/smplh_neutral_tpose.npz")) as file:
        assert tuple(file["JOINT_NAMES"].tolist()) == roles.ORIGINAL_NAMES
        parents = file["PARENTS"].tolist()
    index = {role: j for j, role in enumerate(roles.HUMANOID)}
    assert parents == [index.get(roles.PARENT[role], -1) for role in roles.HUMANOID]
