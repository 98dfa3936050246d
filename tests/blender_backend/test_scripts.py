"""The scripts for people who only have Blender."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import retarget
from blender_backend.making import Armature, make
from retarget import cli, roles
from retarget.apose_npz import apose_arrays
from retarget.demo import write_clip
from retarget.options import Options
from retarget.testing.glb import read_glb
from retarget_blender.apose_blend import APoseBlend
from retarget_blender.locate import locate
from retarget_blender.session import Session
from support.data import ROOT, shared

SCRIPTS = ROOT / "plugins" / "blender_backend" / "scripts"

AS_BLENDER = """
import runpy, sys, bpy
blend, script, sys.argv = sys.argv[1], sys.argv[2], ["blender", "--", *sys.argv[3:]]
if blend:
    bpy.ops.wm.open_mainfile(filepath=blend)
runpy.run_path(script, run_name="__main__")
"""
"""Does in a Python with bpy what `blender BLEND --background --python SCRIPT -- …` does."""


@pytest.fixture(scope="module")
def maker(blender):  # noqa: ARG001 - without it there is nothing to make with
    session = Session(locate())
    yield session
    session.close()


def export(blend, *arguments):
    """Run the export script in Blender; return its status, stdout and stderr."""
    script, found = SCRIPTS / "export_apose_from_blender.py", locate()
    if found.is_python:
        command = [found.program, "-c", AS_BLENDER, blend, script, *arguments]
    else:
        command = [found.program, blend, "--background", "--python", script, "--", *arguments]
    return finished(command)


def finished(command, **more):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=120, **more
    )
    return done.returncode, done.stdout, done.stderr


def read(path):
    with np.load(path, allow_pickle=False) as npz:
        return dict(npz)


# export_apose_from_blender.py


def test_the_original_blend_becomes_the_original_npz(blender, tmp_path):  # noqa: ARG001
    blend, path = shared("data/skeletons/A-Pose.blend"), tmp_path / "A-Pose.npz"
    status, out, err = export(blend, path)
    assert status == 0, err
    assert f"A-pose  {path} (52 joints)" in out
    made, wanted = read(path), read(shared("data/skeletons/A-Pose.npz"))
    assert made.keys() == wanted.keys()
    assert np.array_equal(made["JOINT_NAMES"], wanted["JOINT_NAMES"])
    for name in ("J_ABSOLUTE", "SMPL_OFFSETS"):
        assert made[name].dtype == wanted[name].dtype
        assert np.abs(made[name] - wanted[name]).max() < 1e-6


@pytest.mark.parametrize("spelling", [roles.ORIGINAL_NAMES, roles.HUMANOID])
@pytest.mark.parametrize("lacking", [(), ("spine2", "left_collar", "right_middle1")])
def test_it_writes_what_the_tool_writes(maker, tmp_path, spelling, lacking):
    kept = [j for j, role in enumerate(roles.HUMANOID) if role not in lacking]
    places = np.vstack([Armature().places[kept], np.zeros(3)]) * 100
    names = (*(spelling[j] for j in kept), "Root")
    armature = Armature(names=names, places=places, scale=0.01, also=("parent", "hide", "pose"))
    blend = make(maker, tmp_path / "rig.blend", armature)
    status, out, err = export(blend, tmp_path / "script.npz")
    assert status == 0, err
    assert "left out: Root." in out
    wanted = apose_arrays(APoseBlend().load(str(blend), Options()))
    made = read(tmp_path / "script.npz")
    assert np.array_equal(made["JOINT_NAMES"], wanted["JOINT_NAMES"])
    for name in ("J_ABSOLUTE", "SMPL_OFFSETS"):
        assert np.abs(made[name] - wanted[name]).max() < 2e-6
    rig = retarget.load_rig(tmp_path / "script.npz")
    assert rig.warnings == ()
    for role in lacking:
        assert roles.ORIGINAL_NAMES[roles.HUMANOID.index(role)] in out.partition("no bone for")[2]


def test_one_of_several_is_picked_and_a_file_that_is_there_stays(maker, tmp_path):
    blend = make(maker, tmp_path / "rig.blend", Armature(name="one"), Armature(name="two"))
    path = tmp_path / "A.npz"
    status, _, err = export(blend, path)
    assert status == 1
    assert "pick one with --armature: one, two." in err
    assert not path.exists()
    assert export(blend, path, "--armature", "two")[0] == 0
    path.write_text("mine")
    status, _, err = export(blend, path, "--armature", "two")
    assert status == 1
    assert "is already there; --force overwrites it." in err
    assert path.read_text() == "mine"
    assert export(blend, path, "--armature", "two", "--force")[0] == 0
    assert len(read(path)["JOINT_NAMES"]) == 52
    assert {p.name for p in tmp_path.iterdir()} == {"rig.blend", "A.npz"}


@pytest.mark.parametrize(
    ("armatures", "arguments", "status", "words"),
    [
        ([], ["A.npz"], 1, "there is no armature in it."),
        ([Armature()], ["A.npz", "--armature", "x"], 1, "named 'x'; there is: SMPLH_Armature."),
        ([Armature(names=("Pelvis", "L_Hip"), places=np.eye(3)[:2])], ["A.npz"], 1,
         "required bones are missing: R_Hip, L_Knee, R_Knee, L_Ankle"),
        ([Armature(names=("Pelvis", "pelvis"), places=np.eye(3)[:2])], ["A.npz"], 1,
         "two bones for one joint: Pelvis."),
        ([Armature()], [], 2, "A-Pose.npz"),
        ([Armature()], ["rig.blend/A.npz"], 1, "rig.blend"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_reaches_the_shell(
    maker, tmp_path, monkeypatch, armatures, arguments, status, words
):
    monkeypatch.chdir(tmp_path)
    blend = make(maker, tmp_path / "rig.blend", *armatures)
    found, _, err = export(blend, *arguments)
    assert (found, "Traceback" in err) == (status, False)
    assert words in err
    assert [p.name for p in tmp_path.iterdir()] == ["rig.blend"]


# retarget.py


@pytest.fixture
def outside(tmp_path):
    """How to start a Python that has what the framework needs, but nothing of the framework."""
    site = tmp_path / "site"
    site.mkdir()
    for name in ("attr", "attrs", "pluggy", "scipy", "numpy", "pygltflib"):
        found = find_spec(name)
        folder = Path(found.origin).parent
        (site / name).symlink_to(folder)
        for beside in folder.parent.glob(f"{name}.libs"):
            (site / beside.name).symlink_to(beside)
    # -S: no installed packages; what pygltflib itself imports is not imported here.
    return [sys.executable, "-S"], {**os.environ, "PYTHONPATH": str(site)}


def test_a_folder_becomes_what_it_became(blender, outside, tmp_path):  # noqa: ARG001
    """As the original was called; Blender is the backend, the checkout the framework."""
    python, environment = outside
    environment["RETARGET_BLENDER"] = os.environ.get("RETARGET_BLENDER", sys.executable)
    clip = write_clip(tmp_path / "clips" / "deep" / "walk.npz", seconds=0.5, fps=30)
    shutil.copy(clip, clip.with_name("zwalk.npz"))
    arguments = ["--apose-path", "default", "--limit", "1", "--frame-limit", "9", "--mesh", "cube",
                 "--cube-size", "0.1", "--cube-location", "0", "0", "1"]  # fmt: skip
    command = [*python, SCRIPTS / "retarget.py", "--", tmp_path / "clips", *arguments]
    status, out, err = finished(command, env=environment)
    assert status == 0, err
    assert out.splitlines()[-1] == "1 done, 0 skipped, 0 failed"
    made = clip.with_name("walk_retargeted.glb")
    assert [p.name for p in clip.parent.glob("*.glb")] == [made.name]
    assert read_glb(made).document["asset"]["extras"]["backend"].startswith("blender (")
    assert len(read_glb(made).key_times) == 9


def test_the_status_reaches_the_shell_and_other_commands_are_there(outside, tmp_path):
    python, environment = outside
    script = [*python, SCRIPTS / "retarget.py", "--"]
    status, out, _ = finished([*script, "plugins"], env=environment)
    assert status == 0
    for name in ("amass", "npz", "blend", "gltf", "blender"):
        assert f"\n  {name} " in out
    status, _, err = finished([*script, "--no-such-flag"], env=environment)
    assert (status, "--no-such-flag" in err) == (2, True)
    status, out, err = finished([*script, "apose", "default"], env=environment, cwd=tmp_path)
    assert (status, err) == (0, "")
    assert (tmp_path / "default_apose.npz").exists()
    status, _, err = finished(script, env=environment)
    assert (status, "no INPUT given" in err) == (2, True)


def test_another_backend_may_be_asked_for(outside, tmp_path):
    python, environment = outside
    clip = write_clip(tmp_path / "walk.npz", seconds=0.2, fps=30)
    command = [*python, SCRIPTS / "retarget.py", "--", clip, "--backend", "nobodys"]
    status, _, err = finished(command, env=environment)
    assert (status, "--backend nobodys: no such backend" in err) == (2, True)


def test_what_is_missing_is_told_in_one_sentence(outside, tmp_path):
    python, environment = outside
    for name in ("pluggy", "scipy"):
        (tmp_path / "site" / name).unlink()
    status, out, err = finished([*python, SCRIPTS / "retarget.py", "--", "x"], env=environment)
    assert (status, out) == (1, "")
    assert err == (
        "retarget: it needs pluggy, scipy; install for Blender's own Python with: "
        f"{sys.executable} -m pip install pluggy scipy\n"
    )


def test_a_script_far_from_everything_tells_what_to_install(outside, tmp_path):
    python, environment = outside
    script = shutil.copy(SCRIPTS / "retarget.py", tmp_path / "retarget.py")
    status, out, err = finished([*python, script, "--", "x"], env=environment)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert f"{sys.executable} -m pip install retarget" in err
    assert "--no-deps retarget-blender" in err


def test_an_unforeseen_error_reaches_the_shell(outside, tmp_path):
    python, environment = outside
    (tmp_path / "site" / "pluggy").unlink()
    (tmp_path / "site" / "pluggy.py").write_text("raise ZeroDivisionError")
    status, _, err = finished([*python, SCRIPTS / "retarget.py", "--", "x"], env=environment)
    assert (status, "ZeroDivisionError" in err) == (1, True)


# The command line with a .blend


def test_the_tool_takes_a_blend(maker, tmp_path, monkeypatch, capsys):
    plugins = retarget.Plugins()
    if "blend" not in plugins.offers(retarget.kinds.APOSE_SOURCE):
        import retarget_blender  # noqa: PLC0415

        plugins.register(retarget_blender, "retarget-blender")
    monkeypatch.setattr("retarget.cli.apose.Plugins", lambda: plugins)
    blend = make(maker, tmp_path / "rig.blend", Armature(name="one"), Armature(name="two"))
    given = ["apose", str(blend), "-o", str(tmp_path / "A.npz")]
    assert cli.main(given) == 1
    assert "pick one with --rig: one, two." in capsys.readouterr().err
    assert cli.main([*given, "--armature", "two"]) == 0
    assert capsys.readouterr().err == ""
    made = read(tmp_path / "A.npz")
    assert tuple(made["JOINT_NAMES"]) == roles.ORIGINAL_NAMES
    assert np.abs(made["J_ABSOLUTE"] - Armature().places).max() < 2e-6
