"""Rigs whose joints hang elsewhere in the file than in the body: flat, torn, constraint driven."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gltf_backend.test_surgery import (
    FRAMES,
    ODD,
    VARIANTS,
    assert_plays,
    export,
    hips_rig,
    with_animation,
)
from retarget import gltf
from retarget.errors import RetargetError
from retarget.options import Options
from retarget.testing.glb import read_glb
from retarget.values import RootMotion
from retarget_gltf.exporter import GltfExporter
from support import characters
from support.generated import clip_of
from support.peers import three_world, validate
from support.surgery import keys_of, loaded, without_additions
from support.torn import (
    ARMS,
    LEGS,
    TEARS,
    added,
    constraint_driven,
    crossed,
    rehung,
    torn_rig,
    under_the_hips,
)


@pytest.fixture(params=list(TEARS))
def tear(request):
    return TEARS[request.param]


@pytest.mark.parametrize(
    "variant",
    ["as it is", "scaled and turned", "matrices", "rolled"],
)
def test_a_torn_character_moves_as_the_clip_says(variant, tear, tmp_path):
    whole = VARIANTS[variant](characters.mixamo())
    clip = clip_of(torn_rig(whole, tear(whole), tmp_path), 24)
    export(clip, tmp_path / "out.glb")
    assert_plays(loaded(tmp_path / "out.glb"), clip)
    export(clip, tmp_path / "small.glb", gltf_encoding="int16")
    assert_plays(loaded(tmp_path / "small.glb"), clip, within=2e-3)


def test_in_a_file_that_is_turned(tear, tmp_path):
    whole = characters.turned(characters.mixamo(), ODD.inv(), (1, 2, 3))
    clip = clip_of(torn_rig(whole, tear(whole), tmp_path, turn=ODD), 24)
    export(clip, tmp_path / "out.glb")
    assert_plays(loaded(tmp_path / "out.glb"), clip, ODD)


def test_far_from_the_origin_a_carried_joint_stays_on(tmp_path):
    """A kilometre off, float32 has 0.06 mm: what hangs from the hips shows none of it."""
    whole = characters.mixamo()
    clip = clip_of(torn_rig(whole, under_the_hips(whole), tmp_path), 24)
    ways = []
    for reach in (0, 1000):
        root = clip.root_translations + np.float32(reach)
        export(attrs.evolve(clip, root_translations=root), tmp_path / f"{reach}.glb")
        out = loaded(tmp_path / f"{reach}.glb")
        keys = keys_of(out, out.json["animations"][0])
        ways.append(keys[out.node("mixamorig:Head"), "translation"][1])
    np.testing.assert_array_equal(*ways)


def test_a_gltf_and_a_merged_file_hold_them_too(tear, tmp_path):
    whole = characters.mixamo()
    rig = torn_rig(whole, tear(whole), tmp_path)
    clips = [clip_of(rig, 24, seed=seed, name=f"clip {seed}") for seed in (1, 2)]
    GltfExporter().export_all(clips, tmp_path / "out.gltf", Options())
    out = loaded(tmp_path / "out.gltf")
    for n, clip in enumerate(clips):
        assert_plays(out, clip, animation=n)
    targets = [set(keys_of(out, animation)) for animation in out.json["animations"]]
    assert targets[0] == targets[1]


@pytest.mark.parametrize("name", list(TEARS))
def test_three_sees_the_clip(name, tmp_path):
    whole = VARIANTS["scaled and turned"](characters.mixamo())
    clip = clip_of(torn_rig(whole, TEARS[name](whole), tmp_path), 24, fps=30.0)
    export(clip, tmp_path / "out.glb")
    seen = three_world(tmp_path / "out.glb", [f / 30 for f in FRAMES])
    assert seen["unbound"] == []
    truth = read_glb(tmp_path / "out.glb")
    wanted = truth.sample([f / 30 for f in FRAMES])
    assert len(seen["matrices"]) >= 52
    for joint, matrices in seen["matrices"].items():
        place = wanted[truth.names.index(joint)][:, :3, 3]
        assert np.abs(matrices[:, :3, 3] - place).max() < 1e-5, joint
    assert_plays(loaded(tmp_path / "out.glb"), clip)


def test_the_validator_finds_nothing_new(tear, tmp_path):
    whole = characters.mixamo()
    rig = torn_rig(whole, tear(whole), tmp_path)
    export(clip_of(rig, 24), tmp_path / "out.glb")
    given, made = validate([rig.asset.path, tmp_path / "out.glb"])
    known = {(m["code"], m["pointer"]) for m in given["messages"]}
    new = [m for m in made["messages"] if (m["code"], m["pointer"]) not in known]
    assert [m for m in new if m["severity"] in ("error", "warning")] == []


def test_everything_else_is_kept(tear, tmp_path):
    whole = characters.mixamo()
    torn = tear(whole)
    export(clip_of(torn_rig(whole, torn, tmp_path), 24), tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    assert without_additions(out.json, torn.json) == torn.json


# Which channels there are


def test_a_torn_joint_has_a_place_and_others_have_none(tmp_path):
    whole = characters.mixamo()
    rig = torn_rig(whole, constraint_driven(whole), tmp_path)
    export(clip_of(rig, 24), tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    keys = keys_of(out, out.json["animations"][0])
    moved = {out.json["nodes"][node]["name"] for node, path in keys if path == "translation"}
    assert moved == {"mixamorig:Hips", *LEGS, *ARMS}
    turned = {out.json["nodes"][node]["name"] for node, path in keys if path == "rotation"}
    assert turned == set(rig.skeleton.names)


def test_what_holds_still_has_one_key_and_what_leaves_rest_for_good_two(tmp_path):
    whole = characters.mixamo()
    rig = torn_rig(whole, crossed(whole), tmp_path)
    rest = rig.skeleton.rest_translations[:1]
    poses = [
        (clip_of(rig, 24, still=rig.skeleton.names), np.repeat(rest, 24, axis=0), 1),
        (clip_of(rig, 24, held=rig.skeleton.names), np.repeat(rest, 24, axis=0), 2),
    ]
    for clip, root, wanted in poses:
        export(attrs.evolve(clip, root_translations=root), tmp_path / f"{wanted}.glb")
        out = loaded(tmp_path / f"{wanted}.glb")
        keys = keys_of(out, out.json["animations"][0])
        for name in ("mixamorig:Head", "mixamorig:LeftHand", "mixamorig:LeftLeg"):
            for path in ("rotation", "translation"):
                values = keys[out.node(name), path][1]
                assert len(values) == wanted, (name, path)
        local = out.local(out.node("mixamorig:Head"))
        values = keys[out.node("mixamorig:Head"), "translation"][1]
        np.testing.assert_allclose(values[0], local[:3, 3], atol=1e-6)


def test_a_torn_joint_of_no_skin_has_channels_too(tmp_path):
    whole = added(characters.mixamo(), "lamp", "mixamorig:Head", turn=Rotation.identity())
    torn = rehung(whole, {"lamp": "Armature"})
    clip = clip_of(torn_rig(whole, torn, tmp_path), 24, still=["lamp"])
    export(clip, tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    lamp = out.node("lamp")
    keys = keys_of(out, out.json["animations"][0])
    assert len(keys[lamp, "translation"][1]) == len(keys[lamp, "rotation"][1]) == 24
    assert_plays(out, clip)


def test_what_other_animations_move_above_a_torn_joint_is_held(tmp_path):
    whole = characters.mixamo()
    torn = with_animation(constraint_driven(whole), "ORG-spine", [[5, 6, 7]])
    clip = clip_of(torn_rig(whole, torn, tmp_path), 24)
    export(clip, tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    stands = out.local(out.node("ORG-spine"))[:3, 3]
    out.json["nodes"][out.node("ORG-spine")]["translation"] = [5, 6, 7]  # as the other leaves it
    _, values = keys_of(out, out.json["animations"][1])[out.node("ORG-spine"), "translation"]
    np.testing.assert_allclose(values, [stands], atol=1e-7)
    assert_plays(out, clip)


def test_a_rig_that_is_whole_costs_no_forward_kinematics(monkeypatch, tmp_path):
    def solve(*_):
        raise AssertionError("it was asked for")

    clip = clip_of(hips_rig(characters.mixamo().save(tmp_path / "hero.glb")), 24)
    monkeypatch.setattr("retarget.fk.NumpyFK.solve", solve)
    export(clip, tmp_path / "out.glb")
    assert_plays(loaded(tmp_path / "out.glb"), clip)


# Travel that the root joint has


@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_travel_on_the_root_joint_leaves_torn_joints_where_they_are(scale, tmp_path):
    """Below the root joint, beside it, and below a joint that moves."""
    whole = characters.scaled_armature(characters.game_engine(), scale)
    torn = added(added(whole, "along", "Root"), "beside", "Armature")
    torn = rehung(
        torn,
        {"thigh_l": "Root", "thigh_r": "along", "upperarm_l": "beside", "upperarm_r": "thigh_l"},
    )
    rig = torn_rig(whole, torn, tmp_path, pelvis="pelvis")
    root = torn.node("Root")
    rig = attrs.evolve(rig, asset=attrs.evolve(rig.asset, root_joint=root))
    clip = clip_of(rig, 24)
    yaw = Rotation.from_rotvec(np.linspace(0, 2.5, 24)[:, None] * [0, 1, 0])
    way = np.linspace([0, 0, 0], [1.0, 0.0, 2.0], 24)
    moved = attrs.evolve(clip, root_motion=RootMotion(rotations=yaw.as_quat(), translations=way))
    export(moved, tmp_path / "out.glb")
    out = loaded(tmp_path / "out.glb")
    assert_plays(out, clip)
    keys = keys_of(out, out.json["animations"][0])
    assert len(keys[root, "translation"][1]) == 24


# What cannot be


def test_what_stands_above_a_torn_joint_must_have_a_size(tmp_path):
    whole = characters.mixamo()
    rig = torn_rig(whole, constraint_driven(whole), tmp_path)
    broken = constraint_driven(whole)
    broken.json["nodes"][broken.node("ORG-shoulder")]["scale"] = [0, 0, 0]
    file = gltf.parse(broken.bytes(), "hero.glb")
    rig = attrs.evolve(rig, asset=attrs.evolve(rig.asset, gltf=file))
    with pytest.raises(RetargetError, match=r"hero\.glb: ORG-shoulder, above .*Arm.*scale"):
        export(clip_of(rig, 3), tmp_path / "out.glb")
    assert not (tmp_path / "out.glb").exists()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_refused(value, tmp_path):
    whole = characters.mixamo()
    clip = clip_of(torn_rig(whole, crossed(whole), tmp_path), 24)
    rotations = clip.rotations.copy()
    rotations[clip.rig.skeleton.index["mixamorig:LeftUpLeg"], 7] = value
    with pytest.raises(RetargetError, match=r"waves, joint .*: the rotations hold NaN"):
        export(attrs.evolve(clip, rotations=rotations), tmp_path / "out.glb")
    assert not (tmp_path / "out.glb").exists()
