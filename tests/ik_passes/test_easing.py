"""Runs and their fades, against loops over frames and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retarget_ik.easing import Fade, Runs

masks = st.lists(st.booleans(), min_size=1, max_size=60).map(lambda m: np.array(m, bool))


def runs_of(mask):
    found, start = [], None
    for f, on in enumerate([*mask, False]):
        if on and start is None:
            start = f
        elif not on and start is not None:
            found.append((start, f))
            start = None
    return found


@given(masks, st.integers(0, 2**32 - 1))
def test_runs_by_loops(mask, seed):
    rng = np.random.default_rng(seed)
    values, weights = rng.normal(size=(len(mask), 3)), rng.uniform(0.1, 1, len(mask))
    runs, truth = Runs.of(mask), runs_of(mask)
    assert list(zip(runs.starts.tolist(), runs.ends.tolist(), strict=True)) == truth
    assert np.array_equal(runs.mask, mask)
    if truth:
        means = [np.average(values[a:b], axis=0, weights=weights[a:b]) for a, b in truth]
        assert runs.means(values, weights) == pytest.approx(np.array(means))
        assert runs.most(values[:, 0]) == pytest.approx([values[a:b, 0].max() for a, b in truth])
        spread = runs.spread(np.arange(len(truth)))
        for n, (a, b) in enumerate(truth):
            assert (spread[a:b] == n).all()


@given(masks, st.floats(0.5, 20))
def test_values_hold_within_runs_and_are_gone_far_from_them(mask, blend):
    values = np.random.default_rng(0).normal(size=(len(mask), 2))
    runs = Runs.of(mask)
    out = Fade.of(runs, blend).apply(values)
    assert np.array_equal(out[mask], values[mask])
    inside = np.flatnonzero(mask)
    for f in np.flatnonzero(~mask):
        if not len(inside) or np.abs(inside - f).min() > 2 * blend:
            assert (out[f] == 0).all()


@pytest.mark.parametrize("gap", [15, 60, 200])
def test_a_fade_leaves_and_arrives_without_a_jump_in_speed(gap):
    mask = np.zeros(gap + 80, bool)
    mask[:40] = mask[-40:] = True
    t = np.arange(len(mask)) / 10
    values = np.stack([np.sin(t), 0.3 * t], axis=1)
    speed = np.gradient(values, axis=0)
    out = Fade.of(Runs.of(mask), 30.0).apply(values, speed)
    step = np.diff(out, axis=0)
    assert np.abs(np.diff(step, axis=0)).max() < 0.08  # where a jump would be 0.3 and more
    assert step[39] == pytest.approx(speed[39], abs=0.06)


def test_a_fade_without_speed_is_the_smoothstep():
    mask = np.zeros(60, bool)
    mask[:20] = True
    fade = Fade.of(Runs.of(mask), 20.0)
    out = fade.apply(np.ones((60, 1)))[:, 0]
    assert np.array_equal(out, fade.weight)
    s = np.clip((np.arange(60) - 19) / 20, 0, 1)
    assert out == pytest.approx(1 - s * s * (3 - 2 * s))


def test_no_run_and_one_that_never_ends():
    values = np.ones((10, 1))
    assert (Fade.of(Runs.of(np.zeros(10, bool)), 3.0).apply(values) == 0).all()
    assert (Fade.of(Runs.of(np.ones(10, bool)), 3.0).apply(values) == 1).all()


def test_shrunk_runs_keep_the_ends_of_the_clip_and_short_runs():
    mask = np.zeros(60, bool)
    mask[:12] = mask[20:23] = mask[30:50] = True
    less = Runs.of(mask).shrunk(2)
    assert less.starts.tolist() == [0, 20, 32]
    assert less.ends.tolist() == [10, 23, 48]
