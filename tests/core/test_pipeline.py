"""The pipeline and the embedding face: what was named is used, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import numpy as np
import pytest

import retarget
from retarget.errors import (
    NotAMotionError,
    OutputExistsError,
    PluginError,
    RetargetError,
    UsageError,
)
from retarget.options import Options
from retarget.pipeline import Pipeline
from retarget.plugins import Plugins
from support.plugins import (
    CountingFK,
    ToyExporter,
    ToyPass,
    Toys,
    ToySource,
    ToyTarget,
    motion,
    offer,
    rig,
    toy_plugins,
    written,
)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("walk.npz").write_text("toy 4 30 old")
    return tmp_path


class Order:
    """A pass that notes when it was applied."""

    def __init__(self, name, log):
        self.name, self.log = name, log

    def apply(self, clip, context):  # noqa: ARG002
        self.log.append(self.name)
        return clip


# Preparing


def test_what_is_named_is_taken():
    log = []
    plugins = toy_plugins(
        exporters=[offer("gltf", ToyExporter()), offer("text", ToyExporter(".txt"))],
        sources=[offer("toy", ToySource()), offer("never", ToySource("never"))],
        solvers=[offer("counting", CountingFK())],
        passes=[offer(name, Order(name, log)) for name in "abc"],
    )
    CountingFK.calls = 0
    pipeline = Pipeline.prepare(
        plugins=plugins,
        backend="text",
        motion_source="never",
        fk_solver="counting",
        passes=["c", "a"],
    )
    path = Path("walk.npz")
    result = pipeline.convert(path, pipeline.output_beside(path))
    assert result.path == Path("walk_retargeted.txt")
    assert log == ["c", "a"]
    assert written(result.path)["provenance"]["passes"] == ["c (toys)", "a (toys)"]
    assert CountingFK.calls > 0


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"backend": "blender"}, r"--backend blender: .*retarget\[blender\]"),
        ({"fk_solver": "gpu"}, r"--fk-solver gpu: .*Installed: numpy"),
        ({"passes": ["lift", "smooth"]}, r"--pass smooth: .*Installed: .*lift"),
        ({"passes": ["lift", "lift"]}, r"lift, lift: one is named twice"),
        ({"motion_source": "bvh"}, r"--motion-source bvh: .*Installed: toy"),
        ({"target": "absent.npz"}, r"--target absent\.npz: not found"),
    ],
)
def test_what_cannot_be_is_told_before_any_clip_is_read(named, words):
    source = ToySource()
    with pytest.raises(UsageError, match=words):
        Pipeline.prepare(plugins=toy_plugins(sources=[offer("toy", source)]), **named)
    assert source.read == []


def test_a_rig_in_memory_is_taken_as_it_is():
    target = rig("mine")
    pipeline = Pipeline.prepare(plugins=toy_plugins(targets=[]), target=target)
    assert pipeline.retargeter.rig is target


# Converting


def test_the_result_carries_the_warnings_of_every_stage():
    warned = attrs.evolve(motion(4, 30, warnings=["from the motion"]))
    plugins = toy_plugins(targets=[offer("default", ToyTarget(warnings=["from the rig"]))])
    result = Pipeline.prepare(plugins=plugins).convert(warned, Path("out.glb"))
    assert {"from the motion", "from the rig"} <= set(result.warnings)


def test_an_output_is_never_overwritten_unasked():
    Path("out.glb").write_text("precious")
    pipeline = Pipeline.prepare(plugins=toy_plugins())
    with pytest.raises(OutputExistsError, match=r"out\.glb is already there; --force"):
        pipeline.convert(Path("walk.npz"), Path("out.glb"))
    with pytest.raises(OutputExistsError):
        pipeline.export_apose(Path("out.glb"))
    assert Path("out.glb").read_text() == "precious"


def test_the_target_alone_is_one_frame_in_its_a_pose():
    exported = []

    class Keeping(ToyExporter):
        def export(self, clip, path, options):
            exported.append(clip)
            return super().export(clip, path, options)

    plugins = toy_plugins(exporters=[offer("gltf", Keeping())])
    result = Pipeline.prepare(plugins=plugins).export_apose(Path("pose.glb"))
    (clip,) = exported
    skeleton = clip.rig.skeleton
    assert (result.frames, clip.frames) == (1, 1)
    assert np.abs(clip.rotations[:, 0] - skeleton.rest_rotations).max() < 1e-6
    assert np.abs(clip.root_translations[0] - skeleton.rest_translations[0]).max() < 1e-6


# Embedding


def test_run_does_it_all_and_writes_beside_the_clip():
    result = retarget.run("walk.npz", plugins=toy_plugins())
    assert result.path == Path("walk_retargeted.glb")
    assert (result.frames, result.duration) == (4, pytest.approx(0.1))
    assert "old" in result.warnings


def test_run_takes_everything_that_can_be_asked():
    Path("hero.npz").write_text("rig")
    result = retarget.run(
        Path("walk.npz"),
        target=Path("hero.npz"),
        output="deep/hero.glb",
        passes=("lift",),
        motion_source="toy",
        options=Options(fps=60, frame0="insert", extra={"toy_size": 3}),
        plugins=toy_plugins(),
    )
    facts = written(Path("deep/hero.glb"))
    assert result.path == Path("deep/hero.glb")
    assert (facts["rig"], facts["fps"], facts["frames"]) == ("hero.npz", 60, 8)
    assert facts["options"]["extra"] == {"toy_size": 3}
    assert facts["provenance"]["passes"] == ["lift (toys)"]


def test_run_forces_by_its_own_argument_or_by_the_options():
    Path("walk_retargeted.glb").write_text("old")
    with pytest.raises(OutputExistsError):
        retarget.run("walk.npz", plugins=toy_plugins())
    for asked in ({"force": True}, {"options": Options(force=True)}):
        Path("walk_retargeted.glb").write_text("old")
        retarget.run("walk.npz", plugins=toy_plugins(), **asked)
        assert written(Path("walk_retargeted.glb"))["name"] == "walk"


def test_run_takes_a_motion_from_memory():
    assert retarget.run(motion(), plugins=toy_plugins()).path == Path("motion_retargeted.glb")
    Path("deep").mkdir()
    known = motion(path=Path("deep/jump.npz"))
    result = retarget.run(known, plugins=toy_plugins())
    assert result.path == Path("deep/jump_retargeted.glb")


def test_run_says_what_is_no_motion():
    Path("notes.npz").write_text("dear diary")
    with pytest.raises(NotAMotionError, match="says no toy"):
        retarget.run("notes.npz", plugins=toy_plugins())
    assert not Path("notes_retargeted.glb").exists()


def test_run_into_a_folder_is_told_not_overwritten():
    Path("out").mkdir()
    for force in (False, True):
        with pytest.raises(UsageError, match="out is a folder; name a file"):
            retarget.run("walk.npz", output="out", force=force, plugins=toy_plugins())


@pytest.mark.parametrize("output", ["notes/out.glb", "notes/more/out.glb"])
def test_a_file_where_a_folder_must_be_is_told_before_any_work(output):
    Path("notes").write_text("dear diary")
    pipeline = Pipeline.prepare(plugins=toy_plugins())
    for work in (
        lambda: pipeline.convert(Path("absent.npz"), Path(output)),
        lambda: pipeline.export_apose(Path(output)),
        lambda: pipeline.refuse_existing(Path(output)),
    ):
        with pytest.raises(RetargetError, match=r"out\.glb: cannot be written \(notes is a file"):
            work()
    assert Path("notes").read_text() == "dear diary"


def test_a_folder_behind_a_link_that_leads_nowhere_is_told_before_any_work():
    Path("disk").symlink_to("not/mounted")
    pipeline = Pipeline.prepare(plugins=toy_plugins())
    for output in ("disk/out.glb", "disk/more/out.glb"):
        with pytest.raises(RetargetError, match=r"\(disk is a link that leads nowhere\)"):
            pipeline.convert(Path("absent.npz"), Path(output))
    assert not Path("not").exists()


def test_step_by_step_is_the_same_as_run():
    plugins = toy_plugins()
    retarget.run("walk.npz", output="run.glb", plugins=plugins)
    passes = retarget.load_passes(plugins=plugins)
    retargeter = retarget.Retargeter(retarget.load_rig(plugins=plugins), passes=passes)
    clip = retargeter.retarget(retarget.load_motion("walk.npz", plugins=plugins))
    retarget.export(clip, "steps.glb", plugins=plugins)
    assert written(Path("run.glb")) == written(Path("steps.glb"))


def test_export_does_not_rely_on_the_backend_to_spare_what_is_there():
    class Careless(ToyExporter):
        def export(self, clip, path, options):
            return super().export(clip, path, attrs.evolve(options, force=True))

    clip = retarget.Retargeter(rig()).retarget(motion())
    plugins = toy_plugins(exporters=[offer("gltf", Careless())])
    Path("clip.glb").write_text("precious")
    with pytest.raises(OutputExistsError):
        retarget.export(clip, "clip.glb", plugins=plugins)
    assert Path("clip.glb").read_text() == "precious"


def test_export_needs_a_backend_and_no_target():
    clip = retarget.Retargeter(rig()).retarget(motion())
    plugins = Plugins(installed=False)
    plugins.register(Toys(exporters=[offer("text", ToyExporter(".txt"))]), "toys")
    result = retarget.export(clip, "clip.txt", backend="text", plugins=plugins)
    assert result.frames == clip.frames
    with pytest.raises(OutputExistsError):
        retarget.export(clip, "clip.txt", backend="text", plugins=plugins)
    retarget.export(clip, "clip.txt", backend="text", plugins=plugins, force=True)
    with pytest.raises(UsageError, match=r"--backend gltf: .*pip install retarget-gltf"):
        retarget.export(clip, "clip.glb", plugins=plugins)


def test_without_any_plugin_the_core_says_what_to_install():
    with pytest.raises(PluginError, match="pip install retarget-motion"):
        retarget.load_motion("walk.npz", plugins=Plugins(installed=False))
    with pytest.raises(UsageError, match="pip install retarget-gltf"):
        retarget.run("walk.npz", plugins=Plugins(installed=False))


def test_a_pass_sees_the_options_of_its_plugin():
    seen = []

    class Looking(ToyPass):
        def apply(self, clip, context):
            seen.append(context.options.extra["toy_size"])
            return super().apply(clip, context)

    plugins = toy_plugins(passes=[offer("look", Looking())])
    options = Options(extra={"toy_size": 5})
    retarget.run("walk.npz", passes=["look"], options=options, plugins=plugins)
    assert seen == [5]


@pytest.mark.parametrize(("asked", "suffix"), [(None, ".toy"), ("alt", ".alt"), (".ALT", ".alt")])
def test_the_format_asked_for_names_the_outputs(asked, suffix):
    plugins = toy_plugins(Toys(exporters=[offer("both", ToyExporter(".toy", ".alt"))]))
    made = Pipeline.prepare(backend="both", options=Options(format=asked), plugins=plugins)
    assert made.output_beside(Path("walk.npz")) == Path(f"walk_retargeted{suffix}")
    if asked:
        with pytest.raises(UsageError, match="was asked for"):
            made.refuse_existing(Path("walk.toy"))


def test_a_format_that_the_backend_does_not_write_is_refused():
    plugins = toy_plugins(Toys(exporters=[offer("plain", ToyExporter())]))
    with pytest.raises(UsageError, match=r"--format fbx: this backend writes \.glb"):
        Pipeline.prepare(backend="plain", options=Options(format="fbx"), plugins=plugins)


def test_floor_feet_and_hands_are_applied_where_none_are_named(tmp_path):
    retarget.run("walk.npz", output=tmp_path / "a.glb", plugins=toy_plugins())
    applied = written(tmp_path / "a.glb")["provenance"]["passes"]
    assert [made.split()[0] for made in applied] == ["floor", "feet", "hands"]
    retarget.run("walk.npz", output=tmp_path / "b.glb", plugins=toy_plugins(), passes=())
    assert written(tmp_path / "b.glb")["provenance"]["passes"] == []


def test_default_passes_that_are_not_installed_are_missed_aloud(tmp_path):
    plugins = toy_plugins(passes=[offer("floor", ToyPass())])
    result = retarget.run("walk.npz", output=tmp_path / "a.glb", plugins=plugins)
    (told,) = [w for w in result.warnings if "made without" in w]
    assert "feet, hands, which are not installed" in told
    assert "pip install retarget-ik" in told
    result = retarget.run("walk.npz", output=tmp_path / "b.glb", plugins=plugins, passes=())
    assert not [w for w in result.warnings if "made without" in w]


def test_a_sidecar_tells_what_the_file_tells(tmp_path):
    options = Options(sidecar=True)
    retarget.run("walk.npz", output=tmp_path / "a.glb", plugins=toy_plugins(), options=options)
    told = json.loads((tmp_path / "a.made.json").read_text())
    assert told == written(tmp_path / "a.glb")["provenance"]
    (tmp_path / "a.glb").unlink()
    with pytest.raises(OutputExistsError, match=r"a\.made\.json"):
        retarget.run("walk.npz", output=tmp_path / "a.glb", plugins=toy_plugins(), options=options)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.made.json", "walk.npz"]


def test_the_target_is_never_an_output(tmp_path):
    class Named(ToyTarget):
        def sniff(self, spec):
            return spec.endswith("hero.glb")

    hero = tmp_path / "hero.glb"
    hero.write_text("mine")
    plugins = toy_plugins(Toys(targets=[offer("hero", Named())]))
    (tmp_path / "link.glb").symlink_to(hero)
    for name in ("hero.glb", "link.glb", "new/../hero.glb"):  # that folder would be made
        output = tmp_path / name
        with pytest.raises(UsageError, match="is the target itself"):
            retarget.run("walk.npz", target=hero, output=output, force=True, plugins=plugins)
    assert hero.read_text() == "mine"


def test_what_is_there_is_kept_however_it_is_spelt(tmp_path):
    old = tmp_path / "old.glb"
    old.write_text("old")
    with pytest.raises(OutputExistsError):
        retarget.run("walk.npz", output=tmp_path / "new/../old.glb", plugins=toy_plugins())
    assert old.read_text() == "old"
    assert not (tmp_path / "new").exists()
