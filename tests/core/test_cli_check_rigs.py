"""`retarget check` where a file holds several rigs: each animation is judged on whom it moves."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import demo
from support import characters
from support.checks import check, rewrite

FIRST, SECOND = "Armature", "Armature#2"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Clips in `clips/`; `crowd.glb` with two equal characters, `alone.glb` with one of them."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "clips").mkdir()
    hero = characters.mixamo()
    aside = characters.turned(hero, Rotation.identity(), offset=(2, 0, 0))
    characters.joined(hero, aside).save(folder / "crowd.glb")
    hero.save(folder / "alone.glb")
    for name, seconds in (("walk", 2.0), ("stroll", 1.5)):
        demo.write_clip(folder / "clips" / f"{name}.npz", seconds=seconds)
    return folder


def animated(folder, name, target, rig, clip="walk"):
    """The target with a clip on one of its rigs."""
    return retarget.run(
        folder / "clips" / f"{clip}.npz",
        passes=(),
        target=target,
        output=folder / f"{name}.glb",
        options=retarget.Options(rig=rig, force=True),
    ).path


def figures(out):
    """The figures of every file told, by animation."""
    return {
        file["animation"]: {name: f["target"] for name, f in file["figures"].items()}
        for file in json.loads(out)["files"]
    }


@pytest.mark.parametrize("rig", [FIRST, SECOND])
@pytest.mark.parametrize("target", [False, True])
def test_the_rig_that_moves_is_taken(folder, capsys, rig, target):
    crowd, clip = folder / "crowd.glb", folder / "clips" / "walk.npz"
    output = animated(folder, "one", crowd, rig)
    more = ["--target", crowd] if target else []
    status, out, _ = check(capsys, output, "--source", clip, "--json", *more)
    assert status == 0
    (found,) = figures(out).values()
    alone = animated(folder, "alone_walks", folder / "alone.glb", None)
    _, out, _ = check(capsys, alone, "--source", clip, "--json")
    (wanted,) = figures(out).values()
    for name, value in wanted.items():
        close = None if value is None else pytest.approx(value, abs=0.02, rel=5e-3)
        assert found[name] == close, name
    assert found["leg_direction_max"] < 0.01


def test_each_animation_of_a_file_finds_its_own(folder, capsys):
    one = animated(folder, "one", folder / "crowd.glb", SECOND)
    both = animated(folder, "both", one, FIRST, "stroll")
    limits = ["--fail-on", "leg_direction_max=0.01,frame0_error=1"]
    status, out, _ = check(capsys, both, "--source", folder / "clips", "--json", *limits)
    assert (status, list(figures(out))) == (0, ["walk", "stroll"])


def test_a_rig_that_nothing_moves_passes_no_gate(folder, capsys):
    clip = folder / "clips" / "walk.npz"
    output = animated(folder, "one", folder / "crowd.glb", SECOND)
    for more in (["--rig", FIRST], ["--target", folder / "alone.glb"]):
        limits = ["--fail-on", "slip=1,frame0_error=1"]
        status, out, err = check(capsys, output, "--source", clip, *limits, *more)
        assert (status, out) == (1, "")
        assert f"animation 'walk' moves no joint of the rig '{FIRST}'" in err
        assert f"but those of '{SECOND}'; say with --rig or --target" in err


def test_nor_does_one_that_keys_hold_while_another_moves(folder, capsys):
    """As programs write them that give every rig a key in every animation."""
    clip = folder / "clips" / "walk.npz"
    output = animated(folder, "one", folder / "crowd.glb", SECOND)

    def hold_the_first(document):
        (animation,) = document["animations"]
        channels, samplers = animation["channels"], animation["samplers"]
        first = next(c["sampler"] for c in channels if c["target"]["path"] == "rotation")
        keys = {end: dict(document["accessors"][k]) for end, k in samplers[first].items()}
        one = len(document["accessors"])  # its first key alone
        document["accessors"] += [
            {**keys["input"], "count": 1, "max": [0.0]},
            {**keys["output"], "count": 1},
        ]
        target = {"node": document["skins"][0]["joints"][0], "path": "rotation"}
        channels.append({"sampler": len(samplers), "target": target})
        samplers.append({"input": one, "output": one + 1})

    held = rewrite(output, hold_the_first, folder / "held.glb")
    status, out, _ = check(capsys, held, "--source", clip, "--json")
    assert status == 0
    assert next(iter(figures(out).values()))["leg_direction_max"] < 0.01
    assert check(capsys, held, "--source", clip, "--rig", FIRST)[0] == 1


def test_an_animation_that_moves_no_body_is_none(folder, capsys):
    clip = folder / "clips" / "walk.npz"
    output = animated(folder, "alone_walks", folder / "alone.glb", None)

    def move_the_mesh_alone(document):
        (animation,) = document["animations"]
        mesh = next(i for i, node in enumerate(document["nodes"]) if "mesh" in node)
        animation["channels"] = [
            {**channel, "target": {"node": mesh, "path": "translation"}}
            for channel in animation["channels"]
            if channel["target"]["path"] == "translation"
        ]

    path = rewrite(output, move_the_mesh_alone, folder / "mesh.glb")
    status, out, err = check(capsys, path, "--source", clip)
    assert (status, out) == (1, "")
    assert "animation 'walk' moves no joint of the rig 'Armature'; say with" in err


def test_a_clip_that_holds_still_is_judged_all_the_same(folder, capsys):
    still = folder / "clips" / "still.npz"
    with np.load(folder / "clips" / "walk.npz") as clip:
        arrays = {name: clip[name] for name in clip.files}
    for name in ("poses", "trans"):
        arrays[name] = np.repeat(arrays[name][:1], len(arrays[name]), axis=0)
    np.savez(still, **arrays)
    options = retarget.Options(rig=SECOND, frame0="none")
    output = folder / "still.glb"
    retarget.run(still, passes=(), target=folder / "crowd.glb", output=output, options=options)
    status, out, _ = check(capsys, output, "--source", still, "--json")
    assert (status, figures(out)["still"]["leg_direction_max"] < 0.01) == (0, True)
