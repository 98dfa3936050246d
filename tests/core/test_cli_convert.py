"""`retarget INPUT…`: every clip's fate is told and counted, wherever it lies and goes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from retarget.cli import main
from support.commands import clip, convert_command
from support.plugins import written


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip("walk.npz")
    return tmp_path


@pytest.fixture
def retarget(monkeypatch, capsys):
    return convert_command(monkeypatch, capsys)


# The fates


def test_one_clip_is_told_in_one_line_and_counted(retarget):
    told = retarget("walk.npz")
    assert told.status == 0
    line, count = told.out.splitlines()
    shown = r"done    walk\.npz -> walk_retargeted\.glb \(4 frames, 0\.10 s, 0\.00 MB\)"
    assert re.fullmatch(shown, line)
    assert count == "1 done, 0 skipped, 0 failed"
    assert told.err == ""


def mixed():
    clip("data/1.npz")
    clip("data/2.npz", "dear diary")
    clip("data/3.npz", "toy rotten")
    clip("data/4.npz", "toy broken")
    clip("data/5.npz")
    clip("data/5_retargeted.glb", "there")


def test_every_fate_is_told_where_it_belongs(retarget):
    mixed()
    told = retarget("data")
    assert told.status == 1
    assert told.last == "1 done, 2 skipped, 2 failed"
    out, err = told.out.splitlines(), told.err.splitlines()
    assert [line[:14] for line in out[:-1]] == [
        "[1/5] done    ",
        "[2/5] skipped ",
        "[5/5] skipped ",
    ]
    assert out[1] == "[2/5] skipped data/2.npz: says no toy."
    assert out[2].endswith("data/5_retargeted.glb is already there; --force overwrites it.")
    assert err[0] == "[3/5] failed  data/3.npz: it is rotten."
    assert err[1].startswith(
        "[4/5] failed  data/4.npz: Plugin toys: ToySource (toy) failed in load"
    )
    assert len(err) == 2


def test_quiet_tells_failures_and_the_count(retarget):
    mixed()
    clip("data/6.npz", "toy 4 30 a_warning")
    told = retarget("data", "-q")
    assert told.out == "2 done, 2 skipped, 2 failed\n"
    assert [line[:13] for line in told.err.splitlines()] == ["[3/6] failed ", "[4/6] failed "]


def test_verbose_tells_where_a_fault_came_from(retarget):
    mixed()
    err = retarget("data", "-v").err
    assert err.count("Traceback (most recent call last)") == 2  # the fault and what it became
    assert 'raise KeyError("poses")' in err
    assert "it is rotten" in err


def test_a_warning_is_told_once_and_counted_after(retarget):
    for n in range(4):
        clip(f"data/{n}.npz", "toy 4 30 no rate")
    clip("data/4.npz", "toy 4 30 alone")
    told = retarget("data")
    assert told.status == 0
    assert told.err.splitlines() == [
        "warning: data/0.npz: no rate",
        "warning: data/4.npz: alone",
        "warning: for 3 more: no rate",
    ]
    assert retarget("data", "--force", "-v").err.splitlines() == [
        *(f"warning: data/{n}.npz: no rate" for n in range(4)),
        "warning: data/4.npz: alone",
    ]


def test_skipping_alone_is_no_failure(retarget):
    clip("data/notes.npz", "dear diary")
    told = retarget("data")
    assert (told.status, told.last) == (0, "0 done, 1 skipped, 0 failed")


def test_a_second_run_has_nothing_to_do(retarget):
    clip("walk.npz", "toy 4 30")
    retarget("walk.npz")
    clip("walk.npz", "toy 9 30")
    told = retarget("walk.npz")
    assert (told.status, told.last) == (0, "0 done, 1 skipped, 0 failed")
    assert written(Path("walk_retargeted.glb"))["frames"] == 4
    assert retarget("walk.npz", "--force").last == "1 done, 0 skipped, 0 failed"
    assert written(Path("walk_retargeted.glb"))["frames"] == 9


def test_ctrl_c_counts_what_was_done_and_leaves_the_rest(retarget):
    clip("data/1.npz")
    clip("data/2.npz", "toy interrupt")
    clip("data/3.npz")
    told = retarget("data")
    assert (told.status, told.last) == (130, "1 done, 0 skipped, 0 failed")
    assert [p.name for p in Path("data").glob("*.glb")] == ["1_retargeted.glb"]


def test_ctrl_c_before_the_first_clip_is_told(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("retarget.cli.convert.Plugins", interrupted)
    assert main(["walk.npz"]) == 130
    assert capsys.readouterr().err == "retarget: interrupted\n"


def test_the_limit_is_counted_in_motions(retarget):
    for n, text in enumerate(("no", "toy 4 30", "toy 4 30")):
        clip(f"data/{n}.npz", text)
    assert retarget("data", "--limit", "1").last == "1 done, 1 skipped, 0 failed"


# Inputs and outputs


def test_without_input_it_says_so(retarget):
    told = retarget()
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith("retarget: no INPUT given; `retarget --help`")


@pytest.mark.parametrize(
    "name", ["absent", "absent/walk.npz", "walk.npz/x", "x" * 300, "walk\0.npz"]
)
def test_an_input_that_is_not_there_is_told(retarget, name):
    told = retarget(name, "walk.npz")
    assert told.status == 1
    assert told.out.startswith("[2/2] done    walk.npz")
    assert told.out.endswith("1 done, 0 skipped, 1 failed\n")
    assert told.err.startswith("[1/2] failed  ")
    assert len(told.err.splitlines()) == 1


def test_a_folder_without_motions_is_told(retarget):
    Path("empty").mkdir()
    told = retarget("empty")
    assert told.status == 1
    assert told.err == "retarget: no motion files (.npz, .smpl) in empty\n"
    assert told.last == "0 done, 0 skipped, 0 failed"
    assert retarget("empty", "walk.npz").status == 0


def test_the_tree_is_kept_under_the_output_folder(retarget):
    for name in ("s1/walk.npz", "s2/walk.npz", "s2/walk.smpl"):
        clip(f"data/{name}")
    assert retarget("data", "-o", "new/out").status == 0
    assert sorted(p.as_posix() for p in Path("new").rglob("*.glb")) == [
        "new/out/s1/walk_retargeted.glb",
        "new/out/s2/walk_npz_retargeted.glb",
        "new/out/s2/walk_smpl_retargeted.glb",
    ]


def test_one_clip_into_one_file(retarget):
    assert retarget("walk.npz", "--output", "hero.glb").status == 0
    assert written(Path("hero.glb"))["name"] == "walk"


def test_several_clips_into_one_file_are_refused(retarget):
    clip("jump.npz")
    told = retarget("walk.npz", "jump.npz", "--output", "hero.glb")
    assert (told.status, told.out) == (2, "")
    assert told.err == "retarget: --output hero.glb: a single file needs a single clip as input.\n"


@pytest.mark.skipif(os.name != "posix" or not Path("/dev/null").exists(), reason="needs /dev/null")
def test_an_output_that_cannot_be_written_fails_the_clip(retarget):
    told = retarget("walk.npz", "-o", "/dev/null/out")
    assert (told.status, told.last) == (1, "0 done, 0 skipped, 1 failed")
    assert told.err.startswith("failed  walk.npz: ")
    assert "cannot be written (null is a file, no folder)" in told.err


@pytest.mark.parametrize(
    "name", ["a b.npz", "zażółć.npz", "走る.npz", "sub/../walk.npz", "./walk.npz", "link/walk.npz"]
)
def test_any_path_will_do(retarget, here, name):
    Path("sub").mkdir()
    Path("link").symlink_to(here)
    if "/" not in name:
        clip(name)
    for path in (name, here / name):
        told = retarget(path, "--force")
        assert (told.status, told.last) == (0, "1 done, 0 skipped, 0 failed")
        assert Path(path).with_name(f"{Path(name).stem}_retargeted.glb").is_file()


def test_a_name_that_begins_with_a_dash_goes_after_two(retarget):
    clip("-walk.npz")
    assert retarget("--", "-walk.npz").status == 0
    assert Path("-walk_retargeted.glb").is_file()
