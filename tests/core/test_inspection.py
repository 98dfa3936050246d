"""What is told of a motion: facts for JSON, true of bodies whose floor is known."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import numpy as np
import pytest

from retarget import smpl
from retarget.inspection import inspect
from retarget.values import Motion, Skeleton, Source
from support.bodies import upright


def told(motion):
    """The facts, by way of JSON as the command line prints them."""
    return json.loads(json.dumps(inspect(motion), allow_nan=False))


def test_the_facts_of_the_file_are_told():
    source = Source(
        path=Path("s1") / "walk.npz",
        kind="AMASS SMPL-H",
        subject="s1",
        gender="female",
        betas=np.array([0.123456, -2]),
        up="z",
        up_decided_by="user",
        hands="constant",
    )
    still = attrs.evolve(upright(np.full(61, 0.02)), source=source, warnings=("odd", "even"))
    facts = told(still)
    assert facts.pop("floor")
    assert facts == {
        "file": str(Path("s1") / "walk.npz"),
        "layout": "AMASS SMPL-H",
        "frames": 61,
        "frame_rate": 60.0,
        "seconds": 1.0,
        "joints": 52,
        "up": "z",
        "up_decided_by": "user",
        "gender": "female",
        "subject": "s1",
        "betas": [0.1235, -2.0],
        "hands": "constant",
        "warnings": ["odd", "even"],
    }


def test_what_a_file_does_not_say_is_none():
    facts = told(upright([0.02, 0.02]))
    assert [facts[k] for k in ("file", "subject", "gender", "betas")] == [None] * 4


@pytest.mark.parametrize("height", [-1.0, 0.0, 0.4])
def test_the_floor_lies_a_sole_below_the_toes_that_stand(height):
    floor = told(upright(np.full(120, height + 0.02)))["floor"]
    assert floor["height"] == pytest.approx(height, abs=1e-3)
    assert floor["found_by"] == "static toes"
    assert set(floor["feet"]) == {"left_ankle", "left_foot", "right_ankle", "right_foot"}
    assert all(foot == {"share": 1.0, "contacts": 1} for foot in floor["feet"].values())
    assert set(floor["near"].values()) == {0.0}


def test_contacts_are_counted_in_runs():
    t = np.arange(360) / 60
    jumps = 0.02 + 0.4 * np.clip(np.sin(2 * np.pi * t / 2), 0, None)  # three jumps of a second
    feet = told(upright(jumps))["floor"]["feet"]
    for point in ("left_foot", "right_foot"):
        assert feet[point]["contacts"] == 3
        assert 0.4 < feet[point]["share"] < 0.6


def test_parts_near_the_floor_are_told_by_their_share_of_time():
    skeleton = smpl.smplh()
    half = 60
    heights = np.full(2 * half, 0.02)
    standing = upright(heights)
    # On all fours for half of the time: the body tilts forward about its pelvis, near the floor.
    rotations = standing.rotations.copy()
    rotations[0, half:] = [np.sin(np.pi / 4), 0, 0, np.cos(np.pi / 4)]
    root = standing.root_translations.copy()
    root[half:, 1] = 0.1
    lying = attrs.evolve(standing, rotations=rotations, root_translations=root)
    near = told(lying)["floor"]["near"]
    assert set(near) == {
        "left_knee",
        "right_knee",
        "pelvis",
        "left_wrist",
        "right_wrist",
        "head",
    } & set(skeleton.names)
    assert near["pelvis"] == near["left_knee"] == pytest.approx(0.5)


def test_a_motion_without_feet_has_no_floor():
    skeleton = Skeleton(
        names=["pelvis", "head"],
        parents=[-1, 0],
        rest_translations=[[0, 1, 0], [0, 0.6, 0]],
        rest_rotations=[[0, 0, 0, 1]] * 2,
    )
    bust = Motion(
        skeleton=skeleton,
        fps=30,
        rotations=np.tile([0.0, 0, 0, 1], (2, 5, 1)),
        root_translations=np.zeros((5, 3)),
    )
    facts = told(bust)
    assert (facts["floor"], facts["joints"], facts["frames"]) == (None, 2, 5)


def test_one_frame_is_told_too():
    facts = told(upright([0.02]))
    assert (facts["frames"], facts["seconds"]) == (1, 0.0)
    assert all(foot["contacts"] == 0 for foot in facts["floor"]["feet"].values())
