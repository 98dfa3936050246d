"""The pass `smooth` against loops and scipy, and on what it may not touch."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from scipy.spatial.transform import Rotation

import retarget
from retarget.options import Options
from retarget.retargeter import Retargeter
from retarget_ik.smooth import Smooth
from retarget_ik.smooth_filters import butterworth, exponential, one_euro
from retarget_ik.smooth_tangent import angular_speed
from support import motions
from support.data import shared


def smoothed(motion, **chosen):
    options = Options(frame0="none", settings={"smooth": chosen})
    rig = retarget.load_rig()
    before = Retargeter(rig, options=Options(frame0="none")).retarget(motion)
    return before, Retargeter(rig, options=options, passes={"smooth": Smooth()}).retarget(motion)


def spinning(turns, *, frames=240, fps=60.0, noise=0.0, joint=0, seed=0):
    """A body whose one joint turns about +Y, past any half turn, with noise."""
    base, _ = motions.motion(frames=frames, fps=fps)
    angles = np.linspace(0, 2 * np.pi * turns, frames)
    shaken = np.random.default_rng(seed).normal(0, noise, (frames, 3))
    q = (Rotation.from_rotvec(angles[:, None] * [0, 1, 0]) * Rotation.from_rotvec(shaken)).as_quat()
    for f in range(1, frames):
        if q[f] @ q[f - 1] < 0:
            q[f] *= -1
    rotations = np.tile([0.0, 0, 0, 1], (len(base.skeleton), frames, 1))
    rotations[joint] = q
    root = np.zeros((frames, 3))
    return attrs.evolve(base, rotations=rotations, root_translations=root), angles


def angle_between(a, b):
    return (Rotation.from_quat(a).inv() * Rotation.from_quat(b)).magnitude()


@pytest.mark.parametrize("order", [1, 2, 4])
def test_butterworth_halves_the_power_at_the_cutoff(order):
    fps, cutoff = 120.0, 6.0
    t = np.arange(2400) / fps
    wave = np.sin(2 * np.pi * cutoff * t)
    kept = butterworth(wave, cutoff, fps, order)[600:-600]
    assert np.abs(kept).max() == pytest.approx(np.sqrt(0.5), abs=0.01)
    lag = np.argmax(signal.correlate(kept, wave[600:-600])) - (len(kept) - 1)
    assert lag == 0


@given(st.integers(1, 70), st.integers(0, 2**31))
@settings(deadline=None)
def test_exponential_equals_the_loop(frames, seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(frames, 3)), rng.uniform(0.001, 1, (frames, 3))
    y = x[0]
    expected = [y]
    for k in range(1, frames):
        y = w[k] * x[k] + (1 - w[k]) * y
        expected.append(y)
    np.testing.assert_allclose(exponential(x.copy(), w), expected, atol=1e-10)


@pytest.mark.parametrize("frames", [40, 90])
def test_one_euro_equals_the_published_recursion_run_both_ways(frames):
    """On tracks that are mirrored for a second, or as far as they go, at both ends."""
    rng = np.random.default_rng(3)
    fps, cutoff, beta = 60.0, 1.0, 0.7
    x, speed = rng.normal(size=(frames, 2)).cumsum(0), rng.uniform(0, 3, frames)

    def weight(corner):
        return 1 / (1 + fps / (2 * np.pi * corner))

    def low_pass(values, corners):
        out = [values[0]]
        for value, corner in zip(values[1:], corners[1:], strict=True):
            out.append(weight(corner) * value + (1 - weight(corner)) * out[-1])
        return np.array(out)

    def both_ways(values, corners):
        return low_pass(low_pass(values, corners)[::-1], corners[::-1])[::-1]

    second = min(60, frames - 1)
    before, after = np.arange(second, 0, -1), np.arange(frames - 2, frames - 2 - second, -1)
    speeds = np.concatenate([speed[before], speed, speed[after]])
    tracks = np.concatenate([2 * x[0] - x[before], x, 2 * x[-1] - x[after]])
    corners = cutoff + beta * both_ways(speeds, np.ones(len(speeds)))
    expected = both_ways(tracks, corners)[second : second + frames]
    np.testing.assert_allclose(one_euro(x, speed, cutoff, beta, fps), expected, atol=1e-9)


@pytest.mark.parametrize("method", ["butterworth", "one-euro"])
def test_nothing_lags_at_the_ends_of_a_run(method):
    """Straight ahead at 3 m/s, turning by 90° a second: what is even needs no smoothing."""
    motion, _ = spinning(1, joint=3)
    along = 3.0 * np.arange(240)[:, None] / 60 * [0.0, 0, 1]
    motion = attrs.evolve(motion, root_translations=along)
    before, after = smoothed(motion, method=method, cutoff=1.0, beta=0.0)
    assert np.abs(after.root_translations - before.root_translations).max() < 2e-3
    assert np.degrees(angle_between(before.rotations[3], after.rotations[3])).max() < 1.5


@pytest.mark.parametrize("method", ["butterworth", "one-euro"])
@pytest.mark.parametrize("turns", [0.4, 3, 8])
def test_noise_goes_and_the_turning_stays_past_any_half_turn(method, turns):
    motion, angles = spinning(turns, noise=0.05, joint=3)
    before, after = smoothed(motion, method=method)
    true = Rotation.from_rotvec(angles[:, None] * [0, 1, 0]).as_quat()
    was = angle_between(true, before.rotations[3])[10:-10]
    now = angle_between(true, after.rotations[3])[10:-10]
    assert now.mean() < 0.6 * was.mean()
    dots = (after.rotations[3, 1:] * after.rotations[3, :-1]).sum(-1)
    assert (dots > 0).all()


def test_small_turns_are_filtered_as_numbers_are():
    motion, _ = spinning(0, noise=0.02, joint=3)
    before, after = smoothed(motion, cutoff=5.0)
    given = Rotation.from_quat(before.rotations[3]).as_rotvec()
    c = (np.sqrt(2) - 1) ** 0.25  # two passes of order 2
    corner = np.arctan(np.tan(np.pi * 5 / 60) / c) / np.pi * 60
    b, a = signal.butter(2, corner, fs=60)
    expected = signal.filtfilt(b, a, given, axis=0)
    found = Rotation.from_quat(after.rotations[3]).as_rotvec()
    np.testing.assert_allclose(found[20:-20], expected[20:-20], atol=3e-4)


def test_tracks_that_stand_still_are_the_same_bits():
    motion, _ = spinning(1, noise=0.05, joint=3)
    before, after = smoothed(motion)
    same = [j for j in range(52) if np.array_equal(before.rotations[j], after.rotations[j])]
    assert same == [j for j in range(52) if j != 3]
    assert np.array_equal(before.root_translations, after.root_translations)


def test_only_joints_that_are_named_change():
    motion, _ = motions.motion(seed=4)
    before, after = smoothed(motion, joints="left_*, neck")
    roles = before.rig.roles
    changed = {
        roles[name]
        for j, name in enumerate(before.rig.skeleton.names)
        if not np.array_equal(before.rotations[j], after.rotations[j])
    }
    assert changed == {r for r in roles.values() if r.startswith("left_") or r == "neck"}
    assert np.array_equal(before.root_translations, after.root_translations)
    _, path = smoothed(motion, joints="root")
    assert np.array_equal(before.rotations, path.rotations)


def test_a_joint_that_is_not_there_is_told():
    motion, _ = motions.motion()
    _, after = smoothed(motion, joints="tail")
    assert "no joint is called tail" in after.warnings[-1]


def test_a_cutoff_that_cannot_be_is_told():
    motion, _ = motions.motion(fps=15.0)
    before, after = smoothed(motion, cutoff=7.5)
    assert "not below half of 15 frames/s" in after.warnings[-1]
    assert np.array_equal(before.rotations, after.rotations)


@pytest.mark.parametrize("method", ["butterworth", "one-euro"])
@pytest.mark.parametrize("frames", [1, 2, 3, 7])
@pytest.mark.parametrize("fps", [15.0, 250.0])
def test_short_clips(method, frames, fps):
    motion, _ = motions.motion(frames=frames, fps=fps)
    _, after = smoothed(motion, method=method, order=4, cutoff=2.0)
    assert np.isfinite(after.rotations).all()
    np.testing.assert_allclose(np.linalg.norm(after.rotations, axis=-1), 1, atol=1e-5)


def test_far_from_the_origin_the_path_keeps_its_digits():
    motion, _ = motions.motion(frames=120)
    far = attrs.evolve(motion, root_translations=motion.root_translations + np.array([1000, 0, 0]))
    changes = [
        c[1].root_translations - c[0].root_translations for c in map(smoothed, (motion, far))
    ]
    assert np.abs(changes[1] - changes[0]).max() < 2e-4


def test_angular_speed():
    motion, _ = spinning(2, frames=121)
    speed = angular_speed(motion.rotations[0].astype(float), 60.0)
    np.testing.assert_allclose(speed, 2 * 2 * np.pi / 2, rtol=1e-4)


def test_a_real_clip_loses_its_jitter_and_little_else():
    path = shared("data/amass/amass_sample.npz")
    before, after = smoothed(retarget.load_motion(path))
    moved = np.degrees(angle_between(*(c.rotations.reshape(-1, 4) for c in (before, after))))
    assert moved.mean() < 0.3
    jerk = [np.abs(np.diff(c.rotations, 3, axis=1)).mean() for c in (before, after)]
    assert jerk[1] < 0.3 * jerk[0]
