"""The user's own armature, baked by Blender: it moves as the clip, and is otherwise untouched."""

from __future__ import annotations

import functools
import json
import struct
from pathlib import Path

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from blender_backend.characters import NAMES, assert_moves_as, given, rig_at, unscaled, varied
from blender_backend.making import make
from blender_backend.rereading import reread
from retarget.errors import RetargetError, UsageError
from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.compare import position_errors, rotation_errors
from retarget.testing.glb import read_glb
from retarget.values import RootMotion
from retarget_gltf.exporter import GltfExporter
from support.glb import Glb
from support.peers import validate

FPS, RATE = 59.94, (2997, 50.0)


@pytest.fixture(scope="module")
def rig_of(session):  # noqa: ARG001
    """Rigs of the given files, each read once."""
    return functools.cache(lambda name, suffix: rig_at(given(name, suffix)))


def clip_of(rig):
    return smooth_clip(rig, frames=10, fps=FPS)


@attrs.frozen
class Moves:
    """What a GLB's joints do, as a naive walk finds it."""

    world: np.ndarray
    rest: np.ndarray


def moves_of(path, clip):
    """World matrices (J, F, 4, 4) of a GLB's joints on the clip's frames, and at rest."""
    file = read_glb(path)
    nodes = clip.rig.asset.gltf.json["nodes"]
    skin = next(s for s in file.document["skins"] if s["name"] == clip.rig.asset.armature)
    joint_of = {file.document["nodes"][joint]["name"]: joint for joint in skin["joints"]}
    joints = [joint_of[nodes[node]["name"]] for node in clip.rig.asset.nodes]
    return file.sample(clip.times())[joints], file.rest()[joints]


@pytest.mark.parametrize("suffix", ["glb", "fbx", "blend"])
@pytest.mark.parametrize("name", NAMES)
def test_a_character_of_any_format_moves_as_the_clip(
    name, suffix, rig_of, exporter, session, tmp_path
):
    clip = clip_of(rig_of(name, suffix))
    for made in (".glb", ".fbx", ".blend"):
        path = tmp_path / f"made{made}"
        result = exporter.export(clip, path, Options())
        assert result.bytes_written == path.stat().st_size
        assert result.warnings == ()
        if made == ".glb":
            assert_moves_as(clip, *moves_of(path, clip))
            continue
        back = reread(path, clip, RATE, session=session)
        assert_moves_as(clip, back.world, back.rest)
        assert back.said["keys"] == pytest.approx([0, clip.frames - 1], abs=1e-4)
        assert back.said["fps"] == pytest.approx(FPS, rel=2e-6)
        vertices, _, modifiers = back.said["meshes"]["Body"]
        assert (vertices, modifiers) == (13380, ["ARMATURE"])
        assert back.said["constraints"] == 0
        assert '"backend": "blender"' in back.said["told"]
    left = {p.name for p in tmp_path.iterdir() if p.suffix != ".npy"}
    assert left == {"made.glb", "made.fbx", "made.blend"}


@pytest.mark.parametrize("name", NAMES)
def test_the_gltf_backend_moves_it_alike(name, rig_of, exporter, tmp_path):
    clip = clip_of(rig_of(name, "fbx"))
    files = []
    for backend in (exporter, GltfExporter()):
        path = tmp_path / f"{len(files)}.glb"
        backend.export(clip, path, Options())
        files.append(moves_of(path, clip))
    (world, rest), (other, other_rest) = files
    assert position_errors(world, other).max() < 1e-4
    turns = unscaled(world) @ np.linalg.inv(unscaled(rest))[:, None]
    others = unscaled(other) @ np.linalg.inv(unscaled(other_rest))[:, None]
    assert rotation_errors(turns, others).max() < 0.02


def test_a_glb_holds_the_character_and_one_animation_more(rig_of, exporter, tmp_path):
    clip = clip_of(rig_of("mixamo", "glb"))
    path = tmp_path / "made.glb"
    exporter.export(clip, path, Options())
    before, after = Glb(given("mixamo", "glb")), Glb(path)
    (animation,) = after.document["animations"]
    assert animation["name"] == clip.name
    root = clip.rig.skeleton.names[0]
    channels = after.channels()
    wanted = {(name, "rotation") for name in clip.rig.skeleton.names} | {(root, "translation")}
    assert set(channels) == wanted
    assert all(len(times) == clip.frames for times, _ in channels.values())
    for document in (before.document, after.document):
        assert [mesh["name"] for mesh in document["meshes"]] == ["Body"]
        assert [material["name"] for material in document["materials"]] == ["Skin"]
    assert vertices(after) == vertices(before)
    assert {node["name"] for node in after.document["nodes"]} == {
        node["name"] for node in before.document["nodes"]
    }
    assert bind_error(after) < 2e-5
    (report,) = validate([path])
    told = {m["code"] for m in report["messages"] if m["severity"] in ("error", "warning")}
    assert told <= {"NODE_SKINNED_MESH_NON_ROOT"}
    assert "mesh" not in after.document["asset"]["extras"]


