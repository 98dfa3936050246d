"""A Blender for the tests: what RETARGET_BLENDER names, or the bpy of this environment."""

from __future__ import annotations

import functools
import os
from importlib.util import find_spec

import pytest

from blender_backend.characters import given, rig_at
from retarget_blender.exporter import BlenderExporter
from retarget_blender.locate import locate
from retarget_blender.session import Session


@pytest.fixture(scope="session")
def blender():
    """The program to use as Blender; skips without one, or fails where one is demanded."""
    named = os.environ.get("RETARGET_BLENDER")
    if named or find_spec("bpy") is not None:
        return named
    reason = "needs Blender: install the blender extra, or name one in RETARGET_BLENDER"
    if os.environ.get("RETARGET_REQUIRE_BLENDER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def exporter(blender):  # noqa: ARG001 - without it there is nothing to export with
    """One exporter, and so one Blender, for all tests that do not harm it."""
    made = BlenderExporter()
    yield made
    made.close()


class Lent:
    """A session that is another's: to close it is the other's."""

    def __init__(self, session):
        self.run = session.run

    def close(self):
        pass


@pytest.fixture(scope="module")
def session(blender):  # noqa: ARG001 - without it there is nothing to work with
    """One Blender for what a module makes and reads, its targets too: each start costs a second."""
    made = Session(locate())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("retarget_blender.opened.Session", lambda _: Lent(made))
        yield made
    made.close()


@pytest.fixture(scope="module")
def rig_of(session):  # noqa: ARG001
    """Rigs of the given files, each read once."""
    return functools.cache(lambda name, suffix: rig_at(given(name, suffix)))
