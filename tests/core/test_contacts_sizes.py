"""Contacts of bodies of any size, and of points that tremble, on paths whose contacts are known."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from retarget import contacts
from retarget.floor import Floor
from retarget.values import World
from support.bodies import upright

FPS = 120


def touching(height, ahead=None, *, size=1.0, tremble=0.0, found_by="layout"):
    """(C, F) of a body that large whose points go so high over the floor and so far ahead, metres.

    They tremble by so many metres, every point for itself.
    """
    made = upright(np.full(len(height), 0.02), fps=FPS)
    skeleton = attrs.evolve(made.skeleton, rest_translations=size * made.skeleton.rest_translations)
    rows = [skeleton.index[point] for point in contacts.POINTS]
    path = np.zeros((len(height), 3))
    path[:, 1], path[:, 2] = height, 0 if ahead is None else ahead
    rest = skeleton.rest.positions[rows]
    toes = rest[[1, 3], 0, 1].mean()
    noise = np.random.default_rng(3).normal(size=(len(rows), len(height), 3))
    world = World(rotations=made.rotations[rows], positions=rest + size * (path + tremble * noise))
    floor = Floor(toe_level=float(toes), found_by=found_by)
    return contacts.label(attrs.evolve(made, skeleton=skeleton), world, floor).touching


def sequence(*parts):
    """(F,) from one value to the next in so many seconds each: (value, seconds), from 0."""
    made = [np.zeros(1)]
    for value, seconds in parts:
        made.append(np.linspace(made[-1][-1], value, round(seconds * FPS) + 1)[1:])
    return np.concatenate(made)


SIZES = pytest.mark.parametrize("size", [1.0, 0.5, 2.0])


@SIZES
@pytest.mark.parametrize(
    ("rise", "high"),
    [(0.25, 0.0), (0.17, 0.04)],  # m/s; metres, at which it leaves
)
def test_a_point_that_rises_leaves_at_a_height_of_its_body_s_size(size, rise, high):
    height = sequence((0, 0.5), (0.1, 0.1 / rise))
    for on in touching(height, size=size):
        assert on[:55].all()
        assert height[np.flatnonzero(~on).min()] == pytest.approx(high, abs=0.005)


@SIZES
@pytest.mark.parametrize(
    ("speed", "comes", "stays"), [(0.18, True, True), (0.22, False, True), (0.32, False, False)]
)
def test_a_point_that_slides_comes_and_stays_by_a_speed_of_its_body_s_size(
    size, speed, comes, stays
):
    slid = sequence((speed, 1.0))
    down = 0.3 - sequence((0.3, 0.3), (0.3, 0.7))
    assert (touching(down, slid, size=size)[:, 60:] == comes).all()
    stood = sequence((0, 0.5), (speed, 1.0))
    assert (touching(0 * stood, stood, size=size)[:, 70:] == stays).all()


@SIZES
def test_a_point_that_comes_down_comes_lower_than_one_must_be_that_stays(size):
    """By 3 and 4 cm, of a body of full size."""
    for height, comes in ((0.025, True), (0.035, False)):
        lands = sequence((0.3, 0.2), (height, 0.3), (height, 1.0))
        assert (touching(lands, size=size)[:, 65:] == comes).all()
        lifts = sequence((0, 0.5), (height, 0.3), (height, 1.0))
        assert touching(lifts, size=size).all()


STANCES = [(0, 72), (96, 168), (275, 348)]
BRUSH = (216, 227)
"""Frames in which the points below are on the floor; one 0.2 s in the air, and one 0.09 s on it."""
STEPS = sequence(
    *((0, 0.6), (0.15, 0.1), (0, 0.1)),
    *((0, 0.6), (0.15, 0.2), (0, 0.2)),
    *((0, 0.09), (0.15, 0.2), (0, 0.2), (0, 0.6)),
)


@SIZES
@pytest.mark.parametrize("tremble", [0.0, 0.0008, 0.002])
def test_points_that_tremble_stand_as_long_but_do_not_brush_the_floor(size, tremble):
    """At 0.8 mm they tremble by 0.07 m/s, on a body half as large by half of it."""
    wanted = sorted([*STANCES, *([] if tremble else [BRUSH])])
    for on in touching(STEPS, size=size, tremble=tremble):
        edges = np.flatnonzero(np.diff(on, prepend=False, append=False)).reshape(-1, 2)
        assert len(edges) == len(wanted)
        assert np.abs(edges - wanted).max() <= 3


def test_points_that_tremble_are_not_calmed_where_nothing_tells_of_a_floor():
    assert touching(STEPS, tremble=0.006).any(axis=1).all()
    assert not touching(STEPS, tremble=0.006, found_by="lowest point").any()
