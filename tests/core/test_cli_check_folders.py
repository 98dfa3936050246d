"""`retarget check` on folders: partners found, missing or many, limits over all, nothing at all."""

from __future__ import annotations

import json
import shutil

import pytest

import retarget
from retarget import demo
from retarget.checking import check_file
from support.checks import check, double, rewrite


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A clip and what became of it, with the default target."""
    folder = tmp_path_factory.mktemp("made")
    clip = demo.write_clip(folder / "walk.npz", seconds=2.0)
    return clip, retarget.run(clip, passes=()).path


@pytest.fixture
def tree(tmp_path, made):
    """Folders of clips and of outputs: `clips/a/walk.npz`, `out/a/walk_retargeted.glb` …"""
    clip, output = made
    for name in ("a", "b"):
        (tmp_path / "clips" / name).mkdir(parents=True)
        (tmp_path / "out" / name).mkdir(parents=True)
        shutil.copy(clip, tmp_path / "clips" / name / "walk.npz")
        shutil.copy(output, tmp_path / "out" / name / "walk_retargeted.glb")
    return tmp_path


def test_a_file_of_several_clips_is_checked_once_for_each(made, tmp_path, capsys):
    clip, output = made
    for name in ("walk", "run"):
        (tmp_path / "clips").mkdir(exist_ok=True)
        shutil.copy(clip, tmp_path / "clips" / f"{name}.npz")
    both = double(output, tmp_path / "both.glb")
    status, out, err = check(capsys, both, "--source", tmp_path / "clips")
    assert (status, err) == (0, "")
    ends = [line.split()[-1] for line in out.splitlines() if str(both) in line]
    assert ends == ["[walk]", "[run]"]


def twice(path, to, **second):
    """A file with two animations, both saying that they were made from walk.npz."""

    def add(document):
        (animation,) = document["animations"]
        extras = {**animation.get("extras", {}), "source": "walk.npz"}
        document["animations"] = [
            {**animation, "name": name, "extras": extras} for name in ("walk", "walk_2")
        ]
        document["animations"][1]["extras"] = {**extras, **second}

    return rewrite(path, add, to)


@pytest.mark.parametrize("source", ["clips/a/walk.npz", "clips/a"])
def test_animations_made_from_clips_of_one_name_are_all_checked(tree, made, source, capsys):
    both = twice(made[1], tree / "both.glb")
    status, out, err = check(capsys, both, "--source", tree / source)
    assert (status, err) == (0, "")
    ends = [line.split()[-1] for line in out.splitlines() if str(both) in line]
    assert ends == ["[walk]", "[walk_2]"]
    assert out.splitlines()[-1] == "2 checked, 0 failed"
    status, out, _ = check(capsys, both, "--source", tree / source, "--json")
    told = json.loads(out)["files"]
    assert (status, [one["animation"] for one in told]) == (0, ["walk", "walk_2"])
    status, out, _ = check(
        capsys, both, "--source", tree / source, "--json", "--animation", "walk_2"
    )
    told = json.loads(out)["files"]
    assert (status, [one["animation"] for one in told]) == (0, ["walk_2"])


def test_the_one_of_them_that_does_not_fit_is_named(tree, made, capsys):
    both = twice(made[1], tree / "both.glb", frame0="insert")  # then a frame too short
    clip = tree / "clips" / "a" / "walk.npz"
    status, out, err = check(capsys, both, "--source", clip)
    assert status == 1
    assert err.startswith(f"failed  {both} [walk_2]: ")
    assert "is it the right clip?" in err
    assert out.splitlines()[-1] == "1 checked, 1 failed"
    status, out, _ = check(capsys, both, "--source", clip, "--json")
    fine, failed = json.loads(out)["files"]
    assert (fine["animation"], failed["animation"], "error" in failed) == ("walk", "walk_2", True)


def test_a_program_is_told_how_many_animations_fit(tree, made):
    both = twice(made[1], tree / "both.glb")
    with pytest.raises(retarget.UsageError, match=r"2 of its animations .* walk\.npz; name one"):
        check_file(both, tree / "clips" / "a" / "walk.npz")


def test_a_folder_is_matched_with_a_folder(tree, capsys):
    status, out, err = check(capsys, tree / "out", "--source", tree / "clips")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[-1] for line in lines if line.endswith(".glb")] == [
        str(tree / "out" / name / "walk_retargeted.glb") for name in ("a", "b")
    ]
    assert [line.split()[-1] for line in lines[-3:-1]] == ["worst", "mean"]
    assert lines[-1] == "2 checked, 0 failed"


def test_a_missing_partner_is_told_and_the_others_go_on(tree, capsys):
    (tree / "clips" / "b" / "walk.npz").unlink()
    (tree / "clips" / "a" / "walk.npz").rename(tree / "clips" / "a" / "jog.npz")
    shutil.copy(tree / "clips" / "a" / "jog.npz", tree / "clips" / "b" / "walk.npz")
    (tree / "out" / "torn_retargeted.glb").write_bytes(b"glTF\2\0\0\0")
    (tree / "out" / "hero.glb").write_bytes(
        (tree / "out" / "a" / "walk_retargeted.glb").read_bytes()
    )
    rewrite(tree / "out" / "hero.glb", lambda d: d["asset"].pop("extras"))
    rewrite(tree / "out" / "hero.glb", lambda d: [a.pop("extras", 0) for a in d["animations"]])
    status, out, err = check(capsys, tree / "out", "--source", tree / "clips")
    assert status == 1
    assert "torn_retargeted.glb: truncated" in err
    assert "skipped" in err
    assert "hero.glb: no output of a conversion" in err
    assert out.splitlines()[-1] == "2 checked, 1 failed, 1 skipped"
    (tree / "clips" / "b" / "walk.npz").unlink()
    status, out, err = check(capsys, tree / "out" / "a", "--source", tree / "clips", "--json")
    assert status == 1
    assert f"no clip walk.npz in {tree / 'clips'}" in err
    (told,) = json.loads(out)["files"]
    assert set(told) == {"file", "source", "error"}


def test_a_file_finds_its_clip_in_a_folder_or_says_that_several_fit(tree, capsys):
    file = tree / "out" / "a" / "walk_retargeted.glb"
    status, _, err = check(capsys, file, "--source", tree / "clips")
    assert status == 1
    assert "several clips may be its source" in err
    status, out, _ = check(capsys, file, "--source", tree / "clips" / "a")
    assert (status, "against" in out) == (0, True)


def test_limits_count_over_a_folder(tree, capsys):
    status, out, _ = check(
        capsys, tree / "out", "--source", tree / "clips", "--fail-on", "knuckle_line=-1"
    )
    assert status == 1
    assert out.count("!0.00") == 2
    assert out.splitlines()[-1] == "2 checked, 0 failed, 2 beyond a limit"


def test_a_folder_without_outputs_is_no_success(tmp_path, made, capsys):
    clip, output = made
    (tmp_path / "out").mkdir()
    (tmp_path / "clips").mkdir()
    hero = rewrite(output, lambda d: d["asset"].pop("extras"), tmp_path / "out" / "hero.glb")
    rewrite(hero, lambda d: [a.pop("extras", 0) for a in d["animations"]])
    shutil.copy(clip, tmp_path / "clips")
    status, out, err = check(capsys, tmp_path / "out", "--source", tmp_path / "clips")
    assert (status, out) == (1, "0 checked, 0 failed, 1 skipped\n")
    assert "skipped" in err
    status, out, err = check(capsys, hero, "--source", tmp_path / "clips")
    assert (status, out) == (1, "")
    assert "no clip hero" in err


def test_an_empty_folder_is_told(tmp_path, made, capsys):
    status, out, err = check(capsys, tmp_path, "--source", made[0])
    assert (status, out) == (1, "")
    assert "no .glb, .gltf or .vrma files" in err
