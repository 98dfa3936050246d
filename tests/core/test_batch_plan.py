"""Many clips: which files are found, and where the output of each goes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from retarget import batch
from retarget.batch import find_clips, plan
from retarget.errors import UsageError
from retarget.pipeline import Pipeline
from support.commands import clip
from support.plugins import ToyExporter, offer, toy_plugins

SUFFIXES = (".npz", ".smpl")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pipeline(**more):
    return Pipeline.prepare(plugins=toy_plugins(**more))


def found(*inputs):
    return [p.as_posix() for p in find_clips([Path(i) for i in inputs], SUFFIXES)]


def planned(*inputs, output=None):
    """Where each clip's output goes, as text by the clip's path."""
    paths = [Path(i) for i in inputs]
    jobs = plan(find_clips(paths, SUFFIXES), paths, output and Path(output), pipeline())
    assert len({job.output for job in jobs}) == len(jobs), "two clips share an output"
    return {job.source.as_posix(): job.output.as_posix() for job in jobs}


# Finding


def test_folders_are_searched_deep_and_in_order():
    for name in ("b/2/walk.npz", "b/10/walk.NPZ", "a.npz", "b/a.smpl", "b/readme.txt", "b/2/x.npy"):
        clip(f"data/{name}")
    assert found("data") == [
        "data/a.npz",
        "data/b/10/walk.NPZ",
        "data/b/2/walk.npz",
        "data/b/a.smpl",
    ]


def test_a_file_that_is_named_is_taken_whatever_its_suffix():
    clip("data/walk.npz")
    clip("take.bin")
    assert found("take.bin", "data") == ["take.bin", "data/walk.npz"]


def test_inputs_keep_the_order_in_which_they_are_given():
    for name in ("b/1.npz", "a/2.npz", "a/1.npz"):
        clip(name)
    assert found("b", "a") == ["b/1.npz", "a/1.npz", "a/2.npz"]


@pytest.mark.parametrize(
    "inputs",
    [
        ("data", "data"),
        ("data", "data/walk.npz"),
        ("data", "./data/"),
        ("data", "data/../data"),
        ("data", "{absolute}"),
        ("data", "link"),
    ],
)
def test_a_clip_that_is_reached_twice_is_converted_once(here, inputs):
    clip("data/walk.npz")
    Path("link").symlink_to("data")
    assert found(*(i.format(absolute=here / "data") for i in inputs)) == ["data/walk.npz"]


def test_links_to_files_are_clips_of_their_own():
    clip("pool/take.npz")
    Path("set").mkdir()
    for name in ("one", "two"):
        Path(f"set/{name}.npz").symlink_to("../pool/take.npz")
    Path("set/broken.npz").symlink_to("../pool/absent.npz")
    Path("set/dataset").symlink_to("../not/mounted")
    Path("set/notes.txt").symlink_to("../gone.txt")
    assert found("set") == ["set/broken.npz", "set/dataset", "set/one.npz", "set/two.npz"]


def test_links_to_folders_are_followed_once():
    clip("pool/take.npz")
    clip("set/deep/walk.npz")
    Path("set/pool").symlink_to("../pool")
    Path("set/deep/up").symlink_to("..")
    Path("pool/back").symlink_to("../set")
    Path("set/again").symlink_to("deep")
    assert found("set") == ["set/deep/walk.npz", "set/pool/take.npz"]
    assert found("set", "pool") == found("set")


def test_links_that_overlap_leave_nothing_out():
    clip("pool/x/take.npz")
    clip("pool/x/sub/walk.npz")
    Path("set").mkdir()
    Path("set/a").symlink_to("../pool/x/sub")
    Path("set/b").symlink_to("../pool/x")
    Path("set/c").symlink_to("../pool")
    assert found("set") == ["set/a/walk.npz", "set/b/take.npz"]


def test_links_across_each_other_end():
    for name in "abcdefghijkl":
        clip(f"set/{name}/{name}.npz")
    for one in "abcdefghijkl":
        for other in "abcdefghijkl":
            Path(f"set/{one}/to_{other}").symlink_to(f"../{other}")
    assert found("set") == [f"set/{name}/{name}.npz" for name in "abcdefghijkl"]


def test_what_is_no_file_is_no_clip():
    clip("set/take.npz")
    os.mkfifo("set/pipe.npz")
    assert found("set") == ["set/take.npz"]


def test_a_folder_named_like_a_clip_is_searched_and_is_none_itself():
    clip("data/walk.npz/take.npz")
    assert found("data") == ["data/walk.npz/take.npz"]


@pytest.mark.parametrize("name", ["absent", "absent.npz", "data/../absent.npz", "x" * 300])
def test_an_input_that_is_not_there_is_left_for_the_conversion_to_tell(name):
    clip("data/walk.npz")
    assert found("data", name) == ["data/walk.npz", name]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_that_cannot_be_read_is_left_for_the_conversion_to_tell():
    clip("data/walk.npz")
    clip("data/locked/walk.npz")
    Path("data/locked").chmod(0)
    try:
        assert found("data") == ["data/locked", "data/walk.npz"]
    finally:
        Path("data/locked").chmod(0o700)


def test_a_folder_that_refuses_its_list_is_not_passed_over(monkeypatch):
    clip("data/walk.npz")
    Path("data/locked").mkdir()
    really = os.scandir

    def refuse(folder):
        if str(folder).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(folder))
        return really(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert found("data") == ["data/locked", "data/walk.npz"]


# Planning


def test_outputs_go_beside_their_clips():
    for name in ("data/s1/walk.npz", "data/s2/walk.npz", "data/jump up.v2.npz"):
        clip(name)
    assert planned("data") == {
        "data/jump up.v2.npz": "data/jump up.v2_retargeted.glb",
        "data/s1/walk.npz": "data/s1/walk_retargeted.glb",
        "data/s2/walk.npz": "data/s2/walk_retargeted.glb",
    }


@pytest.mark.parametrize("data", ["data", "data/", "./data", "data/../data", "{absolute}"])
def test_an_output_folder_keeps_the_tree(here, data):
    clip("data/s1/walk.npz")
    clip("data/s2/deep/walk.npz")
    assert list(planned(data.format(absolute=here / "data"), output="out/glb").values()) == [
        "out/glb/s1/walk_retargeted.glb",
        "out/glb/s2/deep/walk_retargeted.glb",
    ]


def test_folders_with_the_same_tree_stay_apart():
    for subject in ("cmu", "kit"):
        clip(f"{subject}/01/walk.npz")
    assert planned("cmu", "kit", output="out") == {
        "cmu/01/walk.npz": "out/cmu/01/walk_retargeted.glb",
        "kit/01/walk.npz": "out/kit/01/walk_retargeted.glb",
    }


def test_equal_names_given_one_by_one_stay_apart():
    for name in ("a/01/walk.npz", "a/02/walk.npz", "walk.npz"):
        clip(name)
    assert planned("a/01/walk.npz", "a/02/walk.npz", "walk.npz", output="out") == {
        "a/01/walk.npz": "out/a/01/walk_retargeted.glb",
        "a/02/walk.npz": "out/a/02/walk_retargeted.glb",
        "walk.npz": "out/walk_retargeted.glb",
    }


@pytest.mark.parametrize("inputs", [("mine", "../other"), ("../other", "mine"), (".", "../other")])
def test_no_output_leaves_its_folder(here, monkeypatch, inputs):
    clip("other/walk.npz")
    clip("project/mine/walk.npz")
    monkeypatch.chdir(here / "project")
    assert sorted(planned(*inputs, output="out").values()) == [
        "out/other/walk_retargeted.glb",
        "out/project/mine/walk_retargeted.glb",
    ]


def test_one_clip_goes_straight_into_the_output_folder():
    clip("a/b/walk.npz")
    assert planned("a/b/walk.npz", output="out") == {"a/b/walk.npz": "out/walk_retargeted.glb"}


@pytest.mark.parametrize("name", ["hero.glb", "new/hero.GLB"])
def test_one_clip_may_name_its_output(name):
    clip("walk.npz")
    assert planned("walk.npz", output=name) == {"walk.npz": name}


def test_a_folder_may_be_named_like_a_file():
    clip("walk.npz")
    Path("out.glb").mkdir()
    assert planned("walk.npz", output="out.glb") == {"walk.npz": "out.glb/walk_retargeted.glb"}


@pytest.mark.parametrize("inputs", [("a.npz", "b.npz"), ("data",), ("data", "a.npz"), ("empty",)])
def test_several_clips_do_not_go_into_one_file(inputs):
    for name in ("a.npz", "b.npz", "data/walk.npz"):
        clip(name)
    Path("empty").mkdir()
    with pytest.raises(UsageError, match=r"--output hero\.glb: a single file needs a single clip"):
        planned(*inputs, output="hero.glb")


@pytest.mark.parametrize("output", ["hero.fbx", "hero.BLEND", "out/hero.gltf"])
def test_a_file_of_another_format_is_no_folder(output):
    clip("walk.npz")
    with pytest.raises(UsageError, match=r"this backend writes \.glb"):
        planned("walk.npz", output=output)
    Path("takes.v2").mkdir()
    assert planned("walk.npz", output="takes.v2") == {"walk.npz": "takes.v2/walk_retargeted.glb"}


@pytest.mark.parametrize("output", [None, "out"])
def test_one_stem_with_two_suffixes_makes_two_outputs(output):
    for name in ("walk.npz", "walk.smpl", "run.npz", "sub/walk.npz"):
        clip(f"data/{name}")
    under = output or "data"
    assert planned("data", output=output) == {
        "data/run.npz": f"{under}/run_retargeted.glb",
        "data/sub/walk.npz": f"{under}/sub/walk_retargeted.glb",
        "data/walk.npz": f"{under}/walk_npz_retargeted.glb",
        "data/walk.smpl": f"{under}/walk_smpl_retargeted.glb",
    }


def test_clips_that_cannot_be_told_apart_are_not_written_over_each_other():
    for name in ("walk.npz", "walk.smpl", "walk_npz.npz"):
        clip(f"data/{name}")
    with pytest.raises(UsageError, match=r"walk\.npz and .*walk_npz\.npz would both be written to"):
        planned("data")


def test_inputs_on_several_drives_are_told(monkeypatch):
    clip("a/walk.npz")
    clip("b/walk.npz")

    def drives(_):
        raise ValueError("Paths don't have the same drive")

    monkeypatch.setattr(batch.os.path, "commonpath", drives)
    with pytest.raises(UsageError, match="several drives"):
        planned("a", "b", output="out")


def test_the_suffix_is_the_backends():
    clip("walk.npz")
    exporters = [offer("gltf", ToyExporter(".blend", ".fbx"))]
    made = pipeline(exporters=exporters)
    (job,) = plan([Path("walk.npz")], [Path("walk.npz")], None, made)
    assert job.output == Path("walk_retargeted.blend")
    (job,) = plan([Path("walk.npz")], [Path("walk.npz")], Path("hero.fbx"), made)
    assert job.output == Path("hero.fbx")
