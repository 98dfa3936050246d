"""`--merge`: every clip's fate is told, the good ones go into one file, or no file is written."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

from retarget.batch import merge_all
from retarget.errors import OutputExistsError, PluginContractError, RetargetError, UsageError
from retarget.hookspecs import hookimpl
from retarget.options import Options
from retarget.pipeline import Pipeline
from support.commands import clip, convert_command
from support.plugins import ToyExporter, Toys, offer, toy_plugins, written


class MergingToy(ToyExporter):
    """Writes many clips as one whose name is all of theirs."""

    def __init__(self, *formats, says=0):
        super().__init__(*formats)
        self.says = says

    def export_all(self, clips, path, options):
        taken = list(clips)
        names = ",".join(one.name for one in taken)
        result = self.export(attrs.evolve(taken[0], name=names), path, options)
        frames = sum(one.frames for one in taken) + self.says
        return attrs.evolve(result, frames=frames, warnings=["crowded"])


class NamingToy(MergingToy):
    """Says, too, what the file calls each clip."""

    def export_all(self, clips, path, options):
        taken = list(clips)
        names = [f"{one.name}_{n}" for n, one in enumerate(taken)]
        return attrs.evolve(super().export_all(taken, path, options), animations=names)


MERGING = Toys(exporters=[offer("many", MergingToy())])
LYING = Toys(exporters=[offer("many", MergingToy(says=1))])


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip("in/1.npz")
    clip("in/2.npz", "toy 7 60 stumbles")
    return tmp_path


@pytest.fixture
def retarget(monkeypatch, capsys):
    command = convert_command(monkeypatch, capsys)

    def run(*arguments, plugins=(MERGING,)):
        return command(*arguments, "--backend", "many", plugins=plugins)

    return run


def test_the_sidecar_has_each_clip_under_its_name_in_the_file(retarget):
    clip("again/2.npz")
    naming = Toys(exporters=[offer("many", NamingToy())])
    told = retarget("again", "in/2.npz", "--merge", "a.glb", "--sidecar", plugins=(naming,))
    assert told.status == 0
    facts = json.loads(Path("a.made.json").read_text())
    assert list(facts) == ["2_0", "2_1"]
    assert [fact["backend"] for fact in facts.values()] == [facts["2_0"]["backend"]] * 2


def test_all_clips_go_into_one_file(retarget):
    told = retarget("in", "--merge", "out/library.glb")
    assert told.status == 0
    assert written(Path("out/library.glb"))["name"] == "1,2"
    assert told.out.splitlines()[:2] == [
        "[1/2] added   in/1.npz (4 frames, 0.10 s)",
        "[2/2] added   in/2.npz (7 frames, 0.10 s)",
    ]
    assert told.out.splitlines()[2].startswith("merged  out/library.glb (11 frames, ")
    assert told.last == "2 done, 0 skipped, 0 failed"
    assert told.err.splitlines() == [
        "warning: in/2.npz: stumbles",
        "warning: out/library.glb: crowded",
    ]
    assert written(Path("out/library.glb"))["provenance"]["backend"].startswith("many (extra1")
    assert [p.name for p in Path().rglob("*.glb")] == ["library.glb"]


def test_the_others_are_told_and_left_out(retarget):
    clip("in/0.npz", "toy rotten")
    clip("in/3.npz", "dear diary")
    clip("in/4.npz", "toy broken")
    told = retarget("in", "--merge", "library.glb")
    assert told.status == 1
    assert told.last == "2 done, 1 skipped, 2 failed"
    assert written(Path("library.glb"))["name"] == "1,2"
    assert "[1/5] failed  in/0.npz: it is rotten." in told.err


def test_with_none_left_nothing_is_written(retarget):
    clip("bad/1.npz", "toy rotten")
    clip("bad/2.npz", "dear diary")
    told = retarget("bad", "--merge", "library.glb")
    assert told.status == 1
    assert told.last == "0 done, 1 skipped, 1 failed"
    assert not Path("library.glb").exists()
    assert retarget("bad/2.npz", "--merge", "library.glb").status == 1
    assert retarget("empty", "--merge", "library.glb").status == 1


def test_no_more_than_asked_for(retarget):
    retarget("in", "--merge", "library.glb", "--limit", "1")
    assert written(Path("library.glb"))["name"] == "1"


def test_what_is_there_stays_unless_forced(retarget):
    clip("library.glb", "mine")
    told = retarget("in", "--merge", "library.glb")
    assert told.status == 0  # as without --merge
    assert told.out.splitlines() == [  # no clip was read
        "skipped library.glb is already there; --force overwrites it.",
        "0 done, 2 skipped, 0 failed",
    ]
    assert retarget("in", "--merge", "library.glb", "-q").out == "0 done, 2 skipped, 0 failed\n"
    lost = retarget("in", "absent.npz", "--merge", "library.glb")
    assert (lost.status, lost.last) == (1, "0 done, 2 skipped, 1 failed")
    assert lost.err == "failed  absent.npz: no such file.\n"
    Path("empty").mkdir()
    none = retarget("empty", "--merge", "library.glb")
    assert (none.status, none.last) == (1, "0 done, 0 skipped, 0 failed")
    assert Path("library.glb").read_text() == "mine"
    assert retarget("in", "--merge", "library.glb", "--force").status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in", "--merge", "x.glb", "-o", "y"], "--output"),
        (["--merge", "x.glb", "--export-target-apose"], "INPUT"),
        (["in", "--merge", "x.fbx"], "x.fbx.*.glb"),
        (["in", "--merge", "in"], "in"),
    ],
)
def test_what_cannot_be_merged_is_a_usage_error(retarget, arguments, said):
    told = retarget(*arguments)
    assert told.status == 2
    assert all(part in told.err for part in said.split(".*"))


def test_a_backend_that_cannot_says_so_before_any_clip(retarget):
    plain = Toys(exporters=[offer("many", ToyExporter())])
    told = retarget("in", "--merge", "x.glb", plugins=(plain,))
    assert told.status == 2
    assert "The many backend cannot write several clips to one file" in told.err
    assert told.out == ""


def test_ctrl_c_writes_nothing(retarget):
    clip("in/3.npz", "toy interrupt")
    told = retarget("in", "--merge", "library.glb")
    assert told.status == 130
    assert told.last == "0 done, 0 skipped, 0 failed"  # none of them is in a file
    assert not Path("library.glb").exists()


def test_nothing_is_done_where_the_file_cannot_be_written(retarget):
    class Full(MergingToy):
        def export_all(self, clips, path, options):
            assert len(list(clips)) == 2 + options.force
            raise RetargetError(f"{path}: the disk is full.")

    clip("in/0.npz", "toy rotten")
    full = Toys(exporters=[offer("many", Full())])
    told = retarget("in", "--merge", "library.glb", plugins=(full,))
    assert told.status == 1
    assert told.last == "0 done, 0 skipped, 1 failed"
    assert told.err.splitlines()[-1] == "retarget: library.glb: the disk is full."


def pipeline(plugin, **options):
    plugins = toy_plugins(plugin)
    return Pipeline.prepare(backend="many", plugins=plugins, options=Options(**options))


def test_a_false_account_is_the_plugins_fault():
    with pytest.raises(PluginContractError, match=r"extra1.*12 frames of 11"):
        merge_all(
            pipeline(LYING),
            [Path("in/1.npz"), Path("in/2.npz")],
            Path("x.glb"),
            tell=lambda _: None,
        )


def test_onlookers_see_every_clip_once_the_file_is_there():
    seen = []

    class Onlooker:
        @hookimpl
        def retarget_clip_exported(self, result, clip):
            assert result.path.is_file()
            seen.append((clip.name, result.frames))

    made = pipeline(MERGING)
    made.plugins.register(Onlooker(), "onlooker")
    merge_all(made, [Path("in/1.npz"), Path("in/2.npz")], Path("x.glb"), tell=lambda _: None)
    assert seen == [("1", 11), ("2", 11)]


def test_clips_are_made_as_they_are_taken():
    order = []

    class Lazy(MergingToy):
        def export_all(self, clips, path, options):
            for one in clips:
                order.append(f"took {one.name}")
            return self.export(one, path, options)

    made = pipeline(Toys(exporters=[offer("many", Lazy())]))
    with pytest.raises(PluginContractError):
        merge_all(
            made,
            [Path("in/1.npz"), Path("in/2.npz")],
            Path("x.glb"),
            tell=lambda outcome: order.append(f"made {outcome.clip.name}"),
        )
    assert order == ["made 1", "took 1", "made 2", "took 2"]


def test_refused_before_work_when_embedded():
    clip("x.glb", "mine")
    with pytest.raises(OutputExistsError):
        pipeline(MERGING).export_all([], Path("x.glb"))
    with pytest.raises(UsageError, match="cannot write several"):
        pipeline(Toys(exporters=[offer("many", ToyExporter())])).export_all([], Path("y.glb"))
