"""Contacts of a walk whose heels and toes come down and leave at times that were written down."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import contacts, smpl
from retarget.floor import Floor
from retarget.values import World
from support.bodies import upright

FPS, END = 100, 2.17
LEVEL = Floor(toe_level=0.02, found_by="layout")
UP, AHEAD = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])

PUSH, SWING, ROLL = 0.2, 0.35, 0.1
"""Seconds for which the heel rises about the toes, the foot is in the air, and it rolls down."""

STEPS = {"left": (0.3, 1.6), "right": (0.95,)}
"""Seconds at which the heels begin to rise. The last step ends two hundredths before the clip."""

TOUCHING = {
    "left_ankle": [(0, 0.3), (0.85, 1.6), (2.15, END)],
    "left_foot": [(0, 0.5), (0.95, 1.8)],
    "right_ankle": [(0, 0.95), (1.5, END)],
    "right_foot": [(0, 1.15), (1.6, END)],
}
"""Seconds from which and until which each point touches, by the steps above."""


def turned(degrees):
    """Toes down, heel up."""
    return Rotation.from_rotvec(np.radians(np.atleast_1d(degrees))[:, None] * [1.0, 0.0, 0.0])


def pitched(side, degrees, ahead):
    """Pitches and places (N, 3) of ankle and toe joint of a foot that stands on heel or toes."""
    rest = smpl.smplh().rest.positions[:, 0]
    ankle, toe = (rest[smpl.smplh().index[f"{side}_{joint}"]] for joint in ("ankle", "foot"))
    ankle, toe = ((p - toe) * (UP + AHEAD) + 0.02 * UP for p in (ankle, toe))
    heel = ankle * AHEAD - 0.35 * (toe - ankle) * AHEAD
    degrees = np.atleast_1d(np.asarray(degrees, float))
    pivot = np.where(degrees[:, None] > 0, toe, heel)
    where = [pivot + turned(degrees).apply(point - pivot) + ahead * AHEAD for point in (ankle, toe)]
    return degrees, *where


def walking(side, t):
    """The same of one foot over the walk: pushed off about its toes, set down on its heel."""
    degrees, ankle, toe = (np.array(track) for track in pitched(side, 0 * t, 0.0))
    _, above, before = pitched(side, 0, 0.0)
    for n, start in enumerate(STEPS[side]):
        off, down = start + PUSH, start + PUSH + SWING
        for now, pitch, ahead in (
            ((t >= start) & (t <= off), np.interp(t - start, [0, PUSH], [0, 50]), 0.6 * n),
            (t >= down, np.interp(t - down, [0, ROLL], [-20, 0]), 0.6 * (n + 1)),
        ):
            degrees[now], ankle[now], toe[now] = pitched(side, pitch[now], ahead)
        air = (t > off) & (t < down)
        share = ((t[air] - off) / SWING)[:, None]
        left, lands = pitched(side, 50, 0.6 * n)[1], pitched(side, -20, 0.6 * (n + 1))[1]
        degrees[air] = 50 - 70 * share[:, 0]
        ankle[air] = left + share * (lands - left) + 0.1 * np.sin(np.pi * share) * UP
        toe[air] = ankle[air] + turned(degrees[air]).apply((before - above)[0])
    return degrees, ankle, toe


def labelled(feet, size=1.0):
    """Contacts of both feet, from pitches and places as above, of a body that large."""
    frames = len(feet[0][0])
    flat = np.tile([0.0, 0.0, 0.0, 1.0], (frames, 1))
    world = World(
        rotations=np.stack(
            [turn for degrees, *_ in feet for turn in (turned(degrees).as_quat(), flat)]
        ),
        positions=size * np.stack([place for _, *places in feet for place in places]),
    )
    motion = upright(np.full(frames, 0.02), fps=FPS)
    skeleton = attrs.evolve(
        motion.skeleton, rest_translations=size * motion.skeleton.rest_translations
    )
    ground = attrs.evolve(LEVEL, toe_level=size * LEVEL.toe_level)
    return contacts.label(attrs.evolve(motion, skeleton=skeleton), world, ground)


@pytest.mark.parametrize("size", [1.0, 0.5, 2.0])
def test_a_walk_s_heels_and_toes_are_labelled_as_written_down(size):
    t = np.arange(round(END * FPS) + 1) / FPS
    found = labelled([walking(side, t) for side in ("left", "right")], size)
    assert found.points == tuple(TOUCHING)
    for point, on in zip(found.points, found.touching, strict=True):
        edges = np.flatnonzero(np.diff(on, prepend=False, append=False)).reshape(-1, 2) / FPS
        assert len(edges) == len(TOUCHING[point]), point
        assert np.abs(edges - TOUCHING[point]).max() <= 0.025, point


@pytest.mark.parametrize("size", [1.0, 0.5])
def test_a_heel_that_rises_slowly_about_its_toes_leaves_by_the_height_of_its_sole(size):
    """At 0.13 m/s; by the height of the ankle above it, it would leave 2 cm higher."""
    foot = pitched("left", np.linspace(0, 45, 130), 0.0)
    heel, toe = labelled([foot, foot], size).touching[:2]
    rest = pitched("left", 0, 0.0)
    sole = rest[1] * AHEAD - 0.35 * (rest[2] - rest[1]) * AHEAD - rest[1]
    height = (foot[1] + turned(foot[0]).apply(sole))[:, 1]
    left = int(np.flatnonzero(~heel).min())
    assert 0.03 < height[left] < 0.045
    assert not heel[left:].any()
    assert toe.all()


@pytest.mark.parametrize("still", [2, 3])
def test_feet_that_leave_or_land_within_two_hundredths_of_an_end_touch(still):
    """What is short in the midst of a clip is the end of a longer stance at its ends."""
    hop = 0.3 * np.sin(np.linspace(0, np.pi, 40))
    path = np.concatenate([np.zeros(still), hop, np.zeros(60), hop, np.zeros(still)])
    made = upright(0.02 + path, fps=120)
    rows = [made.skeleton.index[point] for point in contacts.POINTS]
    at = made.skeleton.rest.positions[rows] + (
        made.root_translations - made.skeleton.rest.positions[0]
    )
    world = World(rotations=made.rotations[rows], positions=at)
    for on in contacts.label(made, world, LEVEL).touching:
        assert on[0]
        assert on[-1]
        assert len(np.flatnonzero(np.diff(on.astype(int)) == 1)) == 2
