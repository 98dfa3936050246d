"""Characters in .blend and FBX files as targets: the joints, their roles, and what is refused."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import retarget
from blender_backend.characters import NAMES, given, rig_at, varied
from blender_backend.fbx_text import as_text
from retarget import kinds, roles
from retarget.errors import FileReadError, PluginError, RetargetError, UsageError
from retarget.options import Options
from retarget_blender.apose_blend import APoseBlend
from retarget_blender.character import CharacterFbx
from support.glb import Glb
from support.peers import validate

POSITION = 1e-4
"""Metres."""


@pytest.fixture(scope="module")
def rig_of(session):  # noqa: ARG001
    """Rigs of the given files, each read once."""
    return functools.cache(lambda name, suffix: rig_at(given(name, suffix)))


def mixamo():
    """Roles by joint of the Mixamo skeleton, written out from its naming."""
    body = {
        "Hips": "pelvis", "Spine": "spine1", "Spine1": "spine2", "Spine2": "spine3",
        "Neck": "neck", "Head": "head",
    }  # fmt: skip
    limb = {
        "Shoulder": "collar", "Arm": "shoulder", "ForeArm": "elbow", "Hand": "wrist",
        "UpLeg": "hip", "Leg": "knee", "Foot": "ankle", "ToeBase": "foot",
    }  # fmt: skip
    for side in ("Left", "Right"):
        body |= {side + part: f"{side.lower()}_{role}" for part, role in limb.items()}
        for finger in roles.FINGERS:
            for n in (1, 2, 3):
                role = f"{side.lower()}_{finger}{n}"
                body[f"{side}Hand{finger.capitalize()}{n}"] = role
    return {f"mixamorig:{joint}": role for joint, role in body.items()}


def game_engine():
    """Roles by joint of the Unreal mannequin, written out from its naming."""
    body = {
        "pelvis": "pelvis", "spine_01": "spine1", "spine_02": "spine2", "spine_03": "spine3",
        "neck_01": "neck", "head": "head",
    }  # fmt: skip
    limb = {
        "clavicle": "collar", "upperarm": "shoulder", "lowerarm": "elbow", "hand": "wrist",
        "thigh": "hip", "calf": "knee", "foot": "ankle", "ball": "foot",
    }  # fmt: skip
    for side in ("left", "right"):
        body |= {f"{part}_{side[0]}": f"{side}_{role}" for part, role in limb.items()}
        for finger in roles.FINGERS:
            for n in (1, 2, 3):
                body[f"{finger}_0{n}_{side[0]}"] = f"{side}_{finger}{n}"
    return body


@pytest.mark.parametrize("suffix", ["fbx", "blend"])
@pytest.mark.parametrize("name", NAMES)
def test_every_joint_is_matched_and_stands_where_the_glb_has_it(name, suffix, rig_of):
    rig, glb = rig_of(name, suffix), rig_of(name, "glb")
    assert dict(rig.roles) == {"mixamo": mixamo, "game_engine": game_engine}[name]()
    assert set(rig.roles.values()) == set(roles.HUMANOID)
    assert set(rig.skeleton.names) == set(glb.skeleton.names)
    assert rig.warnings == ()
    for joint, joint_name in enumerate(rig.skeleton.names):
        other = glb.skeleton.index[joint_name]
        place = rig.skeleton.rest.positions[joint] - glb.skeleton.rest.positions[other]
        assert np.abs(place).max() < POSITION, joint_name
        above, above_there = rig.skeleton.parents[joint], glb.skeleton.parents[other]
        if joint:
            assert rig.skeleton.names[above] == glb.skeleton.names[above_there]
    assert rig.floor == pytest.approx(glb.floor, abs=POSITION)
    assert rig.asset.path == given(name, suffix)
    assert rig.asset.armature == "Armature"
    names = [node.get("name") for node in rig.asset.gltf.json["nodes"]]
    assert [names[node] for node in rig.asset.nodes] == list(rig.skeleton.names)


def heights(rig):
    places = rig.skeleton.rest.positions[:, 0]
    return {name: places[joint] for joint, name in enumerate(rig.skeleton.names)}


@pytest.mark.parametrize(
    ("suffix", "what"),
    [(".fbx", ["small"]), (".blend", ["small", "posed", "acted"]), (".blend", ["away"])],
)
def test_scale_turn_parents_and_hiding_count_and_the_pose_does_not(
    suffix, what, session, rig_of, tmp_path
):
    made = varied(session, given("mixamo", "blend"), tmp_path / f"given{suffix}", *what)
    rig, plain = rig_at(made), heights(rig_of("mixamo", "blend"))
    shift = [0.25, 0, 0.5] if "small" in what else [0, 0, 0]
    for joint, place in heights(rig).items():
        assert np.abs(place - plain[joint] - shift).max() < POSITION, joint
    acts = (
        "given.blend: its animations are left out: newer, older, propAction. "
        "--backend blender --format blend keeps them."
    )
    assert rig.warnings == ()
    assert rig.asset.gltf.warnings == ((acts,) if "acted" in what else ())


# Which armature


def test_of_two_armatures_the_better_match_is_taken_and_told(session, tmp_path):
    made = varied(session, given("mixamo", "blend"), tmp_path / "two.blend", "twice")
    rig = rig_at(made)
    assert rig.asset.armature == "Armature"
    assert "mixamorig:LeftUpLeg" in rig.skeleton.names
    (told,) = rig.warnings
    assert "'Armature'" in told
    assert "'Second'" in told
    assert "--rig" in told
    assert rig_at(made, rig="Second").asset.armature == "Second"
    assert rig_at(made, extra={"blender_armature": "Second"}).asset.armature == "Second"
    with pytest.raises(UsageError, match="--rig Armature and --armature Second"):
        rig_at(made, rig="Armature", extra={"blender_armature": "Second"})
    with pytest.raises(UsageError, match="no armature is named 'Third'; there is: Armature"):
        rig_at(made, rig="Third")


@pytest.mark.parametrize("suffix", [".blend", ".fbx"])
def test_an_armature_without_a_body_is_no_character(suffix, session, tmp_path):
    made = varied(session, given("mixamo", "blend"), tmp_path / f"given{suffix}", "bare")
    with pytest.raises(RetargetError) as refusal:
        rig_at(made)
    words = "required joints" if suffix == ".blend" else "no mesh is skinned to its armature"
    assert words in str(refusal.value)


# What comes along


def converted(rig, folder):
    """The GLB that was made of a rig's file, as a naive reader sees it."""
    path = folder / "converted.glb"
    path.write_bytes(glb_bytes(rig.asset.gltf))
    return Glb(path)


