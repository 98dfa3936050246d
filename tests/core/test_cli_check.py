"""`retarget check`, end to end on files that were really written."""

from __future__ import annotations

import json
import shutil
import struct

import numpy as np
import pytest

import retarget
from retarget import demo
from retarget.checking import METRICS
from retarget.cli import main
from support.checks import check, double, rewrite
from support.data import ROOT, shared


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A clip and what became of it, with the default target."""
    folder = tmp_path_factory.mktemp("made")
    clip = demo.write_clip(folder / "walk.npz", seconds=2.0)
    return clip, retarget.run(clip, passes=()).path


# One file


def test_a_table_tells_target_beside_source(made, capsys):
    clip, output = made
    status, out, err = check(capsys, output, "--source", clip)
    assert (status, err) == (0, "")
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line}
    assert rows["slip"][-1] == "cm/s"
    assert float(rows["slip"][1]) == pytest.approx(float(rows["slip"][2]), abs=0.2)
    assert float(rows["leg_direction_max"][1]) < 1e-3
    assert "not measurable here: " in out
    assert "239 frames of motion at 120 per second, passes: none" in out


def test_the_json_has_every_metric_under_documented_keys(made, capsys):
    clip, output = made
    status, out, _ = check(capsys, output, "--source", clip, "--json", "--fail-on", "slip=50")
    assert status == 0
    told = json.loads(out)
    assert set(told) == {"retarget", "files", "worst", "mean", "checked", "failed", "beyond"}
    (file,) = told["files"]
    assert set(file) == {
        "file", "source", "animation", "frames", "fps", "frame0", "passes", "travel", "figures",
        "warnings",
    }  # fmt: skip
    assert list(file["figures"]) == list(METRICS) == list(told["worst"]) == list(told["mean"])
    assert file["figures"]["slip"]["limit"] == 50
    assert file["figures"]["slip"]["ok"] is True
    assert set(file["figures"]["drift"]) == {"target", "source", "unit"}
    assert (file["frame0"], file["passes"], file["frames"]) == ("replace", [], 239)
    assert (told["checked"], told["failed"], told["beyond"]) == (1, 0, 0)


def test_a_vrm_animation_has_no_a_pose_to_compare_frame_0_with(made, tmp_path, capsys):
    clip, _ = made
    output = retarget.run(clip, output=tmp_path / "walk.vrma", passes=()).path
    status, out, _ = check(capsys, output, "--source", clip, "--json")
    assert status == 0
    figures = json.loads(out)["files"][0]["figures"]
    assert figures["frame0_error"]["target"] is None  # it rests in the T-pose
    assert figures["bone_length"]["target"] < 0.01
    assert figures["leg_direction_max"]["target"] < 0.01


def test_a_limit_that_is_passed_ends_with_status_1(made, capsys):
    clip, output = made
    status, out, _ = check(capsys, output, "--source", clip, "--fail-on", "slip=0,contact_f1=0.1")
    assert status == 1
    rows = {line.split()[0]: line for line in out.splitlines() if line}
    assert rows["slip"].endswith("<= 0  BEYOND")
    assert rows["contact_f1"].endswith(">= 0.1  ok")


def test_what_cannot_be_measured_breaks_no_limit_and_says_so(made, capsys):
    clip, output = made
    status, out, _ = check(capsys, output, "--source", clip, "--fail-on", "marker_distance=1")
    assert status == 0
    assert "<= 1  not measurable" in out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("slipp=1", "there is no metric 'slipp'; did you mean slip"),
        ("qqqq=1", "there are slip, slip_p95"),
        ("slip", "write it as METRIC=LIMIT"),
        ("slip=fast", "'fast' is no number"),
        ("slip=nan", "'nan' is no number"),
        ("slip=1,slip=2", "has a limit already"),
    ],
)
def test_limits_that_are_none_are_usage(made, capsys, given, told):
    clip, output = made
    status, out, err = check(capsys, output, "--source", clip, "--fail-on", given)
    assert (status, out) == (2, "")
    assert told in err


def test_a_source_is_needed(made, capsys):
    status, _, err = check(capsys, made[1])
    assert status == 2
    assert "--source" in err


@pytest.mark.parametrize("frame0", ["replace", "insert", "none"])
@pytest.mark.parametrize("fps", [None, 48.0])
def test_frames_are_aligned_whatever_frame_0_and_the_rate(made, tmp_path, capsys, frame0, fps):
    clip, _ = made
    output = tmp_path / "out.glb"
    options = retarget.Options(frame0=frame0, fps=fps)
    retarget.run(clip, passes=(), output=output, options=options)
    status, out, _ = check(capsys, output, "--source", clip, "--json")
    figures = json.loads(out)["files"][0]["figures"]
    assert status == 0
    for name in ("arm_direction_max", "leg_direction_max", "shell_error_max"):
        assert figures[name]["target"] < 0.01, name
    assert (figures["frame0_error"]["target"] is None) == (frame0 == "none")
    assert figures["bone_length"]["target"] < 0.01


def test_a_file_that_does_not_say_how_it_was_made_is_looked_at(made, tmp_path, capsys):
    clip, _ = made
    for frame0 in ("replace", "insert", "none"):
        output = tmp_path / f"{frame0}.glb"
        retarget.run(clip, passes=(), output=output, options=retarget.Options(frame0=frame0))

        def forget(document):
            document["asset"].pop("extras")
            for animation in document["animations"]:
                animation.pop("extras", None)

        rewrite(output, forget)
        status, out, _ = check(capsys, output, "--source", clip, "--json")
        (file,) = json.loads(out)["files"]
        assert (status, file["frame0"], file["fps"]) == (0, frame0, 120)
        assert file["passes"] is None
        assert file["figures"]["leg_direction_max"]["target"] < 1e-3


def test_the_file_is_read_and_not_the_clip_in_memory(made, tmp_path, capsys):
    clip, output = made

    def lengthen(document):
        for node in document["nodes"]:
            if node.get("name") == "L_Ankle":
                node["rotation"] = [0, 0, 0, 1]
        for animation in document["animations"]:
            names = [node.get("name") for node in document["nodes"]]
            animation["channels"] = [
                channel
                for channel in animation["channels"]
                if names[channel["target"]["node"]] != "L_Knee"
            ]

    broken = rewrite(output, lengthen, tmp_path / "stiff_retargeted.glb")
    _, out, _ = check(capsys, broken, "--source", clip, "--json")
    figures = json.loads(out)["files"][0]["figures"]
    assert figures["left_leg_direction_max"]["target"] > 5  # a knee that never bends
    assert figures["right_leg_direction_max"]["target"] < 1e-3
    assert figures["untouched_direction_max"]["target"] > 5


def test_another_target_and_its_name(made, tmp_path, capsys):
    clip, _ = made
    target = shared("data/skeletons/target_reference_other_proportions.npz")
    output = retarget.run(clip, passes=(), target=target, output=tmp_path / "other.glb").path
    told = []
    for more in ([], ["--target", target]):
        status, out, _ = check(capsys, output, "--source", clip, "--json", *more)
        assert status == 0
        told.append(json.loads(out)["files"][0]["figures"])
    for name in METRICS:
        values = [figures[name]["target"] for figures in told]
        assert values[0] == pytest.approx(values[1], abs=2e-3), name


def test_a_character_is_recognised_again(made, tmp_path, capsys):
    clip, _ = made
    target = shared("characters/makehuman_mixamo.glb")
    output = retarget.run(clip, passes=(), target=target, output=tmp_path / "hero.glb").path
    for more in ([], ["--target", target]):
        status, out, _ = check(capsys, output, "--source", clip, "--json", *more)
        assert status == 0
        figures = json.loads(out)["files"][0]["figures"]
        assert figures["arm_direction_max"]["target"] < 0.1
        assert figures["leg_direction_max"]["target"] < 0.1
        assert figures["torso_rotation_max"]["target"] < 0.1
        assert figures["frame0_error"]["target"] < 0.1
        assert figures["shell_error_max"]["target"] < 0.1


# What cannot be checked


def test_a_clip_that_it_was_not_made_from(made, tmp_path, capsys):
    other = demo.write_clip(tmp_path / "run.npz", seconds=1.0)
    status, out, err = check(capsys, made[1], "--source", other)
    assert (status, out) == (1, "")
    assert "240 frames" in err
    assert "120" in err
    assert "made from walk.npz" in err


def test_a_renamed_clip_is_taken_with_a_warning(made, tmp_path, capsys):
    renamed = tmp_path / "renamed.npz"
    shutil.copy(made[0], renamed)
    status, _, err = check(capsys, made[1], "--source", renamed)
    assert status == 0
    assert "made from walk.npz, not renamed.npz" in err


def test_files_that_hold_no_animation_or_are_none(made, tmp_path, capsys):
    clip, output = made
    still = rewrite(output, lambda document: document.pop("animations"), tmp_path / "still.glb")
    torn = tmp_path / "torn.glb"
    torn.write_bytes(output.read_bytes()[:-100])
    missing = tmp_path / "missing.glb"
    for path, told in (
        (still, "no animation"),
        (torn, "truncated"),
        (missing, "no such file"),
        (clip, "neither a GLB"),
    ):
        status, out, err = check(capsys, path, "--source", clip)
        assert (status, out) == (1, "")
        assert told in err
    status, _, err = check(capsys, output, "--source", missing)
    assert status == 1
    assert "no such file" in err


def test_a_skeleton_that_is_no_body(made, tmp_path, capsys):
    def rename(document):
        for n, node in enumerate(document["nodes"]):
            node["name"] = f"thing_{n % 3}_{n}"

    path = rewrite(made[1], rename, tmp_path / "odd.glb")
    status, out, err = check(capsys, path, "--source", made[0], "--target", "default")
    assert (status, out) == (1, "")
    assert "52 joints of the target default" in err


def test_a_rate_that_makes_more_frames_than_memory_holds(made, tmp_path, capsys):
    def hurry(document):
        document["asset"]["extras"]["fps"] = 99_999.0
        for animation in document["animations"]:
            animation["extras"] = {}
        for accessor in document["accessors"]:
            if accessor["type"] == "SCALAR" and "max" in accessor:
                accessor["max"] = [1e9]

    path = rewrite(made[1], hurry, tmp_path / "fast.glb")
    data = bytearray(path.read_bytes())
    last = data.rfind(struct.pack("<f", 239 / 120))
    assert last > 0
    data[last : last + 4] = struct.pack("<f", 1e9)
    path.write_bytes(bytes(data))
    status, out, err = check(capsys, path, "--source", made[0])
    assert (status, out) == (1, "")
    assert "that is no clip" in err


def test_of_several_animations_the_clip_s_own_is_taken(made, tmp_path, capsys):
    clip, output = made
    both = double(output, tmp_path / "both.glb")
    status, out, _ = check(capsys, both, "--source", clip, "--json")
    assert (status, json.loads(out)["files"][0]["animation"]) == (0, "walk")
    status, out, _ = check(capsys, both, "--source", clip, "--json", "--animation", "run")
    assert (status, json.loads(out)["files"][0]["animation"]) == (0, "run")
    other = tmp_path / "third.npz"
    shutil.copy(clip, other)
    status, _, err = check(capsys, both, "--source", other)
    assert status == 2
    assert "--animation" in err
    assert "'walk', 'run'" in err
    status, _, err = check(capsys, both, "--source", clip, "--animation", "jump")
    assert status == 2
    assert "no animation 'jump'" in err


# The documentation


def test_every_metric_is_documented_with_its_unit():
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for name, metric in METRICS.items():
        assert f"`{name}`" in page, name
        units = {row.split("|")[2].strip() for row in rows if f"`{name}`" in row}
        unit = metric.unit.replace("s2", "s²").replace("s3", "s³")
        assert not units or units == {unit}, name


# Real clips


@pytest.mark.parametrize(
    "clip",
    [
        "data/amass/amass_sample.npz",
        "data/smplx/apose_to_catwalk_001.npz",
        "data/smpl24/aist_demo.npz",
    ],
)
def test_real_clips_are_carried_over_without_loss(tmp_path, capsys, clip):
    source = shared(clip)
    output = retarget.run(source, passes=(), output=tmp_path / "real.glb").path
    status, out, _ = check(capsys, output, "--source", source, "--json")
    figures = json.loads(out)["files"][0]["figures"]
    assert status == 0
    for name in ("arm_direction_max", "leg_direction_max", "torso_rotation_max"):
        assert figures[name]["target"] < 0.01, name
    assert figures["slip"]["target"] == pytest.approx(figures["slip"]["source"], rel=0.1)
    assert np.isfinite([f["target"] for f in figures.values() if f["target"] is not None]).all()
    if "amass_sample" in clip:
        assert 3 < figures["marker_distance"]["target"] < 7


@pytest.mark.parametrize("nothing", ["", " , "])
def test_a_limit_that_names_nothing_is_refused(nothing, tmp_path, capsys):
    status = main(["check", str(tmp_path), "--source", str(tmp_path), "--fail-on", nothing])
    assert (status, "--fail-on names no metric" in capsys.readouterr().err) == (2, True)
