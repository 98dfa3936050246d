"""The demo clip: its layout, and that it moves as a body does, by an FK that shares no code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import demo, roles, smpl
from retarget.errors import RetargetError
from support.oracle import forward, rotvec_matrix

FPS = 60
TOE, ANKLES = 0.015, {"left": 0.0708, "right": 0.0631}
"""Heights of the joints over the floor with the sole flat."""
SIDES = ("left", "right")


class Performance:
    """The clip walked through frame by frame, in AMASS' axes: Z up, the body's left +X at rest."""

    def __init__(self):
        clip = demo.make_clip(fps=FPS)
        self.t = np.arange(len(clip["poses"])) / FPS
        self.rotvecs = clip["poses"].reshape(-1, 52, 3)
        parents = [
            -1 if roles.PARENT[role] is None else roles.HUMANOID.index(roles.PARENT[role])
            for role in roles.HUMANOID
        ]
        rest = smpl.SMPLH_T_POSE
        offsets = [
            p - (rest[parent] if parent >= 0 else 0)
            for p, parent in zip(rest, parents, strict=True)
        ]
        local = [[rotvec_matrix(v) for v in frame] for frame in self.rotvecs]
        world = forward(parents, offsets, local, rest[0] + clip["trans"])
        self.axes = {role: world[:, j, :3, :3] for j, role in enumerate(roles.HUMANOID)}
        self.at = {role: world[:, j, :3, 3] for j, role in enumerate(roles.HUMANOID)}
        self.heading = np.unwrap(
            np.arctan2(self.axes["pelvis"][:, 0, 2], -self.axes["pelvis"][:, 1, 2])
        )
        """Radians that the pelvis' forward axis has turned to the left from -Y."""

    def local(self, role):
        return self.rotvecs[:, roles.HUMANOID.index(role)]

    def of_pelvis(self, role):
        """Where a joint is, to the left, up and ahead of the pelvis."""
        return np.einsum("fij,fi->fj", self.axes["pelvis"], self.at[role] - self.at["pelvis"])

    def velocity(self, role):
        return np.gradient(self.at[role], 1 / FPS, axis=0)

    def stances(self, side):
        """Runs of frames with the toe joint down, without the frames of touching and leaving."""
        down = self.at[f"{side}_foot"][:, 2] < TOE + 1e-4
        edges = np.flatnonzero(np.diff(np.concatenate([[0], down, [0]])))
        return [slice(a + 2, b - 2) for a, b in edges.reshape(-1, 2) if b - a > 6]


@pytest.fixture(scope="module")
def act():
    return Performance()


def walking(act):
    return np.linalg.norm(act.velocity("pelvis")[:, :2], axis=1) > 0.6


# --- the file


def test_has_the_arrays_of_an_amass_clip():
    clip = demo.make_clip()
    frames = 1200
    assert {name: (a.shape, a.dtype.str) for name, a in clip.items()} == {
        "poses": ((frames, 156), "<f8"),
        "trans": ((frames, 3), "<f8"),
        "mocap_framerate": ((), "<f8"),
        "gender": ((), "<U7"),
        "betas": ((16,), "<f8"),
        "dmpls": ((frames, 8), "<f8"),
    }
    assert all(np.isfinite(a).all() for name, a in clip.items() if name != "gender")
    assert clip["mocap_framerate"] == 120.0
    assert clip["gender"] == "neutral"


def test_writes_what_it_makes_without_a_date(tmp_path):
    first = tmp_path / "first.npz"
    assert demo.write_clip(first, seconds=0.5) == first
    with zipfile.ZipFile(first) as archive:
        for member in archive.infolist():
            assert member.compress_type == zipfile.ZIP_STORED
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
    with np.load(first) as stored:
        made = demo.make_clip(seconds=0.5)
        assert list(stored) == list(made)
        for name, array in made.items():
            assert stored[name].dtype == array.dtype
            np.testing.assert_array_equal(stored[name], array)


def test_frame_rate_samples_one_motion():
    coarse, fine = demo.make_clip(fps=30), demo.make_clip(fps=120)
    np.testing.assert_allclose(coarse["poses"], fine["poses"][::4], atol=1e-12)
    np.testing.assert_allclose(coarse["trans"], fine["trans"][::4], atol=1e-12)


