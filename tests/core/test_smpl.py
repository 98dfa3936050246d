"""The built-in bodies are the figures of the files they were taken from, and look like bodies."""

from __future__ import annotations

import numpy as np
import pytest

from retarget import roles, smpl
from support.data import shared

BODIES = {"smplh": smpl.smplh, "smplx": smpl.smplx, "smpl": smpl.smpl}


def positions_of(skeleton):
    """World rest positions of a skeleton without rest rotations: sums of offsets up the tree."""
    where = np.zeros((len(skeleton), 3))
    for joint in range(len(skeleton)):
        chain = joint
        while chain >= 0:
            where[joint] += skeleton.rest_translations[chain]
            chain = int(skeleton.parents[chain])
    return where


@pytest.mark.parametrize(
    ("table", "file", "turned"),
    [
        (smpl.SMPLH_T_POSE, "smplh_neutral_tpose.npz", False),
        (smpl.SMPLX_T_POSE, "smplx_proportions_yup.npz", False),
        (smpl.SMPLH_A_POSE, "A-Pose.npz", True),
    ],
)
def test_tables_are_the_figures_of_the_files(table, file, turned):
    with np.load(shared(f"data/skeletons/{file}")) as arrays:
        expected = arrays["J_ABSOLUTE"]
    if turned:  # Z-up, facing -Y
        x, y, z = expected.T
        expected = np.stack([x, z, -y], axis=1)
    if "smplx" in file:  # its axes are mixed up in the pelvis alone: compare what hangs on it
        table, expected = table - table[0], expected - expected[0]
    np.testing.assert_allclose(table, expected, atol=2e-6)  # six decimals, two joints


@pytest.mark.parametrize("body", BODIES)
def test_a_body_stands_upright_with_its_left_on_plus_x_facing_plus_z(body):
    skeleton = BODIES[body]()
    assert skeleton.names == roles.HUMANOID[: len(skeleton)]
    where = dict(zip(skeleton.names, positions_of(skeleton), strict=True))
    assert where["head"][1] > where["pelvis"][1] > where["left_ankle"][1]
    for role, position in where.items():
        if role.startswith("left_"):
            assert position[0] > 0 > where[roles.MIRROR[role]][0]
    assert where["left_foot"][2] > where["left_ankle"][2]


@pytest.mark.parametrize("body", BODIES)
def test_the_rest_pose_of_a_body_is_its_table(body):
    skeleton = BODIES[body]()
    table = smpl.SMPLX_T_POSE if body == "smplx" else smpl.SMPLH_T_POSE
    np.testing.assert_allclose(positions_of(skeleton), table[: len(skeleton)], atol=1e-12)
    np.testing.assert_array_equal(skeleton.rest_rotations[:, 3], 1)
    assert skeleton.names[0] == "pelvis"
    parents = [roles.PARENT[role] for role in skeleton.names]
    found = [skeleton.names[p] if p >= 0 else None for p in skeleton.parents.tolist()]
    assert found == parents


def test_smpl_has_a_body_and_no_fingers():
    assert len(smpl.smpl()) == 22
    assert smpl.smpl().names[-1] == "right_wrist"


def test_the_a_pose_is_the_t_pose_body_with_its_bones_unchanged():
    parents = smpl.smplh().parents[1:]
    bones = [
        np.linalg.norm(table[1:] - table[parents], axis=1)
        for table in (smpl.SMPLH_T_POSE, smpl.SMPLH_A_POSE)
    ]
    np.testing.assert_allclose(bones[0], bones[1], atol=3e-6)


def test_the_a_pose_stands_on_the_floor_with_its_arms_hanging():
    where = dict(zip(roles.HUMANOID, smpl.SMPLH_A_POSE, strict=True))
    assert 0 < min(position[1] for position in where.values()) < 0.02
    drop = where["left_shoulder"] - where["left_elbow"]
    assert np.degrees(np.arctan2(drop[1], -drop[0])) == pytest.approx(46, abs=3)


def test_the_tables_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        smpl.SMPLH_T_POSE[0] = 0
