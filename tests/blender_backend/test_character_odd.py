"""Odd files and odd wishes: what Blender cannot keep is told, what it can goes through."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from blender_backend.characters import (
    RATE,
    assert_moves_as,
    clip_of,
    given,
    moves_of,
    rig_at,
    varied,
)
from blender_backend.making import make
from retarget.errors import RetargetError, UsageError
from retarget.options import Options
from retarget.testing.glb import read_glb
from retarget.values import RootMotion
from support.glb import Glb


def edited(path, edit, *, name="mixamo"):
    """A character's GLB with its document changed; written as .gltf, its buffer lies beside."""
    glb = Glb(given(name, "glb"))
    edit(glb.document)
    if path.suffix == ".gltf":
        glb.document["buffers"][0]["uri"] = "its%20buffer.bin"
        (path.parent / "its buffer.bin").write_bytes(glb.binary)
        path.write_text(json.dumps(glb.document))
        return path
    text = json.dumps(glb.document).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(glb.binary))
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    path.write_bytes(head + chunks + struct.pack("<I4s", len(glb.binary), b"BIN\0") + glb.binary)
    return path


def under_a_turned_node(document):
    """The whole of it small and turned, and one joint not where the mesh was bound to it."""
    document["nodes"].append({
        "name": "World", "rotation": [0, 0.6, 0, 0.8], "translation": [1, 2, 3],
        "scale": [0.5, 0.5, 0.5], "children": document["scenes"][0]["nodes"],
    })  # fmt: skip
    document["scenes"][0]["nodes"] = [len(document["nodes"]) - 1]
    arm = next(node for node in document["nodes"] if node.get("name") == "mixamorig:LeftArm")
    arm["rotation"] = [0.1, 0.7, 0.1, 0.7]


def test_a_gltf_turned_and_resting_elsewhere_than_bound(session, exporter, tmp_path):  # noqa: ARG001
    clip = clip_of(rig_at(edited(tmp_path / "given.gltf", under_a_turned_node)))
    exporter.export(clip, tmp_path / "made.glb", Options())
    assert_moves_as(clip, *moves_of(tmp_path / "made.glb", clip))


def test_extensions_that_blender_loses_are_told(session, exporter, tmp_path):  # noqa: ARG001
    def edit(document):
        document["extensionsUsed"] = ["KHR_materials_unlit", "VRMC_vrm", "EXT_meshopt_compression"]
        document["extensions"] = {"VRMC_vrm": {"specVersion": "1.0"}}
        document["materials"][0]["extensions"] = {"KHR_materials_unlit": {}}

    path = edited(tmp_path / "given.vrm", edit)
    clip = clip_of(rig_at(path))
    (told,) = exporter.export(clip, tmp_path / "made.glb", Options()).warnings
    assert told.startswith("given.vrm: lost in Blender: VRMC_vrm. ")


