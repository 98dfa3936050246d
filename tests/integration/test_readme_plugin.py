"""The plugin printed in the README, cut out, built and installed: what a reader would do."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
from hatchling.builders.wheel import WheelBuilder

from retarget.testing import PassTests
from support.data import ROOT


def block(language, first_line):
    """The code block of the README that begins with a line."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(f"```{language}\n({re.escape(first_line)}\n.*?)```", readme, re.DOTALL)
    return code


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which the wheel of the README's two files was unpacked."""
    project, site = tmp_path_factory.mktemp("calm"), tmp_path_factory.mktemp("site")
    (project / "calm.py").write_text(block("python", "# calm.py"), encoding="utf-8")
    toml = block("toml", "# pyproject.toml")
    (project / "pyproject.toml").write_text(toml, encoding="utf-8")
    (wheel,) = WheelBuilder(str(project)).build(directory=str(tmp_path_factory.mktemp("dist")))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def test_it_is_listed_once_it_is_installed(installed):
    done = subprocess.run(
        [sys.executable, "-m", "retarget", "plugins", "--json"],
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    listing = json.loads(done.stdout)
    assert listing["failures"] == []
    (calm,) = [p for p in listing["providers"] if p["name"] == "calm"]
    assert (calm["distribution"], calm["version"]) == ("retarget-calm", "1.0")


class TestCalm(PassTests):
    @pytest.fixture(autouse=True)
    def _path(self, installed, monkeypatch):
        monkeypatch.syspath_prepend(installed)

    def make(self):
        return importlib.import_module("calm").Calm()
