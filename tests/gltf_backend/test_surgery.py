"""Surgery: a character moves as the clip says, however its nodes stand; all else is kept."""

from __future__ import annotations

import copy
import json

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import gltf
from retarget.errors import RetargetError, UsageError
from retarget.options import Options
from retarget.testing.glb import read_glb
from retarget.values import RootMotion
from retarget_gltf.exporter import GltfExporter
from support import characters
from support.generated import clip_of, world_of
from support.peers import three_world, validate
from support.surgery import keys_of, loaded, played, rig_of, without_additions

FRAMES = [0, 1, 7, 23]
ODD = Rotation.from_euler("xyz", [-90, 20, 70], degrees=True)


def between(glb):
    """A node that is no joint, turned, between the thigh and the knee."""
    new = glb.copy()
    hip, knee = new.node("mixamorig:LeftUpLeg"), new.node("mixamorig:LeftLeg")
    spacer = np.eye(4)
    spacer[:3, :3] = ODD.as_matrix()
    new.json["nodes"].append({"name": "spacer", "children": [knee]})
    children = new.json["nodes"][hip]["children"]
    children[children.index(knee)] = len(new.json["nodes"]) - 1
    local = new.local(knee)
    new.set_local(len(new.json["nodes"]) - 1, spacer)
    new.set_local(knee, np.linalg.inv(spacer) @ local)
    return new


def unnamed(glb):
    new = glb.copy()
    for node in new.json["nodes"]:
        if node.get("name") != "mixamorig:Hips":
            del node["name"]
    return new


def decorated(glb):
    """What other programs leave in a file: extensions, extras, empty names, odd text."""
    new = glb.copy()
    new.json["asset"] |= {"copyright": "ich © 2026 動", "extras": {"vendor": None}}
    new.json |= {"extensionsUsed": ["VENDOR_thing"], "extras": [1, 2.5, {"a": []}]}
    new.json["extensions"] = {"VENDOR_thing": {"buffer": 0, "empty": {}, "list": []}}
    new.json["nodes"][3] |= {"name": "", "extras": {"half": "\ud800"}}
    new.json["buffers"][0] |= {"name": "mesh data", "extras": {"keep": True}}
    new.json["samplers"] = [{}]
    return new


VARIANTS = {
    "as it is": lambda g: g,
    "scaled armature": lambda g: characters.scaled_armature(g, 0.01),
    "scaled and turned": lambda g: characters.scaled_armature(g, 0.01, ODD),
    "below a moved root": lambda g: characters.turned(g, ODD, (3, -2, 1)),
    "matrices": characters.as_matrices,
    "rolled": characters.rolled,
    "a node between": between,
    "unnamed": unnamed,
    "decorated": decorated,
}


@pytest.fixture(params=list(VARIANTS))
def hero(request, tmp_path):
    """A variant of the character, and its path."""
    glb = VARIANTS[request.param](characters.mixamo())
    return glb, glb.save(tmp_path / "hero.glb")


def hips_rig(path, **more):
    return rig_of(path, {"pelvis": "mixamorig:Hips"}, **more)


def export(clip, path, **extra):
    return GltfExporter().export(clip, path, Options(extra=extra))


def assert_plays(glb, clip, turn=None, *, within=1e-5, animation=-1):
    """Assert that the nodes go where the clip's joints do, in the file's world."""
    nodes = clip.rig.asset.nodes
    seen = played(glb, FRAMES, animation)[:, nodes]
    truth = world_of(clip, FRAMES)
    back = np.eye(4)
    back[:3, :3] = (turn or Rotation.identity()).inv().as_matrix()
    truth = back @ truth
    np.testing.assert_allclose(seen[..., :3, 3], truth[..., :3, 3], atol=within)
    axes = seen[..., :3, :3] / np.linalg.norm(seen[..., :3, :3], axis=-2, keepdims=True)
    np.testing.assert_allclose(axes, truth[..., :3, :3], atol=within)


def test_the_character_moves_as_the_clip_says(hero, tmp_path):
    _, path = hero
    clip = clip_of(hips_rig(path), 24)
    export(clip, tmp_path / "out.glb")
    assert_plays(loaded(tmp_path / "out.glb"), clip)


