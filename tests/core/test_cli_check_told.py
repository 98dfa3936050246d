"""`retarget check`: what it tells of whom, on which stream, and with which status."""

from __future__ import annotations

import json
import shutil

import attrs
import numpy as np
import pytest

import retarget
from retarget import cli, demo
from retarget.checking import check_file, targets
from retarget.hookspecs import hookimpl
from retarget.plugins import Plugins
from support import characters
from support.checks import check, rewrite
from support.plugins import ToyExporter, ToyPass, Toys, ToyTarget, offer

ASSUMED = "no frame rate in the file: 60 assumed"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of two clips that do not say their rate, and the file that both are merged into."""
    folder = tmp_path_factory.mktemp("made")
    clips = folder / "clips"
    clips.mkdir()
    for name, seconds in (("walk", 1.0), ("run", 1.5)):
        path = demo.write_clip(folder / f"{name}.npz", seconds=seconds)
        with np.load(path) as stored:
            held = {key: stored[key] for key in stored if key != "mocap_framerate"}
        np.savez(clips / f"{name}.npz", **held)
    assert cli.main([str(clips), "--merge", str(folder / "lib.glb"), "--no-passes", "-q"]) == 0
    return clips, folder / "lib.glb"


def figures_of(out):
    return [(f["animation"], f["source"]) for f in json.loads(out)["files"]]


# One animation of a file of several


def test_an_animation_is_checked_once_with_its_own_clip(made, capsys):
    clips, lib = made
    status, out, _ = check(capsys, lib, "--source", clips, "--animation", "run", "--json")
    assert (status, figures_of(out)) == (0, [("run", str(clips / "run.npz"))])
    status, out, _ = check(capsys, lib, "--source", clips, "--animation", "run")
    assert (status, "against" in out) == (0, True)


def test_in_a_folder_too(made, tmp_path, capsys):
    clips, lib = made
    (tmp_path / "out").mkdir()
    shutil.copy(lib, tmp_path / "out")

    def forget(document):
        document["asset"].pop("extras", None)
        for animation in document["animations"]:
            animation.pop("extras")

    def call_otherwise(document):
        forget(document)
        document["animations"] = [{**document["animations"][0], "name": "idle"}]

    rewrite(lib, call_otherwise, tmp_path / "out" / "hero.glb")
    status, out, err = check(
        capsys, tmp_path / "out", "--source", clips, "--animation", "walk", "--json"
    )
    assert (status, figures_of(out)) == (0, [("walk", str(clips / "walk.npz"))])
    assert "hero.glb: no output of a conversion" in err
    silent = rewrite(lib, forget, tmp_path / "silent.glb")  # the animation's name is the clip's
    status, out, _ = check(capsys, silent, "--source", clips, "--animation", "walk", "--json")
    assert (status, figures_of(out)) == (0, [("walk", str(clips / "walk.npz"))])


@pytest.mark.parametrize("source", ["", "walk.npz"])
@pytest.mark.parametrize("more", [[], ["--json"], ["-q"]])
def test_an_animation_that_there_is_not_is_told_once(made, capsys, source, more):
    clips, lib = made
    status, _, err = check(capsys, lib, "--source", clips / source, "--animation", "nope", *more)
    assert status == 2
    assert err.count("no animation 'nope'") == 1
    assert err.count("lib.glb") == 1
    assert "It holds: 'run', 'walk'" in err


def test_of_a_folder_it_is_usage_only_where_no_file_has_it(made, tmp_path, capsys):
    clips, lib = made
    for name in ("a", "b"):
        shutil.copy(lib, tmp_path / f"{name}.glb")
    status, _, err = check(capsys, tmp_path, "--source", clips, "--animation", "nope")
    assert (status, err.count("no animation 'nope'")) == (2, 2)
    rewrite(lib, lambda d: d["animations"].pop(), tmp_path / "b.glb")
    status, _, err = check(capsys, tmp_path, "--source", clips, "--animation", "walk")
    assert (status, err.count("no animation 'walk'")) == (1, 1)


# Errors, JSON and the status


@pytest.mark.parametrize(
    ("given", "expected", "told"),
    [
        (["lib.glb", "--source", "clips/walk.npz", "--animation", "nope"], 2, "no animation"),
        (["lib.glb", "--source", "nope.npz"], 1, "nope.npz: no such file"),
        (["lib.glb", "--source", "empty"], 1, "no clip run.npz in"),
        (["nope.glb", "--source", "clips/walk.npz"], 1, "no such file"),
        (["empty", "--source", "clips"], 1, "no .glb, .gltf or .vrma files in"),
        (["lib.glb", "--source", "clips", "--fail-on", "slipp=1"], 2, "no metric 'slipp'"),
        (["lib.glb", "--source", "clips", "--joint-map", "no.json"], 1, "no.json"),
        (["lib.glb", "--source", "clips", "--motion-source", "no"], 2, "no such motion source"),
        (["lib.glb", "--source", "clips", "--target", "no.glb"], 2, "--target no.glb: not found"),
    ],
)
def test_json_is_printed_whatever_comes_and_the_status_is_the_same(
    made, tmp_path, monkeypatch, capsys, given, expected, told
):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made[0], "clips")
    shutil.copy(made[1], "lib.glb")
    (tmp_path / "empty").mkdir()
    status, out, err = check(capsys, *given)
    assert (status, told in err) == (expected, True)
    assert "against" not in out
    status, out, err = check(capsys, *given, "--json")
    assert (status, told in err) == (expected, True)
    found = json.loads(out)
    assert set(found) - {"error"} == {
        "retarget", "files", "worst", "mean", "checked", "failed", "beyond"
    }  # fmt: skip
    errors = [found.get("error"), *(file["error"] for file in found["files"])]
    assert any(told in error for error in errors if error)
    assert found["failed"] == len(found["files"])


@pytest.mark.parametrize(
    "given",
    [
        ["inspect", "nope.npz"],
        ["inspect", "nope.npz", "--motion-source", "no"],
        ["match", "nope.glb"],
        ["match", "default", "--joint-map", "no.json"],
        ["match", "default", "-o", "there.json"],
    ],
)
def test_the_other_commands_print_their_errors_as_json_too(tmp_path, monkeypatch, capsys, given):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.json").write_text("{}")
    status = cli.main(given)
    out, err = capsys.readouterr()
    assert (bool(status), out) == (True, "")
    assert cli.main([*given, "--json"]) == status
    told = capsys.readouterr()
    assert told.err == err
    assert f"retarget: {json.loads(told.out)['error']}\n" == err


def test_a_rig_that_does_not_match_is_told_with_the_error_beside_it(tmp_path, capsys):
    body = characters.without(characters.game_engine(), ["upperarm_l"])
    hero = body.save(tmp_path / "hero.glb")
    assert cli.main(["match", str(hero), "--json"]) == 1
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert told.err.endswith(f"retarget: {found['error']}\n")
    assert "left_shoulder" in found["missing"]


# Warnings


def test_a_warning_names_the_clip_that_it_is_about_and_is_told_once(made, capsys):
    clips, lib = made
    status, out, err = check(capsys, lib, "--source", clips, "--json")
    assert status == 0
    lines = err.splitlines()
    assert [ASSUMED in line for line in lines] == [True, True]
    assert lines[0].startswith(f"warning: {clips / 'run.npz'}: no frame rate")
    assert lines[1].startswith("warning: for 1 more: no frame rate")
    for file in json.loads(out)["files"]:
        (told,) = file["warnings"]
        assert told.startswith(f"{file['source']}: {ASSUMED}")


def test_one_clip_of_many_files_is_warned_about_once(made, tmp_path, capsys):
    clips, lib = made
    for name in ("a", "b", "c"):
        shutil.copy(lib, tmp_path / f"{name}.glb")
    status, _, err = check(capsys, tmp_path, "--source", clips / "walk.npz")
    assert (status, len(err.splitlines()), ASSUMED in err) == (0, 1, True)


@pytest.mark.parametrize("target", [None, "hero.glb"])
def test_a_warning_about_the_target_names_it_once(made, tmp_path, monkeypatch, capsys, target):
    clips, lib = made
    shutil.copy(lib, tmp_path / "lib.glb")
    monkeypatch.chdir(tmp_path)

    def odd(spec, **_):
        rig = retarget.load_rig("default")
        return attrs.evolve(rig, warnings=(f"{spec}: looks odd.", "stands oddly."))

    monkeypatch.setattr(targets, "load_rig", odd)
    monkeypatch.setattr(targets, "_generated", lambda *_: None)
    about = target or "lib.glb"
    more = ["--target", target] if target else []
    source = ["--source", clips / "walk.npz"]
    _, out, err = check(capsys, "lib.glb", *source, *more, "--json")
    lines = err.splitlines()
    assert lines[:2] == [f"warning: {about}: looks odd.", f"warning: {about}: stands oddly."]
    (file,) = json.loads(out)["files"]
    prefix = f"{target}: " if target else ""
    assert file["warnings"][:2] == [f"{prefix}looks odd.", f"{prefix}stands oddly."]
    checked = check_file("lib.glb", source[1], target=target)
    assert checked.warnings[about] == ("looks odd.", "stands oddly.")


# Quiet


def test_quiet_tells_failures_what_is_beyond_and_the_count(made, tmp_path, capsys):
    clips, lib = made
    assert check(capsys, lib, "--source", clips, "-q") == (0, "2 checked, 0 failed\n", "")
    single = ["--source", clips / "walk.npz", "-q"]
    assert check(capsys, lib, *single) == (0, "1 checked, 0 failed\n", "")
    status, out, err = check(capsys, lib, *single, "--fail-on", "knuckle_line=-1")
    assert (status, err) == (1, "")
    lines = out.splitlines()
    assert "knuckle_line" in lines[0]
    assert [str(lib) in line for line in lines] == [False, False, True, False]
    assert lines[-1] == "1 checked, 0 failed, 1 beyond a limit"
    torn = tmp_path / "torn.glb"
    torn.write_bytes(lib.read_bytes()[:-100])
    status, out, err = check(capsys, torn, *single)
    assert (status, out) == (1, "0 checked, 1 failed\n")
    assert "truncated" in err


# Plugins' options


class Adds(Toys):
    """Offers what it is given, and an option named after it."""

    def __init__(self, name, **offers):
        super().__init__(**offers)
        self.flag = f"--of-{name}"

    @hookimpl
    def retarget_add_options(self, parser):
        parser.add_argument(self.flag)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("check", {"--of-target", "--of-target-too"}),
        ("match", {"--of-target", "--of-target-too"}),
        (
            "convert",
            {"--of-target", "--of-target-too", "--of-backend", "--of-pass", "--of-nothing"},
        ),
    ],
)
def test_only_options_that_may_matter_are_taken(monkeypatch, capsys, command, expected):
    plugins = Plugins(installed=False)
    for name, offers in {
        "target": {"targets": [offer("target", ToyTarget())]},
        "backend": {"exporters": [offer("backend", ToyExporter())]},
        "pass": {"passes": [offer("pass", ToyPass())]},
        "nothing": {},
    }.items():
        plugins.register(Adds(name, **offers), f"toy-{name}:one")
    plugins.register(Adds("target-too"), "toy-target:two")  # of the same distribution
    monkeypatch.setattr(f"retarget.cli.{command}.Plugins", lambda: plugins)
    with pytest.raises(SystemExit):
        cli.main([*([command] if command != "convert" else []), "--help"])
    out = capsys.readouterr().out
    assert {flag for flag in out.split() if flag.startswith("--of-")} == expected
