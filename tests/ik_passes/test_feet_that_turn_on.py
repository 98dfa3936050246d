"""Feet that turn now on the heel, now on the ball: each holds still while the foot turns on it."""

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import Options
from retarget.retargeter import Retargeter
from retarget_ik.feet import Feet
from support.bodies import upright
from support.legs import soles
from support.rigs import child

CM = 100.0
BEFORE = 1.0
"""Seconds for which a body stands, before and after."""


def turning(turns, lasts, rests, fps):
    """A stiff body that turns by degrees about the heel or ball of its left foot, in turn.

    Returned with it is when each turn begins and ends (T, 2), frames.
    """
    begins = BEFORE + np.arange(len(turns)) * (lasts + rests)
    at = np.arange(round((begins[-1] + lasts + BEFORE) * fps)) / fps
    still = upright(np.full(len(at), 0.02), fps=fps)
    ends = {name: getattr(sole_of(still), name)[0, 0] for name in ("heel", "ball")}
    turned, places = Rotation.identity(len(at)), np.array(still.root_translations, np.float64)
    for (degrees, end), begin in zip(turns, begins, strict=True):
        s = np.clip((at - begin) / lasts, 0, 1)
        track = np.radians(degrees) * s**3 * (10 - 15 * s + 6 * s * s)
        yaw = Rotation.from_rotvec(track[:, None] * [0, 1, 0])
        axis = np.copy(ends[end])
        turned, places = yaw * turned, axis + yaw.apply(places - axis)
        ends = {name: axis + yaw[-1].apply(point - axis) for name, point in ends.items()}
    rotations = np.array(still.rotations)
    rotations[0] = turned.as_quat()
    motion = attrs.evolve(still, rotations=rotations, root_translations=places)
    return motion, np.round(np.stack([begins, begins + lasts], axis=1) * fps).astype(int)


def sole_of(motion):
    floor = motion.skeleton.rest.positions[:, 0, 1].min()
    skeleton = motion.skeleton
    return soles(skeleton, skeleton.index, floor, motion.rotations, motion.root_translations)


def shown(motion, rig, passes):
    clip = Retargeter(rig, options=Options(frame0="none"), passes=passes).retarget(motion)
    return soles(rig.skeleton, rig.joint_of_role, rig.floor, clip.rotations, clip.root_translations)


def heading(body):
    line = body.ball[0] - body.heel[0]
    return np.degrees(np.unwrap(np.arctan2(line[:, 0], line[:, 2])))


def goes(path, first, end):
    """How far a path (F, 3) goes over the floor, cm."""
    return CM * np.linalg.norm(np.ptp(path[first:end, ::2], axis=0))


ALTERNATING = [(28, "ball"), (-28, "heel"), (28, "ball"), (-28, "heel")]


@pytest.mark.parametrize("rig", [retarget.load_rig, child])
@pytest.mark.parametrize(
    ("turns", "lasts", "rests", "fps"),
    [
        ([(28, "heel"), (-28, "ball")], 0.6, 0.5, 120.0),
        ([(28, "heel"), (-28, "ball")], 0.6, 0.5, 30.0),
        ([(-28, "ball"), (28, "heel")], 0.8, 1.0, 120.0),
        ([(-28, "ball"), (28, "heel")], 0.8, 0.0, 120.0),
        (ALTERNATING, 1.0, 0.8, 120.0),
        (ALTERNATING, 1.0, 0.0, 60.0),
        (ALTERNATING, 0.5, 0.4, 120.0),
        (ALTERNATING, 0.5, 0.4, 30.0),
    ],
)
def test_what_a_foot_turns_on_is_held_and_all_of_it_in_between(rig, turns, lasts, rests, fps):
    motion, frames = turning(turns, lasts, rests, fps)
    free, held = (shown(motion, rig(), passes) for passes in ({}, {"feet": Feet()}))
    assert heading(held) == pytest.approx(heading(free), abs=0.6)
    for (_, end), (first, last) in zip(turns, frames, strict=True):
        assert goes(getattr(held, end)[0], first, last + 1) < 0.3
    stands = [0, *frames.ravel(), len(free.heel[0]) - 1]
    for first, last in zip(stands[::2], stands[1::2], strict=True):
        for end in (held.heel, held.ball):
            assert goes(end[0], first, last + 1) < 0.3


def leg(skeleton, joints):
    hip, knee, ankle = (
        skeleton.rest.positions[joints[f"left_{joint}"], 0] for joint in ("hip", "knee", "ankle")
    )
    return np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)


@pytest.mark.parametrize("rig", [retarget.load_rig, child])
def test_a_joint_beside_what_a_foot_turns_on_goes_round_it_as_in_the_source(rig):
    """As far as legs are long: held in one place it would come to rest in a wrong one, and not
    held at all it would slide about with the body."""
    motion, _ = turning([(150, "ball")], 3.0, 0.0, 60.0)
    heel, ball = (getattr(sole_of(motion), end)[0] for end in ("heel", "ball"))
    aside = np.cross([0, 1, 0], ball[0] - heel[0])
    axis = ball[0] + 0.03 * aside / np.linalg.norm(aside)
    yaw = Rotation.from_quat(motion.rotations[0])
    still = motion.root_translations[0]
    motion = attrs.evolve(motion, root_translations=axis + yaw.apply(still - axis))
    rig = rig()
    free, held = (shown(motion, rig, passes) for passes in ({}, {"feet": Feet()}))
    source, skeleton = sole_of(motion).ball[0], motion.skeleton
    ratio = leg(rig.skeleton, rig.joint_of_role) / leg(skeleton, skeleton.index)
    gone = (held.ball[0] - held.ball[0, 0]) - ratio * (source - source[0])
    assert goes(source, 0, None) > 5
    assert CM * np.abs(gone[:, ::2]).max() < 0.3
    assert heading(held) == pytest.approx(heading(free), abs=0.6)
