"""Contacts by speed and height, with hysteresis, against steps whose contacts are known."""

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import contacts, floor, soles
from retarget.fk import NumpyFK
from support.bodies import upright
from support.oracle import quat_matrix

FPS = 120


def detect(made):
    solver = NumpyFK()
    world = solver.solve(made.skeleton, made.rotations, made.root_translations)
    return contacts.detect(made, world, floor.estimate(made, solver))


def steps(*, lift=0.15, count=3, still=60, air=40):
    """Toe heights of feet that stand `still` frames, then hop for `air`, `count` times."""
    hop = lift * np.sin(np.linspace(0, np.pi, air)) ** 2
    return np.concatenate([np.zeros(still), *([hop, np.zeros(still)] * count)]) + 0.02


def test_every_step_is_one_contact():
    got = detect(upright(steps(), fps=FPS))
    assert got.points == contacts.POINTS
    for on in got.touching:
        begins = np.flatnonzero(np.diff(on.astype(int)) == 1)
        assert on[0]
        assert len(begins) == 3
        assert on[:58].all()
        assert not on[75:85].any()  # the top of the first hop


def test_a_flicker_of_speed_does_not_break_a_contact():
    x = np.zeros(240)
    x[120:] += 0.006  # central difference: two frames at 0.36 m/s, between ON and OFF
    assert detect(upright(np.full(240, 0.02), fps=FPS, x=x)).touching.all()


@pytest.mark.parametrize("fps", [120, 240])
def test_feet_that_tremble_still_stand(fps):
    """Joints that tremble by 0.3 degrees, as of an optical capture that was not cleaned."""
    quiet = upright(steps(still=fps, air=fps // 2), fps=fps)
    rng = np.random.default_rng(5)
    noise = Rotation.from_rotvec(np.radians(0.3) * rng.normal(size=(52 * quiet.frames, 3)))
    turned = noise * Rotation.from_quat(quiet.rotations.reshape(-1, 4))
    noisy = attrs.evolve(quiet, rotations=turned.as_quat().reshape(quiet.rotations.shape))
    for known, got in zip(detect(quiet).touching, detect(noisy).touching, strict=True):
        assert (known == got).mean() > 0.9
        assert len(np.flatnonzero(np.diff(got[fps // 20 : -fps // 20].astype(int)) == 1)) == 3


@pytest.mark.parametrize("fps", [60, 120, 240])
def test_a_sprint_is_no_tremble(fps):
    """Stances of 0.1 s, 0.3 s apart, struck and left within a frame or two."""
    t = np.arange(3 * fps) / fps
    phase, count = np.modf(t / 0.4)
    swings = np.clip((phase - 0.25) / 0.75, 0, 1)
    x = 2.4 * (count + swings)
    made = upright(0.02 + 0.2 * np.sin(np.pi * swings) ** 2, fps=fps, x=x)
    for got in detect(made).touching:
        stance = (phase > 1.5 / 0.4 / fps) & (phase < 0.25 - 1.5 / 0.4 / fps)
        assert got[stance].mean() > 0.95
        assert not got[(phase > 0.35) & (phase < 0.9)].any()


def test_sliding_feet_are_no_contact():
    x = np.arange(240) / FPS * 0.6
    assert not detect(upright(np.full(240, 0.02), fps=FPS, x=x)).touching.any()


@pytest.mark.parametrize(("speed", "touches"), [(0.25, 0.0), (0.17, 0.04)])
def test_a_foot_that_rises_leaves_at_once_unless_it_hardly_does(speed, touches):
    """Both stay below OFF, so that height alone would tell: at 4 cm."""
    raised = 0.02 + np.clip((np.arange(240) - 60) * speed / FPS, 0, 0.2)
    touching = detect(upright(raised, fps=FPS)).touching[1]
    left = np.flatnonzero(~touching).min()
    assert raised[left] - 0.02 == pytest.approx(touches, abs=0.005)


def test_short_runs_and_gaps_are_merged():
    raised = np.full(240, 0.02)
    raised[100:103] = 0.30  # 25 ms off the floor: noise, not a step
    assert detect(upright(raised, fps=FPS)).touching[1].all()


def test_the_frame_rate_does_not_matter():
    slow, fast = (
        detect(upright(np.interp(np.arange(n) / fps, np.arange(180) / 60, hop), fps=fps))
        for hop in [np.r_[np.full(60, 0.02), 0.02 + 0.2 * np.hanning(60), np.full(60, 0.02)]]
        for fps, n in ((60.0, 180), (240.0, 720))
    )
    assert slow.touching.mean() == pytest.approx(fast.touching.mean(), abs=0.02)


def test_one_frame_has_no_contact_to_measure():
    assert not detect(upright([0.02])).touching.any()


def test_feet_on_a_step_touch_it():
    up = np.concatenate([np.full(120, 0.02), np.linspace(0.02, 0.2, 30), np.full(120, 0.2)])
    got = detect(upright(up, fps=FPS)).touching
    assert got[:, :110].all()
    assert not got[:, 125:145].any()
    assert got[:, 160:].all()


def test_a_heel_that_turns_about_its_sole_stays_in_contact():
    """The ankle above it moves faster than OFF."""
    made = upright(np.full(60, 0.02), fps=FPS)
    foot = soles.soles_of_source(made.skeleton)["left"]
    half = 0.12 * np.sin(np.arange(60) / 60 * np.pi) / 2
    rotations = made.rotations.copy()
    ankle = made.skeleton.index["left_ankle"]
    turn = np.stack([-np.sin(half), 0 * half, 0 * half, np.cos(half)], axis=1)
    rotations[ankle] = turn
    moved = attrs.evolve(made, rotations=rotations)
    heel = np.array([quat_matrix(q) @ foot.heel for q in turn])
    moved = attrs.evolve(
        moved, root_translations=made.root_translations - (heel - foot.heel).astype(np.float32)
    )
    assert detect(moved).touching[0].all()
