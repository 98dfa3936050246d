"""What the plugin offers through the hook, and how little it takes to offer it."""

from __future__ import annotations

import subprocess
import sys

import retarget_motion
from retarget.providers import MotionSource


def test_six_named_sources_are_offered():
    providers = retarget_motion.retarget_motion_sources()
    names = ["amass", "smplx", "smpl24", "smplx-python", "matrices", "smpl"]
    assert [p.name for p in providers] == names
    assert all(p.summary and "\n" not in p.summary for p in providers)
    for provider in providers:
        source = provider.load()
        assert isinstance(source, MotionSource)
        assert source.name == provider.name


def test_folders_are_searched_for_npz_and_smpl():
    sources = [p.load() for p in retarget_motion.retarget_motion_sources()]
    assert {suffix for source in sources for suffix in source.suffixes} == {".npz", ".smpl"}


def imported(statement):
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_offering_imports_nothing_heavy():
    offered = imported("import retarget_motion\nretarget_motion.retarget_motion_sources()")
    assert not offered & {"numpy", "scipy", "retarget_motion.amass"}


def test_reading_needs_no_scipy():
    load_all = "[p.load() for p in retarget_motion.retarget_motion_sources()]"
    loaded = imported(f"import retarget_motion\n{load_all}")
    assert "retarget_motion.smpl_codec" in loaded
    assert not any(module.startswith("scipy") for module in loaded)