def test_the_output_may_be_named_from_the_working_folder(rig_of, exporter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip = clip_of(rig_of("mixamo", "blend"))
    for suffix in ("blend", "glb"):
        exporter.export(clip, Path(f"made.{suffix}"), Options())
    assert {path.name for path in tmp_path.iterdir()} == {"made.blend", "made.glb"}


# Names, and what is wrong


def test_joints_whose_names_blender_cannot_keep_are_found(session, rig_of, exporter, tmp_path):
    """Unnamed, named twice, too long: Blender names them as it likes."""
    original = rig_of("mixamo", "glb")
    content = given("mixamo", "glb").read_bytes()
    for old, new in (
        ("mixamorig:LeftHandIndex1", "mixamorig:LeftHandIndex2"),
        ("mixamorig:LeftHandPinky1", "mixamorig:LeftHandPinky2"),
        ("mixamorig:LeftHandMiddle1", "mixamorig:LeftHandIndex2!"),
    ):
        content = content.replace(f'"{old}"'.encode(), f'"{new[: len(old)]}"'.encode())
    path = tmp_path / "given.glb"
    path.write_bytes(content)
    moved = attrs.evolve(original.asset, path=path, gltf=rig_at(path).asset.gltf)
    clip = clip_of(attrs.evolve(original, asset=moved))
    exporter.export(clip, tmp_path / "made.blend", Options())
    assert reread_places(tmp_path / "made.blend", clip, session).max() < 1e-4


def reread_places(path, clip, session):
    """By how much bones miss the joints, each taking the nearest, on the last frame."""
    from blender_backend.characters import truth  # noqa: PLC0415
    from blender_backend.rereading import SCRIPT, UPRIGHT  # noqa: PLC0415

    arrays = {"world": str(path) + ".world.npy", "rest": str(path) + ".rest.npy"}
    job = {"script": str(SCRIPT), "path": str(path), "frames": clip.frames, "rate": RATE, **arrays}
    session.run(job, what="", seconds=300)
    found = (UPRIGHT @ np.load(arrays["world"]))[-1, :, :3, 3]
    wanted = truth(clip)[0][:, -1, :3, 3]
    return np.linalg.norm(found[None] - wanted[:, None], axis=-1).min(axis=1)


def test_a_file_that_changed_since_it_was_read_is_told(session, rig_of, exporter, tmp_path):
    other = varied(session, given("mixamo", "blend"), tmp_path / "given.blend", "facing_left")
    rig = rig_of("mixamo", "blend")
    clip = clip_of(attrs.evolve(rig, asset=attrs.evolve(rig.asset, path=other)))
    with pytest.raises(RetargetError, match=r"given\.blend: Blender has no bone where .*Hips"):
        exporter.export(clip, tmp_path / "made.glb", Options())
    other.unlink()
    with pytest.raises(RetargetError, match=r"given\.blend: "):
        exporter.export(clip, tmp_path / "made.glb", Options())
    assert not list(tmp_path.glob("*made*"))


def test_scaled_joints_are_carried(session, exporter, tmp_path):  # noqa: ARG001
    def edit(document):
        spine = next(n for n in document["nodes"] if n.get("name") == "mixamorig:Spine")
        spine["scale"] = [1.2, 1.2, 1.2]

    clip = clip_of(rig_at(edited(tmp_path / "given.glb", edit)))
    assert exporter.export(clip, tmp_path / "made.glb", Options()).warnings == ()
    assert_moves_as(clip, *moves_of(tmp_path / "made.glb", clip))


def test_a_linked_armature_is_told(session, exporter, tmp_path):
    links = {"library": str(given("mixamo", "blend")), "name": "Body"}
    clip = clip_of(rig_at(make(session, tmp_path / "given.blend", links=links)))
    with pytest.raises(RetargetError, match=r"given\.blend: its armature Armature is linked from"):
        exporter.export(clip, tmp_path / "made.blend", Options())


def test_constraints_that_lose_twist_are_refused(rig_of, exporter, tmp_path):
    clip = clip_of(rig_of("mixamo", "glb"))
    with pytest.raises(UsageError, match="--constraints track loses the twist"):
        exporter.export(
            clip, tmp_path / "made.glb", Options(extra={"blender_constraints": "track"})
        )


def test_travel_on_the_root_joint_moves_it_and_changes_nothing_else(rig_of, exporter, tmp_path):
    clip = clip_of(rig_of("game_engine", "glb"))
    asset = clip.rig.asset
    yaw = Rotation.from_rotvec(np.linspace(0, 2.5, clip.frames)[:, None] * [0, 1, 0])
    way = np.linspace([0, 0, 0], [1.0, 0.0, 2.0], clip.frames)
    travel = RootMotion(rotations=yaw.as_quat(), translations=way)
    exporter.export(attrs.evolve(clip, root_motion=travel), tmp_path / "made.glb", Options())
    world, rest = moves_of(tmp_path / "made.glb", clip)
    assert_moves_as(clip, world, rest)
    file = read_glb(tmp_path / "made.glb")
    root = file.names.index(asset.gltf.json["nodes"][asset.root_joint]["name"])
    gone, stood = file.sample(clip.times())[root], file.rest()[root]
    for f in range(clip.frames):
        moved = yaw[f].apply(stood[:3, 3]) + way[f]
        assert np.abs(gone[f, :3, 3] - moved).max() < 1e-4
        assert np.abs(gone[f, :3, :3] - yaw[f].as_matrix() @ stood[:3, :3]).max() < 1e-3


@pytest.mark.parametrize("suffix", ["fbx", "blend"])
def test_the_users_file_is_never_written_to(rig_of, exporter, tmp_path, suffix):
    rig = rig_of("mixamo", suffix)
    path = tmp_path / f"hero.{suffix}"
    path.write_bytes(b"mine")
    clip = clip_of(attrs.evolve(rig, asset=attrs.evolve(rig.asset, path=path)))
    with pytest.raises(UsageError, match=r"target itself.*another output"):
        exporter.export(clip, path, Options(force=True))
    assert path.read_bytes() == b"mine"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody may write")
def test_a_folder_that_takes_no_file_is_told_plainly(rig_of, exporter):
    path = Path("/proc/hero.blend")
    with pytest.raises(RetargetError) as caught:
        exporter.export(clip_of(rig_of("mixamo", "glb")), path, Options())
    assert str(caught.value).startswith(f"{path}: cannot be written (")
    assert "\n" not in str(caught.value)
