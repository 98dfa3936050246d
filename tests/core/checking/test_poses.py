"""Directions, rotations, hands and end effectors: known turns, and loops on random places."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import roles
from retarget.checking import METRICS, end_effectors, hands, measure, measure_clip
from retarget.checking.body import Body
from retarget.checking.comparison import Comparison
from retarget.checking.directions import BONES
from support.generated import rig_at
from support.motions import motion as random_motion
from support.rigs import a_posed, scrambled
from support.standing import (
    GROUNDED,
    places_of,
    same_body,
    scattered,
    standing,
    turned,
)

MOTION = standing(20)
FORWARD, UP, LEFT = [0, 0, 1], [0, 1, 0], [1, 0, 0]


def after(role, degrees, axis, **more):
    """Figures of a target that differs from the source by one turn of one joint."""
    return measure(same_body(), places_of(turned(MOTION, role, degrees, axis)), MOTION, **more)


def test_a_perfect_copy_differs_in_nothing():
    report = measure(same_body(), places_of(MOTION), MOTION, passes=())
    for name, figure in report.figures.items():
        if figure.target is None or name.startswith(("slip_", "jerk", "knee", "float", "penet")):
            continue
        wanted = 1 if METRICS[name].at_least else 0
        assert figure.target == pytest.approx(wanted, abs=1e-3), name
    for name in ("slip_ratio", "jerk_ratio", "jerk_added", "knee_acceleration_ratio"):
        assert report[name] == pytest.approx(1, abs=0.05), name
    assert report.frames == 20


@pytest.mark.parametrize(
    ("role", "limb"),
    [("left_elbow", "left_arm"), ("right_elbow", "right_arm"), ("left_knee", "left_leg")],
)
def test_a_limb_turned_five_degrees_reads_five(role, limb):
    report = after(role, 5, FORWARD if "knee" in role else UP)
    bent = report[f"{limb}_direction_max"]
    assert bent == pytest.approx(5, abs=0.06)  # but for the bone's own slant to the axis
    assert report[f"{limb}_direction"] == pytest.approx(bent / 2, abs=1e-3)  # one bone of two
    kind = limb.split("_")[1]
    assert report[f"{kind}_direction"] == pytest.approx(bent / 4, abs=1e-3)
    assert report[f"{kind}_direction_max"] == bent
    for other in BONES:
        if other != limb:
            assert report[f"{other}_direction_max"] == pytest.approx(0, abs=1e-3)


def test_what_a_pass_owns_is_told_from_what_it_must_leave():
    legs_bent = after("left_knee", 5, FORWARD, passes=("floor", "feet"))
    assert legs_bent["touched_direction"] == pytest.approx(5 / 4, abs=0.02)
    assert legs_bent["untouched_direction_max"] == pytest.approx(0, abs=1e-3)
    arm_bent = after("left_elbow", 5, UP, passes=("floor", "feet"))
    assert arm_bent["touched_direction"] == pytest.approx(0, abs=1e-3)
    assert arm_bent["untouched_direction_max"] == pytest.approx(5, abs=0.06)


@pytest.mark.parametrize("passes", [None, ("feet", "mystery")])
def test_of_passes_unknown_nothing_is_said(passes):
    report = after("left_knee", 5, FORWARD, passes=passes)
    assert report["touched_direction"] is report["untouched_direction_max"] is None


def test_fingers_and_knuckle_lines():
    report = after("left_middle2", 9, UP)
    assert report["finger_direction_max"] == pytest.approx(9, abs=0.1)
    assert report["finger_direction"] == pytest.approx(
        report["finger_direction_max"] / 20, abs=1e-3
    )
    assert report["knuckle_line_max"] == pytest.approx(0, abs=1e-3)
    rolled = after("right_wrist", 11, LEFT)
    assert rolled["knuckle_line_max"] == pytest.approx(11, abs=1)
    assert rolled["knuckle_line"] == pytest.approx(rolled["knuckle_line_max"] / 2, abs=1e-3)


def test_torso_and_feet_turned_away_from_rest():
    report = after("pelvis", 6, UP)
    for part in ("torso", "foot", "toe"):
        assert report[f"{part}_rotation"] == pytest.approx(6, abs=1e-3)
        assert report[f"{part}_rotation_max"] == pytest.approx(6, abs=1e-3)
    nod = after("head", 8, LEFT)
    assert nod["torso_rotation_max"] == pytest.approx(8, abs=1e-3)
    assert nod["torso_rotation"] == pytest.approx(2, abs=1e-3)  # one of pelvis, spine, neck, head
    assert nod["foot_rotation_max"] == pytest.approx(0, abs=1e-3)


def test_toes_that_are_bent_show_in_a_figure_of_their_own():
    bent = after("left_foot", 50, LEFT)
    assert bent["toe_rotation_max"] == pytest.approx(50, abs=1e-3)
    assert bent["toe_rotation"] == pytest.approx(25, abs=1e-3)  # one of two
    assert bent["foot_rotation_max"] == pytest.approx(0, abs=1e-3)


def test_feet_that_rest_turned_out_are_no_error():
    angle, hub = np.radians(20), roles.HUMANOID.index("left_ankle")
    places = GROUNDED.copy()
    toe = roles.HUMANOID.index("left_foot")
    turn = Rotation.from_rotvec([0, angle, 0])
    places[toe] = places[hub] + turn.apply(places[toe] - places[hub])
    world = places_of(MOTION)  # each toe points where the source's does
    rotations = world.rotations.copy()
    rotations[[hub, toe]] = turn.inv().as_quat()
    rig = rig_at(places)
    straight = measure(rig, attrs.evolve(world, rotations=rotations), MOTION)
    turned_out = measure(rig, world, MOTION)
    for part in ("foot", "toe"):
        assert straight[f"{part}_rotation_max"] == pytest.approx(0, abs=1e-4)
        assert turned_out[f"{part}_rotation_max"] == pytest.approx(20, abs=1e-4)


def test_how_a_joint_s_axes_lie_at_rest_makes_no_difference():
    rig = scrambled(a_posed())
    motion = random_motion(frames=15)[0]
    options = retarget.Options(frame0="none")
    report = measure_clip(retarget.Retargeter(rig, options=options).retarget(motion), motion)
    for name in ("torso_rotation_max", "foot_rotation_max", "arm_direction_max"):
        assert report[name] == pytest.approx(0, abs=1e-3), name


# Against loops, on places that are no body at all


def scene(seed):
    """A comparison whose bodies are scattered at random, near enough to touch."""
    source, target = scattered(seed), scattered(seed + 1)
    rig = same_body()
    c = Comparison.between(rig, target, standing(source.positions.shape[1]))
    return attrs.evolve(c), source, target


def figures_of(seed, part):
    """Figures of one part, the source's body replaced by a scattered one."""
    c, source, target = scene(seed)
    body = attrs.evolve(c.source, positions=source.positions, rotations=source.rotations)
    object.__setattr__(c, "source", body)
    return part.measure(c), source.positions, target.positions


