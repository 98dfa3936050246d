"""Quaternion arithmetic against scipy's Rotation, against matrices, and by its own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation, Slerp

from retarget import quaternions as quat
from support.oracle import quat_matrix, rotvec_matrix

DTYPES = [np.float32, np.float64]
CLOSE = {np.float32: 2e-6, np.float64: 1e-12}

unit_floats = st.floats(-1, 1, allow_nan=False, width=32)


@st.composite
def directions(draw):
    """A unit vector, float64; the axes and near-parallel ones come up often."""
    v = draw(arrays(np.float64, 3, elements=unit_floats))
    length = np.linalg.norm(v)
    return v / length if length > 1e-3 else np.array([1.0, 0.0, 0.0])


@st.composite
def rotations(draw):
    """A unit quaternion, float64."""
    q = draw(arrays(np.float64, 4, elements=unit_floats))
    length = np.linalg.norm(q)
    return q / length if length > 1e-3 else np.array([0.0, 0.0, 0.0, 1.0])


def random_rotations(*shape, dtype=np.float64, seed=0):
    """Unit quaternions (*shape, 4), evenly spread, and the same as a scipy Rotation."""
    q = np.random.default_rng(seed).normal(size=(*shape, 4))
    q = (q / np.linalg.norm(q, axis=-1, keepdims=True)).astype(dtype)
    return q, Rotation.from_quat(q.reshape(-1, 4))


def same_rotation(a, b, within):
    """Equal up to sign, which means the same rotation."""
    return bool((1 - np.abs(np.einsum("...i,...i->...", a, b)) <= within).all())


@pytest.mark.parametrize("dtype", DTYPES)
def test_multiply_is_composition(dtype):
    a, a_oracle = random_rotations(5, 7, dtype=dtype, seed=1)
    b, b_oracle = random_rotations(5, 7, dtype=dtype, seed=2)
    product = quat.multiply(a, b)
    assert product.dtype == dtype
    expected = (a_oracle * b_oracle).as_quat().reshape(5, 7, 4)
    sign = np.sign(np.sum(product * expected, axis=-1, keepdims=True))
    np.testing.assert_allclose(product, expected * sign, atol=CLOSE[dtype])


def test_multiply_is_hamiltons_product():
    i, j, k, one = np.eye(4)
    np.testing.assert_array_equal(quat.multiply(i, j), k)
    np.testing.assert_array_equal(quat.multiply(j, k), i)
    np.testing.assert_array_equal(quat.multiply(k, i), j)
    np.testing.assert_array_equal(quat.multiply(j, i), -k)
    np.testing.assert_array_equal(quat.multiply(i, i), -one)


def test_multiply_broadcasts_over_leading_axes():
    a, _ = random_rotations(3, 1, seed=3)
    b, _ = random_rotations(4, seed=4)
    product = quat.multiply(a, b)
    assert product.shape == (3, 4, 4)
    np.testing.assert_array_equal(product[2, 1], quat.multiply(a[2, 0], b[1]))


@given(rotations(), rotations(), rotations())
def test_rotations_form_a_group(a, b, c):
    identity = quat.IDENTITY
    np.testing.assert_allclose(quat.multiply(a, identity), a, atol=1e-15)
    np.testing.assert_allclose(quat.multiply(a, quat.conjugate(a)), identity, atol=1e-14)
    left, right = quat.multiply(quat.multiply(a, b), c), quat.multiply(a, quat.multiply(b, c))
    np.testing.assert_allclose(left, right, atol=1e-14)


@pytest.mark.parametrize("dtype", DTYPES)
def test_rotate_is_what_scipy_does(dtype):
    q, oracle = random_rotations(40, dtype=dtype)
    v = np.random.default_rng(1).normal(size=(40, 3)).astype(dtype)
    turned = quat.rotate(q, v)
    assert turned.dtype == dtype
    np.testing.assert_allclose(turned, oracle.apply(v), atol=5 * CLOSE[dtype])


@given(rotations(), directions(), rotations())
def test_rotating_twice_is_rotating_by_the_product(a, v, b):
    once = quat.rotate(quat.multiply(a, b), v)
    np.testing.assert_allclose(quat.rotate(a, quat.rotate(b, v)), once, atol=1e-13)


def test_normalize_gives_unit_length_and_keeps_direction():
    q, _ = random_rotations(9)
    np.testing.assert_allclose(quat.normalize(q * 17.5), q, atol=1e-15)
    with np.errstate(invalid="ignore"):
        assert np.isnan(quat.normalize(np.zeros(4))).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_from_rotvec_is_what_scipy_does(dtype):
    v = np.random.default_rng(2).normal(size=(6, 50, 3), scale=3).astype(dtype)
    q = quat.from_rotvec(v)
    assert q.dtype == dtype
    expected = Rotation.from_rotvec(v.reshape(-1, 3)).as_quat().reshape(q.shape)
    assert same_rotation(q, expected, within=1e-6 if dtype is np.float32 else 1e-14)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("angle", [0, 1e-30, 1e-12, 1e-7, 1e-3, np.pi, 2 * np.pi])
def test_from_rotvec_at_the_angles_where_formulas_break(dtype, angle):
    axis = np.array([2, -3, 6]) / 7
    q = quat.from_rotvec((angle * axis).astype(dtype))
    expected = [*(axis * np.sin(angle / 2)), np.cos(angle / 2)]
    np.testing.assert_allclose(q, expected, atol=3 * np.finfo(dtype).eps, rtol=1e-6)


@given(arrays(np.float64, 3, elements=st.floats(-7, 7)))
def test_from_rotvec_turns_as_rodrigues_formula_does(v):
    np.testing.assert_allclose(quat_matrix(quat.from_rotvec(v)), rotvec_matrix(v), atol=1e-11)


@given(rotations())
def test_to_rotvec_turns_as_rodrigues_formula_does_on_the_shorter_way(q):
    v = quat.to_rotvec(quat.shorter(q))
    np.testing.assert_allclose(rotvec_matrix(v), quat_matrix(q), atol=1e-9)
    assert np.linalg.norm(v) <= np.pi + 1e-12


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("angle", [0, 1e-30, 1e-6, 0.3, np.pi, 4.0, 2 * np.pi - 1e-3])
def test_to_rotvec_is_the_inverse_of_from_rotvec_up_to_a_whole_turn(dtype, angle):
    v = np.multiply(np.array([[0.6, 0.0, -0.8], [0.0, 1.0, 0.0]]), angle).astype(dtype)
    back = quat.to_rotvec(quat.from_rotvec(v))
    assert back.dtype == dtype
    np.testing.assert_allclose(back, v, atol=1e-3 * CLOSE[dtype] ** 0.5 if angle else 0)


@given(st.floats(-3.1, 3.1), st.floats(-2.9, 2.9), directions())
def test_twist_angle_is_the_turn_about_the_axis_whatever_the_swing(twist, swing, axis):
    across = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    across /= np.linalg.norm(across)
    q = (Rotation.from_rotvec(swing * across) * Rotation.from_rotvec(twist * axis)).as_quat()
    found = quat.twist_angle(q[None], axis)[0]
    assert np.cos(found - twist) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("function", [quat.to_rotvec, lambda q: quat.twist_angle(q, q[0, :3])])
def test_rounding_does_not_depend_on_where_memory_lies(function):
    q, _ = random_rotations(300)
    rng = np.random.default_rng(0)
    held, found = [], set()
    for _ in range(300):  # copies land now here, now there, among blocks of their own size
        held = [*held[len(held) // 4 :], np.empty(rng.integers(20 * len(q)), np.uint8)]
        found.add(function(q.copy()).tobytes())
    assert len(found) == 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_to_matrix_is_what_scipy_does(dtype):
    q, oracle = random_rotations(3, 8, dtype=dtype)
    matrices = quat.to_matrix(q)
    assert matrices.shape == (3, 8, 3, 3)
    assert matrices.dtype == dtype
    np.testing.assert_allclose(matrices.reshape(-1, 3, 3), oracle.as_matrix(), atol=2e-6)


@given(rotations(), rotations(), rotations())
def test_sandwich_is_multiplication_on_both_sides(left, q, right):
    expected = quat.multiply(quat.multiply(left, q), right)
    np.testing.assert_allclose(quat.sandwich(left, right) @ q, expected, atol=1e-14)


def test_sandwich_broadcasts():
    left, _ = random_rotations(5, seed=1)
    right, _ = random_rotations(seed=2)
    matrices = quat.sandwich(left, right)
    assert matrices.shape == (5, 4, 4)
    np.testing.assert_allclose(matrices[3], quat.sandwich(left[3], right), atol=0)


@given(directions(), directions(), st.floats(0.01, 50))
def test_swing_carries_a_onto_b_by_the_smallest_angle(a, b, length):
    q = quat.swing(a * length, b)
    np.testing.assert_allclose(quat_matrix(q) @ a, b, atol=1e-6)
    between = 2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))
    turned = 2 * np.arctan2(np.linalg.norm(q[:3]), abs(q[3]))
    np.testing.assert_allclose(turned, between, atol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("off", [0.0, 1e-8, 1e-6, 1e-5, 4e-5, 1e-4, 1e-3])
def test_swing_between_opposite_directions(dtype, off):
    a = np.random.default_rng(3).normal(size=(100, 3))
    a /= np.linalg.norm(a, axis=-1, keepdims=True)
    sideways = np.cross(a, [0.6, 0.0, 0.8])
    b = -a + off * sideways / np.linalg.norm(sideways, axis=-1, keepdims=True)
    a, b = a.astype(dtype), b.astype(dtype)
    q = quat.swing(a, b)
    assert q.dtype == dtype
    carried = Rotation.from_quat(q).apply(a)
    unit = b / np.linalg.norm(b, axis=-1, keepdims=True)
    np.testing.assert_allclose(carried, unit, atol=1e-6)


def test_swing_of_every_axis_onto_every_axis():
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    q = quat.swing(axes[:, None], axes[None])
    carried = Rotation.from_quat(q.reshape(-1, 4)).apply(np.repeat(axes, 6, axis=0))
    np.testing.assert_allclose(carried.reshape(6, 6, 3), np.tile(axes, (6, 1, 1)), atol=1e-12)


@given(rotations(), st.floats(-3, 3))
def test_heading_is_a_turn_about_y_and_leaves_no_twist(q, angle):
    heading = quat.heading(q)
    np.testing.assert_array_equal(heading[[0, 2]], 0)
    np.testing.assert_allclose(np.linalg.norm(heading), 1, atol=1e-14)
    if max(abs(q[1]), abs(q[3])) > 1e-3:  # else no twist about Y is defined
        rest = quat.multiply(quat.conjugate(heading), q)
        np.testing.assert_allclose(rest[1], 0, atol=1e-13)
    turn = np.array([0, np.sin(angle / 2), 0, np.cos(angle / 2)])
    assert same_rotation(quat.heading(turn), turn, within=1e-14)


def test_heading_of_a_body_turned_right_over_is_the_identity():
    overturned = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0], [0.6, 0, 0.8, 0]])
    np.testing.assert_array_equal(quat.heading(overturned), np.tile(quat.IDENTITY, (3, 1)))


def test_continuous_keeps_the_rotation_and_never_flips():
    flips = np.random.default_rng(4).choice([-1.0, 1.0], size=(3, 200, 1))
    angle = np.linspace(0, 6 * np.pi, 200)[:, None]
    axes = np.array([[1.0, 0, 0], [0, 0.6, 0.8], [0, 1, 0]])[:, None]
    smooth = Rotation.from_rotvec((axes * angle).reshape(-1, 3)).as_quat().reshape(3, 200, 4)
    track = smooth * flips
    out = quat.continuous(track)
    assert (np.sum(out[:, 1:] * out[:, :-1], axis=-1) > 0).all()
    np.testing.assert_array_equal(np.abs(out), np.abs(track))
    np.testing.assert_array_equal(out[:, 0], track[:, 0])
    assert same_rotation(out, track, within=1e-14)


@given(st.integers(0, 500), st.floats(0.1, 6))
def test_continuous_is_a_walk_from_neighbour_to_neighbour(seed, reach):
    rng = np.random.default_rng(seed)
    track = Rotation.from_rotvec(rng.uniform(-reach, reach, size=(24, 3))).as_quat()
    track = track.reshape(2, 12, 4)
    expected = track.copy()
    for joint in expected:
        for frame in range(1, len(joint)):
            if joint[frame] @ joint[frame - 1] < 0:
                joint[frame] *= -1
    np.testing.assert_array_equal(quat.continuous(track), expected)


def test_continuous_returns_the_same_array_where_nothing_flips():
    track = np.tile(quat.IDENTITY, (2, 5, 1))
    assert quat.continuous(track) is track
    assert quat.continuous(track[:, :1]).shape == (2, 1, 4)


@pytest.mark.parametrize("dtype", DTYPES)
def test_slerp_is_what_scipy_does(dtype):
    pairs, _ = random_rotations(30, 2, dtype=dtype, seed=5)
    t = np.linspace(0, 1, 30, dtype=dtype)
    out = quat.slerp(pairs[:, 0], pairs[:, 1], t)
    assert out.dtype == dtype
    expected = [
        Slerp([0, 1], Rotation.from_quat(pair))(when).as_quat()
        for pair, when in zip(pairs, t, strict=True)
    ]
    assert same_rotation(out, np.array(expected), within=1e-6 if dtype is np.float32 else 1e-13)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("angle", [0, 1e-9, 1e-5, 9e-5, 2e-4, 1e-3, 1, 3.1])
def test_slerp_moves_at_constant_speed(dtype, angle):
    start = np.array([0, 0, 0, 1], dtype)
    end = np.array([0, np.sin(angle / 2), 0, np.cos(angle / 2)], dtype)
    t = np.linspace(0, 1, 5, dtype=dtype)
    out = quat.slerp(np.tile(start, (5, 1)), np.tile(end, (5, 1)), t)
    np.testing.assert_allclose(2 * np.arctan2(out[:, 1], out[:, 3]), angle * t, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(out, axis=-1), 1, atol=3e-7)


def test_slerp_takes_the_shorter_arc():
    q, _ = random_rotations(20, seed=6)
    half = np.full(20, 0.5)
    close = quat.multiply(q, Rotation.from_rotvec([0.1, 0, 0]).as_quat())
    assert same_rotation(quat.slerp(q, close, half), quat.slerp(q, -close, half), within=1e-14)
    np.testing.assert_allclose(quat.slerp(q, -q, half), q, atol=1e-12)


def test_the_identity_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        quat.IDENTITY[0] = 1
