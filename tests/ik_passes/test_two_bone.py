"""Two-bone IK against matrices and a numerical search: reach, plane, straight, zero, mirrored."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq
from scipy.spatial.transform import Rotation

from retarget_ik import two_bone

FORWARD = np.array([0.0, 0.0, 1.0])
vectors = arrays(np.float64, 3, elements=st.floats(-1, 1)).filter(lambda v: np.linalg.norm(v) > 0.1)
lengths = st.floats(0.05, 1.0)


def unit(v):
    return v / np.linalg.norm(v)


def solved(root, mid, end, goal, bend=FORWARD, **more):
    """Where middle and end come to lie, by matrices; and the two rotations."""
    given = (np.asarray(v)[None] for v in (root, mid, end, goal, bend))
    upper, lower = (Rotation.from_quat(q[0]) for q in two_bone.solve(*given, **more))
    new_mid = root + upper.as_matrix() @ (mid - root)
    return new_mid, new_mid + lower.as_matrix() @ (end - mid), upper, lower


def leg(flexion, a=0.4, b=0.38):
    """Hip, knee and ankle of a leg that hangs from the hip and flexes by so many degrees."""
    turn = np.radians(flexion)
    knee = np.array([0.1, 0.9 - a, 0.0])
    return np.array([0.1, 0.9, 0.0]), knee, knee + b * np.array([0, -np.cos(turn), -np.sin(turn)])


@given(vectors, lengths, vectors, lengths, vectors, st.floats(0.05, 0.99))
def test_what_is_within_reach_is_reached(u, a, low, b, goal, share):
    root = np.array([0.3, 0.9, -0.2])
    mid = root + a * unit(u)
    end = mid + b * unit(low)
    assume(np.linalg.norm(np.cross(unit(u), unit(low))) > 0.35)
    assume(unit(u) @ unit(low) < np.cos(two_bone.PLANE_TO))  # straighter: a plane of compromise
    tightest = np.linalg.norm([a + b * np.cos(two_bone.TIGHTEST), b * np.sin(two_bone.TIGHTEST)])
    goal = root + unit(goal) * (tightest + share * (0.99 * (a + b) - tightest))
    new_mid, new_end, *_ = solved(root, mid, end, goal)
    assert np.linalg.norm(new_end - goal) < 1e-6
    assert np.linalg.norm(new_mid - root) == pytest.approx(a, abs=1e-9)
    assert np.linalg.norm(new_end - new_mid) == pytest.approx(b, abs=1e-9)


@given(vectors, lengths, vectors, lengths, vectors)
def test_a_goal_where_the_end_is_changes_nothing(u, a, low, b, bend):
    root = np.zeros(3)
    mid = a * unit(u)
    end = mid + b * unit(low)
    assume(np.linalg.norm(end) > 1e-3)
    *_, upper, lower = solved(root, mid, end, end, bend)
    assert upper.magnitude() < 1e-6
    assert lower.magnitude() < 1e-6


@pytest.mark.parametrize("flexion", [0.0, 1.0, 4.0, 12.0, 45.0, 100.0])
@pytest.mark.parametrize("share", [0.4, 0.8, 0.97, 0.99])
def test_the_knee_bends_forward_by_the_law_of_cosines(flexion, share):
    hip, knee, ankle = leg(flexion)
    goal = hip + np.array([0, -share * 0.78, 0])
    new_knee, new_ankle, *_ = solved(hip, knee, ankle, goal)
    angle = brentq(
        lambda t: np.hypot(0.4 + 0.38 * np.cos(t), 0.38 * np.sin(t)) - 0.78 * share, 0, 3.1
    )
    u, low = unit(new_knee - hip), unit(new_ankle - new_knee)
    assert np.arccos(u @ low) == pytest.approx(angle, abs=1e-6)
    assert new_knee[2] > 0.01  # forward of the line
    assert new_knee[0] == pytest.approx(0.1, abs=1e-9)  # and not sideways


@given(st.floats(62, 120), st.floats(-60, 60), st.floats(0.5, 0.95))
def test_the_knee_keeps_the_plane_it_was_animated_in(flexion, outwards, share):
    turn = Rotation.from_rotvec([0, np.radians(outwards), 0])
    hip, knee, ankle = (turn.apply(p) for p in leg(flexion))
    goal = hip + share * 0.78 * unit(ankle - hip)
    new_knee, new_ankle, *_ = solved(hip, knee, ankle, goal)
    before, after = (
        np.cross(knee - hip, ankle - knee),
        np.cross(new_knee - hip, new_ankle - new_knee),
    )
    assert unit(before) @ unit(after) > 1 - 1e-9


def test_beyond_reach_it_goes_as_far_as_it_can_and_does_not_pop():
    hip, knee, ankle = leg(40)
    far = hip + np.linspace(0.70, 0.95, 2501)[:, None] * [0, -0.6, 0.8]
    upper, lower = two_bone.solve(
        *(np.tile(p, (2501, 1)) for p in (hip, knee, ankle)), far, FORWARD
    )
    flexion = np.degrees((Rotation.from_quat(lower).inv() * Rotation.from_quat(upper)).magnitude())
    speed = np.abs(np.diff(flexion)) / 0.1  # degrees per millimetre
    assert speed.max() < 1.4
    assert np.abs(np.diff(speed)).max() < 0.08  # a stop without softness: 1.3
    end = Rotation.from_quat(upper).apply(knee - hip) + Rotation.from_quat(lower).apply(
        ankle - knee
    )
    reached = np.linalg.norm(end, axis=1)
    assert (np.diff(reached) > -1e-9).all()
    assert reached[-1] == pytest.approx(two_bone.REACH * 0.78, abs=1e-6)
    assert unit(end[-1]) == pytest.approx([0, -0.6, 0.8], abs=1e-6)


def test_what_was_animated_further_may_stay_there():
    hip, knee, ankle = leg(1.0)
    goal = Rotation.from_rotvec([0.1, 0, 0]).apply(ankle - hip) + hip
    _, new_ankle, *_ = solved(hip, knee, ankle, goal, reach=0.9)
    assert np.linalg.norm(new_ankle - goal) < 1e-8


@pytest.mark.parametrize("past", [1.0, 3.0, 6.0])
def test_a_knee_past_straight_bends_the_right_way_without_a_jump(past):
    hip, knee, ankle = leg(-past)
    start = np.linalg.norm(ankle - hip)
    goal = hip + np.linspace(start, 0.7, 4001)[:, None] * unit(ankle - hip)
    upper, lower = two_bone.solve(
        *(np.tile(p, (4001, 1)) for p in (hip, knee, ankle)), goal, FORWARD
    )
    u = Rotation.from_quat(upper).apply(knee - hip)
    low = Rotation.from_quat(lower).apply(ankle - knee)
    flexion = np.degrees(np.arctan2(np.cross(u, low)[:, 0], np.sum(u * low, axis=1)))
    assert flexion[0] == pytest.approx(-past, abs=1e-6)
    assert np.abs(np.diff(flexion)).max() < 1.0
    assert flexion[-1] > 30
    missed = np.linalg.norm(hip + u + low - goal, axis=1)
    assert missed.max() < 0.005 * (past / 6) ** 2 + 1e-6


def waves(rng, size):
    """Smooth random numbers (4000, size)."""
    t = np.linspace(0, 2 * np.pi, 4000)[:, None, None]
    sines = np.sin(t * rng.integers(1, 4, (3, size)) + rng.uniform(0, 6, (3, size)))
    return (sines * rng.normal(0, 1, (3, size))).sum(1)


def largest_step(vectors):
    before, after = vectors[:-1], vectors[1:]
    return np.arctan2(
        np.linalg.norm(np.cross(before, after), axis=1), np.sum(before * after, axis=1)
    ).max()


@given(st.integers(0, 2**31), st.sampled_from([0.0, 5.0]))
@settings(deadline=None, max_examples=40)
def test_a_smooth_motion_stays_smooth(seed, memory):
    """Of a limb that bends forward, aside and backward, and is to be longer or shorter."""
    rng = np.random.default_rng(seed)
    whole = Rotation.from_rotvec(0.3 * waves(rng, 3))
    bent = np.radians(25.0) * waves(rng, 2)
    shin = Rotation.from_rotvec(np.stack([bent[:, 0], 0 * bent[:, 0], bent[:, 1]], axis=1))
    upper, lower = whole.apply([0, -0.4, 0]), (whole * shin).apply([0, -0.38, 0])
    goal = Rotation.from_rotvec(0.2 * waves(rng, 3)).apply(upper + lower)
    goal *= (0.85 + 0.1 * np.tanh(waves(rng, 1))) * 0.78 / np.linalg.norm(goal, axis=1)[:, None]
    bend = whole.apply(FORWARD)
    swings = two_bone.solve(0 * upper, upper, upper + lower, goal, bend, memory=memory)
    given = max(largest_step(v) for v in (upper, lower, goal))
    for swing, bone in zip(swings, (upper, lower), strict=True):
        assert largest_step(Rotation.from_quat(swing).apply(bone)) < 30 * given


@pytest.mark.parametrize("aside", [-70.0, 50.0])
def test_a_limb_that_straightens_for_a_moment_remembers_its_plane(aside):
    """Bent aside by so many degrees before and after; where it is straight it is to be bent."""
    frames = np.arange(60)
    flexion = np.radians(60 * np.clip(np.abs(frames - 30) / 10, 0, 1))
    hip, knee, _ = leg(0)
    low = 0.38 * np.stack([0 * flexion, -np.cos(flexion), -np.sin(flexion)], axis=1)
    ankle = knee + Rotation.from_rotvec([0, np.radians(aside), 0]).apply(low)
    given = [np.tile(p, (60, 1)) for p in (hip, knee)]
    goal = np.tile([0.1, 0.3, 0.0], (60, 1))
    swings = two_bone.solve(*given, ankle, goal, FORWARD, memory=6.0)
    u, v = (
        Rotation.from_quat(q).apply(b)
        for q, b in zip(swings, (knee - hip, ankle - knee), strict=True)
    )
    normal = unit(np.cross(u, v)[30])
    assert np.degrees(np.arctan2(-normal[2], normal[0])) == pytest.approx(aside, abs=6)
    forgotten, _ = two_bone.solve(*given, ankle, goal, FORWARD)
    assert Rotation.from_quat(forgotten[30]).apply(knee - hip)[0] == pytest.approx(0, abs=1e-6)


def test_no_length_and_no_direction_give_no_nan():
    hip, knee, ankle = leg(30)
    cases = [
        (hip, knee, ankle, hip, FORWARD),  # the goal at the root
        (hip, hip, ankle, ankle + 0.1, FORWARD),  # no upper bone
        (hip, knee, knee, knee + 0.1, FORWARD),  # no lower bone
        (hip, hip, hip, hip + 0.1, FORWARD),
        (hip, knee, hip, ankle, FORWARD),  # folded onto itself
        (hip, knee, ankle, hip + (hip - ankle), FORWARD),  # right behind
        (*leg(0), leg(0)[2] + 0.05, np.zeros(3)),  # straight and no rest to ask
        (*leg(0), leg(0)[2] + 0.05, np.array([0, -1.0, 0])),  # the bend along the bone
    ]
    for dtype in (np.float32, np.float64):
        for case in cases:
            swings = two_bone.solve(*(np.asarray(v, dtype)[None] for v in case))
            for q in swings:
                assert q.dtype == dtype
                assert np.linalg.norm(q) == pytest.approx(1, abs=1e-5)


@given(vectors, lengths, vectors, lengths, vectors, vectors)
def test_mirrored_in_mirrored_out(u, a, low, b, goal, bend):
    root = np.array([0.2, 0.8, 0.1])
    mid = root + a * unit(u)
    end = mid + b * unit(low)
    assume(np.linalg.norm(end - root) > 1e-2)
    assume(np.linalg.norm(unit(end - root) + unit(goal)) > 1e-2)
    m = np.array([-1.0, 1, 1])
    one = solved(root, mid, end, root + goal, bend)[:2]
    other = solved(root * m, mid * m, end * m, (root + goal) * m, bend * m)[:2]
    assert np.abs(np.array(one) * m - np.array(other)).max() < 1e-6


def test_float32_is_steady_where_the_leg_is_nearly_straight():
    hip, knee, ankle = leg(3)
    goal = ankle + np.linspace(0, 1e-3, 500)[:, None] * [1, 1, 0]
    given = [np.tile(p, (500, 1)) for p in (hip, knee, ankle)]
    exact = two_bone.solve(*given, goal, FORWARD)
    rough = two_bone.solve(*(v.astype(np.float32) for v in (*given, goal, FORWARD)))
    for one, other in zip(exact, rough, strict=True):
        assert np.abs(one - other).max() < 1e-5


def test_the_rest_tells_the_bend_or_the_caller_does():
    hip, knee, ankle = leg(10)
    assert two_bone.bend_at_rest(hip, knee, ankle, -FORWARD)[2] > 0.9
    told = two_bone.bend_at_rest(*leg(0), FORWARD)
    assert told == pytest.approx(FORWARD)
    slanted = two_bone.bend_at_rest(
        np.zeros(3), np.array([0, -0.3, 0.3]), np.array([0, -0.6, 0.6]), FORWARD
    )
    assert slanted == pytest.approx(unit([0, 1, 1]))
    assert np.isfinite(two_bone.bend_at_rest(hip, hip, hip, FORWARD)).all()
