"""What is asked of `retarget INPUT…` reaches the work; what cannot be asked is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from retarget.hookspecs import hookimpl
from support.commands import clip, convert_command
from support.plugins import (
    ToyExporter,
    ToyPass,
    Toys,
    ToySource,
    ToyTarget,
    offer,
    written,
)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip("walk.npz")


@pytest.fixture
def retarget(monkeypatch, capsys):
    return convert_command(monkeypatch, capsys)


def asked(name="walk_retargeted.glb"):
    """The options that reached the exporter."""
    return written(Path(name))["options"]


# Options


def test_by_default_nothing_special_is_asked(retarget):
    retarget("walk.npz")
    assert asked() == {
        "up": "auto",
        "source_fps": None,
        "frame_limit": None,
        "rig": None,
        "joint_map": {},
        "fps": None,
        "frame0": "replace",
        "frame0_place": "authored",
        "settings": {},
        "mesh": "mannequin",
        "cube_size": 0.05,
        "cube_location": [0, 0, 0],
        "format": None,
        "sidecar": False,
        "force": False,
        "extra": {},
    }


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        (["--up", "z"], "up", "z"),
        (["--up=-y"], "up", "-y"),
        (["--source-fps", "120"], "source_fps", 120),
        (["--frame-limit", "2"], "frame_limit", 2),
        (["--fps", "59.94"], "fps", 59.94),
        (["--fps", "60000/1001"], "fps", 60000 / 1001),
        (["--fps", "24"], "fps", 24),
        (["--frame0", "insert"], "frame0", "insert"),
        (["--frame0", "none"], "frame0", "none"),
        (["--frame0-place", "motion"], "frame0_place", "motion"),
        (["--mesh", "cube"], "mesh", "cube"),
        (["--mesh", "none"], "mesh", "none"),
        (["--cube-size", "0.2"], "cube_size", 0.2),
        (["--cube-location", "1", "-2", "3.5"], "cube_location", [1, 3.5, 2]),  # Z-up to Y-up
        (["--force"], "force", True),
    ],
)
def test_every_option_reaches_the_plugins(retarget, given, field, value):
    told = retarget("walk.npz", *given)
    assert told.status == 0, told.err
    assert asked()[field] == value


class Backend(Toys):
    """A backend with an option of its own."""

    @hookimpl
    def retarget_add_options(self, parser):
        parser.add_argument("--other-size", type=int)


def test_options_of_another_backend_are_told_to_do_nothing(retarget):
    other = Backend(exporters=[offer("other", ToyExporter())])
    told = retarget("walk.npz", "--other-size", "4", plugins=[other])
    assert told.status == 0
    assert told.err == "warning: --other-size: of no use with --backend gltf.\n"
    assert retarget("walk.npz", "--force", plugins=[other]).err == ""


@pytest.mark.parametrize("output", ["walk.npz", "new/../walk.npz"])
def test_an_output_that_is_a_file_of_another_kind_is_refused_and_kept(retarget, output):
    before = Path("walk.npz").read_text()
    told = retarget("walk.npz", "-o", output, "--force")
    assert told.status == 2
    assert f"--output {output}: this backend writes .glb" in told.err
    assert Path("walk.npz").read_text() == before
    assert not Path("new").exists()


def test_a_target_among_the_inputs_is_told(retarget):
    clip("hero.rig", "rig")
    told = retarget("hero.rig")
    assert told.last == "0 done, 1 skipped, 0 failed"
    assert "It is a target: name it with --target." in told.out
    clip("notes.txt", "walk this way")
    assert "It is a target" not in retarget("notes.txt").out


@pytest.mark.parametrize(
    ("given", "frames", "fps"),
    [
        ([], 4, 30),
        (["--fps", "60"], 7, 60),
        (["--fps", "60000/1001"], 6, 60000 / 1001),
        (["--frame0", "insert"], 5, 30),
        (["--frame0", "none"], 4, 30),
        (["--frame-limit", "2"], 2, 30),
        (["--source-fps", "59.94"], 4, 59.94),
    ],
)
def test_frames_and_rate_are_as_asked(retarget, given, frames, fps):
    retarget("walk.npz", *given)
    facts = written(Path("walk_retargeted.glb"))
    assert (facts["frames"], facts["fps"]) == (frames, pytest.approx(fps, rel=1e-12))


@pytest.mark.parametrize("option", ["--fps", "--source-fps"])
@pytest.mark.parametrize(
    "rate",
    ["0", "-30", "nan", "inf", "-inf", "fast", "", "30fps", "30/", "/30", "1/0", "1/2/3", "1e400"],
)
def test_a_rate_that_is_none_is_refused(retarget, option, rate):
    told = retarget("walk.npz", f"{option}={rate}")
    assert (told.status, told.out) == (2, "")
    assert "no frame rate" in told.err or "must be a positive number" in told.err


def test_an_absurd_rate_is_refused_at_once(retarget):
    assert retarget("walk.npz", "--fps", "1e999999999").status == 2


@pytest.mark.parametrize(
    "given",
    [
        ["--limit", "0"],
        ["--limit", "-1"],
        ["--limit", "1.5"],
        ["--limit", "many"],
        ["--frame-limit", "0"],
        ["--cube-size", "0"],
        ["--cube-size", "nan"],
        ["--cube-size", "big"],
        ["--cube-location", "1", "2"],
        ["--cube-location", "nan", "0", "0"],
        ["--cube-location", "0", "0", "inf"],
        ["--up", "x"],
        ["--frame0", "keep"],
        ["--frame0-place", "here"],
        ["--mesh", "sphere"],
        ["--pass", "lift", "--no-passes"],
        ["--pass", "lift", "--pass", "lift"],
        ["--pass", "smooth"],
        ["--backend", "blender"],
        ["--backend", "fbx"],
        ["--fk-solver", "gpu"],
        ["--motion-source", "bvh"],
        ["--target", "absent.npz"],
        ["--no-such-option"],
        ["--forc"],
        ["--output"],
        ["--target", ""],
        ["--joint-map", ""],
        ["-o", ""],
        ["--merge", ""],
        [""],
    ],
)
def test_what_cannot_be_asked_is_usage(retarget, given):
    told = retarget("walk.npz", *given)
    assert (told.status, told.out) == (2, "")
    assert told.err
    assert not Path("walk_retargeted.glb").exists()


def test_an_unknown_backend_is_told_with_how_to_get_it(retarget):
    err = retarget("walk.npz", "--backend", "blender").err
    assert "not installed. Get it with: pip install 'retarget[blender]'" in err
    assert "Installed: gltf." in err


def test_passes_are_applied_as_named(retarget):
    passes = Toys(passes=[offer("again", ToyPass())])
    retarget("walk.npz", "--pass", "lift", "--pass", "again", plugins=[passes])
    provenance = written(Path("walk_retargeted.glb"))["provenance"]
    assert provenance["passes"] == ["lift (toys)", "again (extra1)"]
    retarget("walk.npz", "--no-passes", "--force")
    assert written(Path("walk_retargeted.glb"))["provenance"]["passes"] == []


def test_names_pick_the_reader_and_the_writer(retarget):
    more = Toys(
        sources=[offer("other", ToySource("other"))], exporters=[offer("text", ToyExporter(".txt"))]
    )
    told = retarget("walk.npz", "--motion-source", "other", "--backend", "text", plugins=[more])
    assert told.status == 0
    assert written(Path("walk_retargeted.txt"))["frames"] == 4


@pytest.mark.parametrize("option", ["--target", "--apose-path"])
def test_the_target_has_an_older_name_too(retarget, option):
    clip("hero.npz", "rig")
    assert retarget("walk.npz", option, "hero.npz").status == 0
    assert written(Path("walk_retargeted.glb"))["rig"] == "hero.npz"


# The target in its A-pose


def test_the_target_alone_needs_no_input(retarget):
    told = retarget("--export-target-apose")
    assert (told.status, told.out, told.err) == (0, "target  default_apose.glb\n", "")
    assert written(Path("default_apose.glb"))["frames"] == 1
    clip("hero.npz", "rig")
    assert retarget("--target", "hero.npz", "--export-target-apose").status == 0
    assert Path("hero_apose.glb").is_file()


def test_the_target_alone_goes_where_it_is_told(retarget):
    assert retarget("--export-target-apose", "deep/pose.glb", "-q").out == ""
    assert written(Path("deep/pose.glb"))["name"] == "A-Pose"


def test_the_target_and_the_clips(retarget):
    told = retarget("walk.npz", "--export-target-apose")
    assert told.status == 0
    assert told.out.startswith("target  default_apose.glb\ndone    walk.npz")
    assert told.last == "1 done, 0 skipped, 0 failed"


def test_a_target_that_is_there_does_not_stop_the_clips(retarget):
    clip("default_apose.glb", "mine")
    told = retarget("walk.npz", "--export-target-apose")
    assert told.status == 0
    assert told.out.startswith("skipped default_apose.glb is already there; --force")
    assert told.last == "1 done, 0 skipped, 0 failed"
    assert Path("default_apose.glb").read_text() == "mine"
    assert retarget("walk.npz", "--force", "--export-target-apose").status == 0
    assert written(Path("default_apose.glb"))["frames"] == 1


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_an_input_that_is_taken_for_the_file_is_not_overwritten(retarget, force):
    told = retarget("--export-target-apose", "walk.npz", *force)
    assert (told.status, told.out) == (2, "")
    assert "--backend gltf writes .glb. To convert an INPUT as well, name it before" in told.err
    assert Path("walk.npz").read_text() == "toy 4 30"


# Plugins


class Sizing(Toys):
    """A plugin with options of its own."""

    @hookimpl
    def retarget_add_options(self, parser):
        parser.add_argument("--toy-size", dest="toy_size", type=int, default=3)
        parser.add_argument("--toy-red", action="store_true")


def test_options_of_plugins_reach_them(retarget):
    retarget("walk.npz", plugins=[Sizing()])
    assert asked()["extra"] == {"toy_size": 3, "toy_red": False}
    retarget("walk.npz", "--toy-size", "7", "--toy-red", "--force", plugins=[Sizing()])
    assert asked()["extra"] == {"toy_size": 7, "toy_red": True}
    assert "--toy-size" in retarget("--help", plugins=[Sizing()]).out
    assert retarget("walk.npz", "--toy-size", "big", plugins=[Sizing()]).status == 2


class Broken:
    @hookimpl
    def retarget_add_options(self, parser):  # noqa: ARG002
        raise ValueError("no options today")

    @hookimpl
    def retarget_exporters(self):
        return [3]


def test_what_was_left_out_is_told_and_the_work_goes_on(retarget):
    heavy = offer("heavy", ImportError("no bvh"), requires="pip install bvh")
    told = retarget("walk.npz", plugins=[Broken(), Toys(sources=[heavy])])
    assert told.status == 0
    options, exporters, source = sorted(told.err.splitlines())
    assert options.startswith("warning: Plugin extra1 was left out of retarget_add_options")
    assert exporters.startswith("warning: Plugin extra1 was left out of retarget_exporters")
    assert source.startswith("warning: Plugin extra2 was left out of retarget_motion_sources")
    assert "pip install bvh" in source


def test_two_owners_of_one_name_are_told(retarget):
    told = retarget("walk.npz", plugins=[Toys(exporters=[offer("gltf", ToyExporter())])])
    assert (told.status, told.out) == (1, "")
    assert "Two plugins offer a backend named 'gltf': toys and extra1" in told.err


def test_a_target_that_its_plugin_cannot_make_is_told(retarget):
    class Odd(ToyTarget):
        def load(self, spec, options):  # noqa: ARG002
            raise KeyError("mesh")

    told = retarget("walk.npz", "--target", "odd", plugins=[Toys(targets=[offer("o", Odd("odd"))])])
    assert (told.status, told.out) == (1, "")
    assert told.err == "retarget: Plugin extra1: Odd (o) failed in load() (KeyError: 'mesh').\n"
