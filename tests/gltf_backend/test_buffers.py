"""Where a file's bytes lie: any buffers and images in, one buffer out, every view still its own."""

from __future__ import annotations

import base64
import copy
import errno
import json
import struct
from pathlib import Path

import numpy as np
import pytest

from retarget import gltf
from retarget.errors import OutputExistsError, RetargetError
from retarget.options import Options
from retarget_gltf.exporter import GltfExporter
from support import characters
from support.generated import clip_of, rig_at
from support.peers import validate
from support.surgery import loaded, rig_of, without_additions

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def exported(source, output, *, force=False, **extra):
    clip = clip_of(rig_of(source, {"pelvis": "mixamorig:Hips"}), 9)
    result = GltfExporter().export(clip, output, Options(extra=extra, force=force))
    size = output.stat().st_size
    if output.suffix == ".gltf":
        size += output.with_suffix(".bin").stat().st_size
    assert result.bytes_written == size
    return loaded(output), result


def view_bytes(buffers, view):
    """The bytes of a view, or of an extension of a view."""
    start = view.get("byteOffset", 0)
    return buffers[view["buffer"]][start : start + view["byteLength"]]


def in_two_buffers(folder):
    """The character as .gltf: indices and vertices in two files, one in a folder of its own."""
    glb = characters.mixamo()
    views = glb.json["bufferViews"]
    contents = [b"odd", b""]
    for i, view in enumerate(views):
        data = view_bytes([glb.bin], view)
        contents[i % 2] += bytes(-len(contents[i % 2]) % 4)
        view |= {"buffer": i % 2, "byteOffset": len(contents[i % 2])}
        contents[i % 2] += data
    contents[0] += b"!"  # so that what follows would not lie at a multiple of four
    (folder / "data of it").mkdir()
    (folder / "data of it" / "a.bin").write_bytes(contents[0] + b"more")
    (folder / "b.bin").write_bytes(contents[1])
    glb.json["buffers"] = [
        {"byteLength": len(contents[0]), "uri": "data%20of%20it/a.bin", "name": "a"},
        {"byteLength": len(contents[1]), "uri": "b.bin"},
    ]
    (folder / "hero.gltf").write_text(json.dumps(glb.json))
    return glb, folder / "hero.gltf"


@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
def test_all_buffers_become_one(tmp_path, suffix):
    glb, path = in_two_buffers(tmp_path)
    before = gltf.read(path)
    out, _ = exported(path, tmp_path / "elsewhere" / f"out{suffix}")
    assert len(out.json["buffers"]) == 1
    assert out.json["buffers"][0]["name"] == "a"
    assert out.bin.startswith(before.buffers[0])
    for i, view in enumerate(glb.json["bufferViews"]):
        moved = out.json["bufferViews"][i]
        assert view_bytes([out.bin], moved) == view_bytes(before.buffers, view)
        kept = {k: v for k, v in moved.items() if k not in ("buffer", "byteOffset")}
        assert kept.items() <= view.items()
    for accessor in range(len(glb.json["accessors"])):
        np.testing.assert_array_equal(out.values(accessor), characters.mixamo().values(accessor))
    (report,) = validate([tmp_path / "elsewhere" / f"out{suffix}"]) if suffix == ".glb" else ({},)
    assert report.get("counts", {}).get("error", 0) == 0


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
def test_one_buffer_wherever_it_was(tmp_path, embedded, suffix):
    glb = characters.mixamo()
    path = glb.save_gltf(tmp_path / "hero.gltf", embedded=embedded)
    out, _ = exported(path, tmp_path / f"out{suffix}")
    assert out.bin.startswith(glb.bin)
    left = without_additions(out.json, glb.json)
    left["buffers"][0].pop("uri", None)
    assert left == glb.json


def test_a_gltf_from_a_glb(tmp_path):
    glb = characters.mixamo()
    out, _ = exported(glb.save(tmp_path / "hero.glb"), tmp_path / "out.v2.gltf")
    assert out.bin.startswith(glb.bin)
    assert out.json["buffers"][0]["byteLength"] == len(out.bin)


def test_a_name_is_escaped_in_the_uri(tmp_path):
    path = characters.mixamo().save(tmp_path / "hero.glb")
    clip = clip_of(rig_of(path, {"pelvis": "mixamorig:Hips"}), 3)
    GltfExporter().export(clip, tmp_path / "50% ü#.gltf", Options())
    document = json.loads((tmp_path / "50% ü#.gltf").read_text())
    assert document["buffers"][0]["uri"] == "50%25%20%C3%BC%23.bin"
    assert gltf.read(tmp_path / "50% ü#.gltf").buffers[0] == (tmp_path / "50% ü#.bin").read_bytes()


