"""Which Blender is used, and what is said where there is none. None of this needs a Blender."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from retarget.errors import PluginError
from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.rigs import fingerless
from retarget_blender import locate as module
from retarget_blender.exporter import BlenderExporter
from retarget_blender.locate import locate

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """No variable set, no bpy beside this interpreter, no Blender on the path."""
    monkeypatch.delenv("RETARGET_BLENDER", raising=False)
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def program(path, answer):
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)
    return str(path)


def test_without_any_blender_it_is_said_what_to_install(tmp_path):
    clip = smooth_clip(fingerless(), frames=1)
    with pytest.raises(PluginError) as told:
        BlenderExporter().export(clip, tmp_path / "clip.glb", Options())
    for words in (
        "uv run --extra blender",
        "pip install 'retarget[blender]' on Python 3.11",
        "--blender PATH",
        "RETARGET_BLENDER",
    ):
        assert words in str(told.value)
    assert not list(tmp_path.iterdir())


def test_bpy_beside_this_interpreter_is_used_and_not_imported(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: ModuleSpec(name, None))
    found = locate()
    assert found.program == sys.executable
    assert found.is_python
    assert "bpy" not in sys.modules


@posix
def test_the_option_goes_before_the_variable_before_bpy(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: ModuleSpec(name, None))
    variable = program(tmp_path / "variable", "Blender 4.5.1 LTS")
    option = program(tmp_path / "option", "Blender 5.0.1")
    monkeypatch.setenv("RETARGET_BLENDER", variable)
    assert locate().program == variable
    assert locate(option).program == option


@posix
@pytest.mark.parametrize(
    ("answer", "is_python"),
    [("Blender 5.0.1", False), ("noise first\nBlender 4.5.3 LTS", False), ("Python 3.11.9", True)],
)
def test_a_program_is_asked_what_it_is(answer, is_python, tmp_path):
    assert locate(program(tmp_path / "any", answer)).is_python is is_python


@posix
def test_what_is_neither_is_refused(tmp_path):
    with pytest.raises(PluginError, match="neither a Blender nor a Python"):
        locate(program(tmp_path / "gimp", "GIMP 3.0"))


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(PluginError, match=r"--blender .*: no such program"):
        locate(str(tmp_path / "none"))


@posix
def test_a_program_that_hangs_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_TO_ANSWER", 0.2)
    path = tmp_path / "slow"
    path.write_text("#!/bin/sh\nexec sleep 20\n")
    path.chmod(0o755)
    with pytest.raises(PluginError, match="does not start"):
        locate(str(path))


@posix
def test_a_relative_path_is_made_absolute(tmp_path, monkeypatch):
    path = program(tmp_path / "mine", "Blender 5.0.1")
    monkeypatch.chdir(tmp_path)
    assert locate("./mine").program == path


@posix
def test_a_blender_on_the_path_is_pointed_out(tmp_path, monkeypatch):
    found = program(tmp_path / "blender", "Blender 5.0.1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PluginError, match=f"--blender {found}"):
        locate()


@posix
def test_an_application_of_macos_is_looked_into(tmp_path):
    inside = tmp_path / "Blender.app" / "Contents" / "MacOS"
    inside.mkdir(parents=True)
    path = program(inside / "Blender", "Blender 5.0.1")
    assert locate(str(tmp_path / "Blender.app")).program == path


def test_a_blender_is_started_without_the_users_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("BLENDER_USER_CONFIG", "mine")
    monkeypatch.setenv("BLENDER_SYSTEM_SCRIPTS", "the studio's")
    found = module.Blender(program="blender", is_python=False)
    command = found.command(Path("worker.py"))
    assert command[:4] == ["blender", "--background", "--factory-startup", "--disable-autoexec"]
    assert command[4:6] == ["--python", "worker.py"]
    environment = found.environment(tmp_path)
    assert not {"PYTHONPATH", "BLENDER_USER_CONFIG", "BLENDER_SYSTEM_SCRIPTS"} & set(environment)
    assert environment["BLENDER_USER_RESOURCES"] == str(tmp_path / "user")


EXECUTABLE = """#!/bin/sh
# Answers to Blender's flags, talks as Blender does, and runs the script in a Python that has bpy.
if [ "$1" = --version ]; then echo "Blender 5.0.1"; exit; fi
echo "Blender 5.0.1 (hash 0123 built long ago)"
printf 'a line without an end'
[ "$1 $2 $3 $4" = "--background --factory-startup --disable-autoexec --python" ] || exit 9
[ "$6" = -- ] || exit 8
exec {python} "$5"
"""


@posix
def test_a_blender_executable_does_the_work(blender, tmp_path):
    path = tmp_path / "blender"
    path.write_text(EXECUTABLE.format(python=blender or sys.executable))
    path.chmod(0o755)
    exporter = BlenderExporter()
    output = tmp_path / "clip.glb"
    try:
        options = Options(extra={"blender_path": str(path)})
        exporter.export(smooth_clip(fingerless(), frames=3), output, options)
    finally:
        exporter.close()
    assert output.stat().st_size > 1000


def test_the_host_never_imports_bpy(tmp_path):
    """Listing the plugins, loading the exporter and asking for help leave bpy alone."""
    (tmp_path / "bpy.py").write_text("raise SystemExit('bpy was imported')\n")
    program = (
        "import sys, argparse, retarget_blender as r; (p,) = r.retarget_exporters(); p.load(); "
        "r.retarget_add_options(argparse.ArgumentParser()); assert 'bpy' not in sys.modules"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert done.returncode == 0
