"""Goals within reach, and weights over time, against optimisers and loops."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from retarget_ik.hands_goals import envelope, widened, within_reach


@given(st.integers(0, 2**31))
@settings(deadline=None, max_examples=60)
def test_the_shift_is_the_least_that_brings_both_within_reach(seed):
    rng = np.random.default_rng(seed)
    goals, roots = rng.normal(0, 0.5, (2, 3)), rng.normal(0, 0.4, (2, 3))
    spans = rng.uniform(0.3, 1.0, 2)
    gap = np.linalg.norm((roots[1] + goals[0] - goals[1]) - roots[0])
    assume(gap < 0.95 * spans.sum())
    shift = within_reach(*((a[:1], a[1:]) for a in (goals, roots)), (spans[:1], spans[1:]))[0]
    within = [
        {
            "type": "ineq",
            "fun": lambda m, i=i: spans[i] ** 2 - ((goals[i] + m - roots[i]) ** 2).sum(),
        }
        for i in (0, 1)
    ]
    best = minimize(lambda m: m @ m, np.zeros(3), constraints=within, method="SLSQP", tol=1e-12)
    assume(best.success)
    for i in (0, 1):
        assert np.linalg.norm(goals[i] + shift - roots[i]) <= spans[i] + 1e-5
    assert np.linalg.norm(shift) <= np.linalg.norm(best.x) + 1e-4


def test_goals_within_reach_are_not_shifted():
    goals = np.array([[[0.2, 0, 0]], [[0.4, 0, 0]]])
    roots = np.array([[[0.0, 0, 0]], [[0.6, 0, 0]]])
    assert not within_reach(tuple(goals), tuple(roots), (np.ones(1), np.ones(1))).any()


def test_arms_that_never_meet_point_at_each_other():
    goals = np.array([[[0.0, 0, 0.5]], [[0.01, 0, 0.5]]])
    roots = np.array([[[-1.0, 0, 0]], [[1.0, 0, 0]]])
    spans = (np.full(1, 0.3), np.full(1, 0.3))
    shift = within_reach(tuple(goals), tuple(roots), spans)
    np.testing.assert_allclose(goals[0] + shift, [[-0.005, 0, 0]], atol=1e-9)


@given(st.integers(0, 2**31), st.integers(1, 80), st.floats(0, 12))
@settings(deadline=None)
def test_an_envelope_is_nowhere_below_its_count(seed, total, blend):
    rng = np.random.default_rng(seed)
    near = rng.random(total) < 0.3
    frames = np.flatnonzero(widened(near, blend))
    assume(frames.size)
    count = np.where(near, rng.random(total), 0)[frames]
    over = envelope(count, frames, total, blend)
    assert (over >= count - 1e-9).all()
    assert over.max() <= count.max() + 1e-9


def test_an_envelope_rises_and_falls_smoothly_and_ends():
    near = np.zeros(200, bool)
    near[100] = True
    frames = np.flatnonzero(widened(near, 18))
    over = envelope(near[frames].astype(float), frames, 200, 18)
    whole = np.zeros(200)
    whole[frames] = over
    assert whole[100] > 0.999
    assert np.abs(np.diff(whole)).max() < 0.08
    assert np.flatnonzero(whole > 1e-3).min() >= 100 - 36
    assert np.flatnonzero(whole > 1e-3).max() <= 100 + 36
