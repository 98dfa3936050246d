"""Exactly one source takes a motion; none takes what is not one, and all say the same why."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion_sources import synthetic
from retarget.errors import FileReadError, NotAMotionError
from retarget.options import Options


def takers(sources, path):
    return [name for name, source in sources.items() if source.sniff(path)]


def reason(sources, path):
    (sentence,) = {source.why_not(path) for source in sources.values()}
    return sentence


def refusals(sources, path):
    """What each source says when it is forced on the file."""
    messages = []
    for source in sources.values():
        with pytest.raises((NotAMotionError, FileReadError)) as caught:
            source.load(path, Options())
        messages.append(str(caught.value))
    return messages


@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
def test_one_source_per_layout(write, sources, layout):
    arrays = synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans())
    clip = write(**arrays)
    for name in ("clip.npz", "shape.npz", "02_04_stageii", "anything.smpl"):
        path = clip.rename(clip.with_name(name))
        assert takers(sources, path) == [synthetic.SOURCE.get(layout, layout)]
        assert reason(sources, path) is None
        clip = path


@pytest.mark.parametrize("pair", [*itertools.combinations(synthetic.LAYOUTS, 2)], ids="-".join)
def test_a_file_of_two_layouts_has_one_taker(write, sources, pair):
    both = {}
    for layout in pair:
        both |= synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans())
    assert len(takers(sources, write(**both))) == 1


_SHAPES = st.sampled_from(
    [
        *((), (3,), (4, 3), (4, 46), (4, 63), (4, 66), (4, 69), (4, 72), (4, 156), (4, 165)),
        *((0, 156), (4, 52, 3), (4, 22, 3), (4, 55, 3, 3), (4, 22, 3, 3), (4, 7, 3, 3)),
    ]
)
_KEYS = st.sampled_from(
    [
        *("poses", "trans", "root_orient", "pose_body", "pose_hand", "global_orient", "betas"),
        *("body_pose", "transl", "local_rotations", "bodyPose", "smplVersion", "joint_pos"),
    ]
)
_DTYPES = st.sampled_from([np.float32, np.int64, bool, complex, "<U3", object])


@given(st.dictionaries(_KEYS, st.tuples(_SHAPES, _DTYPES), max_size=5))
def test_any_mix_of_arrays_has_one_taker_or_one_reason(tmp_path_factory, sources, mix):
    path = tmp_path_factory.mktemp("mix") / "clip.npz"
    np.savez(path, **{key: np.zeros(shape, dtype) for key, (shape, dtype) in mix.items()})
    taken, why = takers(sources, path), reason(sources, path)
    assert (len(taken) == 1) == (why is None)
    if why is not None:
        assert not taken
        assert all(str(path) in message and why in message for message in refusals(sources, path))


NOT_MOTIONS = [
    ({}, "holds no arrays"),
    ({"betas": np.zeros(16), "gender": "male"}, r"holds a body shape \(betas, gender\) but no"),
    ({"betas": np.zeros(16), "markers_latent": np.zeros((0, 3))}, "is a stage-I file"),
    ({"joint_pos": np.zeros((4, 23)), "fps": 50.0}, r"the joints of a robot \(joint_pos\)"),
    ({"results": np.array([{}], dtype=object)}, r"pickled objects alone \(results\)"),
    ({"data": np.zeros((1, 1, 21, 3))}, r"holds one array, 'data' \(1, 1, 21, 3\) float64"),
    ({"J_ABSOLUTE": np.zeros((52, 3))}, "skeleton in its rest pose.*--target"),
    ({"smplVersion": np.int32(2), "gender": np.int32(0)}, "a .smpl file without poses"),
    (
        {"smplVersion": np.int32(5), "bodyPose": np.zeros((4, 46))},
        r"the body model SKEL \(smplVersion 5, bodyPose \(4, 46\)\); of .smpl files SMPL, SMPL-H",
    ),
    (
        {"smplVersion": np.int32(3), "bodyPose": np.zeros((4, 22, 3))},
        "the body model SUPR",
    ),
    ({"smplVersion": np.int32(99), "bodyPose": np.zeros((4, 22, 3))}, "model unknown"),
    ({"bodyPose": np.zeros((4, 22, 3))}, "'bodyPose'.*beside 'smplVersion'"),
    (
        {"poses": np.zeros((4, 99)), "trans": np.zeros((4, 3))},
        r"has 'poses' \(4, 99\) float64, where a motion has \(frames, 72 or 156 or 165\) numbers",
    ),
    ({"poses": np.zeros(156)}, r"has 'poses' \(156,\)"),
    ({"poses": np.full((4, 156), "x")}, r"has 'poses' \(4, 156\) <U1"),
    ({"poses": np.array([[None] * 156])}, "has 'poses' pickled, and retarget never unpickles"),
    ({"pose_body": np.zeros((4, 63))}, "beside 'root_orient'"),
    ({"global_orient": np.zeros((4, 3)), "body_pose": np.zeros((4, 207))}, "'body_pose'"),
    ({"local_rotations": np.zeros((4, 23, 3, 3))}, "22 or 24 or 52 or 55, 3, 3"),
    ({f"a{i}": np.zeros(i) for i in range(9)}, r"a0, a1, a2, a3, a4, a5 and 3 more"),
]


@pytest.mark.parametrize(("arrays", "sentence"), NOT_MOTIONS, ids=[s for _, s in NOT_MOTIONS])
def test_what_is_no_motion_is_refused_in_one_sentence(write, sources, arrays, sentence):
    path = write(**arrays)
    assert takers(sources, path) == []
    why = reason(sources, path)
    assert str(path) not in why
    assert re.search(sentence, why)
    assert all(m.startswith(f"{path}: ") and why in m for m in refusals(sources, path))


@pytest.mark.parametrize(
    "content", [b"", b"HIERARCHY", b"PK\x03\x04 cut", b"version https://git-lfs"]
)
def test_damaged_files_are_told_by_the_reader(tmp_path, sources, content):
    """Under a motion's name they are an error, under another just no motion; the words agree."""
    for name in ("clip.npz", "clip.smpl"):
        path = tmp_path / name
        path.write_bytes(content)
        assert takers(sources, path) == []
        for source in sources.values():
            with pytest.raises(FileReadError, match=name):
                source.why_not(path)
    other = path.rename(tmp_path / "notes.txt")
    assert set(refusals(sources, other)) == {f"{other}: {reason(sources, other)}"}


