"""What the retargeter tells besides the clip: losses and provenance."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import retarget
from retarget import contracts, roles, smpl, soundness
from retarget.errors import ValueShapeError
from retarget.testing.passes import Tap
from retarget.values import Rig
from support.contracts import Returning
from support.motions import motion
from support.plugins import offer, toy_plugins


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


def spoilt(motion, track, at, numbers):
    """The motion with some numbers of a track changed."""
    array = getattr(motion, track).copy()
    array[at] = numbers
    return attrs.evolve(motion, **{track: array})


@pytest.mark.parametrize(
    ("track", "at", "numbers", "told"),
    [
        ("rotations", (4, 7, 2), np.nan, r"left_knee at frame 7 is \(.*nan.*\)"),
        ("rotations", (4, 7), np.inf, r"left_knee at frame 7 is \(inf, inf, inf, inf\)"),
        ("rotations", (4, 7), [0, 0, 0, 2], r"left_knee at frame 7 is \(0, 0, 0, 2\)"),
        ("rotations", (4, 7), 0, r"left_knee at frame 7 is \(0, 0, 0, 0\)"),
        ("rotations", (4, 7), 1e30, r"left_knee at frame 7 is \(1e\+30, .*\)"),
        ("root_translations", (8, 1), np.nan, r"pelvis at frame 8 is \(.*, nan, .*\)"),
        ("root_translations", (8, 1), -np.inf, r"pelvis at frame 8 is \(.*, -inf, .*\)"),
    ],
)
@pytest.mark.parametrize("passes", [{}, {"tap": Tap()}])
def test_a_motion_whose_numbers_are_unsound_is_told_with_joint_and_frame(
    track, at, numbers, told, passes
):
    made = spoilt(motion(frames=12)[0], track, at, numbers)
    with pytest.raises(ValueShapeError, match=rf"^The motion has {track.split('_')[0]}.*{told}\."):
        retarget.Retargeter(retarget.load_rig(), passes=passes).retarget(made)


def test_a_motion_made_in_memory_is_nobody_elses_fault(tmp_path):
    made = spoilt(motion(frames=12)[0], "rotations", ..., 0.7)
    with pytest.raises(ValueShapeError, match=r"^The motion has rotations that are not unit"):
        retarget.run(made, output=tmp_path / "a.glb")
    assert not list(tmp_path.iterdir())


def test_a_motion_that_was_sound_is_looked_at_again_where_it_changed():
    made, _ = motion(frames=12)
    retargeter = retarget.Retargeter(retarget.load_rig())
    retargeter.retarget(made)
    for track in ("rotations", "root_translations"):
        with pytest.raises(ValueShapeError):
            retargeter.retarget(spoilt(made, track, -1, np.nan))


def test_the_numbers_of_a_file_are_looked_at_once(monkeypatch, tmp_path):
    looked, look = [], soundness.not_unit
    monkeypatch.setattr(contracts, "not_unit", lambda *_: None)  # the solver's results are others
    monkeypatch.setattr(soundness, "not_unit", lambda *given: looked.append(1) or look(*given))
    plugins = toy_plugins(sources=[offer("toy", Returning(motion(frames=12)[0]))])
    (tmp_path / "walk.npz").write_text("toy")
    loaded = retarget.load_motion(tmp_path / "walk.npz", plugins=plugins)
    assert len(looked) == 1
    retarget.Retargeter(retarget.load_rig()).retarget(attrs.evolve(loaded, warnings=["late"]))
    assert len(looked) == 1


@pytest.mark.parametrize("given", [{"fps": 30}, {}])
def test_options_that_are_none_are_refused(given, tmp_path):
    rig, words = retarget.load_rig(), r"^options is \{.*\}; give Options"
    clip = retarget.Retargeter(rig).retarget(motion(frames=2)[0])
    for call in (
        lambda: retarget.Retargeter(rig, options=given),
        lambda: retarget.run(motion(frames=2)[0], output=tmp_path / "a.glb", options=given),
        lambda: retarget.export(clip, tmp_path / "a.glb", options=given, force=True),
    ):
        with pytest.raises(retarget.UsageError, match=words):
            call()
    assert not list(tmp_path.iterdir())


def test_a_source_named_by_a_text_names_the_clip():
    made, _ = motion(frames=2, path="clips/walk.npz")
    clip = retarget.Retargeter(retarget.load_rig()).retarget(made)
    assert (clip.name, clip.provenance["source"]) == ("walk", "walk.npz")
