"""The pass `limits` against ranges measured with scipy, whatever pose the rig rests in."""

from __future__ import annotations

from types import SimpleNamespace

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import retarget
from retarget import roles, smpl
from retarget.errors import FileReadError
from retarget.options import Options
from retarget.retargeter import Retargeter
from retarget.testing.oracle import world_of_tracks
from retarget.values import Motion
from retarget_ik.limits import Limits, LimitsParameters, limit
from retarget_ik.limits_table import TABLE, Ranges
from support import generated
from support.data import shared

HARD = LimitsParameters(margin=0, softness=0)


def angles(q, axis):
    """Twist about an axis and the two components of the swing, degrees (…, 3), by scipy."""
    q = np.where(q[..., 3:] < 0, -q, q)
    twist = np.zeros_like(q)
    twist[..., axis], twist[..., 3] = q[..., axis], q[..., 3]
    swing = (Rotation.from_quat(q) * Rotation.from_quat(twist).inv()).as_rotvec()
    swing[..., axis] = 2 * np.arctan2(twist[..., axis], twist[..., 3])
    return np.degrees(swing)


def bending(role, vectors, *, fps=60.0):
    """A body in its T-pose that turns one joint by rotation vectors (F, 3)."""
    skeleton = smpl.smplh()
    rotations = np.tile([0.0, 0, 0, 1], (52, len(vectors), 1))
    rotations[skeleton.index[role]] = Rotation.from_rotvec(vectors).as_quat()
    root = np.tile(skeleton.rest_translations[0], (len(vectors), 1))
    return Motion(skeleton=skeleton, fps=fps, rotations=rotations, root_translations=root)


def limited(motion, rig=None, **chosen):
    rig = rig or retarget.load_rig()
    options = Options(frame0="none", settings={"limits": chosen})
    before = Retargeter(rig, options=Options(frame0="none")).retarget(motion)
    return before, Retargeter(rig, options=options, passes={"limits": Limits()}).retarget(motion)


def test_every_role_but_the_pelvis_has_ranges_around_the_t_pose():
    assert set(TABLE) == set(roles.HUMANOID) - {"pelvis"}
    for role, ranges in TABLE.items():
        assert all(low < 0 < high for low, high in (ranges.x, ranges.y, ranges.z)), role
        assert TABLE[roles.MIRROR[role]].mirrored() == ranges or role == roles.MIRROR[role]


@given(
    st.integers(0, 2**31),
    st.sampled_from(sorted(TABLE)),
    st.floats(0, 0.5),
    st.floats(0, 20),
)
@settings(deadline=None, max_examples=60)
def test_what_comes_out_is_within_the_range_and_what_was_within_is_the_same(
    seed, role, softness, margin
):
    rng = np.random.default_rng(seed)
    turns = Rotation.from_rotvec(rng.normal(0, 1.0, (40, 3))).as_quat()
    ranges, chosen = TABLE[role], LimitsParameters(softness=softness, margin=margin)
    after, beyond = limit(turns, ranges, chosen)
    ends = np.array([ranges.x, ranges.y, ranges.z]) + np.array([-margin, margin])
    found = angles(after, ranges.twist)
    assert (found >= ends[:, 0] - 1e-3).all()
    assert (found <= ends[:, 1] + 1e-3).all()
    free = angles(turns, ranges.twist)
    inside = ((free >= (1 - softness) * ends[:, 0]) & (free <= (1 - softness) * ends[:, 1])).all(1)
    assert not beyond[inside].any()
    assert beyond[((free < ends[:, 0]) | (free > ends[:, 1])).any(1)].all()


def test_the_limit_is_approached_without_a_kink():
    bend = np.radians(np.linspace(0, 250, 2000))
    turns = Rotation.from_rotvec(bend[:, None] / 2 * [1, 0, 0]).as_quat()  # up to 125 degrees
    ranges = Ranges(1, (-5, 90), (-30, 30), (-20, 20))
    out = angles(limit(turns, ranges, LimitsParameters(margin=0, softness=0.2))[0], 1)[:, 0]
    speed = np.diff(out) / np.diff(np.degrees(bend / 2))
    assert (speed <= 1 + 1e-6).all()
    assert (speed >= -1e-6).all()
    assert np.abs(np.diff(speed)).max() < 0.01
    assert out.max() <= 90


HINGES = {"left_elbow": (0, 1, 2, -1), "right_elbow": (0, 1, 2, 1)} | dict.fromkeys(
    ("left_knee", "right_knee"), (1, 0, 2, 1)
)
"""Of each hinge: the axes of its twist, of its flexion, and the third; the sign of its flexion."""