def glb_bytes(file):
    import json  # noqa: PLC0415
    import struct  # noqa: PLC0415

    text = json.dumps(file.json).encode()
    text += b" " * (-len(text) % 4)
    (binary,) = file.buffers
    binary += bytes(-len(binary) % 4)
    return b"".join([
        struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(binary)),
        struct.pack("<I4s", len(text), b"JSON"), text,
        struct.pack("<I4s", len(binary), b"BIN\0"), binary,
    ])  # fmt: skip


@pytest.mark.parametrize("suffix", ["fbx", "blend"])
def test_the_converted_character_is_whole(suffix, rig_of, tmp_path):
    made = converted(rig_of("game_engine", suffix), tmp_path)
    document = made.document
    assert "animations" not in document
    assert [mesh["name"] for mesh in document["meshes"]] == ["Body"]
    assert [material["name"] for material in document["materials"]] == ["Skin"]
    (skin,) = document["skins"]
    assert {document["nodes"][joint]["name"] for joint in skin["joints"]} >= set(
        rig_of("game_engine", suffix).skeleton.names
    )
    (primitive,) = document["meshes"][0]["primitives"]
    assert {"POSITION", "NORMAL", "JOINTS_0", "JOINTS_1"} <= set(primitive["attributes"])
    (report,) = validate([tmp_path / "converted.glb"])
    assert [m for m in report["messages"] if m["severity"] == "error"] == []


def test_shape_keys_come_along_and_modifiers_where_they_can(session, tmp_path):
    made = varied(
        session, given("mixamo", "blend"), tmp_path / "face.blend", "expressive",
        texture=str(tmp_path / "skin.png"),
    )  # fmt: skip
    rig = rig_at(made)
    (told,) = rig.warnings
    assert told == (
        "face.blend: it has shape keys, so modifiers are not applied; there are some on: Body."
    )
    document = rig.asset.gltf.json
    assert document["meshes"][0]["extras"]["targetNames"] == ["smile"]
    assert len(document["images"]) == 1
    assert "WGT-hips" not in {node.get("name") for node in document["nodes"]}
    thick = rig_at(varied(session, given("mixamo", "blend"), tmp_path / "thick.blend", "thick"))
    plain = rig_at(given("mixamo", "blend"))
    assert thick.warnings == ()
    assert points(thick) > 1.5 * points(plain)