def test_everything_else_is_kept(hero, tmp_path):
    glb, path = hero
    before = copy.deepcopy(glb.json)
    rig = hips_rig(path)
    export(clip_of(rig, 24), tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    left = without_additions(out.json, before)
    animated = {node for node, _ in keys_of(out, out.json["animations"][-1])}
    for i, node in enumerate(before["nodes"]):
        if "matrix" in node and i in animated:
            kept, local = left["nodes"][i], glb.local(i)
            assert {k for k in kept if k not in node} == {"translation", "rotation", "scale"}
            np.testing.assert_allclose(out.local(i), local, atol=1e-6)
            left["nodes"][i] = node
    assert left == before
    assert json.dumps(left) == json.dumps(before)  # the order of keys, too
    assert out.bin.startswith(glb.bin)
    assert rig.asset.gltf.json == before


def test_at_rest_the_nodes_keys_are_the_nodes_transforms(hero, tmp_path):
    glb, path = hero
    rig = hips_rig(path)
    clip = clip_of(rig, 2, still=rig.skeleton.names)
    still = np.repeat(rig.skeleton.rest_translations[:1], 2, axis=0)
    export(attrs.evolve(clip, root_translations=still), tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    for (node, kind), (_, values) in keys_of(out, out.json["animations"][0]).items():
        local = glb.local(node)
        if kind == "translation":
            reach = max(1.0, np.abs(local[:3, 3]).max())  # an armature of 0.01 has centimetres
            np.testing.assert_allclose(values[0], local[:3, 3], atol=1e-6 * reach)
        else:
            axes = local[:3, :3] / np.linalg.norm(local[:3, :3], axis=0)
            turned = Rotation.from_quat(values[0]) * Rotation.from_matrix(axes).inv()
            assert turned.magnitude() < 2e-6


def test_the_validator_finds_nothing_new(hero, tmp_path):
    _, path = hero
    out = tmp_path / "out.glb"
    clip = clip_of(hips_rig(path), 24)
    export(clip, out)
    export(clip, tmp_path / "small.glb", gltf_encoding="int16")
    given, *reports = validate([path, out, tmp_path / "small.glb"])
    known = {(m["code"], m["pointer"]) for m in given["messages"]}
    for report in reports:
        new = [m for m in report["messages"] if (m["code"], m["pointer"]) not in known]
        assert [m for m in new if m["severity"] in ("error", "warning")] == []


@pytest.mark.parametrize("name", ["as it is", "scaled and turned", "matrices", "a node between"])
def test_three_sees_the_clip(name, tmp_path):
    path = VARIANTS[name](characters.mixamo()).save(tmp_path / "hero.glb")
    clip = clip_of(hips_rig(path), 24, fps=30.0)
    export(clip, tmp_path / "out.glb")
    seen = three_world(tmp_path / "out.glb", [f / 30 for f in FRAMES])
    assert seen["unbound"] == []
    truth = world_of(clip, FRAMES)
    for j, joint in enumerate(clip.rig.skeleton.names):
        if joint in seen["matrices"]:
            error = np.abs(seen["matrices"][joint][:, :3, 3] - truth[:, j, :3, 3]).max()
            assert error < 1e-5, joint


@pytest.mark.parametrize("turn", [characters.Z_UP.inv(), ODD])
def test_a_rig_that_stands_otherwise_than_its_file(turn, tmp_path):
    path = characters.turned(characters.mixamo(), turn.inv(), (1, 2, 3)).save(tmp_path / "hero.glb")
    clip = clip_of(hips_rig(path, turn=turn), 24)
    export(clip, tmp_path / "out.glb")
    assert_plays(loaded(tmp_path / "out.glb"), clip, turn)


def test_every_joint_of_the_skin_has_a_channel_and_no_other_node(tmp_path):
    glb = between(characters.mixamo())
    rig = hips_rig(glb.save(tmp_path / "hero.glb"))
    export(clip_of(rig, 24, still=["spacer", "mixamorig:Neck"]), tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    keys = keys_of(out, out.json["animations"][0])
    hips = glb.node("mixamorig:Hips")
    wanted = {(joint, "rotation") for joint in glb.joints()} | {(hips, "translation")}
    assert set(keys) == wanted
    assert len(keys[glb.node("mixamorig:Neck"), "rotation"][1]) == 1


def test_a_node_between_that_the_clip_moves_has_one(tmp_path):
    glb = between(characters.mixamo())
    clip = clip_of(hips_rig(glb.save(tmp_path / "hero.glb")), 24)
    export(clip, tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    assert (glb.node("spacer"), "rotation") in keys_of(out, out.json["animations"][0])
    assert_plays(out, clip)


def test_a_joint_above_the_skeleton_is_held_where_it_rests(tmp_path):
    glb = characters.game_engine()
    rig = rig_of(glb.save(tmp_path / "hero.glb"), {"pelvis": "pelvis"})
    clip = clip_of(rig, 24)
    export(clip, tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    keys, root = keys_of(out, out.json["animations"][0]), glb.node("Root")
    for path in ("rotation", "translation"):
        times, values = keys[root, path]
        assert times.tolist() == [0]
        np.testing.assert_allclose(values[0], glb.json["nodes"][root][path], atol=1e-7)
    assert_plays(out, clip)


def test_what_other_animations_move_above_the_skeleton_is_held_too(tmp_path):
    glb = with_animation(characters.mixamo(), "Armature", [[5, 6, 7]])
    rig = hips_rig(glb.save(tmp_path / "hero.glb"))
    clip = clip_of(rig, 24)
    export(clip, tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    armature = glb.node("Armature")
    _, values = keys_of(out, out.json["animations"][1])[armature, "translation"]
    assert values.tolist() == [[0, 0, 0]]
    for node in out.json["nodes"]:  # as another animation would leave it
        if node.get("name") == "Armature":
            node["translation"] = [5, 6, 7]
    assert_plays(out, clip)


def with_animation(glb, node, places, name="waves"):
    new = glb.copy()
    places = np.array(places, "<f4")
    times = new.add(np.arange(len(places), dtype="<f4")[:, None], "SCALAR")
    new.json["accessors"][times] |= {"min": [0.0], "max": [len(places) - 1.0]}
    sampler = {"input": times, "output": new.add(places, "VEC3")}
    target = {"node": new.node(node), "path": "translation"}
    new.json.setdefault("animations", []).append(
        {"name": name, "samplers": [sampler], "channels": [{"sampler": 0, "target": target}]}
    )
    return new


def test_the_files_animations_stay_and_names_are_told_apart(tmp_path):
    glb = with_animation(characters.mixamo(), "mixamorig:Head", [[0, 1, 0], [0, 2, 0]])
    rig = hips_rig(glb.save(tmp_path / "hero.glb"))
    export(clip_of(rig, 24), tmp_path / "out.glb", gltf_animations="append")
    out = loaded(tmp_path / "out.glb")
    assert [a["name"] for a in out.json["animations"]] == ["waves", "waves_2"]
    assert out.json["animations"][0] == glb.json["animations"][0]


@pytest.mark.parametrize("name", ["hero.glb", "link.glb", "away/../hero.glb", "new/../hero.glb"])
def test_the_users_file_is_never_written_to(name, tmp_path):
    path = characters.mixamo().save(tmp_path / "hero.glb")
    (tmp_path / "away").mkdir()
    (tmp_path / "link.glb").symlink_to(path)
    before, clip = path.read_bytes(), clip_of(hips_rig(path), 4)
    with pytest.raises(UsageError, match=r"target itself.*another output"):
        GltfExporter().export(clip, tmp_path / name, Options(force=True))
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["away", "hero.glb", "link.glb"]


def test_nor_are_the_buffers_and_images_beside_it(tmp_path):
    glb = characters.mixamo()
    glb.json["buffers"][0]["uri"] = "hero%20data.bin"
    glb.json["images"] = [{"uri": "skin.glb"}, {"uri": "data:image/png;base64,"}]
    (tmp_path / "hero.gltf").write_text(json.dumps(glb.json))
    (tmp_path / "hero data.bin").write_bytes(glb.bin)
    (tmp_path / "skin.glb").write_bytes(b"an image, whatever it is called")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    clip = clip_of(hips_rig(tmp_path / "hero.gltf"), 4)
    for name in ("hero data.gltf", "skin.glb"):
        with pytest.raises(UsageError, match=r"part of the target .*hero\.gltf"):
            GltfExporter().export(clip, tmp_path / name, Options(force=True))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_or_go(tmp_path):
    glb = with_animation(characters.mixamo(), "mixamorig:Head", [[0, 1, 0], [0, 2, 0]])
    clip = clip_of(hips_rig(glb.save(tmp_path / "hero.glb")), 24)
    export(clip, tmp_path / "out.glb", gltf_animations="replace")
    out = loaded(tmp_path / "out.glb")
    assert [a["name"] for a in out.json["animations"]] == ["waves"]
    assert out.json["accessors"][: len(glb.json["accessors"])] == glb.json["accessors"]
    assert out.bin.startswith(glb.bin)
    assert_plays(out, clip)


def test_the_animation_says_how_it_was_made(tmp_path):
    path = characters.mixamo().save(tmp_path / "hero.glb")
    clip = clip_of(hips_rig(path), 3, provenance={"source": "walk.npz", "passes": []})
    export(clip, tmp_path / "out.glb")
    document = loaded(tmp_path / "out.glb").json
    extras = document["animations"][0]["extras"]
    assert extras == {"backend": "gltf", "fps": 60.0, "source": "walk.npz", "passes": []}
    assert document["asset"] == gltf.read(path).json["asset"]


def test_a_matrix_that_is_sheared_is_refused_by_name(tmp_path):
    glb = characters.mixamo()
    node = glb.json["nodes"][glb.node("mixamorig:Head")]
    rig = hips_rig(glb.save(tmp_path / "hero.glb"))
    sheared = np.eye(4)
    sheared[0, 1] = 0.3
    broken = glb.copy()
    for key in ("translation", "rotation", "scale"):
        broken.json["nodes"][glb.node("mixamorig:Head")].pop(key, None)
    broken.json["nodes"][glb.node("mixamorig:Head")]["matrix"] = sheared.T.ravel().tolist()
    file = gltf.parse(broken.bytes(), "hero.glb")
    rig = attrs.evolve(rig, asset=attrs.evolve(rig.asset, gltf=file))
    with pytest.raises(RetargetError, match=r"hero\.glb.*Head.*shear"):
        export(clip_of(rig, 3), tmp_path / "out.glb")
    assert not (tmp_path / "out.glb").exists()
    assert node["name"] == "mixamorig:Head"


def test_what_stands_above_the_hips_must_have_a_size(tmp_path):
    glb = characters.mixamo()
    rig = hips_rig(glb.save(tmp_path / "hero.glb"))
    glb.json["nodes"][glb.node("Armature")]["scale"] = [0, 0, 0]
    file = gltf.parse(glb.bytes(), "hero.glb")
    rig = attrs.evolve(rig, asset=attrs.evolve(rig.asset, gltf=file))
    with pytest.raises(RetargetError, match=r"hero\.glb.*Armature.*scale"):
        export(clip_of(rig, 3), tmp_path / "out.glb")


@pytest.mark.parametrize(
    ("option", "value"),
    [("gltf_encoding", "int8"), ("gltf_animations", "drop")],
)
def test_options_that_are_none_are_refused(option, value, tmp_path):
    path = characters.mixamo().save(tmp_path / "hero.glb")
    with pytest.raises(UsageError, match=value):
        export(clip_of(hips_rig(path), 3), tmp_path / "out.glb", **{option: value})
    assert not (tmp_path / "out.glb").exists()


def test_exporting_again_gives_the_same_bytes(tmp_path):
    clip = clip_of(hips_rig(characters.mixamo().save(tmp_path / "hero.glb")), 24)
    exporter = GltfExporter()
    for name in "abc":
        exporter.export(clip, tmp_path / f"{name}.glb", Options())
    export(clip, tmp_path / "d.glb")
    assert len({(tmp_path / f"{name}.glb").read_bytes() for name in "abcd"}) == 1


@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_travel_on_the_root_joint_changes_no_world_transform(scale, tmp_path):
    """Unreal's `Root` goes along; everything below it is seen where it was."""
    hero = characters.scaled_armature(characters.game_engine(), scale)
    rig = retarget.load_rig(hero.save(tmp_path / "hero.glb"))
    clip = clip_of(rig, 9)
    root = hero.node("Root")
    assert rig.asset.root_joint == root
    yaw = Rotation.from_rotvec(np.linspace(0, 2.5, 9)[:, None] * [0, 1, 0])
    way = np.linspace([0, 0, 0], [1.0, 0.0, 2.0], 9)
    moved = attrs.evolve(clip, root_motion=RootMotion(rotations=yaw.as_quat(), translations=way))
    export(clip, tmp_path / "plain.glb")
    export(moved, tmp_path / "moved.glb")
    plain, travelled = (read_glb(tmp_path / n) for n in ("plain.glb", "moved.glb"))
    times = plain.key_times
    before, after = plain.sample(times), travelled.sample(times)
    rest = plain.rest()[root]
    others = [n for n in range(len(plain.names)) if n in rig.asset.nodes]
    assert np.abs(before[others] - after[others])[..., :3, 3].max() < 1e-5
    assert np.abs(before[others] - after[others]).max() < 1e-5
    for f in range(9):
        travel = np.eye(4)
        travel[:3, :3], travel[:3, 3] = yaw[f].as_matrix(), way[f]
        assert np.abs(after[root, f] - travel @ rest)[:3, 3].max() < 1e-5
        assert np.abs(after[root, f] - travel @ rest).max() < 1e-5
    assert np.abs(before[root] - rest).max() < 1e-6
