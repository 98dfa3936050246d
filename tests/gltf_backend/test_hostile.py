"""Damaged documents: a clear error, or the animation added to what is there; never a traceback."""

from __future__ import annotations

import copy
import json

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retarget import gltf
from retarget.errors import RetargetError
from retarget.options import Options
from retarget_gltf.exporter import GltfExporter
from support import characters
from support.generated import clip_of
from support.surgery import loaded, rig_of

JUNK = st.sampled_from([None, True, -1, 3, 10**18, 1.5, "x", "", [], {}, [[]], [{}], {"a": 1}, [9]])


def places(value, path=()):
    """The path of every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, held in items:
        yield (*path, key)
        if isinstance(held, (dict, list)):
            yield from places(held, (*path, key))


def small():
    """A few joints, a skin, an animation, two buffers, an image: something of everything."""
    glb = characters.Glb({"asset": {"version": "2.0"}, "scene": 0}, b"")
    glb.json["nodes"] = [
        {"name": "Armature", "children": [1], "scale": [0.5, 0.5, 0.5]},
        {
            "name": "Hips",
            "children": [2],
            "matrix": [1.0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 1],
        },
        {"name": "Spine", "translation": [0, 1, 0]},
    ]
    glb.json["scenes"] = [{"nodes": [0]}]
    times = glb.add(np.array([[0.0], [1.0]], "<f4"), "SCALAR")
    moved = glb.add(np.zeros((2, 3), "<f4"), "VEC3")
    glb.json["skins"] = [{"joints": [1, 2], "skeleton": 1}]
    glb.json["animations"] = [
        {
            "name": "old",
            "samplers": [{"input": times, "output": moved}],
            "channels": [{"sampler": 0, "target": {"node": 0, "path": "translation"}}],
        }
    ]
    glb.json["images"] = [{"uri": "x.png"}, {"bufferView": 0, "mimeType": "image/png"}]
    glb.json["buffers"].append({"byteLength": 3, "uri": "data:;base64,AAAA"})
    glb.json["bufferViews"].append({"buffer": 1, "byteLength": 3, "byteOffset": 0})
    extension = {"buffer": 1, "byteOffset": 0, "byteLength": 3}
    glb.json["bufferViews"].append(
        {"buffer": 0, "byteLength": 3, "extensions": {"EXT_meshopt_compression": extension}}
    )
    return glb


GOOD = small()
PLACES = list(places(GOOD.json))


def test_the_good_one_works(tmp_path):
    rig = rig_of(GOOD.save(tmp_path / "hero.glb"), {"pelvis": "Hips"})
    result = GltfExporter().export(clip_of(rig, 3), tmp_path / "out.glb", Options())
    assert len(loaded(tmp_path / "out.glb").json["animations"]) == 2
    (warning,) = result.warnings
    assert "x.png" in warning


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=400
)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_a_damaged_document(tmp_path, damage):
    rig = rig_of(GOOD.save(tmp_path / "hero.glb"), {"pelvis": "Hips"})
    document = copy.deepcopy(GOOD.json)
    for place, junk in damage:
        holder = document
        try:
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = copy.deepcopy(junk)
        except (TypeError, KeyError, IndexError):
            continue
    told = ""
    try:
        file = gltf.parse(characters.Glb(document, GOOD.bin).bytes(), "hero.glb", tmp_path)
        broken = attrs.evolve(rig, asset=attrs.evolve(rig.asset, gltf=file))
        GltfExporter().export(clip_of(broken, 3), tmp_path / "out.glb", Options(force=True))
    except RetargetError as error:
        told = str(error)
    if told:
        assert "hero.glb" in told
    else:
        assert loaded(tmp_path / "out.glb").json["asset"] == document["asset"]


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_that_json_cannot_say_again(tmp_path, number):
    rig = rig_of(GOOD.save(tmp_path / "hero.glb"), {"pelvis": "Hips"})
    text = json.dumps(GOOD.json | {"extras": "HERE"}).replace('"HERE"', number)
    file = attrs.evolve(rig.asset.gltf, json=json.loads(text))
    broken = attrs.evolve(rig, asset=attrs.evolve(rig.asset, gltf=file))
    with pytest.raises(RetargetError, match=r"hero\.glb.*JSON"):
        GltfExporter().export(clip_of(broken, 3), tmp_path / "out.glb", Options())
    assert not (tmp_path / "out.glb").exists()
