"""What the kit compares with is itself true: its matrices, rigs, clips, motions and comparisons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from retarget import roles, smpl
from retarget.testing import compare, oracle
from retarget.testing.clips import smooth_clip, without_flips
from retarget.testing.motions import as_motion, true_motion
from retarget.testing.rigs import RIGS, TREES, humanoid, quadruped, stretched, turned
from support.oracle import forward, quat_matrix

quaternions = st.integers(0, 10_000).map(
    lambda seed: Rotation.random(None, np.random.default_rng(seed)).as_quat()
)


@given(quaternions)
def test_the_matrix_is_the_quaternions(q):
    np.testing.assert_allclose(oracle.matrix(q), quat_matrix(q), atol=1e-12)
    np.testing.assert_allclose(oracle.matrix(q), Rotation.from_quat(q).as_matrix(), atol=1e-12)


def test_a_quaternion_of_another_length_scales():
    matrix = oracle.matrix(np.array([0, 0, 0.6, 0.8]) * 1.1)
    np.testing.assert_allclose(np.linalg.norm(matrix, axis=0), 1.21)


@pytest.mark.parametrize("rig", TREES)
def test_the_kits_kinematics_are_the_test_suites(rig):
    clip = smooth_clip(TREES[rig](), frames=4)
    skeleton = clip.rig.skeleton
    local = [[quat_matrix(q) for q in frame] for frame in np.swapaxes(clip.rotations, 0, 1)]
    expected = forward(
        skeleton.parents.tolist(), skeleton.rest_translations, local, clip.root_translations
    )
    world = oracle.world_of_tracks(skeleton, clip.rotations, clip.root_translations)
    np.testing.assert_allclose(world, np.swapaxes(expected, 0, 1), atol=1e-5)


@pytest.mark.parametrize("rig", TREES)
def test_clips_begin_at_rest_and_are_clean(rig):
    clip = smooth_clip(TREES[rig]())
    skeleton = clip.rig.skeleton
    world = oracle.world_of_tracks(skeleton, clip.rotations, clip.root_translations)
    np.testing.assert_allclose(world[:, 0], oracle.world_of_rest(skeleton), atol=2e-6)
    compare.assert_unit(clip.rotations, skeleton.names, within=1e-6)
    compare.assert_continuous(clip.rotations, skeleton.names)
    assert np.ptp(world[:, :, :3, 3], axis=1).max() > 0.5  # it moves


def test_clips_leave_the_half_where_w_is_positive():
    clip = smooth_clip(humanoid())
    w = clip.rotations[0, :, 3]
    assert w.max() > 0.5
    assert w.min() < -0.5


def test_clips_are_the_same_every_time_and_differ_by_seed():
    first, again, other = (smooth_clip(quadruped(), seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(first.rotations, again.rotations)
    assert not np.allclose(first.rotations, other.rotations, atol=0.1)


def test_turned_rests_keep_every_joint_where_it_was():
    there, here = (oracle.world_of_rest(rig.skeleton) for rig in (humanoid(), turned()))
    np.testing.assert_allclose(here[:, :3, 3], there[:, :3, 3], atol=1e-12)
    assert compare.rotation_errors(here, there).min() > 5


def test_the_humanoid_is_the_default_target():
    world = oracle.world_of_rest(humanoid().skeleton)
    np.testing.assert_allclose(world[:, :3, 3], smpl.SMPLH_A_POSE, atol=1e-12)
    assert tuple(humanoid().roles[n] for n in humanoid().skeleton.names) == roles.HUMANOID


def test_stretched_has_other_bones_and_stands_on_the_floor():
    lengths = [
        np.linalg.norm(rig.skeleton.rest_translations[1:], axis=1)
        for rig in (humanoid(), stretched())
    ]
    ratio = lengths[1] / lengths[0]
    assert ratio.min() < 0.85
    assert ratio.max() > 1.2
    assert oracle.world_of_rest(stretched().skeleton)[:, 1, 3].min() == pytest.approx(0.01)


def test_the_quadruped_shares_no_role_with_a_body():
    assert not set(quadruped().roles.values()) & set(roles.HUMANOID)


@pytest.mark.parametrize("rig", RIGS)
def test_a_true_motion_is_upright_walks_and_turns_past_half_a_turn(rig):
    truth = true_motion(RIGS[rig]().skeleton, frames=30, fps=30)
    world = truth.world()
    np.testing.assert_allclose(np.linalg.det(world[..., :3, :3]), 1, atol=1e-9)
    rest_up = np.linalg.inv(oracle.world_of_rest(truth.skeleton)[0])[:3, 1]
    assert (np.einsum("fij,j->fi", world[0, :, :3, :3], rest_up)[:, 1] > 0.5).all()
    turns = world[0, 1:, :3, :3] @ np.swapaxes(world[0, :-1, :3, :3], -1, -2)
    headings = np.arctan2(turns[:, 0, 2] - turns[:, 2, 0], turns[:, 0, 0] + turns[:, 2, 2])
    assert np.degrees(headings.sum()) > 200
    walked = truth.root_positions[-1] - truth.root_positions[0]
    assert walked[0] > 1
    assert abs(walked[1]) < 0.2


def test_a_true_motion_as_a_value_is_the_same_motion():
    truth = true_motion(smpl.smplh(), frames=6, fps=25)
    motion = as_motion(truth)
    world = oracle.world_of_tracks(motion.skeleton, motion.rotations, motion.root_translations)
    np.testing.assert_allclose(world, truth.world(), atol=1e-5)
    compare.assert_continuous(motion.rotations, motion.skeleton.names)


def test_without_flips_keeps_the_rotations():
    track = Rotation.from_rotvec(np.linspace(0, 9, 40)[:, None] * [0.0, 0.6, 0.8]).as_quat()
    signs = np.random.default_rng(0).choice([-1, 1], size=(40, 1))
    out = without_flips((track * signs)[None])
    assert (np.sum(out[:, 1:] * out[:, :-1], axis=-1) > 0).all()
    np.testing.assert_array_equal(np.abs(out[0]), np.abs(track))


def transforms(angle=0.0, shift=0.0, scale=1.0):
    """Two joints, three frames; the second joint is off on frame 2."""
    world = np.tile(np.eye(4), (2, 3, 1, 1))
    world[1, 2, :3, :3] = Rotation.from_rotvec([0, np.radians(angle), 0]).as_matrix() * scale
    world[1, 2, 0, 3] = shift
    return world


@pytest.mark.parametrize("angle", [0, 1e-6, 0.01, 1, 90, 179, 180])
def test_rotation_errors_are_angles(angle):
    errors = compare.rotation_errors(transforms(angle), transforms())
    assert errors[1, 2] == pytest.approx(angle, rel=1e-6, abs=1e-9)
    assert errors[0].max() == errors[1, 0] == 0


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (transforms(shift=0.002), "b, frame 2: 2 mm off, allowed are 1; 1 of 2 joints are off"),
        (transforms(angle=2), "b, frame 2: 2 degrees off, allowed are 1"),
        (transforms(scale=1.1), "b, frame 2: .* degrees off"),
        (transforms(shift=np.nan), "b, frame 2: nan mm off"),
        (transforms()[:, :2], "2 frames of 2 joints, expected 3 of 2"),
    ],
)
def test_a_difference_is_told_by_joint_and_frame(actual, words):
    with pytest.raises(AssertionError, match=words):
        compare.assert_world(actual, transforms(), ["a", "b"], metres=0.001, degrees=1)


def test_what_is_within_tolerance_passes():
    close = transforms(angle=0.9, shift=0.0009)
    compare.assert_world(close, transforms(), ["a", "b"], metres=0.001, degrees=1)


def test_quaternions_that_are_not_unit_or_flip_are_told_by_joint():
    track = np.tile([0, 0, 0, 1.0], (2, 3, 1))
    track[1, 1] *= -1
    with pytest.raises(AssertionError, match=r"change sign between frames on b$"):
        compare.assert_continuous(track, ["a", "b"])
    with pytest.raises(AssertionError, match="not of unit length on a, b"):
        compare.assert_unit(track * 1.1, ["a", "b"])
    with pytest.raises(AssertionError, match="not of unit length"):
        compare.assert_unit(track * np.nan, ["a", "b"])
