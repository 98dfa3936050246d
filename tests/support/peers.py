"""Runs the independent judges of tests/peers: the Khronos validator and three.js, under node.

A test that needs them skips, with a reason, where node or its packages are missing, and fails there
when RETARGET_REQUIRE_PEERS=1, as it is in continuous integration.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import numpy as np
import pytest

from support.data import ROOT

PEERS = ROOT / "tests" / "peers"


def validate(paths):
    """Return the Khronos validator's report on each GLB: `counts` by severity and `messages`."""
    return _run("validate.mjs", *paths)


def three_world(path, times):
    """Return what three.js makes of a GLB at `times` (seconds).

    A dictionary: `matrices`, by joint name the world matrices (T, 4, 4); `unbound`, the tracks that
    found no joint; `bindError`, metres by which the skin moves the mesh at rest; `vertices`; and
    the `clip`'s name, duration and number of tracks.
    """
    report = _run("probe_three.mjs", path, *(repr(float(t)) for t in times))
    report["matrices"] = {
        name: np.array(columns).reshape(-1, 4, 4).swapaxes(1, 2)
        for name, columns in report["matrices"].items()
    }
    return report


def _run(script, *arguments):
    node = shutil.which("node")
    missing = None
    if node is None:
        missing = "needs node, which is not installed"
    elif not (PEERS / "node_modules").is_dir():
        missing = "needs the packages of tests/peers; run `npm ci` there"
    if missing and os.environ.get("RETARGET_REQUIRE_PEERS") == "1":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    done = subprocess.run(
        [node, PEERS / script, *arguments], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{script} failed:\n{done.stderr}"
    return json.loads(done.stdout)
