"""Many clips: each has its fate told, and no one's failure stops the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from retarget.batch import convert_all, find_clips, plan
from retarget.errors import RetargetError
from retarget.options import Options
from retarget.pipeline import Pipeline
from support.commands import clip
from support.plugins import ToyPass, ToySource, offer, toy_plugins, written

SUFFIXES = (".npz", ".smpl")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pipeline(*, force=False, **more):
    return Pipeline.prepare(plugins=toy_plugins(**more), options=Options(force=force))


def converted(*inputs, limit=None, made=None, output=None, **more):
    made, paths = made or pipeline(**more), [Path(i) for i in inputs]
    jobs = plan(find_clips(paths, SUFFIXES), paths, output and Path(output), made)
    return list(convert_all(made, jobs, limit=limit))


def statuses(outcomes):
    return {outcome.job.source.name: outcome.status for outcome in outcomes}


def test_every_clip_has_its_fate_and_none_stops_the_others():
    clip("data/1.npz")
    clip("data/2.npz", "dear diary")
    clip("data/3.npz", "toy rotten")
    clip("data/4.npz", "toy broken")
    clip("data/5.npz", "toy 0 60")
    clip("data/6.npz", "toy 7 60")
    outcomes = converted("data")
    assert statuses(outcomes) == {
        "1.npz": "done",
        "2.npz": "skipped",
        "3.npz": "failed",
        "4.npz": "failed",
        "5.npz": "failed",
        "6.npz": "done",
    }
    first, other, rotten, broken, empty, last = outcomes
    assert first.result.path == Path("data/1_retargeted.glb")
    assert (other.reason, other.existing) == ("says no toy.", False)
    assert (rotten.reason, rotten.traceback) == ("it is rotten.", "")
    assert "Plugin toys: ToySource (toy) failed in load() (KeyError: 'poses')" in broken.reason
    assert 'raise KeyError("poses")' in broken.traceback
    assert "Motion has no frames" in empty.reason
    assert written(Path("data/6_retargeted.glb"))["frames"] == last.result.frames == 7
    assert sorted(p.name for p in Path("data").glob("*.glb")) == [
        "1_retargeted.glb",
        "6_retargeted.glb",
    ]


def test_a_fault_of_the_core_costs_one_clip_too(monkeypatch):
    clip("data/1.npz")
    clip("data/2.npz")
    made = pipeline()
    retarget, calls = type(made.retargeter).retarget, []

    def faulty(self, motion):
        calls.append(motion)
        if len(calls) == 1:
            raise ZeroDivisionError("of ours")
        return retarget(self, motion)

    monkeypatch.setattr(type(made.retargeter), "retarget", faulty)
    bad, good = converted("data", made=made)
    assert (bad.status, good.status) == ("failed", "done")
    assert bad.reason == "unexpected ZeroDivisionError: of ours (-v shows where)"
    assert "in faulty" in bad.traceback


def test_an_output_that_exists_is_skipped_unless_forced():
    clip("data/1.npz", "toy 3 60")
    converted("data")
    clip("data/1.npz", "toy 9 60")
    clip("data/2.npz", "toy 9 60")
    one, two = converted("data")
    assert (one.status, one.existing, two.status) == ("skipped", True, "done")
    assert "data/1_retargeted.glb is already there; --force" in one.reason
    assert written(Path("data/1_retargeted.glb"))["frames"] == 3
    assert statuses(converted("data", made=pipeline(force=True))) == {
        "1.npz": "done",
        "2.npz": "done",
    }
    assert written(Path("data/1_retargeted.glb"))["frames"] == 9


def test_a_clip_whose_output_exists_is_not_even_read():
    clip("data/1.npz")
    converted("data")
    source = ToySource()
    converted("data", sources=[offer("toy", source)])
    assert source.read == []


def test_a_folder_in_the_place_of_an_output_fails_that_clip():
    clip("data/1.npz")
    clip("data/2.npz")
    Path("data/1_retargeted.glb").mkdir()
    for force in (False, True):  # nothing says that a folder may be replaced
        one, two = converted("data", made=pipeline(force=force))
        assert (one.status, two.status) == ("failed", "done")
        assert "is a folder" in one.reason


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, ["skipped", "done"]),
        (2, ["skipped", "done", "skipped", "failed"]),
        (3, ["skipped", "done", "skipped", "failed", "done"]),
        (9, ["skipped", "done", "skipped", "failed", "done"]),
    ],
)
def test_the_limit_counts_motions_alone(limit, expected):
    for n, text in enumerate(("no", "toy 3 60", "no", "toy rotten", "toy 3 60")):
        clip(f"data/{n}.npz", text)
    assert [o.status for o in converted("data", limit=limit)] == expected


def test_motions_whose_output_exists_count_towards_the_limit():
    for n in range(3):
        clip(f"data/{n}.npz")
    assert [o.status for o in converted("data", limit=1)] == ["done"]
    assert [o.status for o in converted("data", limit=2)] == ["skipped", "done"]


def test_outcomes_come_one_by_one():
    clip("data/1.npz")
    clip("data/2.npz")
    made = pipeline()
    jobs = plan(find_clips([Path("data")], SUFFIXES), [Path("data")], None, made)
    outcomes = convert_all(made, jobs)
    next(outcomes)
    assert not Path("data/2_retargeted.glb").exists()
    next(outcomes)
    assert Path("data/2_retargeted.glb").exists()


def test_ctrl_c_is_not_taken_for_a_bad_clip():
    clip("data/1.npz", "toy interrupt")
    clip("data/2.npz")
    with pytest.raises(KeyboardInterrupt):
        converted("data")
    assert not list(Path("data").glob("*.glb"))


def test_a_name_that_leaves_no_room_for_the_mark_fails_that_clip():
    longest = clip(f"data/{'x' * 250}.npz")  # its output's name passes the 255 bytes of a file name
    clip("data/y.npz")
    long, other = converted("data")
    assert (long.job.source, long.status, other.status) == (longest, "failed", "done")
    assert long.reason.endswith(f"cannot be written ({os.strerror(36)}).")


def test_a_clip_that_vanishes_after_it_was_found_fails_alone():
    clip("data/1.npz")
    clip("data/2.npz")
    made = pipeline()
    jobs = plan(find_clips([Path("data")], SUFFIXES), [Path("data")], None, made)
    Path("data/1.npz").unlink()
    gone, there = convert_all(made, jobs)
    assert (gone.status, gone.reason, there.status) == ("failed", "no such file.", "done")


def test_an_output_folder_that_cannot_be_made_fails_the_clip():
    clip("data/1.npz")
    Path("out").write_text("a file")
    (outcome,) = converted("data", output="out/deeper")
    assert outcome.status == "failed"
    assert outcome.reason.endswith("cannot be written (out is a file, no folder).")
    assert Path("out").read_text() == "a file"


def test_a_target_is_made_once_for_all_clips():
    for n in range(3):
        clip(f"data/{n}.npz")

    class Once(ToyPass):
        rigs = set()  # noqa: RUF012 - shared on purpose

        def apply(self, clip, context):  # noqa: ARG002
            self.rigs.add(id(clip.rig))
            return clip

    made = Pipeline.prepare(plugins=toy_plugins(passes=[offer("once", Once())]), passes=["once"])
    assert {o.status for o in converted("data", made=made)} == {"done"}
    assert len(Once.rigs) == 1


@pytest.mark.parametrize("name", ["zażółć gęślą.npz", "走る 01.npz", "a b/c'd\"e.npz", "-dash.npz"])
def test_any_name_will_do(name):
    clip(f"data/{name}")
    (outcome,) = converted("data", output="ausgänge und so")
    assert outcome.status == "done", outcome.reason
    stem = Path(name).stem
    assert written(outcome.result.path)["name"] == stem
    assert outcome.result.path.name == f"{stem}_retargeted.glb"


def test_errors_that_name_no_file_still_read_well(monkeypatch):
    clip("data/1.npz")
    made = pipeline()

    def fail(*_):
        raise RetargetError("something is off.")

    monkeypatch.setattr(type(made.retargeter), "retarget", fail)
    (outcome,) = converted("data", made=made)
    assert (outcome.status, outcome.reason) == ("failed", "something is off.")
