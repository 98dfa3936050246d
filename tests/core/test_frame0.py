"""Frame 0 is the target's A-pose, exactly, and nothing else changes."""

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget.frame0 import with_apose
from retarget.values import Contacts
from support.motions import motion
from support.oracle import forward, quat_matrix


@pytest.fixture(scope="module")
def clip():
    made, _ = motion(frames=12)
    options = retarget.Options(frame0="none")
    return retarget.Retargeter(retarget.load_rig(), options=options).retarget(made)


def positions(clip, frame):
    local = np.array([[quat_matrix(q) for q in clip.rotations[:, frame]]])
    skeleton = clip.rig.skeleton
    root = clip.root_translations[frame : frame + 1].astype(float)
    return forward(skeleton.parents.tolist(), skeleton.rest_translations, local, root)[0, :, :3, 3]


def test_replace_keeps_the_frame_count_and_the_rest_of_the_motion(clip):
    out = with_apose(clip, mode="replace")
    assert out.frames == clip.frames
    assert np.array_equal(out.rotations[:, 1:], clip.rotations[:, 1:])
    assert np.array_equal(out.root_translations[1:], clip.root_translations[1:])


def test_insert_keeps_every_frame(clip):
    out = with_apose(clip, mode="insert")
    assert out.frames == clip.frames + 1
    assert np.array_equal(out.rotations[:, 1:], clip.rotations)


def test_none_changes_nothing(clip):
    assert with_apose(clip, mode="none") is clip


@pytest.mark.parametrize("mode", ["replace", "insert"])
def test_authored_frame_0_is_the_rest_pose_to_a_hundredth_of_a_millimetre(clip, mode):
    out = with_apose(clip, mode=mode)
    rest = clip.rig.skeleton.rest.positions[:, 0]
    assert np.abs(positions(out, 0) - rest).max() < 1e-5


def test_frame_0_in_the_motions_place_is_the_rest_pose_turned_and_moved(clip):
    out = with_apose(clip, place="motion")
    rest = clip.rig.skeleton.rest.positions[:, 0]
    got = positions(out, 0)
    first = positions(clip, 0)
    assert np.allclose(got[0, [0, 2]], first[0, [0, 2]], atol=1e-5)
    assert np.allclose(got[:, 1], rest[:, 1], atol=1e-5)
    turn, _ = Rotation.align_vectors(got - got[0], rest - rest[0])
    yaw, *tilt = turn.as_euler("yxz")
    assert np.allclose(tilt, 0, atol=1e-5)
    pelvis = Rotation.from_quat(clip.rotations[0, 0])
    facing = pelvis.apply([0, 0, 1])
    # The pelvis' own heading, by swing-twist, is within its tilt of where its front points.
    assert abs(np.degrees(yaw - np.arctan2(facing[0], facing[2]))) < 10


def test_the_a_pose_takes_the_sign_of_the_motion(clip):
    flipped = attrs.evolve(clip, rotations=-clip.rotations)
    for one in (clip, flipped):
        out = with_apose(one)
        assert (np.einsum("jc,jc->j", out.rotations[:, 0], out.rotations[:, 1]) >= 0).all()


@pytest.mark.parametrize(("mode", "runs"), [("insert", [[1, 2], [5, 5]]), ("replace", [[1, 1]])])
def test_contacts_stay_in_step_and_are_the_source_s_alone(clip, mode, runs):
    touching = np.zeros((2, clip.frames), bool)
    touching[0, [0, 1]] = True
    touching[0, 4] = mode == "insert"
    contacts = Contacts(points=("left_foot", "right_ankle"), touching=touching)
    out = with_apose(attrs.evolve(clip, contacts=contacts), mode=mode)
    assert out.contacts.touching.shape == (2, out.frames)
    assert out.contacts.runs() == {"left_foot": runs, "right_ankle": []}


def test_one_frame(clip):
    one = attrs.evolve(
        clip, rotations=clip.rotations[:, :1], root_translations=clip.root_translations[:1]
    )
    assert with_apose(one, mode="replace").frames == 1
    assert with_apose(one, mode="insert").frames == 2
