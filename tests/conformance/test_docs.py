"""The examples of docs/testing.md run, and pass."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from support.data import ROOT

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
KITS = [code for code in EXAMPLES if "Tests):" in code]
OTHERS = [code for code in EXAMPLES if "Tests):" not in code]


def named(code):
    found = re.search(r"class \w+|import [\w.]+", code)
    return found[0].split()[-1]


def python(*arguments):
    plugin = str(ROOT / "examples" / "retarget-mirror" / "src")
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": plugin},
    )


@pytest.mark.parametrize("code", KITS, ids=named)
def test_an_example_of_the_kit_passes(code, tmp_path):
    module = tmp_path / "test_example.py"
    module.write_text(code)
    options = ["-q", "-Werror", "-pno:cacheprovider", f"--rootdir={tmp_path}"]
    run = python("-m", "pytest", *options, str(module))
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("code", OTHERS, ids=named)
def test_any_other_example_runs(code):
    run = python("-c", code)
    assert run.returncode == 0, run.stderr


def test_every_kit_has_an_example():
    shown = {name for code in KITS for name in re.findall(r"\((\w+Tests)\):", code)}
    assert shown == {
        "APoseSourceTests",
        "ExporterTests",
        "FKSolverTests",
        "MotionSourceTests",
        "PassTests",
    }
