"""The steps of the pass `feet`, each by itself: feet roll, bodies rise, knees calm down."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget_ik.feet import FeetParameters
from retarget_ik.feet_anchors import Held
from retarget_ik.feet_foot import Foot, place, toe_local
from retarget_ik.feet_legs import legs_of
from retarget_ik.feet_pelvis import drop, relieve, settle, steady
from retarget_ik.limbs import Posed
from retarget_ik.two_bone import Bones

FPS, FRAMES = 60.0, 240


@pytest.fixture(scope="module")
def legs():
    return legs_of(retarget.load_rig())


@pytest.fixture(scope="module")
def standing(legs):
    """The legs' joints at rest, on every frame."""
    rest = retarget.load_rig().skeleton.rest
    joints = {joint for leg in legs for joint in leg.joints}
    return Posed(
        {j: np.tile(rest.rotations[j, 0], (FRAMES, 1)) for j in joints},
        {j: np.tile(rest.positions[j, 0], (FRAMES, 1)) for j in joints},
    )


def free(leg, tilt, lowest):
    """A foot in the air, its sole pitched by `tilt` degrees, toes down, to `lowest` metres."""
    length = 0.2
    pitch = np.radians(tilt)
    heel = np.array([0.0, length * np.sin(pitch), -length * np.cos(pitch)])
    toe = np.array([0.0, lowest + leg.toe_height, 0.0])
    nothing, never = np.zeros((FRAMES, 3)), np.zeros(FRAMES)
    at = {
        "toe": toe,
        "heel": toe + heel - [0, leg.toe_height, 0],
        "ankle": toe + 0.75 * heel + [0, 0.05, 0],
    }
    return Held(
        **{name: np.tile(point, (FRAMES, 1)) for name, point in at.items()},
        toe_offset=nothing,
        heel_offset=nothing,
        toe_weight=never,
        heel_weight=never,
        toe_free=np.ones((FRAMES, 1)),
        heel_free=np.ones((FRAMES, 1)),
        still=never.astype(bool),
        released=0,
    )


def on_floor(leg, held):
    return place(leg, held, 0.0, FPS, FeetParameters())


def test_a_free_foot_whose_toes_sink_rolls_about_its_heel(legs):
    """The ankle rises by its share of what the toe does, a quarter; not by all of it."""
    held = free(legs[0], 8.0, -0.02)
    foot = on_floor(legs[0], held)
    assert foot.toe_height == pytest.approx(legs[0].toe_height, abs=0.002)
    assert (foot.ankle - held.ankle)[:, 1] == pytest.approx(0.25 * 0.02, abs=0.003)


def test_a_free_foot_that_points_down_is_lifted(legs):
    held = free(legs[0], 85.0, -0.02)
    foot = on_floor(legs[0], held)
    assert foot.toe_height == pytest.approx(legs[0].toe_height, abs=0.002)
    assert (foot.ankle - held.ankle)[:, 1] == pytest.approx(0.02, abs=0.003)
    assert np.abs(foot.turn[:, 3]).min() > np.cos(np.radians(2.0) / 2)


def test_a_free_foot_above_the_floor_stays_where_it_is(legs):
    held = free(legs[0], 8.0, 0.01)
    foot = on_floor(legs[0], held)
    assert foot.ankle == pytest.approx(held.ankle, abs=1e-12)


def toes_of(leg, world, pitch, height, roll=0.0):
    """Toes of a free foot so high, pitched down and rolled by degrees (F,).

    Turned in the world by scipy: how they are turned on the foot (F rotations), where they would
    point if they were not and do point (F, 3), and from the floor up to their tips (F,).
    """
    turn = Rotation.from_euler("zx", np.stack([pitch * 0 + roll, pitch], axis=1), degrees=True)
    nowhere, never = np.zeros((FRAMES, 3)), np.zeros(FRAMES)
    foot = Foot(
        ankle=nowhere,
        turn=turn.as_quat(),
        toe_height=height,
        toe_weight=never,
        weight=never,
        still=never.astype(bool),
        released=0,
        fps=FPS,
    )
    local = Rotation.from_quat(toe_local(leg, world, foot))
    ankle, toe = (
        Rotation.from_quat(world.rotation(joint)) for joint in (leg.sole.ankle, leg.sole.toe)
    )
    turned = (ankle.inv() * toe).inv() * local
    given = (turn * toe).apply(leg.sole.tip)
    points = (turn * ankle * local).apply(leg.sole.tip)
    return turned, given, points, height + points[:, 1]