def test_absent_files_and_folders_are_no_motions(tmp_path, sources):
    for path in (tmp_path, tmp_path / "absent"):
        assert takers(sources, path) == []
        assert "cannot be read" in reason(sources, path)


@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
def test_forcing_the_wrong_source_says_what_it_needs_and_what_the_file_is(write, sources, layout):
    path = write(**synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans()))
    own = synthetic.SOURCE.get(layout, layout)
    wide = {"amass", "smplx", "smpl24"}
    for name, source in sources.items():
        if name == own or ({name, layout} <= wide):
            source.load(path, Options())
        else:
            with pytest.raises(NotAMotionError, match=f"'{name}' needs '.*the layout '{own}'"):
                source.load(path, Options())


@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
def test_arrays_that_disagree_in_length_are_named(write, load, layout):
    arrays = synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans())
    (key,) = [k for k in arrays if "trans" in k.lower()]
    path = write(**arrays | {key: np.zeros((6, 3))})
    with pytest.raises(FileReadError, match=rf"clip\.npz: .*number of frames: .* 7.*'{key}' 6"):
        load(path)


@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
def test_no_frames_are_no_motion(write, load, layout):
    arrays = synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans())
    empty = {key: array[:0] if np.ndim(array) else array for key, array in arrays.items()}
    with pytest.raises(FileReadError, match="holds no frames"):
        load(write(**empty))


@pytest.mark.parametrize(
    "trans", [np.zeros((7, 2)), np.zeros(7), np.full((7, 3), "0"), np.array([[None] * 3] * 7)]
)
def test_translations_of_another_form_are_named(write, load, trans):
    arrays = synthetic.arrays("amass", synthetic.rotvecs(), synthetic.trans())
    with pytest.raises(FileReadError, match=r"translations \(frames, 3\), found 'trans'"):
        load(write(**arrays | {"trans": trans}))


def test_pickled_members_beside_a_motion_stay_unread(write, load):
    arrays = synthetic.arrays("smplx", synthetic.rotvecs(), synthetic.trans())
    hostile = np.array([_Hostile()], dtype=object)
    assert load(write(**arrays, markers_latent_vids=hostile, gender=hostile)).frames == 7


class _Hostile:
    """Unpickling this ends the process."""

    def __reduce__(self):
        return (exec, ("raise SystemExit",))
