"""Finds the Blender that does the work: an executable, or a Python that can import bpy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import attrs

from retarget.errors import PluginError

VARIABLE = "RETARGET_BLENDER"
"""Environment variable that names a Blender where `--blender` does not."""

SECONDS_TO_ANSWER = 60
"""In which a program must say what it is; a Blender on a cold disk takes several."""

_ISOLATED = ("--background", "--factory-startup", "--disable-autoexec", "--python")
_OUTSIDE = ("BLENDER_USER_", "BLENDER_SYSTEM_SCRIPTS", "BLENDER_SYSTEM_EXTENSIONS")
_OTHER_PYTHON = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")

INSTALL = (
    "Install it with: uv run --extra blender retarget … in a checkout, or "
    "pip install 'retarget[blender]' on Python 3.11. Or name a Blender of your own, 4.5 or newer: "
    f"--blender PATH, or the environment variable {VARIABLE}."
)


@attrs.frozen(kw_only=True)
class Blender:
    """How to start a Blender."""

    program: str
    is_python: bool
    """True for a Python that can import bpy, False for a Blender executable."""

    def command(self, script: Path) -> list[str]:
        """Return the command that runs a script in this Blender, without the user's settings."""
        if self.is_python:
            return [self.program, "-P", str(script)]
        return [self.program, *_ISOLATED, str(script), "--"]

    def environment(self, folder: Path) -> dict[str, str]:
        """Return the environment to start it in, in which `folder` holds all that is the user's."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_OUTSIDE)}
        if not self.is_python or self.program != sys.executable:
            kept = {k: v for k, v in kept.items() if k not in _OTHER_PYTHON}
        own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
        return {**kept, **own, "BLENDER_USER_RESOURCES": str(folder / "user")}


def locate(path: str | None = None) -> Blender:
    """Find a Blender: `path`, else what `VARIABLE` names, else bpy beside this interpreter.

    Raises:
        PluginError: there is none, or what was named is none; says what to do.

    """
    for named, by in ((path, "--blender"), (os.environ.get(VARIABLE), VARIABLE)):
        if named:
            return _asked(named, by)
    if find_spec("bpy") is not None:
        return Blender(program=sys.executable, is_python=True)
    found = shutil.which("blender")
    hint = f" There is one on this machine: --blender {found}" if found else ""
    raise PluginError(f"No Blender found. {INSTALL}{hint}")


def _asked(named: str, by: str) -> Blender:
    """Let a program say what it is."""
    path = _inside_bundle(Path(named).expanduser())
    # Absolute, for it is started in another folder; but a bare name is looked for on the path.
    program = shutil.which(str(path.absolute()) if path.exists() else named)
    if program is None:
        raise PluginError(f"{by} {named}: no such program. Name the Blender executable itself.")
    try:
        answer = subprocess.run(  # noqa: S603 - the user named it
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS_TO_ANSWER,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PluginError(f"{by} {named}: does not start ({error}).") from error
    said = answer.stdout.decode(errors="replace")
    if re.search(r"^Blender \d", said, re.MULTILINE):
        return Blender(program=program, is_python=False)
    if said.startswith("Python 3"):
        return Blender(program=program, is_python=True)
    raise PluginError(
        f"{by} {named}: neither a Blender nor a Python with bpy. Name the Blender executable."
    )


def _inside_bundle(path: Path) -> Path:
    """Return the executable of a macOS application, or the path itself."""
    return path / "Contents/MacOS/Blender" if path.suffix == ".app" else path