def place(positions, role, f):
    return positions[roles.HUMANOID.index(role), f]


def arm_length():
    total = 0.0
    for side in ("left", "right"):
        for a, b in (("shoulder", "elbow"), ("elbow", "wrist")):
            ends = [GROUNDED[roles.HUMANOID.index(f"{side}_{joint}")] for joint in (a, b)]
            total += np.linalg.norm(ends[0] - ends[1])
    return total / 2


@pytest.mark.parametrize("seed", [0, 5, 9])
def test_hands_against_loops(seed):
    figures, source, target = figures_of(seed, hands)
    frames = source.shape[1]
    of_hand = {
        side: [
            r
            for r in roles.HUMANOID
            if r.startswith(side) and any(p in r for p in ("wrist", *roles.FINGERS))
        ]
        for side in ("left", "right")
    }
    assert [len(hand) for hand in of_hand.values()] == [16, 16]
    errors, touches = [], []
    for f in range(frames):
        nearest = [
            min(
                np.linalg.norm(place(positions, a, f) - place(positions, b, f))
                for a in of_hand["left"]
                for b in of_hand["right"]
            )
            for positions in (target, source)
        ]
        if nearest[1] < 0.25:
            errors.append(abs(nearest[0] - nearest[1]) / arm_length())
        if nearest[1] < 0.02:
            touches.append(nearest[0] < 0.03)
    assert figures["hand_hand"][0] == pytest.approx(np.mean(errors))
    assert figures["hand_hand_p95"][0] == pytest.approx(np.percentile(errors, 95))
    if touches:
        assert figures["touch_recall"][0] == pytest.approx(np.mean(touches))
    else:
        assert figures["touch_recall"][0] is None


