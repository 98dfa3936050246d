"""Tracks: no key too many, none too few, and nothing an importer could misread."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.spatial.transform import Rotation

from retarget.errors import RetargetError
from retarget.options import Options
from retarget_gltf.exporter import GltfExporter
from retarget_gltf.tracks import OFF_UNIT, STILL, keys_needed, sound
from support.generated import clip_of, rig_at
from support.glb import Glb


def exported(tmp_path, clip):
    GltfExporter().export(clip, tmp_path / "clip.glb", Options(mesh="none"))
    return Glb(tmp_path / "clip.glb")


# A few values, so that constant tracks, held tracks and moving tracks all come up.
STEPS = npst.arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.just(4)),
    elements=st.sampled_from([0.0, 0.5, STILL / 2, 0.5 + 4 * STILL]),
)


@given(STEPS)
def test_the_kept_keys_tell_the_whole_track(track):
    kept = keys_needed(track)
    assert kept in {1, 2, len(track)}
    told = track[np.minimum(np.arange(len(track)), kept - 1)]
    assert np.abs(told - track).max() <= STILL


@given(STEPS)
def test_no_fewer_keys_would_do(track):
    for fewer in {1, 2} & set(range(1, keys_needed(track))):
        told = track[np.minimum(np.arange(len(track)), fewer - 1)]
        assert np.abs(told - track).max() > STILL


def test_in_the_file_tracks_are_cut_but_never_dropped(tmp_path):
    rig = rig_at()
    clip = clip_of(rig, 40, still=["left_index1"], held=["right_thumb2"])
    glb = exported(tmp_path, clip)
    channels = glb.channels()
    wanted = {(name, "rotation") for name in rig.skeleton.names} | {("pelvis", "translation")}
    assert set(channels) == wanted
    for (name, path), (times, values) in channels.items():
        kept = {"left_index1": 1, "right_thumb2": 2}.get(name, 40)
        np.testing.assert_array_equal(times[:, 0], clip.times()[:kept])
        whole = (
            clip.root_translations
            if path == "translation"
            else clip.rotations[rig.skeleton.index[name]]
        )
        np.testing.assert_array_equal(values, whole[:kept])


def test_all_times_lie_in_one_view(tmp_path):
    clip = clip_of(rig_at(), 40, still=["left_index1"], held=["right_thumb2"])
    glb = exported(tmp_path, clip)
    accessors = [glb.document["accessors"][i] for i in glb.inputs()]
    assert sorted(a["count"] for a in accessors) == [1, 2, 40]
    assert len({a["bufferView"] for a in accessors}) == 1
    assert {a.get("byteOffset", 0) for a in accessors} == {0}
    (view,) = {a["bufferView"] for a in accessors}
    assert glb.document["bufferViews"][view]["byteLength"] == 40 * 4


def test_times_are_not_summed_up(tmp_path):
    rig = rig_at(names=("pelvis",), positions=np.zeros((1, 3)))
    clip = clip_of(rig, 72_000, fps=120.0)  # ten minutes: a float32 sum drifts by 197 ms
    (times, _) = exported(tmp_path, clip).channels()["pelvis", "rotation"]
    exact = np.arange(72_000) / 120
    assert np.abs(times[:, 0] - exact).max() < 4e-5  # half a step of float32 at 600 s
    a = exported(tmp_path / "again", clip).document["accessors"]
    (stated,) = [x for x in a if x["type"] == "SCALAR"]
    assert stated["min"] == [0.0]
    assert stated["max"] == [float(times[-1, 0])]


def test_a_clip_that_never_moves_keeps_its_length(tmp_path):
    rig = rig_at()
    clip = clip_of(rig, 50, still=rig.skeleton.names)
    clip = attrs.evolve(clip, root_translations=np.repeat(clip.root_translations[:1], 50, axis=0))
    channels = exported(tmp_path, clip).channels()
    assert max(times[-1, 0] for times, _ in channels.values()) == clip.times()[-1]
    assert len(channels["left_knee", "rotation"][0]) == 1


@given(st.integers(2, 30), st.integers(0, 2**31))
def test_signs_and_lengths_are_mended(frames, seed):
    rng = np.random.default_rng(seed)
    smooth = Rotation.from_rotvec(np.linspace([0, 0, 0], rng.normal(size=3) * 2, frames)).as_quat()
    spoilt = (smooth * rng.choice([-1.0, 1.0], (frames, 1)) * rng.uniform(0.9, 1.1)).astype("f4")
    mended = sound(spoilt, "clip, joint")
    assert mended.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(mended, axis=1), 1, atol=OFF_UNIT)
    assert (np.sum(mended[1:] * mended[:-1], axis=1) > 0).all()
    np.testing.assert_allclose(np.abs(np.sum(mended * smooth, axis=1)), 1, atol=OFF_UNIT)


def test_flipped_signs_do_not_reach_the_file(tmp_path):
    clip = clip_of(rig_at(), 30)
    flipped = clip.rotations * np.where(np.arange(30) % 3 == 1, -1, 1)[None, :, None]
    channels = exported(tmp_path, attrs.evolve(clip, rotations=flipped)).channels()
    for (_, path), (_, keys) in channels.items():
        assert path == "translation" or (np.sum(keys[1:] * keys[:-1], axis=1) > 0).all()


def test_a_sound_track_is_not_copied():
    track = clip_of(rig_at(), 20).rotations[7]
    assert sound(track, "clip, joint") is track


@pytest.mark.parametrize("spoiler", [np.nan, np.inf, 0.0])
def test_what_is_no_rotation_is_refused_by_name(tmp_path, spoiler):
    clip = clip_of(rig_at(), 5)
    rotations = clip.rotations.copy()
    rotations[clip.rig.skeleton.index["left_knee"], 3] = spoiler
    with pytest.raises(RetargetError, match="left_knee"):
        exported(tmp_path, attrs.evolve(clip, rotations=rotations))


def test_a_root_that_is_nowhere_is_refused(tmp_path):
    clip = clip_of(rig_at(), 5)
    root = clip.root_translations.copy()
    root[2, 1] = np.inf
    with pytest.raises(RetargetError, match="root translations"):
        exported(tmp_path, attrs.evolve(clip, root_translations=root))


def test_tracks_may_lie_in_memory_in_any_order(tmp_path):
    clip = clip_of(rig_at(), 30)
    by_frame = np.ascontiguousarray(clip.rotations.swapaxes(0, 1)).swapaxes(0, 1)
    assert not by_frame.flags.c_contiguous
    exported(tmp_path / "a", clip)
    exported(tmp_path / "b", attrs.evolve(clip, rotations=by_frame))
    written = [(tmp_path / folder / "clip.glb").read_bytes() for folder in "ab"]
    assert written[0] == written[1]
