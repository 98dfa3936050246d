"""The plugin offers its exporter without importing what makes it."""

from __future__ import annotations

import subprocess
import sys

import retarget_gltf
from retarget.providers import Exporter

LIGHT = """
import sys, retarget_gltf
(provider,) = retarget_gltf.retarget_exporters()
assert provider.name == "gltf" and provider.summary
heavy = {"pygltflib", "numpy", "retarget_gltf.exporter"} & set(sys.modules)
assert not heavy, heavy
"""


def test_offering_is_light():
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_loading_gives_an_exporter_of_its_own():
    (provider,) = retarget_gltf.retarget_exporters()
    exporter = provider.load()
    assert isinstance(exporter, Exporter)
    assert exporter.formats == (".glb",)
    assert provider.load() is not exporter
