"""Files that hold animations of their own: what else is in them rests, and what is lost is told."""

from __future__ import annotations

import base64

import numpy as np
import pytest

import retarget_blender
from blender_backend.characters import (
    RATE,
    Moves,
    assert_moves_as,
    clip_of,
    given,
    moves_of,
    rig_at,
    varied,
)
from blender_backend.fbx_text import as_text
from blender_backend.rereading import reread
from blender_backend.test_character_odd import edited
from retarget import kinds
from retarget.options import Options
from retarget.pipeline import Pipeline
from retarget.plugins import Plugins
from retarget.testing.glb import read_glb
from retarget_blender.fbx_file import takes
from support.motions import motion

HAND, ARM = "mixamorig:RightHand", "mixamorig:LeftArm"


def idling(document):
    """Props, one in a hand, a shape, and two animations, neither of which begins at rest."""
    keys = {
        "times": ("SCALAR", [[0], [1]]),
        "places": ("VEC3", [[7, 8, 9], [7, 9, 9]]),
        "scales": ("VEC3", [[3, 3, 3], [4, 4, 4]]),
        "turns": ("VEC4", [[1, 0, 0, 0], [0, 1, 0, 0]]),
        "weights": ("SCALAR", [[0.75], [1]]),
    }
    number = {name: add_keys(document, *values) for name, values in keys.items()}
    nodes = document["nodes"]
    names = [node.get("name") for node in nodes]
    body = names.index("Body")
    mesh = document["meshes"][nodes[body]["mesh"]]
    mesh["weights"], mesh["extras"] = [0.25], {"targetNames": ["smile"]}
    for primitive in mesh["primitives"]:
        primitive["targets"] = [{"POSITION": primitive["attributes"]["POSITION"]}]
    crate, sword = len(nodes), len(nodes) + 1
    nodes += [
        {"name": "crate", "translation": [2, 0.5, -1]},
        {"name": "sword", "rotation": [0, 0.6, 0, 0.8], "scale": [2, 1, 1]},
    ]
    document["scenes"][0]["nodes"].append(crate)
    nodes[names.index(HAND)].setdefault("children", []).append(sword)
    moves = [
        (crate, "translation", "places"), (sword, "scale", "scales"), (body, "weights", "weights"),
        (names.index(ARM), "rotation", "turns"), (crate, "rotation", "turns"),
    ]  # fmt: skip
    animation = {
        "samplers": [{"input": number["times"], "output": number[key]} for *_, key in moves],
        "channels": [
            {"sampler": n, "target": {"node": node, "path": path}}
            for n, (node, path, _) in enumerate(moves)
        ],
    }
    document["animations"] = [{"name": "idle", **animation}, animation]


def add_keys(document, kind, values):
    """Add an accessor whose buffer is in the document; return its number."""
    data = np.array(values, "<f4")
    text = base64.b64encode(data.tobytes()).decode()
    document["buffers"].append({
        "uri": f"data:application/octet-stream;base64,{text}", "byteLength": data.nbytes
    })  # fmt: skip
    document["bufferViews"].append({
        "buffer": len(document["buffers"]) - 1, "byteLength": data.nbytes
    })  # fmt: skip
    document["accessors"].append({
        "bufferView": len(document["bufferViews"]) - 1, "componentType": 5126, "type": kind,
        "count": len(data), "min": data.min(axis=0).tolist(), "max": data.max(axis=0).tolist(),
    })  # fmt: skip
    return len(document["accessors"]) - 1


@pytest.fixture
def idle(session, exporter, tmp_path):  # noqa: ARG001
    """A clip of a character that has animations, and what is told where it is written."""

    def make(suffix):
        clip = clip_of(rig_at(edited(tmp_path / "given.glb", idling)))
        made = tmp_path / f"made{suffix}"
        return clip, made, exporter.export(clip, made, Options()).warnings

    return make


LEFT_OUT = "given.glb: its animations are left out: idle, number 1."


def test_what_a_gltf_moves_rests_in_a_glb(idle, tmp_path):
    clip, made, warnings = idle(".glb")
    assert warnings == (f"{LEFT_OUT} --backend gltf and --format blend keep them.",)
    assert_moves_as(clip, *moves_of(made, clip))
    before, after = read_glb(tmp_path / "given.glb"), read_glb(made)
    assert [animation["name"] for animation in after.document["animations"]] == [clip.name]
    for name in ("crate", "sword", HAND, ARM):
        place = before.rest()[before.names.index(name)]
        assert after.rest()[after.names.index(name)] == pytest.approx(place, abs=2e-5), name
    (mesh,) = after.document["meshes"]
    assert mesh["weights"] == [0.25]


