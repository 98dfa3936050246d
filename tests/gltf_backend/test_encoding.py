"""Rotations as int16: half the bytes, unit within a step, without a jump, near the truth."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from retarget.errors import UsageError
from retarget.options import Options
from retarget_gltf.encoding import encoded
from retarget_gltf.exporter import GltfExporter
from support.generated import clip_of, rig_at, turned_rig, world_of
from support.peers import three_world, validate
from support.surgery import keys_of, loaded, played

INT16 = Options(mesh="none", extra={"gltf_encoding": "int16"})


@given(st.integers(0, 2**31))
def test_a_half_step_is_the_largest_error(seed):
    given_ = Rotation.random(50, rng=seed).as_quat().astype(np.float32)
    stored = encoded(given_, "int16")
    assert stored.dtype == np.int16
    read = np.maximum(stored / 32767.0, -1)
    assert np.abs(read - given_).max() <= 0.5 / 32767 + 1e-7
    assert np.abs(np.linalg.norm(read, axis=1) - 1).max() < 3.1e-5
    away = (Rotation.from_quat(read) * Rotation.from_quat(given_).inv()).magnitude()
    assert np.degrees(away).max() < 0.004


@pytest.mark.parametrize("sign", [1, -1])
def test_the_ends_of_the_range(sign):
    nearly = np.array([[sign * (1 + 1e-7), 0, 0, 0]], np.float32)
    assert encoded(nearly, "int16").tolist() == [[sign * 32767, 0, 0, 0]]


def test_float32_is_not_touched():
    track = clip_of(rig_at(), 5).rotations[3]
    assert encoded(track, "float32") is track


def test_in_the_file(tmp_path):
    clip = clip_of(turned_rig(), 200, fps=50.0)
    small = GltfExporter().export(clip, tmp_path / "small.glb", INT16).bytes_written
    whole = GltfExporter().export(clip, tmp_path / "whole.glb", attrs.evolve(INT16, extra={}))
    saved = 52 * 200 * 8  # half of each quaternion
    assert saved - 3000 < whole.bytes_written - small < saved
    glb = loaded(tmp_path / "small.glb")
    for (_, path), (times, values) in keys_of(glb, glb.json["animations"][0]).items():
        assert times.dtype == np.float32
        assert len(values) == 200
        if path == "rotation":
            assert (np.sum(values[1:] * values[:-1], axis=1) > 0).all()
    kinds = {a["componentType"] for a in glb.json["accessors"] if a["type"] == "VEC4"}
    assert kinds == {5122}
    assert all(v["byteOffset"] % 4 == 0 for v in glb.json["bufferViews"])
    frames = [0, 3, 150, 199]
    error = played(glb, frames)[:, :52, :3, 3] - world_of(clip, frames)[..., :3, 3]
    assert np.linalg.norm(error, axis=-1).max() < 3e-4  # metres, at the fingertips
    (report,) = validate([tmp_path / "small.glb"])
    assert report["counts"]["error"] + report["counts"]["warning"] == 0
    seen = three_world(tmp_path / "small.glb", [f / 50 for f in frames])
    for j, name in enumerate(clip.rig.skeleton.names):
        error = seen["matrices"][name][:, :3, 3] - world_of(clip, frames)[:, j, :3, 3]
        assert np.abs(error).max() < 3e-4


def test_another_encoding_is_refused(tmp_path):
    options = Options(extra={"gltf_encoding": "float16"})
    with pytest.raises(UsageError, match=r"--encoding float16.*float32, int16"):
        GltfExporter().export(clip_of(rig_at(), 3), tmp_path / "x.glb", options)
    assert list(tmp_path.iterdir()) == []
