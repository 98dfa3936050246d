"""Reading what the user gave: who reads it is found by content, or named."""

from __future__ import annotations

from pathlib import Path

import pytest

import retarget
from retarget.errors import (
    FileReadError,
    NotAMotionError,
    PluginContractError,
    PluginError,
    UsageError,
)
from retarget.loading import load_motion, load_rig, motion_suffixes
from retarget.options import Options
from retarget.plugins import Plugins
from support.plugins import Toys, ToySource, ToyTarget, offer, toy_plugins


@pytest.fixture
def walk(tmp_path):
    path = tmp_path / "walk.npz"
    path.write_text("toy 5 30")
    return path


def sources(**made):
    return Toys(sources=[offer(name, one) for name, one in made.items()])


# Motions


def test_the_content_decides_not_the_name(tmp_path):
    path = tmp_path / "amass_walk.fbx"
    path.write_text("other 4 24")
    plugins = toy_plugins(sources(other=ToySource("other")))
    motion = load_motion(path, plugins=plugins)
    assert (motion.frames, motion.fps, motion.source.path) == (4, 24, path)


def test_the_options_reach_the_source(walk):
    options = Options(source_fps=59.94, frame_limit=2)
    motion = load_motion(walk, options=options, plugins=toy_plugins())
    assert (motion.frames, motion.fps) == (2, 59.94)


def test_a_path_may_be_text(walk):
    assert load_motion(str(walk), plugins=toy_plugins()).frames == 5


def test_a_file_that_no_source_knows_is_no_motion_with_every_reason_once(tmp_path):
    path = tmp_path / "notes.npz"
    path.write_text("my diary")
    plugins = toy_plugins(
        sources(b=ToySource("b", "holds no arrays."), c=ToySource("c", "holds no arrays.")),
        sources(d=ToySource("d", None), e=ToySource("e", "")),
    )
    with pytest.raises(NotAMotionError) as error:
        load_motion(path, plugins=plugins)
    assert str(error.value) == f"{path}: holds no arrays. says no toy."
    silent = toy_plugins(sources=[offer("a", ToySource("a", None))])
    with pytest.raises(NotAMotionError, match="no motion source knows its content"):
        load_motion(path, plugins=silent)


def test_a_file_that_several_sources_know_is_not_guessed_at(walk):
    plugins = toy_plugins(sources(again=ToySource(), never=ToySource("never"), too=ToySource()))
    with pytest.raises(
        UsageError, match=r"claimed by several .*: again, too, toy\..*--motion-sour"
    ):
        load_motion(walk, plugins=plugins)
    assert load_motion(walk, source="too", plugins=plugins).frames == 5


def test_a_source_that_is_named_is_not_asked_whether_it_knows_the_file(walk):
    never = ToySource("never")
    plugins = toy_plugins(sources(never=never))
    assert load_motion(walk, source="never", plugins=plugins).frames == 5
    assert never.read == [walk]


def test_a_source_that_does_not_exist_is_told_with_those_that_do(walk):
    with pytest.raises(UsageError, match=r"--motion-source odd: .*Installed: toy"):
        load_motion(walk, source="odd", plugins=toy_plugins())
    with pytest.raises(UsageError, match=r"--motion-source amass: .*pip install retarget-motion"):
        load_motion(walk, source="amass", plugins=toy_plugins())


@pytest.mark.parametrize(("name", "words"), [("absent.npz", "no such file"), (".", "is a folder")])
def test_what_is_no_file_is_not_read(tmp_path, name, words):
    with pytest.raises(FileReadError, match=words):
        load_motion(tmp_path / name, plugins=toy_plugins())


def test_a_file_that_its_source_cannot_use_is_told_in_its_words(tmp_path):
    path = tmp_path / "old.npz"
    path.write_text("toy rotten")
    with pytest.raises(FileReadError, match="it is rotten"):
        load_motion(path, plugins=toy_plugins())


def test_a_fault_of_a_source_is_told_as_the_sources(tmp_path):
    path = tmp_path / "odd.npz"
    path.write_text("toy broken")
    with pytest.raises(PluginContractError, match=r"Plugin toys: .*failed in load.*KeyError"):
        load_motion(path, plugins=toy_plugins())


def test_without_a_source_it_is_said_how_to_get_the_usual_ones(walk):
    for ask in (lambda p: load_motion(walk, plugins=p), motion_suffixes):
        with pytest.raises(PluginError, match=r"No motion source.*pip install retarget-motion"):
            ask(Plugins(installed=False))


