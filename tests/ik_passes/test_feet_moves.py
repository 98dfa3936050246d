"""Feet that turn or slide while they touch the floor, on purpose: they go, others are held."""

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import Options
from retarget.retargeter import Retargeter
from retarget_ik.feet import Feet
from support.bodies import upright
from support.legs import long_legs, soles
from support.rigs import child

CM = 100.0
RESTS, MOVES = 1.5, 2.0
"""Seconds for which a body rests, before and after, and moves."""


def ease(fps, seconds=MOVES):
    """From 0 to 1 (F,) in so many seconds, resting at 0 before and at 1 after."""
    at = np.arange(round((2 * RESTS + seconds) * fps)) / fps - RESTS
    s = np.clip(at / seconds, 0, 1)
    return s**3 * (10 - 15 * s + 6 * s * s)


def turning(degrees, about, fps=60.0):
    """A body that turns about the vertical through a point (2,) on the floor."""
    still = upright(np.full(len(degrees), 0.02), fps=fps)
    yaw = Rotation.from_rotvec(np.radians(degrees)[:, None] * [0, 1, 0])
    axis = np.array([about[0], 0.0, about[1]])
    rotations = np.array(still.rotations)
    rotations[0] = yaw.as_quat()
    return attrs.evolve(
        still,
        rotations=rotations,
        root_translations=axis + yaw.apply(still.root_translations - axis),
    )


def foot(sole_of_source, side=0):
    """Heel and ball (2, 2) over the floor of one foot at rest."""
    return sole_of_source.heel[side, 0, ::2], sole_of_source.ball[side, 0, ::2]


def soles_of(motion):
    floor = motion.skeleton.rest.positions[:, 0, 1].min()
    return soles(
        motion.skeleton,
        motion.skeleton.index,
        floor,
        motion.rotations,
        motion.root_translations,
    )


def measured(motion, rig=None):
    """The soles without the pass and with it, and the clip."""
    rig = rig or retarget.load_rig()
    options = Options(frame0="none")
    clips = [
        Retargeter(rig, options=options, passes=passes).retarget(motion)
        for passes in ({}, {"feet": Feet()})
    ]
    bodies = [
        soles(rig.skeleton, rig.joint_of_role, rig.floor, c.rotations, c.root_translations)
        for c in clips
    ]
    return *bodies, clips[1]


def headings(body):
    """(2, F) of both feet, degrees."""
    line = body.ball - body.heel
    return np.degrees(np.unwrap(np.arctan2(line[..., 0], line[..., 2])))


def goes(path):
    """How far (2,) both paths (2, F, 3) go over the floor, cm."""
    return CM * np.linalg.norm(np.ptp(path[..., ::2], axis=1), axis=1)


@pytest.fixture(scope="module")
def standing():
    return soles_of(upright(np.full(2, 0.02)))


@pytest.mark.parametrize("fps", [30.0, 60.0, 250.0])
@pytest.mark.parametrize("degrees", [15.0, 60.0, -100.0])
def test_a_foot_that_turns_on_its_ball_turns_and_its_ball_is_held(standing, degrees, fps):
    _, ball = foot(standing)
    free, held, clip = measured(turning(degrees * ease(fps), ball, fps))
    assert clip.contacts.touching[:2].all()
    assert clip.warnings == ()
    assert headings(held)[0] == pytest.approx(headings(free)[0], abs=0.6)
    assert np.ptp(headings(held)[0]) == pytest.approx(abs(degrees), abs=1)
    assert goes(held.ball)[0] < 0.1


def test_a_foot_that_turns_on_its_heel_turns_and_its_heel_is_held(standing):
    heel, _ = foot(standing)
    free, held, clip = measured(turning(45 * ease(60.0), heel))
    assert clip.contacts.touching[:2].all()
    assert headings(held)[0] == pytest.approx(headings(free)[0], abs=0.6)
    assert goes(held.heel)[0] < 0.1


def test_a_foot_that_turns_all_the_time_turns(standing):
    _, ball = foot(standing)
    free, held, _ = measured(turning(np.linspace(0, 90, 300), ball))
    assert headings(held)[0] == pytest.approx(headings(free)[0], abs=0.6)
    assert goes(held.ball)[0] < 0.1


def test_a_foot_that_turns_about_its_middle_rests_at_both_places(standing):
    middle = np.mean(foot(standing), axis=0)
    free, held, _ = measured(turning(75 * ease(60.0), middle))
    for body in ("heel", "ball"):
        off = getattr(held, body)[0] - getattr(free, body)[0]
        assert CM * np.abs(off[:, ::2]).max() < 0.3


@pytest.mark.parametrize("rig", [child, long_legs])
def test_feet_turn_as_far_on_legs_of_other_lengths(standing, rig):
    """Though their feet, which are not longer or shorter, slide about as the body turns."""
    _, ball = foot(standing)
    free, held, _ = measured(turning(60 * ease(60.0), ball), rig())
    assert headings(held)[0] == pytest.approx(headings(free)[0], abs=0.6)
    assert goes(free.ball)[0] > 0.5
    assert goes(held.ball)[0] < 0.1


@pytest.mark.parametrize("rig", [retarget.load_rig, child])
def test_a_foot_that_slides_to_another_place_rests_at_both(rig):
    motion = upright(np.full(len(ease(60.0)), 0.02), x=0.17 * ease(60.0))
    free, held, clip = measured(motion, rig())
    assert clip.contacts.touching.all()
    assert clip.warnings == ()
    for body in ("heel", "ball"):
        off = getattr(held, body) - getattr(free, body)
        assert CM * np.abs(off[..., ::2]).max() < 0.3


def test_feet_stay_on_the_floor_while_they_slide():
    """A lock that lets a foot go aside lets it go no farther up."""
    along = ease(60.0)
    motion = upright(0.02 + 0.01 * np.sin(9 * along), x=0.17 * along)
    _, held, clip = measured(motion, long := long_legs())
    assert clip.contacts.touching.all()
    heights = np.stack([held.heel, held.ball])[..., 1] - long.floor
    assert CM * np.abs(heights).max() < 0.6


def test_a_drift_between_rests_is_taken_out():
    motion = upright(np.full(len(ease(60.0)), 0.02), x=0.03 * ease(60.0))
    _, held, _ = measured(motion)
    assert goes(held.ball).max() < 0.1
    assert goes(held.heel).max() < 0.1


def test_a_wobble_of_a_few_degrees_is_taken_out(standing):
    _, ball = foot(standing)
    _, held, _ = measured(turning(3 * np.sin(np.arange(240) / 15), ball))
    assert np.ptp(headings(held)[0]) < 0.2


@pytest.mark.parametrize("late", [False, True])
def test_a_contact_that_begins_or_ends_with_a_slide_skids(late):
    """It rests in one place alone, and is held there."""
    skid = 0.12 * np.minimum(np.arange(240) / 60, 1)
    motion = upright(np.full(240, 0.02), x=0.12 - skid[::-1] if late else skid)
    _, held, clip = measured(motion)
    assert clip.contacts.touching.all()
    assert goes(held.ball).max() < 0.1
