"""Rotation vectors and matrices into quaternion tracks, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.transform import Rotation

from motion_sources import synthetic
from retarget.errors import FileReadError


def amass(vectors):
    frames = len(vectors)
    poses = np.zeros((frames, 52, 3))
    poses[:, : vectors.shape[1]] = vectors
    return {"poses": poses.reshape(frames, 156), "trans": np.zeros((frames, 3))}


def angles(tracks, vectors):
    """Angles between joint-major quaternions and frame-major rotation vectors, radians."""
    expected = Rotation.from_rotvec(np.swapaxes(vectors, 0, 1).reshape(-1, 3))
    found = Rotation.from_quat(tracks.reshape(-1, 4).astype(np.float64))
    return (found * expected.inv()).magnitude()


vectors_of_any_length = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.just(4), st.just(3)),
    elements=st.one_of(
        st.floats(-20, 20), st.sampled_from([0.0, 1e-300, 1e-30, 1e-8, np.pi, -np.pi, 2 * np.pi])
    ),
)


@given(vectors_of_any_length)
@example(np.array([[[np.pi, 0, 0]] * 4, [[-np.pi, 1e-9, 0]] * 4]))
def test_rotation_vectors_of_any_length(tmp_path_factory, load, vectors):
    path = tmp_path_factory.mktemp("tracks") / "clip.npz"
    np.savez(path, **amass(vectors))

    tracks = load(path, up="y").rotations[:4]

    assert angles(tracks, vectors).max() < 2e-5  # float32 of an angle up to 35 rad
    np.testing.assert_allclose(np.linalg.norm(tracks, axis=-1), 1, atol=1e-6)
    assert (np.sum(tracks[:, 1:] * tracks[:, :-1], axis=-1) > -1e-5).all()


@given(vectors_of_any_length)
@example(np.zeros((1, 4, 3)))
@example(np.pi * np.eye(4, 3)[None])
@example(np.full((2, 4, 3), np.pi / np.sqrt(3)))
def test_matrices_of_any_rotation(tmp_path_factory, load, vectors):
    path = tmp_path_factory.mktemp("tracks") / "clip.npz"
    padded = amass(vectors)["poses"][:, :66].reshape(-1, 3)
    matrices = Rotation.from_rotvec(padded).as_matrix().reshape(-1, 22, 3, 3)
    np.savez(path, local_rotations=matrices, global_translations=np.zeros((len(vectors), 3)))

    tracks = load(path, up="y").rotations[:4]

    assert angles(tracks, vectors).max() < 2e-6
    assert (np.sum(tracks[:, 1:] * tracks[:, :-1], axis=-1) > -1e-5).all()


def test_tracks_do_not_jump_where_the_file_wraps_the_angle(write, load):
    """A joint that turns on and on, stored with angles in -pi..pi, as fitting tools store it."""
    turn = np.linspace(0, 6 * np.pi, 2000)
    wrapped = (turn + np.pi) % (2 * np.pi) - np.pi
    vectors = np.zeros((2000, 3, 3))
    vectors[:, 1, 1] = wrapped
    vectors[:, 2, 0] = wrapped[::-1]
    motion = load(write(**amass(vectors)), up="y")
    steps = np.linalg.norm(np.diff(motion.rotations, axis=1), axis=-1)
    assert steps.max() < 0.01
    assert angles(motion.rotations[:3], vectors).max() < 2e-6


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("layout", ["amass", "smplx", "matrices", "smpl"])
def test_what_is_not_finite_is_named_with_its_place(write, load, layout, value):
    arrays = synthetic.arrays(layout, synthetic.rotvecs(1500), synthetic.trans(1500))
    key = {"matrices": "local_rotations", "smpl": "bodyPose"}.get(layout, "poses")
    array = arrays[key].astype(np.float64)
    joints = array.reshape(1500, -1, 9 if layout == "matrices" else 3)
    joints[1200, 4, 1] = joints[1300, 1, 0] = value
    said = rf"clip\.npz: '{key}' holds .*, first at frame 1200 in left_knee"
    with pytest.raises(FileReadError, match=said):
        load(write(**arrays | {key: array}))


def test_finger_and_dropped_joints_are_told_apart(write, load):
    arrays = synthetic.arrays("smplx", synthetic.rotvecs(), synthetic.trans())
    poses = arrays["poses"].copy()
    poses[:, 70] = np.nan  # the left eye
    load(write(**arrays | {"poses": poses}))
    poses[3, 75 + 3] = np.nan
    with pytest.raises(FileReadError, match="frame 3 in left_index2"):
        load(write(**arrays | {"poses": poses}))


@pytest.mark.parametrize(
    "matrix",
    [np.zeros((3, 3)), np.diag([1.0, 1.0, -1.0]), 1.1 * np.eye(3), np.ones((3, 3))],
    ids=["zero", "mirror", "scaled", "singular"],
)
def test_matrices_that_are_no_rotations_are_refused(write, load, matrix):
    arrays = synthetic.arrays("matrices", synthetic.rotvecs(), synthetic.trans())
    arrays["local_rotations"][5, 2] = matrix
    with pytest.raises(FileReadError, match="no rotation matrix, first at frame 5 in right_hip"):
        load(write(**arrays))


def test_root_translations_that_are_not_finite_are_named(write, load):
    arrays = synthetic.arrays("amass", synthetic.rotvecs(), synthetic.trans())
    arrays["trans"][4, 1] = np.nan
    with pytest.raises(FileReadError, match=r"'trans' holds NaN, infinity .*first at frame 4"):
        load(write(**arrays))