def test_a_source_that_does_not_load_stops_no_other(walk, tmp_path):
    missing = offer("heavy", ImportError("no bvh"), requires="pip install bvh")
    plugins = toy_plugins(Toys(sources=[missing]))
    assert load_motion(walk, plugins=plugins).frames == 5
    assert motion_suffixes(plugins) == (".npz", ".smpl")
    with pytest.raises(PluginError, match="pip install bvh"):
        load_motion(walk, source="heavy", plugins=plugins)
    other = tmp_path / "x.bvh"
    other.write_text("HIERARCHY")
    with pytest.raises(NotAMotionError, match=r"(?s)says no toy.*extra1 was left out.*install bvh"):
        load_motion(other, plugins=plugins)
    alone = toy_plugins(sources=[missing])
    with pytest.raises(PluginError, match=r"No motion source.*toys was left out.*pip install bvh"):
        load_motion(walk, plugins=alone)


def test_sources_are_loaded_once_for_any_number_of_files(walk):
    loads = []
    plugins = Plugins(installed=False)
    provider = retarget.Provider(
        name="toy", summary="s", load=lambda: loads.append(1) or ToySource()
    )
    plugins.register(Toys(sources=[provider]), "toys")
    for _ in range(3):
        load_motion(walk, plugins=plugins)
    assert len(loads) == 1


def test_a_folder_is_searched_for_the_suffixes_of_all_sources():
    bvh = ToySource("bvh")
    bvh.suffixes = (".bvh", ".npz")
    assert motion_suffixes(toy_plugins(sources(bvh=bvh))) == (".bvh", ".npz", ".smpl")


# Targets


def test_without_a_target_the_default_is_made():
    assert load_rig(plugins=toy_plugins()).name == "default"
    assert load_rig("default", plugins=toy_plugins()).name == "default"


def test_the_options_reach_the_target_source():
    seen = []

    class Looking(ToyTarget):
        def load(self, spec, options):
            seen.append(options)
            return super().load(spec, options)

    plugins, options = toy_plugins(targets=[offer("default", Looking())]), Options(mesh="none")
    load_rig(plugins=plugins, options=options)
    load_rig(plugins=plugins)
    assert seen[0] is options
    assert seen[1] == Options()


def test_a_target_is_found_by_name_or_by_content(tmp_path):
    path = tmp_path / "hero.npz"
    path.write_text("rig")
    plugins = toy_plugins(Toys(targets=[offer("robot", ToyRobot())]))
    assert load_rig(path, plugins=plugins).name == "hero.npz"
    assert load_rig(str(path), plugins=plugins).name == "hero.npz"
    assert load_rig("robot:tall", plugins=plugins).name == "robot:tall"


class ToyRobot(ToyTarget):
    """Makes rigs for specs of its own that are no paths."""

    def sniff(self, spec):
        return spec.startswith("robot:")


def test_a_file_named_default_can_be_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("default").write_text("rig")
    mine = offer("files", ToyTarget("files", warnings=["from the file"]))
    plugins = toy_plugins(targets=[offer("default", ToyTarget()), mine])
    assert load_rig("default", plugins=plugins).warnings == ()
    with pytest.raises(UsageError, match=r"\./default: claimed by several targets: default, files"):
        load_rig("./default", plugins=plugins)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("absent.npz", "--target absent.npz: not found"),
        ("", "--target : .*Target sources installed: default"),
        ("notes.txt", "is nothing that any target source knows"),
        (".", "is nothing that any target source knows"),
    ],
)
def test_a_target_that_nobody_knows_is_told(tmp_path, monkeypatch, spec, words):
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("notes")
    with pytest.raises(UsageError, match=words) as error:
        load_rig(spec, plugins=toy_plugins())
    assert "Target sources installed: default." in str(error.value)


def test_without_a_target_source_it_is_said_how_to_get_the_usual_ones():
    with pytest.raises(
        UsageError, match=r"installed: none\. More come with: .*pip install retarget-apose"
    ):
        load_rig("hero.npz", plugins=Plugins(installed=False))
    with pytest.raises(UsageError, match=r"default: .*not installed.*pip install retarget-apose"):
        load_rig(plugins=Plugins(installed=False))


def test_a_target_source_that_does_not_load_stops_no_other(tmp_path):
    path = tmp_path / "hero.npz"
    path.write_text("rig")
    plugins = toy_plugins(Toys(targets=[offer("fbx", ImportError("no bpy"), requires="bpy")]))
    assert load_rig(path, plugins=plugins).name == "hero.npz"
    with pytest.raises(UsageError, match=r"(?s)not found.*extra1 was left out.*no bpy"):
        load_rig("hero.fbx", plugins=plugins)
