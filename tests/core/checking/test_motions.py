"""Jerk, knees, shell, frame 0 and bone lengths, on curves and errors whose size is known."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget.checking import measure, measure_clip
from retarget.checking.shell import shell_errors
from retarget.errors import RetargetError
from retarget.values import World
from support.generated import clip_of, rig_at
from support.motions import motion as random_motion
from support.standing import GROUNDED, moved, places_of, same_body, standing, turned

FPS = 30.0


def test_jerk_is_the_third_derivative():
    t = np.arange(60) / FPS
    motion = standing(60, FPS, x=t**3)  # 6 m/s3
    lurching = moved(places_of(motion), (t**3)[:, None] * [0, 0, 1])
    report = measure(same_body(), lurching, motion)
    assert report.source("jerk") == pytest.approx(6, abs=0.05)
    assert report["jerk"] == pytest.approx(6 * 2**0.5, abs=0.05)
    for name in ("jerk_ratio", "jerk_added"):
        assert report[name] == pytest.approx((6 * 2**0.5 + 1) / 7, abs=0.01)


def test_a_larger_body_has_more_jerk_but_none_was_added():
    t = np.arange(60) / FPS
    motion = standing(60, FPS, x=t**3)
    world = places_of(motion)
    larger = attrs.evolve(world, positions=world.positions * 2)
    report = measure(rig_at(GROUNDED * 2), larger, motion)
    assert report["jerk"] == pytest.approx(12, abs=0.1)
    assert report["jerk_ratio"] == pytest.approx(13 / 7, abs=0.01)
    assert report["jerk_added"] == pytest.approx(1, abs=0.01)


def test_a_knee_that_accelerates_more_than_the_source_s():
    t = np.arange(40) / FPS
    bending = [np.degrees(0.5 * a * t**2) for a in (4.0, 9.0)]
    axis = [1, 0, 0]
    still = standing(40, FPS)
    source = turned(still, "left_knee", bending[0], axis)
    target = turned(turned(still, "left_knee", bending[1], axis), "left_hip", 3 * bending[1], axis)
    report = measure(same_body(), places_of(target), source)
    assert report.source("knee_acceleration") == pytest.approx(4, abs=0.01)
    assert report["knee_acceleration"] == pytest.approx(9, abs=0.01)  # whatever the hip does
    assert report["knee_acceleration_ratio"] == pytest.approx(10 / 5, abs=0.01)


@pytest.mark.parametrize("role", ["left_knee", "left_hip"])
def test_a_rotation_written_with_the_other_sign_is_the_same(role):
    motion = turned(standing(40, FPS), "left_knee", np.linspace(0, 60, 40), [1, 0, 0])
    world = places_of(motion)
    rotations = world.rotations.copy()
    rotations[motion.skeleton.index[role], 20:] *= -1
    report = measure(same_body(), attrs.evolve(world, rotations=rotations), motion)
    assert report["knee_acceleration"] == pytest.approx(0, abs=1e-2)


def test_one_frame_out_of_place_is_a_pop():
    still = standing(40, FPS)
    angles = np.zeros(40)
    angles[20] = 3.0
    report = measure(same_body(), places_of(turned(still, "right_knee", angles, [1, 0, 0])), still)
    assert report["knee_acceleration"] == pytest.approx(np.radians(6) * FPS**2, rel=1e-3)


# Snaps


def jumping(frames, fps, role, angles, **more):
    """The report of a target one joint of which turns so far, by frame, on a source that stands."""
    still = standing(frames, fps)
    spoilt = turned(still, role, np.asarray(angles, float), [1, 0, 0])
    return measure(same_body(), places_of(spoilt), still, **more)


@pytest.mark.parametrize("fps", [24.0, 30.0, 50.0, 120.0, 240.0])
@pytest.mark.parametrize("back", [False, True])
def test_a_jump_is_one_size_at_any_rate(fps, back):
    angles = np.where(np.arange(60) >= 20, 25.0, 0.0)
    if back:  # out of place for one frame alone
        angles[21:] = 0
    report = jumping(60, fps, "left_elbow", angles)
    assert report["snap"] == pytest.approx(25, abs=1e-3)
    told = report.as_json()["snap"]
    assert told["joint"] == "left_elbow"
    assert told["frame"] in ((20, 21) if back else (20,))


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("left_shoulder", "left_shoulder"), ("right_wrist", "right_wrist"),
        ("right_hip", "right_hip"), ("left_knee", "left_knee"), ("left_ankle", "left_ankle"),
        ("right_foot", "right_foot"), ("left_index1", None), ("spine2", None),
    ],
)  # fmt: skip
def test_it_is_the_joint_that_jumps_and_no_other(role, told):
    report = jumping(40, FPS, role, np.where(np.arange(40) >= 9, 25.0, 0.0))
    assert report["snap"] == pytest.approx(25 if told else 0, abs=1e-3)
    moment = report.figures["snap"].moment
    assert (moment and moment.joint) == told
    assert (moment and moment.frame) == (9 if told else None)


def test_what_the_source_does_too_is_no_snap():
    still = standing(60, 120.0)
    angles = np.where(np.arange(60) >= 20, 90.0, 0.0)
    source = turned(still, "left_elbow", angles, [0, 1, 0])
    target = turned(still, "left_elbow", angles * 1.2, [0, 1, 0])
    assert measure(same_body(), places_of(source), source)["snap"] == pytest.approx(0, abs=1e-3)
    assert measure(same_body(), places_of(target), source)["snap"] == pytest.approx(18, abs=1e-3)
    assert measure(same_body(), places_of(still), source)["snap"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("fps", "frames"), [(120, 4), (50, 2), (40, 1), (25, 1)])
def test_a_slow_turn_counts_for_what_it_is_in_a_thirtieth_of_a_second(fps, frames):
    """Of 90 degrees in a second; in the whole frames that are nearest to it."""
    report = jumping(fps + 1, float(fps), "left_knee", np.linspace(0, 90, fps + 1))
    assert report["snap"] == pytest.approx(90 * frames / fps, abs=1e-2)


def test_frames_are_counted_as_the_file_has_them():
    angles = np.where(np.arange(40) >= 9, 25.0, 0.0)
    still = standing(40, FPS)
    world = places_of(turned(still, "left_elbow", angles, [1, 0, 0]))
    report = measure(same_body(), world, still, frame0="replace")
    assert report.as_json()["snap"]["frame"] == 9
    longer = World(
        rotations=np.concatenate([world.rotations[:, :1], world.rotations], axis=1),
        positions=np.concatenate([world.positions[:, :1], world.positions], axis=1),
    )
    report = measure(same_body(), longer, still, frame0="insert")
    assert report.as_json()["snap"]["frame"] == 10


@pytest.mark.parametrize(("frames", "snap"), [(1, None), (2, 25.0), (3, 25.0)])
def test_a_clip_of_a_few_frames(frames, snap):
    report = jumping(frames, 120.0, "left_elbow", np.where(np.arange(frames) >= 1, 25.0, 0.0))
    assert report["snap"] == (None if snap is None else pytest.approx(snap, abs=1e-3))


def test_shell_errors_against_matrices():
    rng = np.random.default_rng(0)
    a, b = (
        World(
            rotations=Rotation.random(6, random_state=seed).as_quat().reshape(2, 3, 4),
            positions=rng.normal(size=(2, 3, 3)),
        )
        for seed in (1, 2)
    )
    found = shell_errors(a, b)
    for j in range(2):
        for f in range(3):
            columns = [  # a column of the matrix is an axis
                world.positions[j, f][:, None]
                + Rotation.from_quat(world.rotations[j, f]).as_matrix() * 0.03
                for world in (a, b)
            ]
            expected = np.linalg.norm(columns[0] - columns[1], axis=0).max()
            assert found[j, f] == pytest.approx(expected)


def test_the_shell_tells_a_turn_that_no_joint_position_tells():
    motion = random_motion(frames=20)[0]
    rig = retarget.load_rig()
    clip = retarget.Retargeter(rig, options=retarget.Options(frame0="none")).retarget(motion)
    assert measure_clip(clip, motion)["shell_error_max"] == pytest.approx(0, abs=1e-3)
    tip = rig.joint_of_role["left_index3"]
    rotations = clip.rotations.copy()
    turn = Rotation.from_rotvec([0, 0, np.radians(1)])
    rotations[tip] = (Rotation.from_quat(rotations[tip]) * turn).as_quat()
    report = measure_clip(attrs.evolve(clip, rotations=rotations), motion)
    assert report["shell_error_max"] == pytest.approx(30 * np.radians(1), rel=1e-3)
    assert report["finger_direction_max"] < 1e-3


# Frame 0 and bone lengths


def with_frame0(change=None, said="as made", **options):
    """A clip with its A-pose, and the figures; `change` may spoil its world.

    `said` is where the judge is told that frame 0 stands.
    """
    motion = random_motion(frames=12)[0]
    rig = retarget.load_rig()
    clip = retarget.Retargeter(rig, options=retarget.Options(**options)).retarget(motion)
    world = (
        retarget.Plugins()
        .fk_solver("numpy")
        .solve(rig.skeleton, clip.rotations, clip.root_translations)
    )
    world = World(rotations=world.rotations.copy(), positions=world.positions.copy())
    if change:
        change(world)
    return measure(
        rig,
        world,
        motion,
        frame0=options.get("frame0", "replace"),
        place=options.get("frame0_place") if said == "as made" else said,
    )


@pytest.mark.parametrize("place", ["authored", "motion"])
@pytest.mark.parametrize("mode", ["replace", "insert"])
def test_frame_0_is_the_a_pose_wherever_it_stands(mode, place):
    report = with_frame0(frame0=mode, frame0_place=place)
    assert report["frame0_error"] == pytest.approx(0, abs=0.002)
    assert report.frames == (11 if mode == "replace" else 12)


def test_a_joint_out_of_place_on_frame_0_is_told_in_millimetres():
    def spoil(world):
        world.positions[7, 0] += [0, 0.003, 0.004]

    report = with_frame0(spoil)
    assert report["frame0_error"] == pytest.approx(5, abs=0.01)


def test_an_a_pose_in_another_place_is_an_error_where_it_should_be_authored():
    def shift(world):
        world.positions[:, 0] += [0.1, 0, 0]

    report = with_frame0(shift, frame0_place="authored")
    assert report["frame0_error"] == pytest.approx(100, abs=0.1)
    for place in (None, "motion"):
        assert with_frame0(shift, frame0_place="authored", said=place)["frame0_error"] < 0.1


def test_an_a_pose_above_the_floor_is_an_error_anywhere():
    def lift(world):
        world.positions[:, 0] += [0.1, 0.02, 0]

    report = with_frame0(lift, frame0_place="authored", said=None)
    assert report["frame0_error"] == pytest.approx(20, abs=0.1)


def test_without_an_a_pose_there_is_no_frame_0_figure():
    assert with_frame0(frame0="none")["frame0_error"] is None


def test_a_bone_that_stretches_once_is_told():
    def stretch(world):
        world.positions[15:, 6] += [0, 0.01, 0]

    found = with_frame0(stretch)["bone_length"]
    assert 1 < found <= 10.01
    assert with_frame0()["bone_length"] == pytest.approx(0, abs=1e-3)


# What does not correspond


def test_other_frame_counts_are_refused():
    motion = standing(20)
    with pytest.raises(RetargetError, match="20 frames, the source makes 21"):
        measure(same_body(), places_of(motion), motion, frame0="insert")


def test_the_source_is_brought_to_the_target_s_rate():
    t = np.arange(121) / 120
    motion = standing(121, 120.0, x=0.5 * t)
    halved = standing(31, 30.0, x=0.5 * np.arange(31) / 30)
    report = measure(same_body(), places_of(halved), motion, fps=30.0)
    assert report.fps == 30
    assert report["end_effector"] == pytest.approx(0, abs=1e-5)
    assert report["arm_direction_max"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("mode", ["replace", "insert", "none"])
def test_clips_of_a_frame_or_two_have_what_figures_they_can(frames, mode):
    motion = random_motion(frames=frames)[0]
    rig = retarget.load_rig()
    clip = retarget.Retargeter(rig, options=retarget.Options(frame0=mode)).retarget(motion)
    report = measure_clip(clip, motion, frame0=mode)
    assert report.frames == frames - (mode == "replace")
    assert report["bone_length"] == pytest.approx(0, abs=1e-3)
    if report.frames:
        assert report["arm_direction_max"] < 1e-3
    else:
        assert report["arm_direction_max"] is None


def test_a_rig_of_other_joints_has_the_figures_that_apply():
    rig = rig_at([[0, 1, 0], [0, 1.5, 0], [0, 2, 0]], ["pelvis", "spine1", "spine2"])
    clip = clip_of(rig, frames=20)
    report = measure_clip(clip, standing(20))
    assert report["bone_length"] == pytest.approx(0, abs=1e-3)
    assert report["slip"] is report["hand_hand"] is report["shell_error"] is None