def points(rig):
    document = rig.asset.gltf.json
    (primitive,) = document["meshes"][0]["primitives"]
    return document["accessors"][primitive["attributes"]["POSITION"]]["count"]


def test_no_script_in_the_file_runs(session, tmp_path):
    made = varied(
        session, given("mixamo", "blend"), tmp_path / "trap.blend", "trapped",
        marker=str(tmp_path / "marker"),
    )  # fmt: skip
    assert rig_at(made).asset is not None
    assert not list(tmp_path.glob("marker*"))


# FBX files


def test_an_fbx_written_as_text_is_read_too(rig_of, tmp_path):
    path = tmp_path / "text.fbx"
    path.write_text(as_text(given("game_engine", "fbx").read_bytes()))
    assert CharacterFbx().sniff(str(path))
    rig, binary = heights(rig_at(path)), heights(rig_of("game_engine", "fbx"))
    assert rig.keys() == binary.keys()
    assert max(np.abs(rig[joint] - binary[joint]).max() for joint in rig) < POSITION


BINARY = b"Kaydara FBX Binary  \0\x1a\0"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"version https://git-lfs", "is no FBX file: it begins with b'version https://"),
        (b"", "is empty"),
        (None, "no such file"),
        (BINARY, "damaged: it ends within its header"),
        (BINARY + (6100).to_bytes(4, "little"), "is FBX of version 6100; 7100 or newer is read"),
        (b"; FBX 6.1.0 project file\n FBXVersion: 6100", "is FBX of version 6100"),
    ],
)
def test_what_is_no_fbx_is_told_without_blender(tmp_path, monkeypatch, content, words):
    monkeypatch.delattr("retarget_blender.opened.Session")
    path = tmp_path / "hero.fbx"
    if content is not None:
        path.write_bytes(content)
        assert words in CharacterFbx().why_not(str(path))
    with pytest.raises(FileReadError) as refusal:
        CharacterFbx().load(str(path), Options())
    assert str(refusal.value).startswith(f"{path}: ")
    assert words in str(refusal.value)


def test_a_damaged_fbx_is_told(session, tmp_path):  # noqa: ARG001
    path = tmp_path / "hero.fbx"
    path.write_bytes(given("mixamo", "fbx").read_bytes()[:300_000])
    with pytest.raises(FileReadError, match=r"hero\.fbx: Blender cannot open it: damaged"):
        rig_at(path)


@pytest.mark.parametrize(
    ("name", "content", "claims"),
    [
        ("hero.bin", BINARY, True),
        ("hero.txt", b"; FBX 7.4.0 project file\n", True),
        ("hero.fbx", b"glTF\2\0\0\0", False),
        ("hero.fbx", b"; a text on FBX", False),
    ],
)
def test_content_decides(tmp_path, name, content, claims):
    (tmp_path / name).write_bytes(content)
    assert CharacterFbx().sniff(str(tmp_path / name)) is claims
    assert not APoseBlend().sniff(str(tmp_path / name))


def test_nothing_is_said_of_files_that_claim_to_be_no_fbx(tmp_path):
    (tmp_path / "hero.npz").write_text("?")
    assert CharacterFbx().why_not(str(tmp_path / "hero.npz")) is None


def test_without_a_blender_the_file_and_what_to_install_are_told(tmp_path):
    (tmp_path / "hero.fbx").write_bytes(BINARY + (7400).to_bytes(4, "little"))
    with pytest.raises(PluginError, match=r"hero\.fbx: a \.fbx is read by Blender\. .*no/such"):
        rig_at(tmp_path / "hero.fbx", extra={"blender_path": "no/such"})


def test_the_target_is_offered_and_known_where_it_is_absent():
    if "fbx" not in retarget.Plugins().offers(kinds.APOSE_SOURCE):
        pytest.skip("retarget-blender is not installed")
    assert "fbx" in kinds.APOSE_SOURCE.absent
