"""The floor is where still toes are; hanging feet and jumps do not move it."""

import numpy as np
import pytest

from retarget import floor
from retarget.fk import NumpyFK
from retarget.values import Skeleton
from support.bodies import upright
from support.hard_clips import STEP, hard
from support.motions import motion
from support.standing import places_of, turned


def found(made):
    return floor.estimate(made, NumpyFK())


@pytest.mark.parametrize("level", [0.0, -2.7, 1.25])
def test_standing(level):
    got = found(upright(np.full(30, level)))
    assert got.found_by == "static toes"
    assert got.toe_level == pytest.approx(level, abs=1e-3)


def test_a_jump_does_not_lift_or_lower_it():
    t = np.linspace(0, 1, 61)
    jump = 0.05 + np.concatenate([np.zeros(60), 4 * 0.5 * t * (1 - t), np.zeros(60)])
    assert found(upright(jump)).toe_level == pytest.approx(0.05, abs=2e-3)


def test_the_lowest_of_two_levels():
    step = np.concatenate([np.full(40, 0.0), np.linspace(0, 0.4, 10), np.full(80, 0.4)])
    assert found(upright(step)).toe_level == pytest.approx(0.0, abs=2e-3)


def test_further_levels_are_told():
    steps = np.concatenate([np.full(40, 0.0), np.linspace(0, 0.2, 10), np.full(80, 0.2)])
    assert found(upright(steps)).higher == pytest.approx([0.2], abs=2e-3)
    stairs = np.repeat(0.17 * np.arange(4), 45)
    assert found(upright(stairs)).higher == pytest.approx([0.17, 0.34, 0.51], abs=2e-3)
    assert found(upright(stairs)).levels[0] == found(upright(stairs)).toe_level


def test_noise_and_a_moment_up_there_are_no_levels():
    noisy = 0.04 + 0.012 * np.sin(np.arange(300) / 40)
    assert found(upright(noisy)).higher == ()
    moment = np.r_[np.zeros(90), np.linspace(0, 0.3, 12), np.full(4, 0.3), np.linspace(0.3, 0, 12)]
    assert found(upright(moment)).higher == ()


def test_two_moments_far_apart_still_make_a_floor():
    t = np.linspace(0, 1, 41)
    fall = 5.0 - 4.0 * t**2  # still at the top only, then on the ground for a moment
    heights = np.concatenate([np.full(2, 5.0), fall, np.full(2, 1.0)])
    assert found(upright(heights, fps=30)).toe_level == pytest.approx(1.0, abs=1e-3)


def test_nothing_still_falls_back_to_the_lowest_point():
    t = np.arange(90) / 60
    got = found(upright(0.3 + 0.05 * np.sin(9 * t), x=2 * t))
    assert got.found_by == "lowest point"
    assert got.toe_level == pytest.approx(0.25, abs=0.01)


def test_a_promised_floor_is_believed_over_hanging_feet():
    got = found(upright(np.full(30, 0.6), ground_at_zero=True))
    assert (got.found_by, got.toe_level) == ("layout", floor.SOLE)
    assert got.higher == ()
    near = found(upright(np.full(30, 0.06), ground_at_zero=True))
    assert near.found_by == "static toes"


def test_feet_that_walk_above_a_promised_floor_stay_at_their_level():
    step = np.sin(np.linspace(0, np.pi / 2, 30)) ** 2
    x = np.concatenate([np.zeros(60), step, np.ones(60), 1 + step, np.full(60, 2.0)]) * 0.4
    got = found(upright(np.full(len(x), 0.6), x=x, ground_at_zero=True))
    assert (got.found_by, got.toe_level) == ("layout", floor.SOLE)
    assert got.higher == pytest.approx((0.6,), abs=1e-6)


@pytest.mark.parametrize(("reach", "rate"), [(0.095, 0.4), (0.3, 0.5), (0.02, 1.0)])
def test_feet_that_hang_and_sway_stand_on_nothing(reach, rate):
    t = np.arange(600) / 60
    x = reach * np.sin(2 * np.pi * rate * t)
    got = found(upright(np.full(600, 0.5), x=x, ground_at_zero=True))
    assert (got.found_by, got.higher) == ("layout", ())


@pytest.mark.parametrize(("seconds", "level"), [(0.35, 0.02), (2.0, -0.38)])
def test_a_capture_lost_for_a_moment_disproves_no_floor(seconds, level):
    heights = np.full(360, 0.02)
    heights[120 : 120 + round(seconds * 60)] -= 0.4
    got = found(upright(heights, ground_at_zero=True))
    assert (got.found_by, got.toe_level) == ("static toes", pytest.approx(level, abs=1e-6))


