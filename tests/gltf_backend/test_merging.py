"""Many clips in one file: in order, each under a name of its own, stopped before it is too much."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from retarget.errors import RetargetError, UsageError
from retarget.options import Options
from retarget_gltf import glb as container
from retarget_gltf.exporter import GltfExporter
from support import characters
from support.generated import clip_of, rig_at, turned_rig, world_of
from support.peers import validate
from support.surgery import keys_of, loaded, played, rig_of, without_additions

RIG = turned_rig()


def clips(rig=RIG):
    return [
        clip_of(rig, 30, fps=60.0, seed=1, name="walk", provenance={"source": "1", "target": "x"}),
        clip_of(rig, 12, fps=30.0, seed=2, name="run", provenance={"source": "2", "target": "x"}),
        clip_of(rig, 20, fps=60.0, seed=3, name="walk", provenance={"source": "3", "target": "x"}),
    ]


def merged(given, path, **extra):
    return GltfExporter().export_all(iter(given), path, Options(mesh="cube", extra=extra))


def truth(clip, frames):
    return world_of(clip, frames)[..., :3, 3]


@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
def test_every_clip_is_an_animation(tmp_path, suffix):
    given = clips()
    result = merged(given, tmp_path / f"library{suffix}")
    assert (result.frames, result.duration) == (62, pytest.approx(29 / 60 + 11 / 30 + 19 / 60))
    out = loaded(tmp_path / f"library{suffix}")
    assert [a["name"] for a in out.json["animations"]] == ["walk", "run", "walk_2"]
    assert result.animations == ("walk", "run", "walk_2")
    for k, clip in enumerate(given):
        frames = [0, 5, clip.frames - 1]
        seen = played(out, frames, k)[:, :52, :3, 3]
        np.testing.assert_allclose(seen, truth(clip, frames), atol=1e-5)
        for times, _ in keys_of(out, out.json["animations"][k]).values():
            np.testing.assert_array_equal(times, clip.times()[: len(times)])
        assert out.json["animations"][k]["extras"]["source"] == clip.provenance["source"]
        assert out.json["animations"][k]["extras"]["fps"] == clip.fps
    facts = out.json["asset"]["extras"]
    assert facts == {"backend": "gltf", "target": "x", "mesh": "cube"}  # what is true of all


def test_clips_of_one_rate_share_their_times(tmp_path):
    merged(clips(), tmp_path / "library.glb")
    out = loaded(tmp_path / "library.glb")
    accessors = out.json["accessors"]
    inputs = {s["input"] for a in out.json["animations"] for s in a["samplers"]}
    assert sorted(accessors[i]["count"] for i in inputs) == [12, 20, 30]
    assert len({accessors[i]["bufferView"] for i in inputs}) == 2


def test_onto_a_character_with_animations(tmp_path):
    glb = characters.mixamo()
    rig = rig_of(glb.save(tmp_path / "hero.glb"), {"pelvis": "mixamorig:Hips"})
    given = clips(rig)
    merged(given, tmp_path / "one.glb")
    again = rig_of(tmp_path / "one.glb", {"pelvis": "mixamorig:Hips"})
    assert merged(clips(again), tmp_path / "two.glb").animations == ("walk_3", "run_2", "walk_4")
    out = loaded(tmp_path / "two.glb")
    names = [a["name"] for a in out.json["animations"]]
    assert names == ["walk", "run", "walk_2", "walk_3", "run_2", "walk_4"]
    assert without_additions(out.json, glb.json) == glb.json
    assert out.bin.startswith(glb.bin)
    for k in (0, 2, 3, 5):
        seen = played(out, [0, 9], k)[:, rig.asset.nodes][..., :3, 3]
        np.testing.assert_allclose(seen, truth(given[k % 3], [0, 9]), atol=1e-5)
    (before, after) = validate([tmp_path / "hero.glb", tmp_path / "two.glb"])
    assert after["counts"] == before["counts"]


def test_as_a_vrm_animation(tmp_path):
    merged(clips(), tmp_path / "library.vrma")
    out = loaded(tmp_path / "library.vrma")
    assert [a["name"] for a in out.json["animations"]] == ["walk", "run", "walk_2"]


def test_one_clip_is_as_exported_alone(tmp_path):
    (clip, *_) = clips()
    merged([clip], tmp_path / "a.glb")
    GltfExporter().export(clip, tmp_path / "b.glb", Options(mesh="cube"))
    assert (tmp_path / "a.glb").read_bytes() == (tmp_path / "b.glb").read_bytes()


def test_no_clip_is_no_file(tmp_path):
    with pytest.raises(UsageError, match=r"library\.glb.*no clip"):
        merged([], tmp_path / "library.glb")
    assert list(tmp_path.iterdir()) == []


def test_clips_of_another_rig_are_refused(tmp_path):
    given = [*clips(), clip_of(rig_at(), 5, name="stranger")]
    with pytest.raises(RetargetError, match="stranger"):
        merged(given, tmp_path / "library.glb")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["float32", "int16"])
def test_no_more_clips_are_taken_than_a_file_holds(tmp_path, monkeypatch, encoding):
    monkeypatch.setattr(container, "MAX_BYTES", 200_000)
    taken = []

    def endless():
        for k in range(1000):
            taken.append(k)
            yield clip_of(RIG, 30, seed=k)

    with pytest.raises(RetargetError, match=r"library\.glb.*4 GiB.*fewer clips"):
        merged(endless(), tmp_path / "library.glb", gltf_encoding=encoding)
    each = 52 * 30 * (16 if encoding == "float32" else 8)
    assert len(taken) <= 200_000 // each + 1
    assert list(tmp_path.iterdir()) == []


def test_a_gltf_has_no_such_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "MAX_BYTES", 1000)
    merged(clips(), tmp_path / "library.gltf")
    assert len(loaded(tmp_path / "library.gltf").json["animations"]) == 3


def test_a_clip_that_is_none_is_refused_by_name(tmp_path):
    broken = clips()[1]
    rotations = broken.rotations.copy()
    rotations[4, 2] = 0
    given = [clips()[0], attrs.evolve(broken, rotations=rotations)]
    given[1] = attrs.evolve(given[1], rig=given[0].rig)
    with pytest.raises(RetargetError, match="run, joint left_knee"):
        merged(given, tmp_path / "library.glb")
    assert list(tmp_path.iterdir()) == []