def test_a_generated_skeleton_as_gltf(tmp_path):
    clip = clip_of(rig_at(), 9)
    GltfExporter().export(clip, tmp_path / "a.glb", Options())
    GltfExporter().export(clip, tmp_path / "a.gltf", Options())
    one, two = loaded(tmp_path / "a.glb"), loaded(tmp_path / "a.gltf")
    assert two.json["buffers"][0].pop("uri") == "a.bin"
    assert (one.json, one.bin) == (two.json, two.bin)


# Images


def with_images(folder, *uris):
    glb = characters.mixamo()
    glb.json["images"] = [{"uri": uri, "name": f"image {i}"} for i, uri in enumerate(uris)]
    glb.json["textures"] = [{"source": i} for i in range(len(uris))]
    return glb, glb.save_gltf(folder / "hero.gltf")


@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
def test_images_are_embedded(tmp_path, suffix):
    (tmp_path / "tex").mkdir()
    (tmp_path / "tex" / "a b.png").write_bytes(PNG)
    (tmp_path / "b").write_bytes(b"\xff\xd8\xff" + bytes(9))
    inline = "data:image/png;base64," + base64.b64encode(PNG).decode()
    _, path = with_images(tmp_path, "tex/a%20b.png", "b", inline, "tex/a%20b.png")
    out, result = exported(path, tmp_path / "elsewhere" / f"out{suffix}")
    first, second, third, again = out.json["images"]
    views = out.json["bufferViews"]
    assert first["mimeType"] == "image/png"
    assert first["name"] == "image 0"
    assert view_bytes([out.bin], views[first["bufferView"]]) == PNG
    assert second["mimeType"] == "image/jpeg"
    assert len(view_bytes([out.bin], views[second["bufferView"]])) == 12
    assert third == {"uri": inline, "name": "image 2"}
    assert again["bufferView"] == first["bufferView"]
    assert not any("uri" in image for image in (first, second, again))
    assert result.warnings == ()


@pytest.mark.parametrize("uri", ["gone.png", "../secret.png", "/etc/hostname", "http://x/y.png"])
def test_an_image_that_is_not_there_keeps_its_uri(tmp_path, uri):
    (tmp_path / "secret.png").write_bytes(PNG)
    (tmp_path / "in").mkdir()
    _, path = with_images(tmp_path / "in", uri)
    out, result = exported(path, tmp_path / "out.glb")
    assert out.json["images"] == [{"uri": uri, "name": "image 0"}]
    (warning,) = result.warnings
    assert "images[0]" in warning
    assert "URI is kept" in warning
    assert PNG not in out.bin


# Compressed meshes pass through


def meshopt(glb, *, fallback_first):
    """The character as gltfpack leaves it: compressed views, and a buffer nobody fills."""
    new = glb.copy()
    data, fallback = (1, 0) if fallback_first else (0, 1)
    for view in new.json["bufferViews"]:
        packed = {"buffer": data, "byteOffset": view.get("byteOffset", 0), "byteStride": 4}
        packed |= {"byteLength": view["byteLength"], "mode": "ATTRIBUTES", "count": 1}
        view |= {"buffer": fallback, "extensions": {"EXT_meshopt_compression": packed}}
    buffers = [{"byteLength": len(glb.bin)}, {"byteLength": len(glb.bin)}]
    buffers[fallback]["extensions"] = {"EXT_meshopt_compression": {"fallback": True}}
    new.json |= {"buffers": buffers, "extensionsUsed": ["EXT_meshopt_compression"]}
    return new


def test_meshopt_passes_through_a_glb(tmp_path):
    glb = meshopt(characters.mixamo(), fallback_first=False)
    out, _ = exported(glb.save(tmp_path / "hero.glb"), tmp_path / "out.glb")
    assert without_additions(out.json, glb.json) == glb.json
    assert out.bin.startswith(glb.bin)
    assert out.json["bufferViews"][-1]["buffer"] == 0


