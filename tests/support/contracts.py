"""Providers loaded as the manager loads them, and the errors expected of those that break faith."""

from __future__ import annotations

import pytest

from retarget import kinds
from retarget.context import PassContext
from retarget.errors import PluginContractError
from retarget.fk import NumpyFK
from retarget.matching import match
from retarget.options import Options
from retarget.plugins import Plugins
from retarget.values import Clip
from support.plugins import Toys, motion, offer, rig

OWNER = "some-distribution"
FIELD = dict(
    zip(kinds.KINDS, ("sources", "targets", "solvers", "exporters", "passes"), strict=True)
)


def checked(kind, made):
    """The provider, loaded as the manager loads it."""
    plugins = Plugins(installed=False)
    plugins.register(Toys(**{FIELD[kind]: [offer("odd", made)]}), OWNER)
    return plugins.load(kind, "odd")


def breach(words=""):
    """Expect an error that names the owner, the class, its name and what was wrong."""
    return pytest.raises(PluginContractError, match=rf"^Plugin {OWNER}: \w+ \(odd\) .*{words}")


class Returning:
    """A provider of any kind that returns what it is given, whatever it is asked."""

    suffixes = formats = (".toy",)

    def __init__(self, made):
        self.made = made

    def sniff(self, _):
        return True

    def load(self, *_):
        return self.made() if callable(self.made) else self.made

    solve = export = apply = load


def a_clip():
    target = rig()
    return Clip(
        rig=target,
        fps=60.0,
        rotations=motion().rotations,
        root_translations=motion().root_translations,
    )


def context():
    moving = motion()
    return PassContext(
        motion=moving,
        match=match(rig(), moving.skeleton),
        floor=None,
        root_scale=1.0,
        solver=NumpyFK(),
        options=Options(),
    )
