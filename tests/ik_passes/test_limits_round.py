"""Joints that go round, past the far side of their range, and are not flung across it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import smpl
from retarget.options import Options
from retarget.retargeter import Retargeter
from retarget.values import Motion
from retarget_ik.limits import Limits

FPS = 60.0


def turning(role, degrees, axis):
    """A body in its T-pose that turns one joint about an axis by angles (F,)."""
    body = smpl.smplh()
    rotations = np.tile([0.0, 0, 0, 1], (52, len(degrees), 1))
    turns = Rotation.from_rotvec(np.radians(degrees)[:, None] * np.array(axis))
    rotations[body.index[role]] = turns.as_quat()
    root = np.tile(body.rest_translations[0], (len(degrees), 1))
    return Motion(skeleton=body, fps=FPS, rotations=rotations, root_translations=root)


def run(motion, role, frame0="none"):
    """The joint's rotations without the pass and with it, and what was told."""
    rig = retarget.load_rig()
    options = Options(frame0=frame0)
    plain = Retargeter(rig, options=options).retarget(motion)
    kept = Retargeter(rig, options=options, passes={"limits": Limits()}).retarget(motion)
    j = rig.joint_of_role[role]
    told = [line for line in kept.warnings if line.startswith("limits")]
    return Rotation.from_quat(plain.rotations[j]), Rotation.from_quat(kept.rotations[j]), told


def steps(turns):
    return np.degrees((turns[:-1].inv() * turns[1:]).magnitude())


@pytest.mark.parametrize("role", ["left_shoulder", "right_shoulder", "left_hip"])
@pytest.mark.parametrize("rounds", [2, -3])
def test_a_limb_that_goes_round_is_not_flung(role, rounds):
    degrees = np.linspace(0, 360 * rounds, int(abs(rounds) * 3 * FPS))
    plain, kept, told = run(turning(role, degrees, [1, 0, 0]), role)
    assert steps(kept).max() < 12
    assert steps(plain).max() < 3
    (line,) = told
    assert line.startswith("limits: goes round past the far side of its range:")
    assert f" and {abs(rounds) - 1} more); there" in line
    # Where nothing can be within the range it is let go; the limit holds all the same elsewhere.
    changed = (plain.inv() * kept).magnitude() > np.radians(20)
    assert 0.2 < changed.mean() < 0.8


def test_a_joint_that_stays_on_one_side_is_limited_all_the_time():
    degrees = 110 + 40 * np.sin(np.linspace(0, 12, 300))
    plain, kept, told = run(turning("left_shoulder", degrees, [1, 0, 0]), "left_shoulder")
    assert not told
    beyond = degrees > 140
    assert ((plain.inv() * kept).magnitude()[beyond] > np.radians(20)).all()


def test_the_rest_pose_before_the_clip_is_no_step():
    degrees = np.full(120, 150.0)
    _, _, told = run(turning("left_shoulder", degrees, [1, 0, 0]), "left_shoulder", "insert")
    assert not told
