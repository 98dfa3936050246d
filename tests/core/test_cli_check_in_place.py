"""`retarget check` of clips that stay in place: measured as the same clip that travels is."""

from __future__ import annotations

import json

import pytest

import retarget
from retarget import demo
from retarget.checking import measure_clip
from retarget.checking.provenance import travel_of
from support.checks import check
from support.data import shared

TURNED = {"turn": "remove", "smooth": 0.3}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return demo.write_clip(tmp_path_factory.mktemp("made") / "walk.npz", seconds=3.0)


@pytest.fixture(scope="module")
def target():
    return shared("characters/makehuman_game_engine.glb")


def checked(capsys, tmp_path, clip, target, passes, **settings):
    """What a check says of the clip with these passes, and its table."""
    options = retarget.Options(
        settings={"in_place": settings} if settings else {}, force=True, sidecar=False
    )
    output = tmp_path / "out.glb"
    retarget.run(clip, passes=passes, target=target, output=output, options=options)
    _, out, _ = check(capsys, output, "--source", clip, "--json")
    _, table, _ = check(capsys, output, "--source", clip)
    return json.loads(out)["files"][0], table


@pytest.mark.parametrize("passes", [(), ("floor", "feet", "hands")])
@pytest.mark.parametrize(
    ("settings", "travel"),
    [({}, "way"), ({"smooth": 0.2}, "way"), (TURNED, "heading"), ({"mode": "root"}, "kept")],
)
def test_the_figures_are_those_of_the_clip_that_travels(
    clip, target, tmp_path, capsys, passes, settings, travel
):
    moving, plain = checked(capsys, tmp_path, clip, target, passes)
    staying, table = checked(capsys, tmp_path, clip, target, (*passes, "in_place"), **settings)
    assert (moving["travel"], staying["travel"]) == ("kept", travel)
    assert ("travel put back" in table) == (travel != "kept")
    assert "travel put back" not in plain
    for name, figure in moving["figures"].items():
        value = figure["target"]
        if value is not None:
            close = pytest.approx(value, abs=0.02, rel=2e-3)  # 0.02 mm: float32 away from 0
            assert staying["figures"][name]["target"] == close, name


def test_feet_that_slide_are_no_better_for_staying(clip, target, tmp_path, capsys):
    """With the travel back, what slid still does: nothing is hidden."""
    figures = checked(capsys, tmp_path, clip, target, ("in_place",))[0]["figures"]
    assert figures["slip"]["target"] > 1.5 * figures["slip"]["source"]
    with_feet = checked(capsys, tmp_path, clip, target, ("floor", "feet", "in_place"))[0]
    assert with_feet["figures"]["slip"]["target"] < figures["slip"]["target"] / 5


def test_a_clip_in_memory_is_measured_alike(clip, target):
    motion, rig = retarget.load_motion(clip), retarget.load_rig(target)
    passes = {"in_place": retarget.Plugins().pass_("in_place")}
    slips = [
        measure_clip(
            retarget.Retargeter(rig, passes=chosen).retarget(motion), motion, frame0="replace"
        )["slip"]
        for chosen in ({}, passes)
    ]
    assert slips[1] == pytest.approx(slips[0], rel=2e-3)


@pytest.mark.parametrize(
    ("facts", "travel"),
    [
        ({}, "kept"),
        ({"passes": ["feet (retarget-ik 1.0)"]}, "kept"),
        ({"passes": ["in_place (retarget-ik 1.0)"]}, "way"),
        ({"passes": ["in_place"], "passParameters": {"in_place": 3}}, "way"),
        ({"passes": ["in_place"], "passParameters": {"in_place": {"turn": "remove"}}}, "heading"),
        ({"passes": ["in_place"], "passParameters": {"in_place": {"mode": "root"}}}, "kept"),
        ({"passParameters": {"in_place": {"mode": "remove"}}}, "kept"),
    ],
)
def test_what_a_file_says_of_its_travel(facts, travel):
    assert travel_of(facts) == travel