def vertices(glb):
    """Points of all meshes, apart from how they are divided."""
    accessors = glb.document["accessors"]
    points = [
        glb.values(primitive["attributes"]["POSITION"])
        for mesh in glb.document["meshes"]
        for primitive in mesh["primitives"]
    ]
    assert accessors
    return len(np.unique(np.round(np.concatenate(points), 5), axis=0))


def bind_error(glb):
    """How far the skin moves the mesh at rest, metres."""
    (skin,) = glb.document["skins"]
    file = world_of(glb.document)
    inverse = glb.values(skin["inverseBindMatrices"]).reshape(-1, 4, 4).swapaxes(1, 2)
    return max(
        np.abs(file[joint] @ bind - np.eye(4)).max()
        for joint, bind in zip(skin["joints"], inverse, strict=True)
    )


def world_of(document):
    """World matrices of the nodes at rest, by walking the tree."""
    nodes, world = document["nodes"], {}

    def walk(node, above):
        world[node] = above @ local(nodes[node])
        for child in nodes[node].get("children", []):
            walk(child, world[node])

    for root in document["scenes"][0]["nodes"]:
        walk(root, np.eye(4))
    return world


def local(node):
    x, y, z, w = node.get("rotation", [0, 0, 0, 1])
    matrix = np.eye(4)
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    matrix[:3, :3] *= node.get("scale", [1, 1, 1])
    matrix[:3, 3] = node.get("translation", [0, 0, 0])
    return matrix


# What a .blend may hold besides


@pytest.fixture
def animated(session, exporter, tmp_path):
    """A clip of a variation, what of it Blender reads again, and how the file was before."""

    def make(name, *what, suffix=".blend", armature=None, **more):
        before = varied(session, given(name, "blend"), tmp_path / "given.blend", *what, **more)
        rig = rig_at(before, rig=armature)
        clip = clip_of(rig)
        result = exporter.export(clip, tmp_path / f"made{suffix}", Options())
        made = tmp_path / f"made{suffix}"
        if suffix == ".glb":  # Blender's importer rounds the rate
            back = Moves(*moves_of(made, clip))
        else:
            back = reread(made, clip, RATE, session=session, armature=armature)
        said = reread(before, clip, RATE, session=session, armature=armature).said
        return clip, back, said, result

    return make


def assert_untouched(after, before):
    """The armature is as it was: its place, and its bones."""
    assert np.abs(np.subtract(after["rig"]["matrix"], before["rig"]["matrix"])).max() < 1e-7
    for key in ("parent", "hidden", "bones", "modes"):
        assert after["rig"][key] == before["rig"][key], key
    assert after["meshes"] == before["meshes"]
    assert set(before["things"]["objects"]) == set(after["things"]["objects"])


@pytest.mark.parametrize("suffix", [".blend", ".glb", ".fbx"])
def test_an_armature_in_centimetres_turned_and_under_a_parent(suffix, animated):
    clip, back, before, result = animated("mixamo", "small", suffix=suffix)
    assert_moves_as(clip, back.world, back.rest)
    assert result.warnings == ()
    if suffix == ".blend":
        assert_untouched(back.said, before)


@pytest.mark.parametrize("suffix", [".blend", ".glb"])
def test_a_body_that_faces_another_way_keeps_to_it(suffix, animated):
    clip, back, *_ = animated("game_engine", "facing_left", suffix=suffix)
    assert abs(clip.rig.asset.turn[3]) < 0.9
    assert_moves_as(clip, back.world, back.rest)


def test_constraints_and_drivers_make_way_and_are_counted(animated):
    clip, back, before, result = animated("mixamo", "constrained", "posed")
    assert_moves_as(clip, back.world, back.rest)
    assert_untouched(back.said, before)
    (told,) = result.warnings
    assert told.startswith("given.blend: ")
    assert told.endswith("is muted: constraints 3, drivers 2.")
    assert [one[:2] for one in back.said["rig"]["constraints"]] == [
        one[:2] for one in before["rig"]["constraints"]
    ]
    assert all(muted for *_, muted in back.said["rig"]["constraints"])
    assert dict(back.said["rig"]["drivers"]) == {
        path: path != "hide_render" for path, _ in before["rig"]["drivers"]
    }


@pytest.mark.parametrize("suffix", [".blend", ".glb", ".fbx"])
def test_other_actions_neither_disturb_nor_get_lost(suffix, animated):
    clip, back, before, result = animated("mixamo", "acted", suffix=suffix)
    assert_moves_as(clip, back.world, back.rest)
    if suffix == ".blend":
        assert_untouched(back.said, before)
        assert set(back.said["things"]["actions"]) == {
            *before["things"]["actions"],
            back.said["rig"]["action"],
        }
        assert back.said["rig"]["action"] == clip.name
        assert (back.said["rig"]["tracks"], back.said["rig"]["use_nla"]) == (["NlaTrack"], False)
        assert len(result.warnings) == 2
        return
    assert result.warnings == ()
    if suffix == ".fbx":
        actions = [name for name in back.said["things"]["actions"] if name.startswith("Arm")]
        assert len(actions) == 1


