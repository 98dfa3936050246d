"""`retarget check` of rigs whose joints hang elsewhere in the file than in the body."""

from __future__ import annotations

import json

import pytest

import retarget
from retarget import demo, roles
from support import characters
from support.checks import check
from support.torn import TEARS

SMPL = {
    joint: roles.ORIGINAL_NAMES[roles.HUMANOID.index(role)]
    for role, joint in characters.MIXAMO.items()
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return demo.write_clip(tmp_path_factory.mktemp("made") / "walk.npz", seconds=1.5)


def figures(hero, clip, folder, capsys):
    """What `retarget check` measures of a clip on a character."""
    folder.mkdir()
    hero.save(folder / "hero.glb")
    made = retarget.run(clip, passes=(), target=folder / "hero.glb", output=folder / "made.glb")
    status, out, _ = check(capsys, made.path, "--source", clip, "--json")
    assert status == 0
    (file,) = json.loads(out)["files"]
    return {name: figure["target"] for name, figure in file["figures"].items()}


@pytest.mark.parametrize("tear", ["flat", "in pieces", "under the hips"])
@pytest.mark.parametrize("named", ["its own", "as smpl"])
def test_a_torn_rig_is_judged_as_a_whole_one(tear, named, clip, tmp_path, capsys):
    whole = characters.mixamo()
    torn = TEARS[tear](whole)
    if named == "as smpl":
        whole, torn = (characters.renamed(glb, SMPL) for glb in (whole, torn))
    wanted = figures(whole, clip, tmp_path / "whole", capsys)
    found = figures(torn, clip, tmp_path / "torn", capsys)
    assert found["bone_length"] < 0.01
    assert found["frame0_error"] < 0.01
    for name, value in wanted.items():
        # A place that is keyed is rounded to 0.1 µm: nothing, but thrice derived by time it is 1 %.
        rel = 0.02 if name == "jerk" else 5e-3
        close = None if value is None else pytest.approx(value, abs=0.02, rel=rel)
        assert found[name] == close, name