@pytest.mark.parametrize("seed", [0, 5])
def test_hands_by_the_body_against_loops(seed):
    figures, source, target = figures_of(seed, hands)
    errors = []
    for side, other in (("left", "right"), ("right", "left")):
        arm = [(f"{other}_{a}", f"{other}_{b}") for a, b in hands._ARM]
        bones = [*hands._BODY, *arm]
        for point in hands._POINTS:
            for f in range(source.shape[1]):
                near = [
                    min(to_line(positions, f"{side}_{point}", bone, f) for bone in bones)
                    for positions in (source, target)
                ]
                if near[0] < 0.25:
                    errors.append(abs(near[0] - near[1]) / arm_length())
    assert len(errors) > 50
    assert figures["hand_body"][0] == pytest.approx(np.mean(errors), rel=1e-6)
    assert figures["hand_body_p95"][0] == pytest.approx(np.percentile(errors, 95), rel=1e-6)


def to_line(positions, role, bone, f):
    """Distance of a point to a line, by trying points of it, coarsely and then finely."""
    start, end = (place(positions, r, f) for r in bone)
    tried = start + np.linspace(0, 1, 2001)[:, None] * (end - start)
    at = int(np.argmin(np.linalg.norm(tried - place(positions, role, f), axis=1)))
    low, high = max(at - 1, 0) / 2000, min(at + 1, 2000) / 2000
    fine = start + np.linspace(low, high, 4001)[:, None] * (end - start)
    return np.linalg.norm(fine - place(positions, role, f), axis=1).min()


@pytest.mark.parametrize("size", [1.0, 0.5])
def test_a_touch_is_recalled_up_to_three_centimetres_on_arms_of_the_sources_length(size):
    motion = standing(10)
    near, apart = np.full(10, 0.01), np.linspace(0.001, 0.05, 10)
    wrists = [roles.HUMANOID.index(f"{side}_wrist") for side in ("left", "right")]
    fingers = [j for j, r in enumerate(roles.HUMANOID) if r[-1] in "123" and "spine" not in r]
    worlds = []
    for gap in (near, apart):
        world = places_of(motion)
        places = world.positions.copy()
        places[wrists[0]] = [0, 1, 1]
        places[wrists[1]] = np.array([0, 1, 1]) + gap[:, None] * [1, 0, 0]
        for j in fingers:
            places[j] = [5 if roles.HUMANOID[j].startswith("left") else -5, 1, 0]
        worlds.append(attrs.evolve(world, positions=places))
    c = Comparison.between(rig_at(size * GROUNDED), worlds[1], motion)
    object.__setattr__(c, "source", attrs.evolve(c.source, positions=worlds[0].positions))
    recall = hands.measure(c)["touch_recall"][0]
    assert recall == pytest.approx((apart < 0.03 * size).mean())


def test_end_effectors_against_loops():
    figures, source, target = figures_of(3, end_effectors)
    chains = [
        GROUNDED[[roles.HUMANOID.index(f"{side}_{j}") for j in ("hip", "knee", "ankle")]]
        for side in ("left", "right")
    ]
    legs = np.mean([np.linalg.norm(np.diff(c, axis=0), axis=1).sum() for c in chains])
    errors = [
        np.linalg.norm(
            (place(target, f"{side}_{end}", f) - place(target, "pelvis", f)) / length
            - (place(source, f"{side}_{end}", f) - place(source, "pelvis", f)) / length
        )
        for end, length in (("wrist", arm_length()), ("ankle", legs))
        for side in ("left", "right")
        for f in range(source.shape[1])
    ]
    assert figures["end_effector"][0] == pytest.approx(np.mean(errors))


def test_a_body_without_arms_or_fingers_has_no_such_figures():
    arm = ("shoulder", "elbow", "wrist")
    names = [r for r in roles.HUMANOID[:22] if not r.endswith(arm)]
    rows = [roles.HUMANOID.index(n) for n in names]
    world = places_of(MOTION)
    part = attrs.evolve(world, rotations=world.rotations[rows], positions=world.positions[rows])
    rig = rig_at(GROUNDED[rows], names)
    body = Body.of_rig(rig, part)
    assert body.limb_length("arm") is None
    c = Comparison.between(rig, part, MOTION)
    assert hands.measure(c)["hand_hand"] == (None, None)
