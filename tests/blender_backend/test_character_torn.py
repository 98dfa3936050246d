"""Bones that hang elsewhere than those that carry them in the body: Blender bakes their place."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from blender_backend.characters import (
    RATE,
    assert_moves_as,
    assert_stands_as,
    clip_of,
    given,
    moves_of,
    rig_at,
    still_of,
)
from blender_backend.rereading import reread
from retarget.gltf import parse
from retarget.options import Options
from retarget.values import Asset
from retarget_blender.opened import opened
from support import characters
from support.glb import Glb
from support.torn import ARMS, LEGS, TEARS, carried, torn_rig

HANG = Path(__file__).parent / "hang.py"

HIPS = "mixamorig:Hips"


def on_its_skin(rig):
    """The rig with the name of the skin that its joints are in."""
    (skin,) = rig.asset.gltf.json["skins"]
    return attrs.evolve(rig, asset=attrs.evolve(rig.asset, armature=skin["name"]))


@pytest.mark.parametrize("tear", ["flat", "in pieces", "crossed"])
@pytest.mark.parametrize("variant", ["as it is", "scaled"])
def test_a_torn_gltf_moves_as_the_clip(tear, variant, exporter, session, tmp_path):
    whole = characters.mixamo()
    if variant == "scaled":
        whole = characters.scaled_armature(whole, 0.01, characters.Z_UP)
    clip = clip_of(on_its_skin(torn_rig(whole, TEARS[tear](whole), tmp_path)))
    for suffix in (".glb", ".fbx", ".blend"):
        path = tmp_path / f"made{suffix}"
        exporter.export(clip, path, Options())
        if suffix == ".glb":
            assert_moves_as(clip, *moves_of(path, clip))
        else:
            back = reread(path, clip, RATE, session=session)
            assert_moves_as(clip, back.world, back.rest)


def test_in_a_pose(exporter, tmp_path):
    whole = characters.mixamo()
    clip = still_of(on_its_skin(torn_rig(whole, TEARS["crossed"](whole), tmp_path)))
    exporter.export(clip, tmp_path / "made.glb", Options())
    assert_stands_as(clip, *moves_of(tmp_path / "made.glb", clip))


@pytest.fixture
def driven(session, tmp_path):
    """A .blend whose limbs hang from bones that follow a control, and a clip of its body."""

    def make(**more):
        job = {
            "added": {"control": HIPS, "ORG-hips": HIPS, "ORG-arm": LEGS[0]},
            "hung": {
                "ORG-hips": None,
                "ORG-arm": "ORG-hips",
                **dict.fromkeys(LEGS, "ORG-hips"),
                **dict.fromkeys(ARMS, "ORG-arm"),
            },
            "copies": {"ORG-hips": "control", **dict.fromkeys((*LEGS, *ARMS), HIPS)},
            "connected": [],
            "moved": {},
            **more,
        }
        path, made = given("mixamo", "blend"), tmp_path / "given.blend"
        told = {**job, "script": str(HANG), "path": str(path), "made": str(made)}
        session.run(told, what="hanging", seconds=60)
        content = opened(made, "blend", Options()).glb
        (tmp_path / "given.glb").write_bytes(content)
        torn = characters.Glb.load(tmp_path / "given.glb")
        rig = rig_at(path)
        file = parse(content, str(made))
        asset = Asset(path=made, gltf=file, nodes=[], turn=rig.asset.turn)
        return clip_of(on_its_skin(carried(rig, torn, asset)))

    return make


@pytest.mark.parametrize("suffix", [".blend", ".glb", ".fbx"])
def test_what_constraints_drove_is_keyed(suffix, driven, exporter, session, tmp_path):
    clip = driven()
    result = exporter.export(clip, tmp_path / f"made{suffix}", Options())
    if suffix == ".glb":
        assert_moves_as(clip, *moves_of(tmp_path / "made.glb", clip))
        placed = {name for name, path in Glb(tmp_path / "made.glb").channels() if path[0] == "t"}
        assert placed == {HIPS, *LEGS, *ARMS}
        return
    back = reread(tmp_path / f"made{suffix}", clip, RATE, session=session)
    assert_moves_as(clip, back.world, back.rest)
    if suffix == ".fbx":
        return
    (told,) = result.warnings
    assert told.endswith("is muted: constraints 4, drivers 0.")
    said = back.said["rig"]["constraints"]
    assert said == sorted(
        [["ORG-hips", "COPY_TRANSFORMS", False]]
        + [[name, "COPY_TRANSFORMS", True] for name in (*LEGS, *ARMS)]
    )
    wanted = {f'pose.bones["{name}"].location' for name in (HIPS, *LEGS, *ARMS)}
    assert {path for path in back.said["paths"] if path.endswith("location")} == wanted


def test_a_bone_that_is_connected_to_another_is_freed(driven, exporter, session, tmp_path):
    clip = driven(copies={}, connected=[LEGS[1]])
    result = exporter.export(clip, tmp_path / "made.blend", Options())
    assert result.warnings == (
        f"given.blend: the bone {LEGS[1]} is no longer connected to its parent.",
    )
    back = reread(tmp_path / "made.blend", clip, RATE, session=session)
    assert_moves_as(clip, back.world, back.rest)