@pytest.mark.parametrize("suffix", [".blend", ".glb", ".fbx"])
def test_bones_that_do_not_inherit_and_turn_otherwise(suffix, animated):
    clip, back, before, result = animated("game_engine", "quirky", suffix=suffix)
    assert_moves_as(clip, back.world, back.rest)
    if suffix == ".blend":
        assert result.warnings == (
            "given.blend: the bone pelvis is no longer connected to its parent.",
        )
        assert back.said["rig"]["bones"].pop("pelvis") != before["rig"]["bones"].pop("pelvis")
        assert_untouched(back.said, before)
        assert 'pose.bones["calf_l"].rotation_euler' in back.said["paths"]
        assert 'pose.bones["calf_r"].rotation_axis_angle' in back.said["paths"]


@pytest.mark.parametrize("suffix", [".blend", ".glb"])
def test_of_two_bodies_the_one_asked_for_moves(suffix, animated):
    clip, back, *_ = animated("mixamo", "twice", suffix=suffix, armature="Second")
    assert clip.rig.asset.armature == "Second"
    assert_moves_as(clip, back.world, back.rest)
    assert back.rest[0, 0, 3] > 1.5


@pytest.mark.parametrize("suffix", [".blend", ".glb"])
def test_an_armature_that_is_not_shown_moves_too(suffix, animated):
    clip, back, *_ = animated("mixamo", "away", suffix=suffix)
    assert_moves_as(clip, back.world, back.rest)


def test_what_else_is_in_a_file_goes_through(session, exporter, tmp_path):
    folder = tmp_path / "textures"
    folder.mkdir()
    before = varied(
        session, given("mixamo", "blend"), tmp_path / "given.blend", "expressive",
        texture=str(folder / "skin.png"),
    )  # fmt: skip
    clip = clip_of(rig_at(before))
    result = exporter.export(clip, tmp_path / "made.glb", Options())
    (told,) = result.warnings
    assert told.endswith("modifiers are not applied; there are some on: Body.")
    document = Glb(tmp_path / "made.glb").document
    (mesh,) = document["meshes"]
    assert mesh["extras"]["targetNames"] == ["smile"]
    assert {node["name"] for node in document["nodes"]} >= {"Body", "Armature", "lamp"}
    assert "WGT-hips" not in {node["name"] for node in document["nodes"]}
    body = next(node for node in document["nodes"] if node["name"] == "Body")
    assert body["extras"] == {"outfit": "blue"}
    assert len(document["images"]) == 1
    deep = tmp_path / "deep" / "made.blend"
    exporter.export(clip, deep, Options())
    said = reread(deep, clip, RATE, session=session).said
    assert "WGT-hips" in said["things"]["objects"]
    assert said["meshes"]["Body"][2] == ["ARMATURE", "SUBSURF"]
    path, _ = said["images"]["skin"]
    assert path == str(folder / "skin.png")
    assert [p.name for p in deep.parent.iterdir() if p.suffix != ".npy"] == ["made.blend"]


def test_what_a_hand_holds_rests_where_it_is_held(session, exporter, tmp_path):
    """And not where the pose has it in which the file was saved."""
    path = varied(session, given("mixamo", "blend"), tmp_path / "given.blend", "holding", "posed")
    rig = rig_at(path)
    clip = clip_of(rig)
    exporter.export(clip, tmp_path / "made.glb", Options())
    for document in (rig.asset.gltf.json, Glb(tmp_path / "made.glb").document):
        place = world_of(document)[[n["name"] for n in document["nodes"]].index("prop")]
        assert place[:3, 3] == pytest.approx([-0.5, 1.2, -0.1], abs=1e-5)


def test_no_script_in_the_file_runs(session, exporter, tmp_path):
    path = varied(
        session, given("mixamo", "blend"), tmp_path / "given.blend", "trapped",
        marker=str(tmp_path / "marker"),
    )  # fmt: skip
    clip = clip_of(rig_at(path))
    for suffix in ("glb", "fbx", "blend"):
        exporter.export(clip, tmp_path / f"made.{suffix}", Options())
    assert not list(tmp_path.glob("marker*"))


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
    session.run(job, what="", seconds=60)
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


def test_scaled_joints_are_told(session, exporter, tmp_path):  # noqa: ARG001
    def edit(document):
        spine = next(n for n in document["nodes"] if n.get("name") == "mixamorig:Spine")
        spine["scale"] = [1.2, 1.2, 1.2]

    clip = clip_of(rig_at(edited(tmp_path / "given.glb", edit)))
    with pytest.raises(RetargetError, match=r"given\.glb: .*Spine1.* more: .*scales joints"):
        exporter.export(clip, tmp_path / "made.glb", Options())


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
