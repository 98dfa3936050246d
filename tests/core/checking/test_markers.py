"""Markers at known places off the joints, in files of either up axis, hidden at times."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import roles, smpl
from retarget.checking import markers, measure_clip
from support.rigs import scaled

FRAMES = 40
HANDS = ("left_wrist", "right_wrist")


def write(path, offsets, *, spoil=None, unit=1.0, **more):
    """An AMASS clip that stands in its T-pose and walks along, with markers off its joints."""
    places = smpl.SMPLH_T_POSE[None] + np.linspace(0, 1, FRAMES)[:, None, None] * [0, 0, 1]
    held = (places + offsets)[:, :, [0, 2, 1]] * [1, -1, 1]  # +Y up to Z up
    if spoil:
        spoil(held)
    poses = np.zeros((FRAMES, 156))
    poses[:, 0] = np.pi / 2  # upright in a Z-up file
    np.savez(
        path,
        poses=poses,
        trans=places[:, 0][:, [0, 2, 1]] * [1, -1, 1] - smpl.SMPLH_T_POSE[0],
        mocap_framerate=120.0,
        gender="neutral",
        betas=np.zeros(16),
        dmpls=np.zeros((FRAMES, 8)),
        marker_data=held * unit,
        **more,
    )
    return path


def figures(path, target=None, **options):
    motion = retarget.load_motion(path)
    rig = target or retarget.load_rig()
    clip = retarget.Retargeter(rig, options=retarget.Options(frame0="none", **options)).retarget(
        motion
    )
    return measure_clip(clip, motion)


def nearest(offsets, hidden=()):
    """Mean distance of each joint to the nearest marker that is not hidden, by loops."""
    places = smpl.SMPLH_T_POSE
    markers = np.delete(places + offsets, hidden, axis=0)
    return np.mean([min(np.linalg.norm(m - p) for m in markers) for p in places])


def test_markers_half_a_centimetre_off_every_joint(tmp_path):
    offsets = np.array([0, 0.005, 0])
    report = figures(write(tmp_path / "m.npz", offsets))
    assert report.source("marker_distance") == pytest.approx(100 * nearest(offsets), abs=1e-3)
    assert report.source("marker_constancy") == pytest.approx(0, abs=1e-3)
    assert report["marker_constancy"] == pytest.approx(0, abs=1e-3)


def test_markers_in_millimetres(tmp_path):
    offsets = np.array([0, 0.005, 0])
    metres = markers.read(write(tmp_path / "a.npz", offsets))
    thousand = markers.read(write(tmp_path / "b.npz", offsets, unit=1000.0))
    assert np.allclose(metres, thousand)


def test_hidden_markers_do_not_count(tmp_path):
    def hide(held):
        held[3:9, ::2] = np.nan
        held[12, 5] = 0.0

    offsets = np.array([0, 0, 0.004])
    plain = figures(write(tmp_path / "a.npz", offsets))
    hidden = figures(write(tmp_path / "b.npz", offsets, spoil=hide))
    assert hidden.source("marker_distance") == pytest.approx(
        plain.source("marker_distance"), abs=1e-4
    )
    far = write(tmp_path / "c.npz", offsets + np.array([0, 30, 0]))
    assert figures(far).source("marker_distance") > 100  # metres, however far


@pytest.mark.parametrize(("seen", "counts"), [(0.6, True), (0.4, False)])
def test_a_marker_counts_that_is_seen_half_of_the_time(tmp_path, seen, counts):
    """Of the wrists: without theirs, a finger's is the nearest."""
    offsets = np.array([0, 0.005, 0])
    wrists = [roles.HUMANOID.index(role) for role in HANDS]

    def hide(held):
        held[round(seen * FRAMES) :, wrists] = np.nan

    report = figures(write(tmp_path / "m.npz", offsets, spoil=hide))
    expected = 100 * nearest(offsets, () if counts else wrists)
    assert report.source("marker_distance") == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("up", ["y", "z", "-y", "-z"])
def test_markers_are_turned_as_the_motion_is(tmp_path, up):
    """The file of another up axis is the Z-up one turned about X, markers and all."""
    offsets = np.array([0, 0.005, 0])
    path = write(tmp_path / "z.npz", offsets)
    turn = Rotation.from_euler("x", {"y": -90, "z": 0, "-y": 90, "-z": 180}[up], degrees=True)
    with np.load(path) as held:
        arrays = dict(held)
    upright = Rotation.from_rotvec(arrays["poses"][:, :3])
    arrays["poses"][:, :3] = (turn * upright).as_rotvec()
    arrays["trans"] = turn.apply(arrays["trans"] + smpl.SMPLH_T_POSE[0]) - smpl.SMPLH_T_POSE[0]
    arrays["marker_data"] = turn.apply(arrays["marker_data"].reshape(-1, 3)).reshape(FRAMES, -1, 3)
    np.savez(tmp_path / "turned.npz", **arrays)
    motion = retarget.load_motion(tmp_path / "turned.npz", options=retarget.Options(up=up))
    assert motion.source.up == up
    clip = retarget.Retargeter(
        retarget.load_rig(), options=retarget.Options(frame0="none")
    ).retarget(motion)
    found = measure_clip(clip, motion).source("marker_distance")
    assert found == pytest.approx(100 * nearest(offsets), abs=1e-3)


def test_a_marker_that_shakes_is_not_constant(tmp_path):
    def shake(held):
        held[::2] += [0, 0, 0.002]
        held[1::2] -= [0, 0, 0.002]

    # Along the offset, which makes 1 cm into 0.8 and 1.2.
    report = figures(write(tmp_path / "m.npz", np.array([0, 0.01, 0]), spoil=shake))
    assert report.source("marker_constancy") == pytest.approx(0.2, abs=0.06)


def test_the_markers_follow_a_resampled_clip(tmp_path):
    path = write(tmp_path / "m.npz", np.array([0, 0.005, 0]))
    full, halved = figures(path), figures(path, fps=48.0)
    assert halved.fps == 48
    assert halved.source("marker_distance") == pytest.approx(
        full.source("marker_distance"), abs=1e-3
    )


def test_markers_grow_with_a_larger_target(tmp_path):
    path = write(tmp_path / "m.npz", np.array([0, 0.005, 0]))
    same, larger = figures(path, scaled(1.0)), figures(path, scaled(1.5))
    assert larger["marker_distance"] == pytest.approx(1.5 * same["marker_distance"], rel=1e-3)


def test_a_clip_without_markers_says_nothing(tmp_path):
    path = write(tmp_path / "m.npz", np.zeros(3))
    with np.load(path) as held:
        kept = {name: held[name] for name in held.files if name != "marker_data"}
    np.savez(path, **kept)
    assert figures(path)["marker_distance"] is None
    assert markers.read(path) is None


@pytest.mark.parametrize(
    "held", [np.zeros(3), np.full((FRAMES, 4, 3), np.nan), np.zeros((0, 4, 3))]
)
def test_markers_that_are_none_are_left_alone(tmp_path, held):
    path = write(tmp_path / "m.npz", np.zeros(3))
    with np.load(path) as stored:
        kept = dict(stored)
    np.savez(path, **{**kept, "marker_data": held})
    assert figures(path)["marker_distance"] is None