def test_toes_of_a_free_foot_stay_out_of_the_floor_and_turn_up_alone(legs, standing):
    """They do not kick aside, however the foot is rolled."""
    wave = 1 - np.cos(np.linspace(0, 4 * np.pi, FRAMES))
    for roll in (-25.0, 0.0, 25.0):
        turned, points, _, tips = toes_of(legs[0], standing, 30 * wave, 0 * wave + 0.025, roll)
        assert (points[:, 1] + 0.025).min() < -0.025
        assert tips.min() > -0.004
        toe = Rotation.from_quat(standing.rotation(legs[0].sole.toe))
        sideways = toe.inv().apply(np.cross([0, 1, 0], toe.apply(legs[0].sole.tip)))[0]
        found = turned.as_rotvec(degrees=True)
        along = found @ sideways / np.linalg.norm(sideways)
        assert along.min() < -20
        assert np.linalg.norm(found, axis=1) == pytest.approx(np.abs(along), abs=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_toes_do_not_snap_past_straight_down(legs, standing, seed):
    """A foot that leaves the floor pitches down, on past the vertical, and forward again."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 2 * np.pi, FRAMES)
    pitch = 75 - 70 * np.cos(t * rng.integers(1, 4)) + rng.uniform(-10, 10)
    height = 0.04 - 0.03 * np.cos(t * rng.integers(1, 3) + rng.uniform(0, 6))
    turned, *_ = toes_of(legs[0], standing, pitch, height, rng.uniform(-30, 30))
    step = np.degrees((turned[:-1].inv() * turned[1:]).magnitude())
    assert step.max() < 16


@pytest.mark.parametrize("seconds", [0.25, 0.35, 0.5])
@pytest.mark.parametrize("farthest", [80.0, 100.0, 110.0])
def test_toes_that_push_off_past_straight_down_stay_out_of_the_floor(
    legs, standing, seconds, farthest
):
    """Forward, as they were, though for a moment backward would be the shorter way."""
    points = legs[0].sole.tip @ [0, 0, 1]
    assert points > 0
    reach = Rotation.from_quat(standing.rotation(legs[0].sole.toe)).apply(legs[0].sole.tip)[0]
    own = np.degrees(np.arctan2(-reach[1], reach[2]))
    at = np.arange(FRAMES) / FPS - 1
    swung, risen = (
        0.5 - 0.5 * np.cos(2 * np.pi * np.clip((at - late) / seconds, 0, 1)) for late in (0, 0.03)
    )
    pitch = 20 - own + (farthest - 20) * swung
    turned, given, _, tips = toes_of(legs[0], standing, pitch, 0.03 + 0.05 * risen)
    lowest = (0.03 + 0.05 * risen + given[:, 1]).min()
    assert tips.min() > max(0.2 * lowest, -0.004) - 0.001
    assert np.degrees((turned[:-1].inv() * turned[1:]).magnitude()).max() < 9


@pytest.mark.parametrize("pitch", [130.0, 145.0])
def test_toes_that_lie_backward_are_raised_backward(legs, standing, pitch):
    """Of somebody who kneels: not all the way round."""
    turned, given, points, tips = toes_of(
        legs[0], standing, np.full(FRAMES, pitch), np.full(FRAMES, 0.01)
    )
    assert (given[:, 2] < 0).all()
    assert (given[:, 1] + 0.01 < -0.005).all()
    assert (points[:, 2] < given[:, 2]).all()
    assert tips.min() > -0.001
    assert np.degrees(turned.magnitude()).max() < 40


def asked(leg, world, rise, *, still, weight):
    """A foot whose ankle is to be raised by `rise` (F,)."""
    ankle = world.position(leg.limb.end) + np.stack([0 * rise, rise, 0 * rise], axis=1)
    return Foot(
        ankle=ankle,
        turn=np.tile([0.0, 0.0, 0.0, 1.0], (FRAMES, 1)),
        toe_height=np.zeros(FRAMES),
        toe_weight=weight,
        weight=weight,
        still=still,
        released=0,
        fps=FPS,
    )


def test_bodies_rise_with_feet_lifted_out_of_the_floor(legs, standing):
    """Not by what the last contact asked for, as long as they sink; over flights they glide."""
    contact = np.arange(FRAMES) < 60
    rise = np.where(contact, -0.01, 0.0)
    sunk = np.where(np.arange(FRAMES) >= 160, 0.02, rise)
    feet = [
        asked(leg, standing, lift, still=contact, weight=contact.astype(float))
        for leg, lift in zip(legs, (rise, sunk), strict=True)
    ]
    body = settle(legs, standing, np.zeros(FRAMES), feet, FPS)
    assert body[:40] == pytest.approx(-0.01, abs=1e-6)
    assert body[190:] == pytest.approx(0.02, abs=1e-6)
    assert (np.diff(body[60:160]) > 0).all()


@pytest.mark.parametrize("stands", [False, True])
def test_the_pelvis_spares_a_knee_unless_the_other_foot_stands(legs, standing, stands):
    """Both legs are straight; one foot is to be 6 cm higher."""
    bones = [leg.limb.bones(standing) for leg in legs]
    never = np.zeros(FRAMES, bool)
    feet = [
        asked(leg, standing, np.full(FRAMES, rise), still=never, weight=np.full(FRAMES, weight))
        for leg, rise, weight in zip(legs, (0.06, 0.0), (1.0, float(stands)), strict=True)
    ]
    body = relieve(legs, bones, standing, np.zeros(FRAMES), feet, FPS, 0.99)
    if stands:
        assert body == pytest.approx(0, abs=1e-9)
        return
    hip, end = (standing.position(j) for j in (legs[0].limb.upper, legs[0].limb.end))
    span = np.linalg.norm(feet[0].ankle - hip - body[:, None] * [0, 1, 0], axis=1)
    upper, lower = (np.linalg.norm(bone[0]) for bone in (bones[0].upper, bones[0].lower))
    cosine = (span**2 - upper**2 - lower**2) / (2 * upper * lower)
    straight = np.linalg.norm((end - hip)[0])
    before = (straight**2 - upper**2 - lower**2) / (2 * upper * lower)
    opened = np.degrees(np.arccos(cosine)) - np.degrees(np.arccos(before))
    assert body[FRAMES // 2] > 0.01
    assert opened == pytest.approx(24, abs=2.5)


def test_hips_do_not_jerk_where_legs_cannot_reach(legs, standing):
    """For feet that are 2 cm lower at once, for half a second, the pelvis takes its time."""
    lower = 0.02 * (np.arange(FRAMES) // 30 % 4 == 2)
    held = np.ones(FRAMES)
    feet = [asked(leg, standing, -lower, still=held.astype(bool), weight=held) for leg in legs]
    found = drop(legs, standing, np.zeros(FRAMES), feet, FPS, 0.99)
    assert (found > lower - 0.002 * legs[0].size - 0.001).all()
    assert np.abs(np.diff(found, n=2)).max() * FPS**2 < 2
    assert np.ptp(found) == pytest.approx(0.0185, abs=0.001)


def leg_bent_by(flexion):
    """A leg of two equal bones, bent by angles (F,)."""
    thigh = np.tile([0.0, -0.43, 0.0], (len(flexion), 1))
    shin = 0.43 * np.stack([0 * flexion, -np.cos(flexion), -np.sin(flexion)], axis=1)
    return Bones.of(
        np.zeros_like(thigh), thigh, thigh + shin, np.tile([0.0, 0.0, 1.0], (len(flexion), 1))
    )


def restlessness(angle):
    return np.sqrt(np.mean(np.diff(angle, n=2)[10:-10] ** 2))


def test_knees_that_would_tremble_are_calmed():
    rng = np.random.default_rng(0)
    trembling = np.radians(2.0) + np.radians(0.5) * rng.standard_normal(FRAMES)
    bones = leg_bent_by(np.full(FRAMES, np.radians(3.0)))
    assert restlessness(steady(bones, trembling, FPS)) < 0.1 * restlessness(trembling)


def test_what_calms_a_trembling_animation_is_kept():
    """Its foot stands still because the knee takes back what the animation trembles."""
    rng = np.random.default_rng(0)
    flexion = np.radians(10.0) + np.radians(0.5) * rng.standard_normal(FRAMES)
    opening = np.radians(12.0) - flexion
    found = steady(leg_bent_by(flexion), opening, FPS)
    assert found == pytest.approx(opening, abs=np.radians(0.01))


def test_one_frame_and_two_are_taken_as_they_come():
    for frames in (1, 2):
        bones = leg_bent_by(np.full(frames, np.radians(10.0)))
        assert steady(bones, np.full(frames, 0.1), FPS) == pytest.approx(0.1)