def test_a_longer_clip_goes_on_standing():
    story, longer = demo.make_clip(fps=30), demo.make_clip(seconds=15, fps=30)
    assert len(longer["poses"]) == 450
    # numpy may round the last frames of an array otherwise than those in its middle
    np.testing.assert_allclose(longer["poses"][:300], story["poses"], rtol=0, atol=1e-12)
    assert np.ptp(longer["trans"][300:], axis=0).max() < 1e-6


@pytest.mark.parametrize(
    "asked", [{"seconds": 0}, {"seconds": -1}, {"fps": 0}, {"fps": np.nan}, {"seconds": np.inf}]
)
def test_refuses_a_clip_without_frames(asked):
    with pytest.raises(RetargetError, match="no frames"):
        demo.make_clip(**asked)


def test_names_the_file_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "demo.npz"
    with pytest.raises(RetargetError, match=r"demo\.npz: cannot be written"):
        demo.write_clip(path, seconds=0.1)


def test_makes_the_folder(tmp_path):
    assert demo.write_clip(tmp_path / "new" / "folder" / "demo.npz", seconds=0.1).exists()


# --- the feet


def test_feet_stand_still_while_they_bear(act):
    for side in SIDES:
        stances = act.stances(side)
        assert len(stances) >= 6
        for stance in stances:
            toe = act.at[f"{side}_foot"][stance]
            assert np.linalg.norm(act.velocity(f"{side}_foot")[stance], axis=1).max() < 5e-4
            assert np.ptp(toe, axis=0).max() < 1e-4


def test_soles_are_flat_then_heels_rise_over_the_toes(act):
    for side in SIDES:
        tilt = np.degrees(np.arccos(np.clip(act.axes[f"{side}_ankle"][:, 2, 1], -1, 1)))
        toe_tilt = np.degrees(np.arccos(np.clip(act.axes[f"{side}_foot"][:, 2, 1], -1, 1)))
        for stance in act.stances(side):
            flat = tilt[stance] < 0.01
            assert flat.sum() / FPS > 0.2
            height = act.at[f"{side}_ankle"][stance, 2]
            np.testing.assert_allclose(height[flat], ANKLES[side], atol=1e-4)
            assert toe_tilt[stance].max() < 2  # the toes stay on the floor under the rising heel
        rises = [tilt[stance].max() for stance in act.stances(side)]
        assert rises.pop() < 0.01  # the last stance stays flat
        assert min(rises) > 5
        assert np.median(rises) > 25


def test_nothing_sinks_into_the_floor(act):
    for side in SIDES:
        assert act.at[f"{side}_foot"][:, 2].min() > TOE - 1e-6
        ankle, toe = act.at[f"{side}_ankle"], act.at[f"{side}_foot"]
        heel = ankle + act.axes[f"{side}_ankle"] @ [0, -ANKLES[side], -0.045]
        tip = toe + act.axes[f"{side}_foot"] @ [0, -TOE, 0.07]
        assert min(heel[:, 2].min(), tip[:, 2].min()) > -1e-3
        assert ankle[:, 2].min() > ANKLES[side] - 1e-4


def test_each_swing_clears_the_floor_and_the_other_foot(act):
    for side, other in (SIDES, SIDES[::-1]):
        stances = act.stances(side)
        for before, after in pairwise(stances):
            swing = slice(before.stop, after.start)
            assert act.at[f"{side}_foot"][swing, 2].max() > 0.03
            assert act.at[f"{side}_ankle"][swing, 2].max() > 0.12
            apart = act.at[f"{side}_ankle"] - act.at[f"{other}_ankle"]
            assert np.linalg.norm(apart[swing, :2], axis=1).min() > 0.11


def test_one_foot_always_bears_and_both_between_steps(act):
    bearing = {}
    for side in SIDES:
        heel = act.at[f"{side}_ankle"] + act.axes[f"{side}_ankle"] @ [0, -ANKLES[side], -0.045]
        bearing[side] = (act.at[f"{side}_foot"][:, 2] < TOE + 1e-3) | (heel[:, 2] < 1e-3)
    assert (bearing["left"] | bearing["right"]).all()
    both = (bearing["left"] & bearing["right"])[walking(act)]
    assert 0.15 < both.mean() < 0.4


# --- legs and body


