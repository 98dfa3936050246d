"""The commands besides converting, and what every command has in common."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import attrs
import numpy as np
import pytest

from retarget import __version__, cli, kinds
from retarget.cli import main
from retarget.cli.plugins import describe
from retarget.errors import RetargetError, UsageError
from retarget.plugins import Plugins
from retarget.values import Motion, Skeleton, Source
from support.bodies import upright
from support.plugins import Toys, offer, toy_plugins


def run(capsys, *arguments):
    """Status, stdout and stderr of a run."""
    try:
        status = main(arguments)
    except SystemExit as done:
        status = done.code
    return status, *capsys.readouterr()


# All commands


def test_the_version_is_told(capsys):
    assert run(capsys, "--version") == (0, f"retarget {__version__}\n", "")


@pytest.mark.parametrize("command", [[], *([c] for c in cli.COMMANDS)])
def test_every_command_has_help(capsys, command):
    status, out, err = run(capsys, *command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(" ".join(["usage: retarget", *command]))


def test_help_names_the_other_commands_and_every_option_says_what_it_does(capsys):
    _, out, _ = run(capsys, "--help")
    for command, summary in cli.COMMANDS.items():
        assert f"retarget {command}" in out
        assert summary in out


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_an_option_that_a_command_does_not_know_is_usage(capsys, command):
    status, out, err = run(capsys, command, "--no-such-option")
    assert (status, out) == (2, "")
    assert f"retarget {command}" in err


def test_a_clip_may_be_named_like_a_command(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    Path("demo").write_text("toy 3 30")
    monkeypatch.setattr("retarget.cli.convert.Plugins", toy_plugins)
    status, out, _ = run(capsys, "./demo")
    assert (status, out.splitlines()[-1]) == (0, "1 done, 0 skipped, 0 failed")


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (RetargetError("a sentence."), 1, "retarget: a sentence.\n"),
        (UsageError("a sentence."), 2, "retarget: a sentence.\n"),
        (KeyboardInterrupt(), 130, "retarget: interrupted\n"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/locked"),
            1,
            "retarget: /locked: Permission denied\n",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            1,
            "retarget: output: No space left on device\n",
        ),
    ],
)
def test_what_goes_wrong_outside_us_is_told_in_a_line(monkeypatch, capsys, error, status, told):
    def fail():
        raise error

    monkeypatch.setattr("retarget.cli.plugins.Plugins", fail)
    assert run(capsys, "plugins") == (status, "", told)


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setattr("retarget.cli.plugins.Plugins", fail)
    with pytest.raises(ZeroDivisionError):
        main(["plugins"])


# plugins


def test_what_is_installed_is_told_with_who_offers_it(monkeypatch, capsys):
    monkeypatch.setattr("retarget.cli.plugins.Plugins", toy_plugins)
    status, out, err = run(capsys, "plugins", "--json")
    assert (status, err) == (0, "")
    listing = json.loads(out)
    fields = ("kind", "option", "name", "distribution")
    assert [tuple(p[f] for f in fields) for p in listing["providers"]] == [
        ("motion source", "--motion-source", "toy", "toys"),
        ("target", "--target", "default", "toys"),
        ("FK solver", "--fk-solver", "numpy", "retarget-core"),
        ("backend", "--backend", "gltf", "toys"),
        *(("pass", "--pass", name, "toys") for name in ("feet", "floor", "hands", "lift")),
    ]
    solver = listing["providers"][2]
    assert solver["version"] == __version__
    assert listing["providers"][0]["version"] is None
    assert listing["failures"] == []
    absent = {(a["kind"], a["name"]) for a in listing["absent"]}
    assert ("backend", "blender") in absent
    assert ("motion source", "amass") in absent
    assert not {("backend", "gltf"), ("target", "default")} & absent
    assert all(a["install"].startswith("pip install") for a in listing["absent"])


def test_the_core_alone_lists_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr("retarget.cli.plugins.Plugins", lambda: Plugins(installed=False))
    status, out, _ = run(capsys, "plugins")
    assert status == 0
    sections = out.split("\n")
    for kind in kinds.KINDS:
        assert f"{kind.plural} ({kind.option})" in sections
    assert out.count("none installed") == 4
    numpy = next(line for line in sections if line.startswith("  numpy "))
    assert numpy.endswith(f"[retarget-core {__version__}]")
    first, end = sections.index("backends (--backend)") + 1, sections.index("passes (--pass)")
    absent = [f"  {n:14}not installed; get it with: {i}" for n, i in kinds.EXPORTER.absent.items()]
    assert sections[first:end] == [*absent, "  none installed"]


def test_what_was_left_out_is_listed_with_the_reason(monkeypatch, capsys):
    plugins = toy_plugins(Toys(passes=3))
    monkeypatch.setattr("retarget.cli.plugins.Plugins", lambda: plugins)
    (failure,) = describe(plugins)["failures"]
    assert (failure["plugin"], failure["hook"]) == ("extra1", "retarget_passes")
    assert "'int' object is not iterable" in failure["reason"]
    status, out, _ = run(capsys, "plugins")
    assert status == 0
    assert "left out of retarget_passes: extra1: it failed (TypeError" in out


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (ImportError("no torch"), "ImportError: no torch). It requires: pip install torch"),
        (SimpleNamespace(suffixes=(".odd",)), "Plugin extra1: SimpleNamespace (odd) has no sniff"),
    ],
)
def test_one_that_is_named_is_loaded_and_says_what_is_wrong(monkeypatch, capsys, made, told):
    plugins = toy_plugins(Toys(sources=[offer("odd", made, requires="pip install torch")]))
    monkeypatch.setattr("retarget.cli.plugins.Plugins", lambda: plugins)
    status, out, err = run(capsys, "plugins", "odd")
    assert (status, out) == (1, "")
    assert told in err


def test_a_listing_loads_nothing(monkeypatch, capsys):
    heavy = Toys(passes=[offer("heavy", RuntimeError("was loaded"))])
    plugins = toy_plugins(heavy)
    monkeypatch.setattr("retarget.cli.plugins.Plugins", lambda: plugins)
    status, out, _ = run(capsys, "plugins")
    assert status == 0
    assert "the toy heavy" in out
    assert "left out" not in out


def test_what_a_plugin_prints_is_not_in_the_listing(monkeypatch, capsys):
    def chatty():
        sys.stdout.write("Hello from the toys!\n")
        return toy_plugins()

    monkeypatch.setattr("retarget.cli.plugins.Plugins", chatty)
    status, out, err = run(capsys, "plugins", "--json")
    assert (status, err) == (0, "Hello from the toys!\n")
    assert json.loads(out)["providers"]


# inspect


@pytest.fixture
def walk(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    plugins = toy_plugins()
    monkeypatch.setattr("retarget.loading.Plugins", lambda: plugins)
    path = Path("walk.npz")
    path.write_text("toy 31 30 a warning")
    return path


def test_a_motion_is_told_for_people(walk, capsys):
    status, out, err = run(capsys, "inspect", str(walk))
    assert (status, err) == (0, "")
    assert "file      walk.npz\n" in out
    assert "layout    toy\n" in out
    assert "frames    31 at 30 per second, 1.00 s\n" in out
    assert "betas     not stated\n" in out
    assert "warning: a warning\n" in out
    assert "left toes" in out


def told_of(monkeypatch, capsys, motion):
    """What `inspect` prints of a motion in memory."""
    monkeypatch.setattr("retarget.loading.load_motion", lambda *_, **__: motion)
    status, out, _ = run(capsys, "inspect", "any.npz")
    assert status == 0
    return out


def test_what_the_file_states_is_told_and_what_it_does_not_is_said(monkeypatch, capsys):
    standing = upright(np.full(60, 0.02))
    out = told_of(monkeypatch, capsys, standing)
    for what in ("subject", "gender", "betas"):
        assert f"{what:10}not stated\n" in out
    source = Source(subject="s7", gender="female", betas=np.arange(6))
    out = told_of(monkeypatch, capsys, attrs.evolve(standing, source=source))
    assert "subject   s7\n" in out
    assert "gender    female\n" in out
    assert "betas     6: 0.00, 1.00, 2.00, 3.00, 4.00 …\n" in out


def test_the_floor_and_what_is_near_it_are_told(monkeypatch, capsys):
    standing = upright(np.full(60, 0.12))
    out = told_of(monkeypatch, capsys, standing)
    assert "floor     at 0.100 m (found by static toes)\n" in out
    assert "left toes   on it 100% of the time, 1 " in out
    assert "near it" not in out
    folded = standing.rotations.copy()
    knees = [standing.skeleton.index[f"{side}_knee"] for side in ("left", "right")]
    folded[knees] = [np.sin(np.pi / 4), 0, 0, np.cos(np.pi / 4)]  # shanks back along the floor
    out = told_of(monkeypatch, capsys, attrs.evolve(standing, rotations=folded))
    assert "left knee   near it 100% of the time\n" in out
    assert "head" not in out


def test_a_body_without_feet_has_no_floor_to_be_told(monkeypatch, capsys):
    bust = Motion(
        skeleton=Skeleton(
            names=["pelvis"],
            parents=[-1],
            rest_translations=[[0, 1, 0]],
            rest_rotations=[[0, 0, 0, 1]],
        ),
        fps=30,
        rotations=[[[0, 0, 0, 1]]],
        root_translations=[[0, 0, 0]],
    )
    assert "floor     no feet to find it by\n" in told_of(monkeypatch, capsys, bust)


def test_a_motion_is_told_as_json(walk, capsys):
    status, out, _ = run(capsys, "inspect", str(walk), "--json")
    facts = json.loads(out)
    assert status == 0
    assert (facts["frames"], facts["frame_rate"], facts["layout"]) == (31, 30, "toy")
    assert facts["warnings"] == ["a warning"]


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        (["notes.npz"], 1, "notes.npz: says no toy."),
        (["absent.npz"], 1, "absent.npz: no such file."),
        (["."], 1, ".: is a folder"),
        (["rotten.npz"], 1, "rotten.npz: it is rotten."),
        (["walk.npz", "--motion-source", "bvh"], 2, "--motion-source bvh"),
        (["walk.npz", "--up", "x"], 2, "--up"),
        ([], 2, "FILE"),
        (["walk.npz", "walk.npz"], 2, "unrecognized"),
    ],
)
def test_what_cannot_be_inspected_is_told(walk, capsys, given, status, words):
    walk.with_name("notes.npz").write_text("dear diary")
    walk.with_name("rotten.npz").write_text("toy rotten")
    found, out, err = run(capsys, "inspect", *given)
    assert (found, out) == (status, "")
    assert words in err
    assert "Traceback" not in err


def test_the_reader_may_be_named(walk, capsys):
    assert run(capsys, "inspect", str(walk), "--motion-source", "toy", "--up", "z")[0] == 0


# The package


def test_the_module_runs_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["retarget", "--version"])
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 0
    assert capsys.readouterr().out.startswith("retarget ")