@pytest.mark.parametrize("suffix", [".fbx", ".blend"])
def test_what_a_gltf_moves_rests_in_other_formats(suffix, idle, session, tmp_path):
    clip, made, warnings = idle(suffix)
    back = reread(made, clip, RATE, session=session)
    assert_moves_as(clip, back.world, back.rest)
    before = read_glb(tmp_path / "given.glb")
    x, y, z = before.rest()[before.names.index("crate")][:3, 3]
    crate = np.array(back.said["places"]["crate"])
    assert crate[:3, 3] == pytest.approx([x, -z, y], abs=1e-5)
    # FBX knows percents of a shape, and axes of its own: no more than the size of its turn.
    assert np.linalg.norm(crate[:3, :3], axis=0) == pytest.approx([1, 1, 1], abs=1e-5)
    assert back.said["shapes"]["smile"] == pytest.approx(0.25, abs=1e-6)
    if suffix == ".fbx":
        assert warnings == (f"{LEFT_OUT} --backend gltf and --format blend keep them.",)
        return
    assert warnings == ("given.glb: its NLA tracks (2) are switched off and kept.",)
    assert back.said["rig"]["tracks"] == ["Anim_1", "idle"]
    assert {"idle", "Anim_1"} < set(back.said["things"]["actions"])


def test_of_many_actions_some_are_named(session, exporter, tmp_path):
    path = varied(session, given("mixamo", "blend"), tmp_path / "given.blend", "busy")
    clip = clip_of(rig_at(path))
    (told,) = exporter.export(clip, tmp_path / "made.glb", Options()).warnings
    assert told == (
        "given.blend: its animations are left out: take 00, take 01, take 02, "
        "take 03, take 04, take 05, take 06, take 07 and 12 more. "
        "--backend blender --format blend keeps them."
    )


def test_takes_of_an_fbx_are_told_whatever_is_written(session, exporter, tmp_path):
    path = varied(session, given("mixamo", "blend"), tmp_path / "given.fbx", "acted", baked=True)
    names = takes(path)
    assert names == [
        "older", "Armature|newer", "Armature|older", "Armature|propAction", "prop|propAction"
    ]  # fmt: skip
    (tmp_path / "text.fbx").write_text(as_text(path.read_bytes()))
    assert takes(tmp_path / "text.fbx") == names
    clip = clip_of(rig_at(path))
    for suffix in (".glb", ".fbx", ".blend"):
        made = tmp_path / f"made{suffix}"
        (told,) = exporter.export(clip, made, Options()).warnings
        assert told == f"given.fbx: its animations are left out: {', '.join(names)}."
        if suffix == ".glb":
            back = Moves(*moves_of(made, clip))
        else:
            back = reread(made, clip, RATE, session=session)
        assert_moves_as(clip, back.world, back.rest)


# Told whoever writes

ACTS = (
    "given.blend: its animations are left out: newer, older, propAction. "
    "--backend blender --format blend keeps them."
)
TAKES = (
    "given.fbx: its animations are left out: older, Armature|newer, Armature|older, "
    "Armature|propAction, prop|propAction."
)


@pytest.fixture
def told(session, exporter, tmp_path, monkeypatch):
    """What is told of animations where a motion is put onto a changed character."""
    monkeypatch.setattr("retarget_blender.exporter.BlenderExporter", lambda: exporter)

    def of(suffix, what, made, backend, **options):
        path = tmp_path / f"given{suffix}"
        varied(session, given("mixamo", "blend"), path, *what, baked=True)
        plugins = Plugins()
        if "blender" not in plugins.offers(kinds.EXPORTER):
            plugins.register(retarget_blender, "retarget-blender-here")
        pipeline = Pipeline.prepare(
            target=path, backend=backend, passes=(), options=Options(**options), plugins=plugins
        )
        warnings = pipeline.convert(motion(frames=4)[0], tmp_path / made).warnings
        return [warning for warning in warnings if "animation" in warning]

    return of


@pytest.mark.parametrize(("suffix", "words"), [(".blend", ACTS), (".fbx", TAKES)])
@pytest.mark.parametrize("backend", ["gltf", "blender"])
def test_what_the_conversion_lost_is_told_once_whoever_writes(suffix, words, backend, told):
    assert told(suffix, ["acted"], "made.glb", backend) == [words]


def test_nothing_is_told_where_a_blend_keeps_the_actions(told):
    assert told(".blend", ["acted"], "made.blend", "blender", format="blend") == []
    assert told(".blend", ["acted"], "named.blend", "blender") == []


def test_no_format_keeps_the_takes_of_an_fbx(told):
    assert told(".fbx", ["acted"], "made.blend", "blender", format="blend") == [TAKES]


@pytest.mark.parametrize("suffix", [".blend", ".fbx"])
@pytest.mark.parametrize("backend", ["gltf", "blender"])
def test_nothing_is_told_of_a_file_without_animations(suffix, backend, told):
    assert told(suffix, [], "made.glb", backend) == []
