"""Skin weights: partitions of unity, and the four strongest."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from retarget.mesh.skin import VISIBLE, strongest, taking_over

PLACES = st.lists(st.floats(-1, 4), min_size=1, max_size=8)
STATIONS = st.lists(st.tuples(st.floats(0, 3), st.floats(0.01, 1)), max_size=4)


@given(PLACES, STATIONS)
def test_shares_along_a_chain_sum_to_one(places, stations):
    stations.sort()
    at, widths = [s for s, _ in stations], [w for _, w in stations]
    shares = taking_over(places, at, widths)
    assert shares.shape == (len(places), len(at) + 1)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)


def test_a_joint_takes_over_at_its_station():
    shares = taking_over([0.0, 0.9, 1.0, 1.1, 1.5, 2.0, 3.0], [1.0, 2.0], [0.2, 0.2])
    np.testing.assert_allclose(shares[0], [1, 0, 0])
    assert 0.5 < shares[1, 0] < 1
    np.testing.assert_allclose(shares[2], [0.5, 0.5, 0])
    np.testing.assert_allclose(shares[1, :2], shares[3, 1::-1])  # as much before as after
    np.testing.assert_allclose(shares[4], [0, 1, 0])
    np.testing.assert_allclose(shares[5], [0, 0.5, 0.5])
    np.testing.assert_allclose(shares[6], [0, 0, 1])


@given(
    npst.arrays(
        np.float32,
        st.tuples(st.integers(1, 5), st.integers(1, 9)),
        elements=st.floats(0, 1, width=32),
    )
)
def test_the_four_strongest_are_kept(weights):
    weights = weights + np.float32(1e-2)
    weights /= weights.sum(axis=1, keepdims=True)
    joints, shares = strongest(weights)
    assert joints.shape == shares.shape == (len(weights), 4)
    assert shares.dtype == np.float32
    assert (np.abs(shares.sum(axis=1, dtype=np.float64) - 1) < 1e-6).all()
    assert (np.diff(shares, axis=1) <= 1e-6).all()
    for row, where, kept in zip(weights, joints, shares, strict=True):
        order = np.sort(row)[::-1][:4]
        np.testing.assert_allclose(kept[: len(order)], order / order.sum(), atol=1e-5)
        used = where[kept > 0]
        assert len(set(used)) == len(used)


def test_what_cannot_be_seen_is_left_out():
    joints, shares = strongest(np.array([[VISIBLE / 2, 1 - VISIBLE / 2, 0]], np.float32))
    assert joints.tolist() == [[1, 0, 0, 0]]
    assert shares.tolist() == [[1, 0, 0, 0]]
