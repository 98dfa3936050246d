"""Roots that jump: what strays for a few frames is mended, what is a movement never is."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retarget
from retarget.root_jumps import mended
from support.data import shared
from support.motions import motion

FPS = 60.0
LINE = np.linspace([0, 0.9, 0], [1.2, 0.9, -0.6], 60)
"""(60, 3) a walk of 1.3 m/s."""


def on_path(path, fps=FPS):
    made, _ = motion(frames=len(path), fps=fps)
    return attrs.evolve(made, root_translations=path)


def told(done, asked):
    return done.warnings[len(asked.warnings) :]


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([20], "frame 20"),
        ([20, 21, 22], "frames 20 to 22"),
        ([0], "frame 0"),
        ([0, 1], "frames 0 to 1"),
        ([58, 59], "frames 58 to 59"),
    ],
)
def test_strays_are_put_on_the_line_between_their_neighbours(frames, said):
    path = LINE.copy()
    path[frames] += [0.0, -0.9, 0.3]
    asked = on_path(path)
    done = mended(asked)
    expected = LINE.copy()
    if frames[0] == 0:
        expected[frames] = LINE[frames[-1] + 1]
    elif frames[-1] == 59:
        expected[frames] = LINE[frames[0] - 1]
    np.testing.assert_allclose(done.root_translations, expected, atol=1e-6)
    kept = np.delete(np.arange(60), frames)
    np.testing.assert_array_equal(done.root_translations[kept], asked.root_translations[kept])
    assert told(done, asked) == (f"the root strays at {said} and is put back on its path.",)


def test_several_strays_are_each_told():
    path = LINE.copy()
    path[[10, 30, 31]] += 2.0
    asked = on_path(path)
    done = mended(asked)
    np.testing.assert_allclose(done.root_translations, LINE, atol=1e-6)
    assert [w.split(" and ")[0] for w in told(done, asked)] == [
        "the root strays at frame 10",
        "the root strays at frames 30 to 31",
    ]


@pytest.mark.parametrize("metres", [0.3, 5.0])
def test_a_root_that_stays_elsewhere_is_told_and_left(metres):
    path = LINE.copy()
    path[30:, 1] += metres
    asked = on_path(path)
    done = mended(asked)
    np.testing.assert_array_equal(done.root_translations, asked.root_translations)
    (said,) = told(done, asked)
    assert said.startswith(f"the root jumps by {metres:.2f} m from frame 29 to the next;")


def test_a_halt_on_the_way_to_another_place_is_left():
    path = LINE.copy()
    path[30:32, 0] += 2.0
    path[32:, 0] += 4.0
    asked = on_path(path)
    np.testing.assert_array_equal(mended(asked).root_translations, asked.root_translations)


def test_a_clip_of_two_places_is_left():
    asked = on_path(np.array([[0.0, 0, 0], [2, 0, 0]]))
    done = mended(asked)
    np.testing.assert_array_equal(done.root_translations, asked.root_translations)
    assert "jumps by 2.00 m from frame 0" in told(done, asked)[0]


T = np.arange(240) / 120


@pytest.mark.parametrize(
    "path",
    [
        np.outer(-9.81 / 2 * np.maximum(T - 0.3, 0) ** 2, [0, 1, 0]),
        np.outer(-9.81 / 2 * T**2 - 20 * T, [0, 1, 0]),
        np.outer(15 / 2 * T**2, [1, 0, 0]),
        np.outer(20 * T - 5 * T**2, [1, 0, 0]),
        10 * np.stack([np.cos(np.pi * T), 0 * T, np.sin(np.pi * T)], axis=1),
    ],
    ids=["a fall", "a long fall", "a start", "a brake", "a circle"],
)
def test_what_goes_faster_than_anybody_runs_but_smoothly_is_left(path):
    asked = on_path(path, 120.0)
    assert mended(asked) is asked


def test_what_strays_for_long_is_left():
    path = LINE.copy()
    path[20:40] += 2.0 * (np.arange(20) % 2)[:, None]
    asked = on_path(path)
    np.testing.assert_array_equal(mended(asked).root_translations, asked.root_translations)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_clips_pass(frames):
    asked = on_path(LINE[:frames])
    assert mended(asked) is asked


@given(
    st.floats(0.1, 12.0),
    st.sampled_from([15.0, 24.0, 60.0, 120.0, 250.0]),
    st.floats(0.02, 0.5),
)
def test_a_body_that_moves_as_bodies_can_is_never_touched(speed, fps, seconds):
    """To and fro, at most as fast as the fastest runner."""
    t = np.arange(int(2 * fps)) / fps
    reach = speed * seconds / (2 * np.pi)
    path = np.outer(reach * np.sin(2 * np.pi * t / seconds), [0.6, 0.8, 0.0])
    asked = on_path(path, fps)
    assert mended(asked) is asked


def test_the_retargeter_mends_before_it_resamples():
    path = LINE.copy()
    path[0] -= [0.0, 0.9, 0.0]
    options = retarget.Options(fps=24.0, frame0="none")
    retargeter = retarget.Retargeter(retarget.load_rig(), options=options)
    clean, stray = (retargeter.retarget(on_path(p)) for p in (np.r_[LINE[1:2], LINE[1:]], path))
    np.testing.assert_allclose(stray.root_translations, clean.root_translations, atol=1e-6)


def test_a_clip_whose_first_frames_lie_at_the_origin_keeps_its_legs():
    source = retarget.load_motion(shared("data/smplx/armswing_matrices.npz"))
    clip = retarget.Retargeter(retarget.load_rig(), passes=retarget.load_passes()).retarget(source)
    assert "the root strays at frames 0 to 1 and is put back on its path." in clip.warnings
    assert np.abs(np.diff(clip.root_translations[1:], axis=0)).max() < 0.05
