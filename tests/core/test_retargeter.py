"""What the retargeter tells besides the clip: losses and provenance."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import retarget
from retarget import roles, smpl
from retarget.testing.passes import Tap
from retarget.values import Rig
from support.motions import motion


def fingerless():
    body = roles.HUMANOID[:22]
    return Rig(name="fingerless", skeleton=smpl.smpl(), roles={n: n for n in body})


def test_movement_that_the_rig_has_no_joint_for_is_told():
    made, _ = motion(frames=3)
    clip = retarget.Retargeter(fingerless()).retarget(made)
    (told,) = (w for w in clip.warnings if "the root jumps" not in w)
    assert told == (
        "the target has no joint for left_index1, left_index2, left_index3 …: 30 tracks are lost."
    )


@pytest.mark.parametrize(("mode", "told"), [("replace", True), ("insert", False), ("none", False)])
def test_a_motion_that_the_a_pose_swallows_is_told(mode, told):
    made, _ = motion(frames=1)
    options = retarget.Options(frame0=mode)
    clip = retarget.Retargeter(retarget.load_rig(), options=options).retarget(made)
    assert any("--frame0" in warning for warning in clip.warnings) == told


def test_warnings_of_rig_and_motion_come_along():
    made, _ = motion(frames=2)
    rig = attrs.evolve(retarget.load_rig(), warnings=("odd rig",))
    clip = retarget.Retargeter(rig).retarget(attrs.evolve(made, warnings=("odd motion",)))
    assert clip.warnings[:2] == ("odd rig", "odd motion")


def test_provenance_says_who_made_the_clip():
    made, _ = motion(frames=2, kind="made up", up="z", read_by="toy (toys 1.0)")
    facts = retarget.Retargeter(retarget.load_rig()).retarget(made).provenance
    assert facts["retarget"] == retarget.__version__
    assert facts["sourceReadBy"] == "toy (toys 1.0)"
    assert facts["fkSolver"].startswith("numpy (retarget-core")
    assert (facts["sourceLayout"], facts["sourceUp"], facts["target"]) == (
        "made up",
        "z",
        "default",
    )
    assert facts["rootScale"] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("metres", "told"), [(0.15, False), (0.5, True)])
def test_a_root_that_jumps_is_told_with_its_frame(metres, told):
    made, _ = motion(frames=9)
    path = np.zeros((9, 3))
    path[5:, 1] = metres
    clip = retarget.Retargeter(retarget.load_rig()).retarget(
        attrs.evolve(made, root_translations=path)
    )
    jumps = [w for w in clip.warnings if w.startswith("the root jumps by 0.50 m from frame 4")]
    assert bool(jumps) == told


def test_sources_with_equal_skeletons_share_one():
    made, _ = motion(frames=2)
    tap = Tap()
    retargeter = retarget.Retargeter(retarget.load_rig(), passes={"tap": tap})
    for _ in range(2):
        retargeter.retarget(attrs.evolve(made, skeleton=attrs.evolve(made.skeleton)))
    first, second = (context.motion.skeleton for _, context in tap.given)
    assert first is second