def test_feet_that_stand_below_a_promised_floor_disprove_it():
    stairs = np.repeat([0.02, -0.2, -0.4, -0.6], 30)
    got = found(upright(stairs, ground_at_zero=True))
    assert (got.found_by, got.toe_level) == ("static toes", pytest.approx(-0.6))
    assert got.higher == pytest.approx((-0.4, -0.2, 0.02), abs=1e-6)
    t = np.arange(90) / 60
    swimming = upright(0.05 * np.sin(9 * t) - 0.9, x=2 * t, ground_at_zero=True)
    assert found(swimming).found_by == "lowest point"


@pytest.mark.parametrize(
    ("name", "found_by"),
    [("lying", "body"), ("crawling", "body"), ("push-up", "body"), ("swimming", "lowest point")],
)
def test_where_no_foot_stands_the_body_tells(name, found_by):
    got = found(hard(name))
    assert (got.found_by, got.higher) == (found_by, ())
    if found_by == "body":
        assert got.toe_level == pytest.approx(floor.SOLE, abs=0.015)
    else:
        lowest = places_of(hard(name)).positions[..., 1].min()
        assert got.toe_level - floor.SOLE == pytest.approx(lowest, abs=0.08)


@pytest.mark.parametrize("name", ["cartwheel", "jump", "sitting", "tiptoe"])
def test_where_feet_stand_they_tell(name):
    got = found(hard(name))
    assert (got.found_by, got.higher) == ("static toes", ())
    assert got.toe_level == pytest.approx(floor.SOLE, abs=0.01)


def test_stairs_are_levels_and_legs_raised_from_the_back_are_none():
    rises = np.array(found(hard("stairs")).levels) - floor.SOLE
    assert rises == pytest.approx(STEP * np.arange(5), abs=0.01)
    raised = turned(turned(hard("lying"), "left_hip", -50, [1, 0, 0]), "right_hip", -30, [1, 0, 0])
    assert found(raised).higher == ()


def test_a_foot_held_behind_the_body_is_on_no_stairs():
    heron = turned(upright(np.full(120, 0.02)), "right_knee", 100, [1, 0, 0])
    assert found(heron).found_by == "static toes"
    assert found(heron).levels == pytest.approx([0.02], abs=2e-3)


@pytest.mark.parametrize("lifted", [35, 50, 70])
def test_a_foot_that_is_lifted_and_bears_nothing_is_on_no_stairs(lifted):
    sway = 0.02 * np.sin(np.arange(300) / 40)
    stork = turned(upright(np.full(300, 0.02), x=sway), "right_hip", -lifted, [1, 0, 0])
    stork = turned(stork, "right_knee", lifted, [1, 0, 0])
    heights = places_of(stork).positions[stork.skeleton.index["right_foot"], :, 1]
    assert heights.min() > 0.06  # with its sole level, as that of a foot that stands
    assert found(stork).levels == pytest.approx([0.02], abs=2e-3)


def test_a_foot_on_a_kerb_bears_the_body_while_the_other_swings_below_it():
    swing = 20 * np.sin(np.maximum(0, np.arange(420) - 120) * 2 * np.pi / 60)
    kerb = turned(upright(np.full(420, 0.02)), "left_hip", -50, [1, 0, 0])
    kerb = turned(kerb, "left_knee", 50, [1, 0, 0])
    walks = turned(kerb, "right_hip", swing, [1, 0, 0])
    toes = places_of(walks).positions[:, :, 1]
    left, right = (toes[walks.skeleton.index[f"{side}_foot"]] for side in ("left", "right"))
    assert (right < left - 0.04).all()
    assert found(kerb).higher == ()
    assert found(walks).higher == pytest.approx([left[0]], abs=2e-3)


def test_no_feet_no_floor():
    tail = Skeleton(
        names=("hoof", "tail"),
        parents=[-1, 0],
        rest_translations=[[0, 0, 0], [0, 0, 1]],
        rest_rotations=[[0, 0, 0, 1]] * 2,
    )
    made, _ = motion(tail, frames=3)
    assert found(made) is None


@pytest.mark.parametrize("frames", [1, 2, 5000])
def test_any_length(frames):
    assert found(upright(np.full(frames, 0.1))).toe_level == pytest.approx(0.1, abs=1e-3)


def test_the_sample_agrees_with_the_whole():
    t = np.arange(9000) / 120
    heights = 0.04 + np.maximum(0, np.sin(3 * t)) * 0.2 + 0.001 * np.sin(70 * t)
    whole = found(upright(heights, fps=120)).toe_level
    assert whole == pytest.approx(0.04, abs=0.004)