@pytest.mark.parametrize("role", HINGES)
@pytest.mark.parametrize("aside", [-110.0, -60.0, 60.0, 110.0])
@pytest.mark.parametrize("flexion", [0.0, 30.0, 60.0])
def test_a_hinge_pushed_aside_stays_as_bent_as_it_was(role, aside, flexion):
    twist, hinge, third, sense = HINGES[role]
    swing = np.zeros((1, 3))
    swing[0, hinge], swing[0, third] = sense * flexion, aside
    after = angles(
        limit(Rotation.from_rotvec(np.radians(swing)).as_quat(), TABLE[role], HARD)[0], twist
    )[0]
    assert abs(after[third]) <= 35 + 1e-3
    whole = np.hypot(flexion, aside)
    if role.endswith("elbow") and flexion == 0 and abs(aside) == 60:
        whole = np.hypot(1.5 * (60 - 35), 35)  # its flexion takes up 1.5 for each degree over 35
    assert np.hypot(after[hinge], after[third]) == pytest.approx(whole, abs=1e-3)
    assert sense * after[hinge] > flexion
    assert after[twist] == pytest.approx(0, abs=1e-3)


@given(st.integers(0, 2**31), st.sampled_from(sorted(HINGES)))
@settings(deadline=None, max_examples=40)
def test_hinges_do_not_jump_where_they_are_not_made_to(seed, role):
    """Past any of the limits, from flexed over straight to hyperextended and back."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 2 * np.pi, 2000)[:, None, None]
    waves = np.sin(t * rng.integers(1, 4, (3, 3)) + rng.uniform(0, 6, (3, 3)))
    vectors = (waves * rng.normal(0, 0.45, (3, 3))).sum(1)
    turns = Rotation.from_rotvec(vectors)
    found = Rotation.from_quat(limit(turns.as_quat(), TABLE[role], LimitsParameters())[0])
    given, made = ((one[:-1].inv() * one[1:]).magnitude() for one in (turns, found))
    near_turned_over = np.maximum(turns[:-1].magnitude(), turns[1:].magnitude()) > np.radians(150)
    assert (made < 6 * given.max() + 1e-9)[~near_turned_over].all()


@given(st.integers(0, 2**31), st.sampled_from(sorted(HINGES)))
@settings(deadline=None, max_examples=60)
def test_hinges_turn_at_most_two_and_a_half_times_as_fast(seed, role):
    """On every frame, as it is swung there; a swing near a half turn has no clear direction."""
    rng = np.random.default_rng(seed)
    twist, *_ = HINGES[role]
    t = np.linspace(0, 2 * np.pi, 4000)[:, None, None]
    waves = np.sin(t * rng.integers(1, 4, (3, 3)) + rng.uniform(0, 6, (3, 3)))
    vectors = (waves * rng.normal(0, 0.7, (3, 3))).sum(1)
    vectors[:, twist] = 0
    turns = Rotation.from_rotvec(vectors)
    found = Rotation.from_quat(limit(turns.as_quat(), TABLE[role], LimitsParameters())[0])
    given, made = ((one[:-1].inv() * one[1:]).magnitude() for one in (turns, found))
    far = np.linalg.norm(vectors, axis=1) > np.radians(150)
    near = ~(far[:-1] | far[1:])
    assert (made <= 2.5 * given + 1e-9)[near].all()


@pytest.mark.parametrize("flexion", [-15.0, -5.0, -1e-6, 0.0, 1e-6, 5.0])
def test_an_elbow_pushed_aside_slowly_bends_slowly(flexion):
    """Where its limit sets in, 40 degrees, it begins to flex; it does not all at once."""
    aside = np.arange(30.0, 120.0, 0.5)
    swings = np.stack([0 * aside, 0 * aside - flexion, aside], axis=1)
    turns = Rotation.from_rotvec(np.radians(swings)).as_quat()
    found = Rotation.from_quat(limit(turns, TABLE["left_elbow"], LimitsParameters())[0])
    step = np.degrees((found[:-1].inv() * found[1:]).magnitude())
    assert step.max() < 2.0 * 0.5
    after = angles(found.as_quat(), 0)
    at_40, at_45 = (-after[aside == at, 1][0] for at in (40.0, 45.0))
    assert at_40 - flexion < 2
    assert at_45 - flexion < 9
    lost = np.linalg.norm(swings, axis=1) - np.linalg.norm(after, axis=1)
    assert lost[swings[:, 1] <= 0].max(initial=0) < 10.5


@pytest.mark.parametrize(
    ("clip", "frame", "bent"),
    [("smpl_codec/squat_ow.smpl", 128, 98.6), ("smpl24/aist_demo.npz", 104, 122.7)],
)
def test_elbows_that_estimates_bend_far_about_the_wrong_axis_stay_so(clip, frame, bent):
    before, after = limited(retarget.load_motion(shared(f"data/{clip}")))
    was, now = (elbow_flexion(one, "left")[frame - 2 : frame + 3] for one in (before, after))
    assert was[2] == pytest.approx(bent, abs=8)  # on the default rig
    assert now[2] == pytest.approx(was[2], abs=2)


def elbow_flexion(clip, side):
    world = world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)[..., :3, 3]
    shoulder, elbow, wrist = (
        world[clip.rig.joint_of_role[f"{side}_{role}"]] for role in ("shoulder", "elbow", "wrist")
    )
    upper, lower = elbow - shoulder, wrist - elbow
    across = np.linalg.norm(np.cross(upper, lower), axis=1)
    return np.degrees(np.arctan2(across, np.sum(upper * lower, axis=1)))


@pytest.mark.parametrize("side", ["left", "right"])
def test_elbows_that_an_estimate_bends_aside_stay_bent(side):
    before, after = limited(retarget.load_motion(shared("data/smpl24/aist_demo.npz")))
    was, now = (elbow_flexion(clip, side) for clip in (before, after))
    assert was.max() > 115
    assert np.abs(now - was)[was > 80].max() < 5
    assert np.abs(now - was).max() < 10.5
    elbow = after.rig.joint_of_role[f"{side}_elbow"]
    assert not np.array_equal(before.rotations[elbow], after.rotations[elbow])


@pytest.mark.parametrize(
    ("role", "degrees", "allowed"),
    [
        ("left_knee", (170, 0, 0), (150, 0, 0)),
        ("left_knee", (-40, 0, 0), (-5, 0, 0)),
        ("right_elbow", (0, 170, 0), (0, 150, 0)),
        ("right_elbow", (0, -40, 0), (0, -10, 0)),
        ("left_wrist", (0, 0, -120), (0, 0, -80)),
        ("head", (0, 90, 0), (0, 50, 0)),
    ],
)
@pytest.mark.parametrize("rig", ["default", "turned"])
def test_a_pose_and_t_pose_rests_mean_the_same(role, degrees, allowed, rig):
    """The target rests in the A-pose, elbow and knee bent by what that has; no matter."""
    rig = retarget.load_rig() if rig == "default" else generated.turned_rig()
    share = np.linspace(0, 1, 20)[:, None]
    motion = bending(role, share * np.radians(degrees))
    wanted = bending(role, np.radians(np.clip(share * degrees, *_box(allowed))))
    _, after = limited(motion, rig, margin=0, softness=0)
    expected = Retargeter(rig, options=Options(frame0="none")).retarget(wanted)
    dots = np.abs((after.rotations * expected.rotations).sum(-1))
    assert np.degrees(2 * np.arccos(np.minimum(dots, 1))).max() < 0.2


def _box(allowed):
    return np.minimum(allowed, 0), np.maximum(allowed, 0)


def test_only_joints_and_frames_that_exceed_change():
    bend = np.radians(np.concatenate([np.full(10, 40.0), np.full(10, 200.0), np.full(10, 40.0)]))
    before, after = limited(bending("left_knee", bend[:, None] * [0.85, 0, 0]))
    knee = after.rig.joint_of_role["left_knee"]
    others = [j for j in range(52) if j != knee]
    assert np.array_equal(before.rotations[others], after.rotations[others])
    assert np.array_equal(before.rotations[knee, :10], after.rotations[knee, :10])
    assert np.array_equal(np.abs(before.rotations[knee, 20:]), np.abs(after.rotations[knee, 20:]))
    assert not np.array_equal(before.rotations[knee, 10:20], after.rotations[knee, 10:20])


def test_a_clip_within_its_ranges_is_the_same_clip():
    motion = retarget.load_motion(shared("data/amass/A1_-_Stand_poses.npz"))
    before, after = limited(motion)
    assert np.array_equal(before.rotations, after.rotations)


def test_a_real_clip_of_a_seated_body_is_left_alone_but_for_its_fingers():
    before, after = limited(retarget.load_motion(shared("data/amass/amass_sample.npz")))
    changed = {
        before.rig.roles[name]
        for j, name in enumerate(before.rig.skeleton.names)
        if not np.array_equal(before.rotations[j], after.rotations[j])
    }
    assert not {role for role in changed if role in {r for r, _, _ in roles.BODY}}


def stating(given):
    """A rig whose left knee states its ranges in its file."""
    rig = retarget.load_rig()
    nodes = [{} for _ in rig.skeleton.names]
    nodes[rig.joint_of_role["left_knee"]] = {"extras": {"retarget_limits": given}}
    asset = SimpleNamespace(
        path="hero.glb",
        gltf=SimpleNamespace(json={"nodes": nodes}),
        nodes=np.arange(52, dtype=np.int32),
        turn=np.array([0.0, 0, 0, 1]),
    )
    return attrs.evolve(rig, asset=asset)


def test_a_rig_may_state_its_own_ranges():
    motion = bending("left_knee", np.radians([[60.0, 0, 0]] * 3))
    rig = stating([-5, 30, -10, 10, -10, 10])
    _, after = limited(motion, rig, margin=0, softness=0)
    wanted = bending("left_knee", np.radians([[30.0, 0, 0]] * 3))
    expected = Retargeter(rig, options=Options(frame0="none")).retarget(wanted)
    np.testing.assert_allclose(after.rotations, expected.rotations, atol=2e-3)


@pytest.mark.parametrize("given", [[1, 2], "wide", [5, 30, -1, 1, -1, 1], [0, 0, 0, 0, 0, "x"]])
def test_ranges_that_are_none_are_refused_by_name(given):
    with pytest.raises(FileReadError, match=r"hero.glb: joint .*: retarget_limits is"):
        limited(bending("left_knee", np.zeros((2, 3))), stating(given))
