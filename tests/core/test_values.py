"""The values refuse what does not fit, lock their arrays, and state what they derive correctly."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget.errors import RetargetError, ValueShapeError
from retarget.values import Clip, Contacts, ExportResult, Motion, Rig, Skeleton, Source
from support.oracle import forward, quat_matrix

SKELETON = {
    "names": ["hips", "spine", "leg"],
    "parents": [-1, 0, 0],
    "rest_translations": [[0, 1, 0], [0, 0.5, 0], [0.1, -0.5, 0]],
    "rest_rotations": [[0, 0, 0, 1], [0, 0, 1, 0], [0.6, 0, 0, 0.8]],
}


def skeleton(**changes):
    return Skeleton(**{**SKELETON, **changes})


def rig(**changes):
    return Rig(**{"name": "toy", "skeleton": skeleton(), "roles": {"hips": "pelvis"}, **changes})


def tracks(frames=4, **changes):
    rotations = np.tile(np.float32([0, 0, 0, 1]), (3, frames, 1))
    root = np.zeros((frames, 3), np.float32)
    return {"fps": 30, "rotations": rotations, "root_translations": root, **changes}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"names": [], "parents": []}, "at least one joint"),
        ({"names": ["hips", "spine", "hips"]}, "unique; repeated: hips"),
        ({"parents": [-1, 0]}, r"parents has shape \(2,\); expected \(3\)"),
        ({"parents": [-1, 2, 0]}, "parents must precede children"),
        ({"parents": [-1, 1, 0]}, "parents must precede children"),
        ({"parents": [-1, -1, 0]}, "only root"),
        ({"parents": [-1, -2, 0]}, "only root"),
        ({"parents": [0, 0, 0]}, "only root"),
        ({"rest_translations": [[0, 0, 0]]}, r"rest_translations has shape \(1, 3\)"),
        ({"rest_translations": np.full((3, 3), np.nan)}, "NaN or infinity"),
        ({"rest_translations": np.full((3, 3), np.inf)}, "NaN or infinity"),
        ({"rest_rotations": np.zeros((3, 3))}, r"rest_rotations has shape \(3, 3\)"),
        ({"rest_rotations": np.zeros((3, 4))}, "unit quaternions"),
        ({"rest_rotations": np.full((3, 4), np.nan)}, "unit quaternions"),
        ({"rest_rotations": np.full((3, 4), 0.51)}, "unit quaternions"),
    ],
)
def test_a_skeleton_refuses_what_is_no_tree_at_rest(changes, words):
    with pytest.raises(ValueShapeError, match=words):
        skeleton(**changes)


def test_a_skeleton_knows_its_joints():
    tree = skeleton()
    assert len(tree) == 3
    assert tree.names == ("hips", "spine", "leg")
    assert tree.index == {"hips": 0, "spine": 1, "leg": 2}
    assert tree.children(0) == [1, 2]
    assert tree.children(2) == []
    assert tree.parents.dtype == np.int32


def test_the_rest_pose_in_the_skeletons_own_space_is_the_oracles():
    rng = np.random.default_rng(0)
    parents = [-1, 0, 1, 1, 0, 4, 2]
    tree = Skeleton(
        names=list("abcdefg"),
        parents=parents,
        rest_translations=rng.normal(size=(7, 3)),
        rest_rotations=Rotation.random(7, rng).as_quat(),
    )
    local = [[quat_matrix(q) for q in tree.rest_rotations]]
    expected = forward(parents, tree.rest_translations, local, tree.rest_translations[:1])[0]
    np.testing.assert_allclose(tree.rest.positions[:, 0], expected[:, :3, 3], atol=1e-13)
    matrices = Rotation.from_quat(tree.rest.rotations[:, 0]).as_matrix()
    np.testing.assert_allclose(matrices, expected[:, :3, :3], atol=1e-13)
    assert tree.rest.positions.dtype == np.float64


@pytest.mark.parametrize("make", [Motion, Clip])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rotations": np.zeros((2, 4, 4))}, r"rotations has shape \(2, 4, 4\); expected \(3, any"),
        ({"rotations": np.zeros((3, 4, 3))}, "rotations has shape"),
        ({"rotations": np.zeros((4, 4))}, "rotations has shape"),
        ({"root_translations": np.zeros((5, 3))}, r"root_translations has shape \(5, 3\)"),
        ({"root_translations": np.zeros((4, 2))}, "root_translations has shape"),
        ({"fps": 0}, "fps is 0"),
        ({"fps": -30}, "fps is -30"),
        ({"fps": float("nan")}, "fps is nan"),
        ({"fps": float("inf")}, "fps is inf"),
        ({"fps": 10_001}, r"fps is 10001; expected a positive number of frames/s, up to 10000"),
        (tracks(frames=0), "no frames"),
    ],
)
def test_tracks_must_fit_the_skeleton_and_each_other(make, changes, words):
    owner = {"skeleton": skeleton()} if make is Motion else {"rig": rig()}
    with pytest.raises(ValueShapeError, match=words):
        make(**owner, **tracks(**changes))


def test_a_bad_value_is_both_a_users_error_and_a_value_error():
    with pytest.raises(RetargetError):
        skeleton(names=["a", "a", "b"])
    with pytest.raises(ValueError, match="unique"):
        skeleton(names=["a", "a", "b"])


@pytest.mark.parametrize("make", [Motion, Clip])
def test_tracks_are_float32_and_locked(make):
    owner = {"skeleton": skeleton()} if make is Motion else {"rig": rig()}
    value = make(
        **owner, **tracks(rotations=np.zeros((3, 4, 4)), root_translations=np.ones((4, 3)))
    )
    for array in (value.rotations, value.root_translations):
        assert array.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    assert value.frames == 4


def test_locking_a_value_does_not_lock_the_array_it_was_made_from():
    rotations = np.zeros((3, 4, 4), np.float32)
    value = Motion(skeleton=skeleton(), **tracks(rotations=rotations))
    assert rotations.flags.writeable
    assert np.shares_memory(rotations, value.rotations)  # no copy of what fits already


def test_every_array_of_every_value_is_locked():
    contacts = Contacts(points=["left_foot"], touching=[[True, False]])
    source = Source(betas=[1.0, 2.0])
    assert contacts.touching.dtype == np.bool_
    assert source.betas.dtype == np.float32
    tree = skeleton()
    for array in (
        contacts.touching,
        source.betas,
        tree.parents,
        tree.rest_translations,
        tree.rest_rotations,
    ):
        assert not array.flags.writeable
    assert Source().betas is None


def test_fields_cannot_be_replaced():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        rig().name = "other"


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ({"tail": "tail"}, r"toy: roles name unknown joints \['tail'\]"),
        ({"hips": "pelvis", "spine": "pelvis"}, r"toy: roles given to two joints: \['pelvis'\]"),
    ],
)
def test_a_rig_refuses_roles_that_lead_nowhere(roles, words):
    with pytest.raises(ValueShapeError, match=words):
        rig(roles=roles)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"floor": np.nan}, "Rig toy: floor is nan; expected a height"),
        ({"floor": -np.inf}, "Rig toy: floor is -inf; expected a height"),
        ({"place": [0, 0, 0]}, r"Rig toy: place has shape \(3,\); expected \(2\)"),
        ({"place": [np.nan, 0]}, "Rig toy: place holds NaN or infinity"),
    ],
)
def test_a_rig_stands_somewhere(changes, words):
    with pytest.raises(ValueShapeError, match=words):
        rig(**changes)
    with pytest.raises(ValueShapeError, match=words):
        attrs.evolve(rig(), **changes)


def test_a_rig_finds_joints_by_role():
    assert rig(roles={"leg": "left_hip", "hips": "pelvis"}).joint_of_role == {
        "left_hip": 2,
        "pelvis": 0,
    }


@pytest.mark.parametrize("fps", [30, 59.94, 120, 1000 / 3])
def test_frame_times_do_not_drift(fps):
    frames = 20_000
    clip = Clip(rig=rig(), **tracks(frames=frames, fps=fps))
    exact = [k / fps for k in range(frames)]  # Python floats: float64
    assert clip.times().dtype == np.float32
    np.testing.assert_array_equal(clip.times(), np.array(exact).astype(np.float32))
    assert clip.duration == pytest.approx(19_999 / fps, rel=1e-15)


def test_one_frame_lasts_no_time():
    clip = Clip(rig=rig(), **tracks(frames=1))
    assert clip.duration == 0
    assert clip.times().tolist() == [0]


@pytest.mark.parametrize(
    "make",
    [
        lambda text: Motion(skeleton=skeleton(), **tracks(), warnings=text),
        lambda text: Clip(rig=rig(), **tracks(), warnings=text),
        lambda text: rig(warnings=text),
        lambda text: Contacts(points=text, touching=np.ones((4, 3))),
        lambda text: skeleton(names=text),
        lambda text: ExportResult(
            path="a.glb", frames=1, duration=0, bytes_written=3, warnings=text
        ),
    ],
)
def test_a_text_is_not_taken_for_a_list_of_its_letters(make):
    with pytest.raises(ValueShapeError, match="'oops' stands for a list of texts"):
        make("oops")


def test_a_source_holds_a_path():
    assert Source(path="clips/walk.npz").path == Path("clips/walk.npz")
    assert Source().path is Source(path=None).path is None


def test_an_export_result_holds_a_path_and_a_tuple_of_warnings():
    result = ExportResult(path="a.glb", frames=1, duration=0, bytes_written=3, warnings=["w"])
    assert result.path == Path("a.glb")
    assert result.warnings == ("w",)


def test_values_compare_by_identity():
    """Equality of arrays has no single answer, so none is offered."""
    assert rig() != rig()


def test_contacts_are_told_in_runs():
    touching = [[1, 1, 0, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 1, 1]]
    contacts = Contacts(points=("a", "b", "c"), touching=touching)
    assert contacts.runs() == {"a": [[0, 1], [3, 3]], "b": [], "c": [[3, 4]]}


@pytest.mark.parametrize(
    ("points", "touching", "words"),
    [
        (["a"], np.ones((5, 1)), r"Contacts.touching has shape \(5, 1\); expected \(1, any\)"),
        (["a", "b"], np.ones((1, 5)), r"Contacts.touching has shape \(1, 5\)"),
        (["a"], np.ones(5), r"Contacts.touching has shape \(5,\)"),
        (["a", "a"], np.ones((2, 5)), "Contacts.points name one twice: a, a"),
    ],
)
def test_contacts_have_a_row_for_each_point(points, touching, words):
    with pytest.raises(ValueShapeError, match=words):
        Contacts(points=points, touching=touching)


@pytest.mark.parametrize("frames", [1, 3, 54])
def test_contacts_have_as_many_frames_as_their_clip(frames):
    contacts = Contacts(points=["left_foot"], touching=np.ones((1, frames)))
    words = rf"Clip.contacts.touching has shape \(1, {frames}\); expected \(1, 4\)"
    with pytest.raises(ValueShapeError, match=words):
        Clip(rig=rig(), **tracks(), contacts=contacts)
    assert Clip(rig=rig(), **tracks(frames), contacts=contacts).contacts is contacts


def test_what_evolve_does_not_change_stays_the_same_array():
    motion = Motion(skeleton=skeleton(), **tracks())
    later = attrs.evolve(motion, warnings=["late"])
    assert later.rotations is motion.rotations
    assert later.root_translations is motion.root_translations
