"""The plugin offers its exporter without importing what makes it."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

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
    assert exporter.formats == (".glb", ".gltf", ".vrma")
    assert provider.load() is not exporter


def parsed(*given):
    parser = argparse.ArgumentParser()
    retarget_gltf.retarget_add_options(parser)
    return vars(parser.parse_args(given))


def test_its_options_arrive_under_its_name():
    assert parsed() == {"gltf_encoding": None, "gltf_animations": None}
    given = parsed("--encoding", "int16", "--animations", "replace")
    assert given == {
        "gltf_encoding": "int16",
        "gltf_animations": "replace",
    }
    with pytest.raises(SystemExit):
        parsed("--encoding", "int8")
