"""The pass `in_place`: where the travel goes, and that nothing else changes."""

from __future__ import annotations

from types import SimpleNamespace

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

import retarget
from retarget.options import Options
from retarget.retargeter import Retargeter
from retarget.testing.oracle import world_of_tracks
from retarget_ik.in_place import InPlace
from support import motions
from support.data import shared


def applied(motion, rig=None, *, frame0="none", **chosen):
    rig = rig or retarget.load_rig()
    before = Retargeter(rig, options=Options(frame0=frame0)).retarget(motion)
    options = Options(frame0=frame0, settings={"in_place": chosen})
    return before, Retargeter(rig, options=options, passes={"in_place": InPlace()}).retarget(motion)


def walking(turns=1.0, *, frames=120, tilt=0.2):
    """A body that walks off and turns round, swaying and tilted."""
    base, _ = motions.motion(frames=frames)
    t = np.linspace(0, 1, frames)
    yaw = 2 * np.pi * turns * t
    lean = Rotation.from_rotvec(tilt * np.stack([np.sin(7 * t), 0 * t, np.cos(5 * t)], axis=1))
    q = (Rotation.from_rotvec(yaw[:, None] * [0, 1, 0]) * lean).as_quat()
    for f in range(1, frames):
        if q[f] @ q[f - 1] < 0:
            q[f] *= -1
    rotations = base.rotations.copy()
    rotations[0] = q
    root = np.stack([2 * np.sin(3 * t), 0.9 + 0.05 * np.sin(20 * t), 3 * t + 1], axis=1)
    return attrs.evolve(base, rotations=rotations, root_translations=root), yaw


def character():
    """The default target, as if from a file."""
    turn = np.array([0.0, 0, 0, 1])
    asset = SimpleNamespace(nodes=np.arange(52, dtype=np.int32), turn=turn, root_joint=0)
    return attrs.evolve(retarget.load_rig(), asset=asset)


def world(clip):
    return world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)


def test_remove_takes_the_path_and_keeps_height_and_rotations():
    before, after = applied(walking()[0])
    rest = after.rig.skeleton.rest_translations[0]
    assert np.abs(after.root_translations[:, [0, 2]] - rest[[0, 2]]).max() < 1e-6
    assert np.array_equal(after.root_translations[:, 1], before.root_translations[:, 1])
    assert np.array_equal(after.rotations, before.rotations)
    assert after.root_motion is None


@pytest.mark.parametrize("turns", [0.3, -1.0, 4.0])
def test_turn_remove_faces_as_at_rest(turns):
    before, after = applied(walking(turns)[0], turn="remove")
    facing = world(after)[0, :, :3, :3] @ [0, 0, 1]
    heading = np.degrees(np.arctan2(facing[:, 0], facing[:, 2]))
    assert np.abs(heading).max() < 15  # the lean alone
    tilt = [c[0, :, :3, :3] @ np.array([0.0, 1, 0]) for c in map(world, (before, after))]
    np.testing.assert_allclose(tilt[0][:, 1], tilt[1][:, 1], atol=1e-5)
    assert np.array_equal(after.rotations[1:], before.rotations[1:])
    dots = (after.rotations[0, 1:] * after.rotations[0, :-1]).sum(-1)
    assert (dots > 0).all()


@given(st.floats(0, 0.8), st.sampled_from(["keep", "remove"]), st.integers(1, 60))
@settings(deadline=None, max_examples=20)
def test_root_motion_and_what_is_left_make_the_whole(smooth, turn, frames):
    """T from mode=root, put before the pose of mode=remove, is the pose before."""
    motion, _ = walking(1.5, frames=frames)
    before, left = applied(motion, smooth=smooth, turn=turn)
    _, moved = applied(motion, character(), smooth=smooth, turn=turn, mode="root")
    travel = moved.root_motion
    matrices = np.zeros((frames, 4, 4))
    matrices[:, :3, :3] = Rotation.from_quat(travel.rotations).as_matrix()
    matrices[:, :3, 3] = travel.translations
    matrices[:, 3, 3] = 1
    np.testing.assert_allclose(matrices @ world(left), world(before), atol=2e-5)
    assert np.abs(travel.translations[:, 1]).max() == 0
    assert np.array_equal(moved.rotations, before.rotations)
    assert np.array_equal(moved.root_translations, before.root_translations)


def test_the_travel_begins_where_rest_is_taken_to():
    _, moved = applied(walking()[0], character(), mode="root", turn="remove")
    rest = moved.rig.skeleton.rest_translations[0]
    travel = moved.root_motion
    there = Rotation.from_quat(travel.rotations).apply(np.tile(rest, (moved.frames, 1)))
    off = there + travel.translations - moved.root_translations
    assert np.abs(off[:, [0, 2]]).max() < 1e-5


def test_smooth_leaves_the_sway_and_begins_at_the_path():
    before, after = applied(walking()[0], smooth=0.2)
    path = before.root_translations[:, [0, 2]]
    inner = slice(60, -60)
    expected = path - gaussian_filter1d(path, 0.2 * 60, axis=0)
    found = (after.root_translations - after.rig.skeleton.rest_translations[0])[:, [0, 2]]
    np.testing.assert_allclose(found[inner], expected[inner], atol=1e-3)
    assert np.abs(found[[0, -1]]).max() < 1e-5


def test_frame_0_stands_where_the_clip_stays():
    _, after = applied(walking()[0], frame0="insert")
    gone = after.root_translations[:, [0, 2]] - after.root_translations[0, [0, 2]]
    assert np.abs(gone).max() < 1e-6


def test_a_rig_without_root_joint_is_told_and_left_alone():
    before, after = applied(walking()[0], mode="root")
    assert "no root joint" in after.warnings[-1]
    assert "mode=remove" in after.warnings[-1]
    assert after.root_motion is None
    assert np.array_equal(before.root_translations, after.root_translations)


def test_a_somersault_does_not_spin_the_heading():
    """Upside down a body has no heading: it goes over from before to after."""
    base, _ = motions.motion(frames=121)
    over = np.linspace(0, 2 * np.pi, 121)
    roll = Rotation.from_rotvec([0, 0, 0.2])
    q = (Rotation.from_rotvec(over[:, None] * [1, 0, 0]) * roll).as_quat()
    for f in range(1, 121):
        if q[f] @ q[f - 1] < 0:
            q[f] *= -1
    rotations = np.tile([0.0, 0, 0, 1], (52, 121, 1))
    rotations[0] = q
    _, moved = applied(
        attrs.evolve(base, rotations=rotations), character(), mode="root", turn="remove"
    )
    yaw = np.degrees(Rotation.from_quat(moved.root_motion.rotations).as_rotvec()[:, 1])
    yaw = np.unwrap(yaw, period=360)
    assert np.abs(np.diff(yaw)).max() < 5
    assert abs(yaw[-1] - yaw[0]) < 1


def test_real_walk():
    motion = retarget.load_motion(shared("data/smplx/apose_to_catwalk_001.npz"))
    before, after = applied(motion, turn="remove", smooth=0.3)
    assert np.ptp(before.root_translations[:, 2]) > 1
    assert np.ptp(after.root_translations[:, [0, 2]], axis=0).max() < 0.4
