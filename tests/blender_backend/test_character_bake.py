"""The user's own armature, baked by Blender: it moves as the clip, and is otherwise untouched."""

from __future__ import annotations

import numpy as np
import pytest

from blender_backend.characters import (
    FPS,
    NAMES,
    RATE,
    Moves,
    assert_moves_as,
    assert_stands_as,
    clip_of,
    given,
    moves_of,
    rig_at,
    still_of,
    unscaled,
    varied,
)
from blender_backend.rereading import reread
from retarget.options import Options
from retarget.testing.compare import position_errors, rotation_errors
from retarget_gltf.exporter import GltfExporter
from support.glb import Glb
from support.peers import validate


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


@pytest.mark.parametrize("suffix", [".glb", ".fbx"])
def test_constraints_hold_no_bone_in_a_file_that_knows_none(suffix, animated):
    clip, back, _, result = animated("mixamo", "constrained", "posed", suffix=suffix)
    assert_moves_as(clip, back.world, back.rest)
    assert result.warnings == ()


@pytest.mark.parametrize("suffix", [".blend", ".glb", ".fbx"])
def test_bones_that_copy_another_armature(suffix, animated):
    clip, back, *_ = animated("mixamo", "copying", suffix=suffix, armature="Armature")
    assert_moves_as(clip, back.world, back.rest)


def test_a_driven_shape_is_as_at_rest(session, exporter, tmp_path):
    """And not as in the pose the file was saved in."""
    before = varied(
        session, given("mixamo", "blend"), tmp_path / "given.blend", "posed", "corrected"
    )
    clip = clip_of(rig_at(before))
    assert reread(before, clip, RATE, session=session).said["shapes"]["bulge"] > 0.2
    exporter.export(clip, tmp_path / "made.glb", Options())
    (mesh,) = Glb(tmp_path / "made.glb").document["meshes"]
    assert mesh["weights"] == [0]
    exporter.export(clip, tmp_path / "made.fbx", Options())
    shapes = reread(tmp_path / "made.fbx", clip, RATE, session=session).said["shapes"]
    assert shapes["bulge"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_of_one_frame_holds_its_pose(name, rig_of, exporter, session, tmp_path):
    clip = still_of(rig_of(name, "blend"))
    for suffix in (".glb", ".fbx", ".blend"):
        path = tmp_path / f"made{suffix}"
        result = exporter.export(clip, path, Options())
        assert (result.frames, result.warnings) == (1, ())
        if suffix == ".glb":
            back = Moves(*moves_of(path, clip))
            channels = Glb(path).channels()
            assert {path for _, path in channels} == {"rotation", "translation"}
            assert all((len(times), len(track)) == (1, 1) for times, track in channels.values())
            assert all(times[0, 0] == 0 for times, _ in channels.values())
            (report,) = validate([path])
            assert [m for m in report["messages"] if m["severity"] == "error"] == []
        else:
            back = reread(path, clip, RATE, session=session)
        assert_stands_as(clip, back.world, back.rest)


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
    (told,) = result.warnings
    assert told == (
        "given.blend: its animations are left out: newer, older, propAction. "
        "--backend blender --format blend keeps them."
    )
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