def test_meshopt_passes_through_a_gltf_in_any_order(tmp_path):
    glb = meshopt(characters.mixamo(), fallback_first=True)
    glb.json["buffers"][1]["uri"] = "hero.bin"
    (tmp_path / "hero.bin").write_bytes(glb.bin)
    (tmp_path / "hero.gltf").write_text(json.dumps(glb.json))
    out, _ = exported(tmp_path / "hero.gltf", tmp_path / "out.glb")
    first, second = out.json["buffers"]
    assert "extensions" not in first
    assert second == glb.json["buffers"][0]
    for before, after in zip(glb.json["bufferViews"], out.json["bufferViews"], strict=False):
        assert after["buffer"] == 1
        packed = after["extensions"]["EXT_meshopt_compression"]
        assert packed["buffer"] == 0
        was = before["extensions"]["EXT_meshopt_compression"]
        assert view_bytes([out.bin], packed) == view_bytes([b"", glb.bin], was)


def test_draco_passes_through(tmp_path):
    glb = characters.mixamo()
    primitive = glb.json["meshes"][0]["primitives"][0]
    draco = {"bufferView": 0, "attributes": {"POSITION": 0}}
    primitive["extensions"] = {"KHR_draco_mesh_compression": draco}
    glb.json["extensionsUsed"] = glb.json["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    out, _ = exported(glb.save(tmp_path / "hero.glb"), tmp_path / "out.glb")
    assert without_additions(out.json, glb.json) == glb.json
    assert out.bin.startswith(glb.bin)


# Bare files


@pytest.mark.parametrize("holds", ["nothing", "an empty BIN", "lists"])
def test_a_skeleton_alone(tmp_path, holds):
    document = {"asset": {"version": "2.0"}, "nodes": [{"name": "mixamorig:Hips"}]}
    document |= {"scenes": [{"nodes": [0]}], "scene": 0}
    if holds == "lists":
        document |= {"buffers": [], "bufferViews": [], "accessors": [], "animations": []}
    content = characters.Glb(document, b"").bytes()
    if holds == "an empty BIN":
        document["buffers"] = [{"byteLength": 0}]
        content = characters.Glb(document, b"").bytes() + struct.pack("<I4s", 0, b"BIN\0")
        content = content[:8] + struct.pack("<I", len(content)) + content[12:]
    (tmp_path / "hero.glb").write_bytes(content)
    out, _ = exported(tmp_path / "hero.glb", tmp_path / "out.glb")
    assert len(out.json["animations"]) == 1
    assert out.json["buffers"] == [{"byteLength": len(out.bin)}]
    (report,) = validate([tmp_path / "out.glb"])
    assert report["counts"]["error"] == 0


def test_other_chunks_of_a_glb_stay(tmp_path):
    content = characters.mixamo().bytes() + struct.pack("<I4s", 8, b"VEND") + b"whatever"
    (tmp_path / "hero.glb").write_bytes(
        content[:8] + struct.pack("<I", len(content)) + content[12:]
    )
    clip = clip_of(rig_of(tmp_path / "hero.glb", {"pelvis": "mixamorig:Hips"}), 3)
    GltfExporter().export(clip, tmp_path / "out.glb", Options())
    out = (tmp_path / "out.glb").read_bytes()
    assert struct.unpack_from("<I", out, 8)[0] == len(out)
    assert out.endswith(struct.pack("<I4s", 8, b"VEND") + b"whatever")


# All or nothing


def test_both_files_of_a_gltf_are_refused_and_forced(tmp_path):
    path = characters.mixamo().save(tmp_path / "hero.glb")
    (tmp_path / "out.bin").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"out\.bin.*--force"):
        exported(path, tmp_path / "out.gltf")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hero.glb", "out.bin"]
    exported(path, tmp_path / "out.gltf", force=True)


@pytest.mark.parametrize("failing", [1, 2])
def test_a_rename_that_fails_shows_no_document_without_its_buffer(tmp_path, monkeypatch, failing):
    path = characters.mixamo().save(tmp_path / "hero.glb")
    rename, calls = Path.replace, []

    def refuse(self, target):
        calls.append(target)
        if len(calls) == failing:
            raise OSError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(RetargetError, match=r"out\.(gltf|bin).*Permission denied"):
        exported(path, tmp_path / "out.gltf")
    assert not (tmp_path / "out.gltf").exists()
    assert not [p for p in tmp_path.iterdir() if p.suffix == ".part"]


def test_an_output_may_be_the_next_target(tmp_path):
    glb = characters.mixamo()
    before = copy.deepcopy(glb.json)
    out, _ = exported(glb.save(tmp_path / "hero.glb"), tmp_path / "once.glb")
    assert without_additions(out.json, before) == before
    again, _ = exported(tmp_path / "once.glb", tmp_path / "twice.glb")
    assert [a["name"] for a in again.json["animations"]] == ["waves", "waves_2"]
