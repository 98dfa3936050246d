"""Clips beside other animations of a file: played after any of them, ours begin from rest."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget.options import Options
from retarget_gltf.exporter import GltfExporter
from support import characters
from support.generated import clip_of
from support.peers import validate
from support.surgery import keys_of, loaded, played, rig_of

FRAMES = [0, 7, 23]

WIDTH = {"translation": "VEC3", "rotation": "VEC4", "scale": "VEC3"}


def moving(glb, nodes, paths=tuple(WIDTH), name="stretch"):
    """A file with one animation more, which leaves these nodes far from their rest."""
    new, rng = glb.copy(), np.random.default_rng(7)
    times = new.add(np.array([[0.0], [1.0]], "<f4"), "SCALAR")
    new.json["accessors"][times] |= {"min": [0.0], "max": [1.0]}
    samplers, channels = [], []
    for node in nodes:
        for path in paths:
            if path == "rotation":
                keys = Rotation.random(2, rng=rng).as_quat()
            else:
                keys = rng.uniform(1.1, 1.6, (2, 3))
            output = new.add(np.array(keys, "<f4"), WIDTH[path])
            channels.append({"sampler": len(samplers), "target": {"node": node, "path": path}})
            samplers.append({"input": times, "output": output})
    animation = {"name": name, "samplers": samplers, "channels": channels}
    new.json.setdefault("animations", []).append(animation)
    return new


def after(glb, animation, frames, mine):
    """World matrices of animation `mine`, where `animation` played before it to its end."""
    left = glb.copy()
    for (node, path), (_, values) in keys_of(glb, glb.json["animations"][animation]).items():
        left.json["nodes"][node][path] = values[-1].tolist()
    return played(left, frames, mine)


def export(clips, path, **extra):
    GltfExporter().export_all(iter(clips), path, Options(extra=extra))
    return loaded(path)


def hips_rig(path):
    return rig_of(path, {"pelvis": "mixamorig:Hips"})


def within_and_above(glb):
    return [*glb.joints(), glb.node("Armature")]


@pytest.mark.parametrize("paths", [("translation",), ("scale",), tuple(WIDTH)])
def test_ours_begins_from_rest_whatever_another_did_to_the_joints(tmp_path, paths):
    hero = characters.mixamo()
    glb = moving(hero, sorted(within_and_above(hero)), paths)
    rig = hips_rig(glb.save(tmp_path / "hero.glb"))
    out = export([clip_of(rig, 24)], tmp_path / "out.glb")
    seen = after(out, 0, FRAMES, 1)[:, rig.asset.nodes]
    np.testing.assert_array_equal(seen, played(out, FRAMES, 1)[:, rig.asset.nodes])
    plain = hips_rig(hero.save(tmp_path / "plain.glb"))
    alone = export([clip_of(plain, 24)], tmp_path / "alone.glb")
    expected = played(alone, FRAMES)[:, plain.asset.nodes]
    np.testing.assert_allclose(seen, expected, atol=1e-6)
    (before, report) = validate([tmp_path / "hero.glb", tmp_path / "out.glb"])
    assert report["counts"] == before["counts"]


def test_what_is_held_is_what_another_moves_and_nothing_more(tmp_path):
    hero = characters.mixamo()
    head, hips, armature = (hero.node(n) for n in ("mixamorig:Head", "mixamorig:Hips", "Armature"))
    glb = moving(hero, [head, hips, armature], ("translation", "scale"))
    out = export([clip_of(hips_rig(glb.save(tmp_path / "hero.glb")), 24)], tmp_path / "out.glb")
    plain = export([clip_of(hips_rig(hero.save(tmp_path / "plain.glb")), 24)], tmp_path / "a.glb")
    held = keys_of(out, out.json["animations"][1])
    more = held.keys() - keys_of(plain, plain.json["animations"][0]).keys()
    assert more == {
        (head, "translation"), (head, "scale"), (hips, "scale"),
        (armature, "translation"), (armature, "scale"),
    }  # fmt: skip
    for node, path in more:
        times, values = held[node, path]
        assert times.tolist() == [0]
        rest = hero.json["nodes"][node].get(path, [1.0] * 3 if path == "scale" else [0.0] * 3)
        np.testing.assert_allclose(values, [rest], atol=1e-7)


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_others_that_go_or_move_nothing_of_ours_change_nothing(tmp_path, mode):
    hero = characters.mixamo()
    sword = hero.copy()
    sword.json["nodes"].append({"name": "Sword"})
    sword.json["scenes"][0]["nodes"].append(len(sword.json["nodes"]) - 1)
    nodes = [len(sword.json["nodes"]) - 1] if mode == "append" else within_and_above(hero)
    glb = moving(sword, nodes)
    told = []
    for name, file in (("with", glb), ("without", sword)):
        rig = hips_rig(file.save(tmp_path / f"{name}.glb"))
        out = export([clip_of(rig, 24)], tmp_path / f"{name}_out.glb", gltf_animations=mode)
        told.append(keys_of(out, out.json["animations"][-1]))
    assert told[0].keys() == told[1].keys()
    for key, (times, values) in told[0].items():
        np.testing.assert_array_equal(times, told[1][key][0])
        np.testing.assert_array_equal(values, told[1][key][1])


def test_a_damaged_target_of_another_animation_is_none_of_ours(tmp_path):
    hero = characters.mixamo()
    glb = moving(hero, [10_000, -3, "head"])
    export([clip_of(hips_rig(glb.save(tmp_path / "hero.glb")), 4)], tmp_path / "out.glb")


def test_nor_does_one_of_ours_lead_into_another(tmp_path):
    glb = characters.with_node_between(characters.game_engine(), "calf_l", "Offset")
    path = glb.save(tmp_path / "hero.glb")
    rig = rig_of(path, {"pelvis": "pelvis"})
    assert glb.node("Offset") not in glb.joints()  # without a clip that moves it, it has no key
    clips = [clip_of(rig, 24), clip_of(rig, 24, seed=1, still=["Offset"])]
    out = export(clips, tmp_path / "out.glb")
    nodes = rig.asset.nodes
    alone = export(clips[1:], tmp_path / "alone.glb")
    assert (glb.node("Offset"), "rotation") not in keys_of(alone, alone.json["animations"][0])
    np.testing.assert_allclose(
        after(out, 0, FRAMES, 1)[:, nodes], played(alone, FRAMES)[:, nodes], atol=1e-6
    )
