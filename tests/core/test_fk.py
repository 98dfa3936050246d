"""The numpy solver against the naive oracle: 4x4 matrices, one joint and one frame at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from retarget import quaternions as quat
from retarget.fk import Branch, NumpyFK
from retarget.smpl import smplh
from retarget.values import Skeleton
from support.oracle import forward, quat_matrix


@st.composite
def trees(draw):
    """Any tree: every joint but the first hangs on some joint before it."""
    joints = draw(st.integers(1, 9))
    return [-1, *(draw(st.integers(0, j - 1)) for j in range(1, joints))]


def skeleton_of(parents, rng):
    joints = len(parents)
    return Skeleton(
        names=[f"joint_{j}" for j in range(joints)],
        parents=parents,
        rest_translations=rng.normal(size=(joints, 3)),
        rest_rotations=Rotation.random(joints, rng).as_quat(),
    )


def random_tracks(joints, frames, rng):
    rotations = Rotation.random(joints * frames, rng).as_quat().reshape(joints, frames, 4)
    return rotations.astype(np.float32), rng.normal(size=(frames, 3)).astype(np.float32)


def by_oracle(skeleton, rotations, root):
    local = [[quat_matrix(q) for q in frame] for frame in np.swapaxes(rotations, 0, 1)]
    world = forward(skeleton.parents.tolist(), skeleton.rest_translations, local, root)
    return np.swapaxes(world, 0, 1)


def assert_agrees(skeleton, rotations, root, within):
    world = NumpyFK().solve(skeleton, rotations, root)
    expected = by_oracle(skeleton, rotations, root)
    np.testing.assert_allclose(world.positions, expected[..., :3, 3], atol=within)
    matrices = Rotation.from_quat(world.rotations.reshape(-1, 4)).as_matrix()
    np.testing.assert_allclose(matrices, expected[..., :3, :3].reshape(-1, 3, 3), atol=within)


@given(trees(), st.integers(1, 4), st.integers(0, 1000))
def test_any_tree(parents, frames, seed):
    rng = np.random.default_rng(seed)
    assert_agrees(skeleton_of(parents, rng), *random_tracks(len(parents), frames, rng), within=2e-5)


def test_a_body_in_float32_is_within_two_micrometres():
    skeleton = smplh()
    tracks = random_tracks(len(skeleton), 30, np.random.default_rng(0))
    assert_agrees(skeleton, *tracks, within=2e-6)


def test_the_root_stands_where_it_is_told_whatever_its_rest_translation():
    rng = np.random.default_rng(1)
    skeleton = skeleton_of([-1, 0], rng)
    rotations, _ = random_tracks(2, 3, rng)
    root = np.array([[5, 6, 7], [0, 0, 0], [-1, -2, -3]], np.float32)
    world = NumpyFK().solve(skeleton, rotations, root)
    np.testing.assert_array_equal(world.positions[0], root)
    np.testing.assert_array_equal(world.rotations[0], rotations[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_result_has_the_precision_of_the_tracks(dtype):
    rng = np.random.default_rng(2)
    rotations, root = random_tracks(3, 5, rng)
    skeleton = skeleton_of([-1, 0, 0], rng)
    world = NumpyFK().solve(skeleton, rotations.astype(dtype), root.astype(dtype))
    assert world.rotations.dtype == world.positions.dtype == dtype
    assert world.rotations.shape == (3, 5, 4)
    assert world.positions.shape == (3, 5, 3)


def test_the_tracks_are_not_touched():
    rng = np.random.default_rng(3)
    rotations, root = random_tracks(3, 5, rng)
    before = rotations.copy(), root.copy()
    NumpyFK().solve(skeleton_of([-1, 0, 1], rng), rotations, root)
    np.testing.assert_array_equal(rotations, before[0])
    np.testing.assert_array_equal(root, before[1])


@pytest.mark.parametrize("laid_out", [np.ascontiguousarray, quat.by_component])
def test_frames_are_neighbours_in_what_is_returned(laid_out):
    rng = np.random.default_rng(4)
    rotations, root = random_tracks(4, 5, rng)
    world = NumpyFK().solve(skeleton_of([-1, 0, 0, 2], rng), laid_out(rotations), laid_out(root))
    for tracks in (world.rotations, world.positions):
        assert tracks.strides[1] == tracks.itemsize


def test_a_branch_solves_the_frames_asked_for():
    rng = np.random.default_rng(5)
    skeleton = smplh()
    rotations, root = random_tracks(len(skeleton), 20, rng)
    branch = Branch.of(skeleton, [skeleton.index[role] for role in ("left_thumb2", "head")])
    every = branch.solve(NumpyFK(), rotations, root)
    for frames in (slice(3, 19, 4), np.array([7, 2, 2, 19])):
        some = branch.solve(NumpyFK(), rotations, root, frames)
        np.testing.assert_array_equal(some.rotations, every.rotations[:, frames])
        np.testing.assert_array_equal(some.positions, every.positions[:, frames])
