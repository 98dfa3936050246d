"""Runs retarget's command line in Blender, for people who only have Blender.

    blender --background --python retarget.py -- FOLDER [flags]

The framework is taken from Blender's own Python, or from the checkout that this file lies in. The
backend is Blender's, and the Blender this one, unless `--backend` or `--blender` says otherwise.

SPDX-License-Identifier: GPL-3.0-or-later
"""
# ruff: noqa: INP001, T201 - a script by itself, and it prints

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import sys
import tomllib
import traceback
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = (HERE / "../../..").resolve()


class Project(metadata.Distribution):
    """A distribution of the checkout that is not installed: found, with its plugins, as if."""

    def __init__(self, folder: Path) -> None:
        """Read what the project says of itself."""
        self.folder = folder
        self.table = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
        self.package = next(path.parent.name for path in folder.glob("src/*/__init__.py"))

    def read_text(self, filename: str) -> str | None:
        """Return what an installation would have written to this file."""
        if filename == "METADATA":
            return f"Name: {self.table['name']}\nVersion: {self.table['version']}\n"
        if filename == "entry_points.txt":
            lines = []
            for group, entries in self.table.get("entry-points", {}).items():
                lines += [f"[{group}]", *(f"{name} = {at}" for name, at in entries.items())]
            return "\n".join(lines)
        return None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        """Return where a file of the project lies."""
        return self.folder / "src" / path

    def requirements(self) -> list[str]:
        """Return the names of what it needs besides its siblings and Blender."""
        names = [re.split(r"[^\w-]", one)[0] for one in self.table.get("dependencies", [])]
        return [name for name in names if name != "bpy" and not name.startswith("retarget-")]


class Projects(metadata.DistributionFinder):
    """Shows the projects to whoever looks for installed distributions."""

    def __init__(self, projects: list[Project]) -> None:
        """Keep them."""
        self.projects = projects

    def find_spec(self, *_: object) -> None:
        """Find no module: those are found on the path."""

    def find_distributions(
        self, context: metadata.DistributionFinder.Context | None = None
    ) -> list[Project]:
        """Return the project of the name that is looked for, or all."""
        name = getattr(context, "name", None)
        return [project for project in self.projects if name in (None, project.table["name"])]


def main(given: list[str]) -> int:
    """Run the command line; return its exit status."""
    # This file's folder may be on the path, and this file is called as the framework is.
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != HERE]
    files = [CHECKOUT / "core/pyproject.toml", *sorted(CHECKOUT.glob("plugins/*/pyproject.toml"))]
    lies_there = CHECKOUT / "plugins/blender_backend/scripts" == HERE
    projects = [Project(file.parent) for file in files] if lies_there else []
    absent = [project for project in projects if find_spec(project.package) is None]
    sys.path += [str(project.folder / "src") for project in absent]
    sys.meta_path.append(Projects(absent))
    if find_spec("retarget") is None:
        return told(
            f"it is not installed for Blender's own Python; install it with: {sys.executable} -m "
            "pip install retarget, and then, without bpy, which Blender has already: "
            f"{sys.executable} -m pip install --no-deps retarget-blender"
        )
    needed = dict.fromkeys(name for project in absent for name in project.requirements())
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        return told(
            f"it needs {', '.join(missing)}; install for Blender's own Python with: "
            f"{sys.executable} -m pip install {' '.join(missing)}"
        )
    from retarget import cli  # noqa: PLC0415 - only now can it be found

    os.environ.setdefault("RETARGET_BLENDER", this_blender("binary_path") or sys.executable)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Blender would not tell of Ctrl-C
    converts = not given or given[0] not in cli.COMMANDS
    return cli.main(["--backend", "blender", *given] if converts else given)


def this_blender(fact: str) -> str:
    """Return what Blender says of itself; empty outside it."""
    return str(getattr(getattr(sys.modules.get("bpy"), "app", None), fact, ""))


def told(sentence: str) -> int:
    """Tell what stands in the way; return the exit status."""
    print(f"retarget: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        status = main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else [])
    except SystemExit as done:  # argparse
        status = int(done.code or 0)
    except BaseException:  # noqa: BLE001 - whatever it is, it must reach the shell
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()  # noqa: SLF001 - they end the Blender at work; nobody else calls them
    if this_blender("tempdir"):  # what Blender does when it ends by itself
        shutil.rmtree(this_blender("tempdir"), ignore_errors=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # Blender would report success, whatever happened
