"""The sources by name, as the hook offers them, and a writer of files."""

from __future__ import annotations

import numpy as np
import pytest

import retarget_motion
from retarget.options import Options


@pytest.fixture(scope="session")
def sources():
    return {p.name: p.load() for p in retarget_motion.retarget_motion_sources()}


@pytest.fixture
def write(tmp_path):
    def save(_save=np.savez, _name="clip.npz", /, **arrays):
        _save(tmp_path / _name, **arrays)
        return tmp_path / _name

    return save


@pytest.fixture(scope="session")
def load(sources):
    """Read a file with the one source that recognises it."""

    def read(path, **options):
        (source,) = [s for s in sources.values() if s.sniff(path)]
        return source.load(path, Options(**options))

    return read