def test_knees_are_hinges_that_neither_lock_nor_overbend(act):
    for side in SIDES:
        knee = np.degrees(act.local(f"{side}_knee"))
        assert np.abs(knee[:, 1:]).max() < 1e-9
        assert knee[:, 0].min() > 8
        assert 50 < knee[:, 0].max() < 75
        hip, knee, ankle = (act.at[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
        leg = np.linalg.norm(knee - hip, axis=1) + np.linalg.norm(ankle - knee, axis=1)
        assert (np.linalg.norm(ankle - hip, axis=1) / leg).max() <= 0.985


def test_joints_stay_within_a_body_s_limits(act):
    limits = {"hip": 60, "ankle": 35, "foot": 60, "collar": 30, "shoulder": 120, "elbow": 125}
    for joint, limit in limits.items():
        for side in SIDES:
            angle = np.degrees(np.linalg.norm(act.local(f"{side}_{joint}"), axis=1))
            assert angle.max() < limit, (side, joint)
    for joint in ("spine1", "spine2", "spine3", "neck", "head"):
        assert np.degrees(np.linalg.norm(act.local(joint), axis=1)).max() < 20, joint


def test_nothing_pops():
    clip = demo.make_clip(fps=120)
    pose = clip["poses"].reshape(-1, 52, 3)
    for joint, role in enumerate(roles.HUMANOID):
        turned = Rotation.from_rotvec(pose[:, joint])
        speed = (turned[:-1].inv() * turned[1:]).as_rotvec() * 120
        acceleration = np.diff(speed, axis=0) * 120
        assert np.linalg.norm(acceleration, axis=1).max() < 250, role  # a jump by 1 degree: 251
        if role != "pelvis":
            assert np.linalg.norm(pose[:, joint], axis=1).max() < np.pi
    assert np.abs(np.diff(clip["trans"], 2, axis=0) * 120**2).max() < 8  # m/s²


def test_walks_where_it_faces_turns_left_and_ends_facing_front(act):
    assert np.degrees(act.heading[0]) == pytest.approx(-150, abs=1)
    assert np.degrees(act.heading[-1]) == pytest.approx(0, abs=1)
    velocity = act.velocity("pelvis")[walking(act), :2]
    assert len(velocity) / FPS > 4
    ahead = act.axes["pelvis"][walking(act), :2, 2]
    cosine = np.sum(velocity * ahead, axis=1) / np.linalg.norm(velocity, axis=1)
    assert cosine.min() > np.cos(np.radians(25))
    np.testing.assert_allclose(act.at["pelvis"][-1, :2], 0, atol=0.02)
    assert np.linalg.norm(act.at["pelvis"][0, :2]) > 1.5


def test_the_head_leads_into_the_turn(act):
    looking = np.unwrap(np.arctan2(act.axes["head"][:, 0, 2], -act.axes["head"][:, 1, 2]))
    turning = np.gradient(act.heading, 1 / FPS) > 0.5
    assert 4 < np.degrees(looking - act.heading)[turning].mean() < 25


def test_the_pelvis_bobs_once_a_step_and_sways_over_the_foot_that_bears(act):
    height = act.at["pelvis"][:, 2]
    middle = height[1:-1]
    lows = (middle < height[:-2]) & (middle <= height[2:]) & walking(act)[1:-1]
    steps = sum(len(act.stances(side)) - 1 for side in SIDES)
    assert lows.sum() in (steps - 1, steps)
    assert 0.02 < np.ptp(height[walking(act)]) < 0.06
    for side, sign in (("left", 1), ("right", -1)):
        lifted = (act.at[f"{side}_foot"][:, 2] > 0.03) & walking(act)
        straight = lifted & (np.abs(np.gradient(act.heading, 1 / FPS)) < 0.3)
        middle = (act.of_pelvis("left_ankle") + act.of_pelvis("right_ankle")) / 2
        assert straight.sum() > 10
        assert (sign * middle[straight, 0]).mean() > 0.005  # the feet lie on the swinging side


def test_left_and_right_bend_as_far(act):
    for joint, axis in {"hip": 0, "knee": 0, "ankle": 0, "elbow": 1}.items():
        left, right = (
            np.abs(np.degrees(act.local(f"{side}_{joint}")[walking(act), axis])) for side in SIDES
        )
        assert left.max() == pytest.approx(right.max(), abs=4), joint
        assert left.mean() == pytest.approx(right.mean(), abs=4), joint


def test_arms_swing_against_the_legs(act):
    for side in SIDES:
        hand, foot = (act.of_pelvis(f"{side}_{j}")[walking(act), 2] for j in ("wrist", "ankle"))
        assert np.corrcoef(hand, foot)[0, 1] < -0.7
        assert 0.2 < np.ptp(hand) < 0.6


def test_shoulders_turn_against_the_hips(act):
    stride = 64  # frames; a mean over one leaves the course that the body steers
    course = np.convolve(act.heading, np.full(stride, 1 / stride), mode="same")
    ahead = np.stack([np.sin(course), -np.cos(course), np.zeros_like(course)], axis=1)
    steady = walking(act) & (np.abs(np.gradient(course, 1 / FPS)) < 0.3)

    def left_ahead(joint):
        return np.sum((act.at[f"left_{joint}"] - act.at[f"right_{joint}"]) * ahead, axis=1)[steady]

    feet = left_ahead("ankle")
    assert np.corrcoef(left_ahead("hip"), feet)[0, 1] > 0.8
    assert np.corrcoef(left_ahead("shoulder"), feet)[0, 1] < -0.8


def test_knees_look_between_body_and_foot(act):
    def heading(axis):
        return np.arctan2(axis[:, 0], -axis[:, 1])

    body = heading(act.axes["pelvis"][:, :, 2])
    for side in SIDES:
        hinge = act.axes[f"{side}_hip"][:, :, 0]  # the knee's axis, to the left
        knee = heading(np.cross(hinge, [0, 0, 1]))
        foot = heading(np.cross(act.axes[f"{side}_ankle"][:, :, 0], [0, 0, 1]))
        for other in (body, foot):
            apart = np.degrees(np.angle(np.exp(1j * (knee - other))))
            assert np.abs(apart).max() < 18


# --- the wave


def test_the_right_arm_waves_while_the_left_hangs(act):
    above = act.at["right_wrist"][:, 2] > act.at["right_shoulder"][:, 2]
    assert above.sum() / FPS > 2
    assert act.at["left_wrist"][above, 2].max() < act.at["left_elbow"][above, 2].min()
    assert np.linalg.norm(act.velocity("pelvis")[above], axis=1).max() < 0.2
    sideways = act.of_pelvis("right_wrist")[above, 0] - act.of_pelvis("right_elbow")[above, 0]
    turns = np.diff(np.sign(np.diff(sideways))) != 0
    assert turns.sum() >= 4
    assert np.ptp(sideways) > 0.1
    assert not above[-20:].any()


def test_the_palm_faces_ahead_and_fingers_ripple(act):
    above = act.at["right_wrist"][:, 2] > act.at["right_shoulder"][:, 2] + 0.1
    palm = -act.axes["right_wrist"][above, :, 1]
    assert (palm @ [0, -1, 0]).mean() > 0.8
    curls = {
        finger: np.linalg.norm(act.local(f"right_{finger}2"), axis=1) for finger in roles.FINGERS
    }
    for finger, curl in curls.items():
        assert np.degrees(np.ptp(curl)) > (15 if finger == "thumb" else 40), finger
    closing = [np.argmax(curls[finger]) for finger in ("index", "middle", "ring", "pinky")]
    assert closing == sorted(set(closing))


def test_all_fingers_live_while_walking(act):
    for role in roles.HUMANOID[22:]:
        pose = np.degrees(act.local(role))[walking(act)]
        assert np.ptp(pose, axis=0).max() > 1, role
        assert np.linalg.norm(pose, axis=1).max() < 60, role


def test_both_hands_mirror_each_other_at_the_start(act):
    for role in roles.HUMANOID[22:37]:
        left, right = act.local(role)[0], act.local(roles.MIRROR[role])[0]
        # the two hands of the body differ by a few degrees at rest
        np.testing.assert_allclose(left * [1, -1, -1], right, atol=np.radians(6))


def test_starts_fast_for_it_needs_no_scipy():
    code = "import sys; from retarget.demo import make_clip; make_clip(); "
    code += "print([name for name in sys.modules if name.startswith('scipy')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
