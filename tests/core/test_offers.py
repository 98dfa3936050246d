"""What plugins offer, by name: nothing is loaded unasked, and every fault is its owner's."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from retarget import kinds
from retarget.errors import PluginContractError, PluginError, UsageError
from retarget.hookspecs import hookimpl
from retarget.loading import DEFAULT_PASSES
from retarget.options import Options
from retarget.pipeline import Pipeline
from retarget.plugins import Plugins
from retarget.providers import Provider
from support.plugins import ToyExporter, ToyPass, Toys, ToySource, motion, offer, toy_plugins

# Offering


def test_offers_are_in_the_order_of_their_names():
    names = ["walk", "Zip", "apose", "bend"]
    plugins = toy_plugins(passes=[offer(name, ToyPass()) for name in names])
    assert list(plugins.offers(kinds.PASS)) == sorted(names)


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.title)
def test_one_name_from_two_plugins_is_refused_with_both_owners(kind):
    of = {
        "motion source": "sources",
        "target": "targets",
        "FK solver": "solvers",
        "backend": "exporters",
        "pass": "passes",
    }[kind.title]
    plugins = Plugins(installed=False)
    for owner in ("first-dist", "second-dist"):
        plugins.register(Toys(**{of: [offer("twin", object())]}), owner)
    with pytest.raises(PluginError, match="named 'twin': first-dist and second-dist") as error:
        plugins.offers(kind)
    assert f"a {kind.title} " in str(error.value)
    others = [k for k in kinds.KINDS if k is not kind]
    assert all("twin" not in plugins.offers(k) for k in others)


class Raising(Toys):
    @hookimpl
    def retarget_passes(self):
        raise LookupError("lost")


class Generating(Toys):
    @hookimpl
    def retarget_passes(self):
        yield offer("half", ToyPass())
        raise LookupError("lost")


class Exiting(Toys):
    @hookimpl
    def retarget_passes(self):
        sys.exit("out")


@pytest.mark.parametrize(
    ("plugin", "told"),
    [
        (Raising(), "LookupError: lost"),
        (Generating(), "LookupError: lost"),
        (Exiting(), "SystemExit: out"),
        (Toys(passes=None), "NoneType"),
        (Toys(passes=3), "'int' object is not iterable"),
        (Toys(passes=[offer("half", ToyPass()), ToyPass]), "ToyPass.*which is no Provider"),
        (Toys(passes="half"), "'h', which is no Provider"),
    ],
)
def test_a_hook_that_fails_leaves_its_plugin_out_of_what_it_offers(plugin, told):
    plugins = toy_plugins(plugin)
    assert set(plugins.offers(kinds.PASS)) == {"lift", *DEFAULT_PASSES}
    (failure,) = plugins.failures
    assert (failure.plugin, failure.hook) == ("extra1", "retarget_passes")
    with pytest.raises(UsageError, match=f"(?s)Plugin extra1 was left out of .*{told}"):
        plugins.pass_("half")


def test_a_plugin_left_out_of_one_hook_still_does_the_rest():
    plugins = toy_plugins(Raising(exporters=[offer("other", ToyExporter())]))
    assert set(plugins.offers(kinds.PASS)) == {"lift", *DEFAULT_PASSES}
    assert set(plugins.offers(kinds.EXPORTER)) == {"gltf", "other"}


@pytest.mark.parametrize("field", ["name", "summary", "load", "requires"])
def test_a_provider_that_says_nonsense_cannot_be_made(field):
    right = {"name": "n", "summary": "s", "load": ToyPass, "requires": "r"}
    assert Provider(**right).name == "n"
    with pytest.raises(TypeError):
        Provider(**right | {field: 3})


# Loading by name


def test_nothing_is_loaded_before_it_is_named():
    loaded = []

    def noting(name):
        return Provider(name=name, summary="s", load=lambda: loaded.append(name) or ToyPass())

    plugins = toy_plugins(passes=[noting("a"), noting("b")])
    plugins.offers(kinds.PASS)
    assert loaded == []
    plugins.pass_("b")
    assert loaded == ["b"]


@pytest.mark.parametrize(
    ("kind", "absent", "get"),
    [
        (kinds.EXPORTER, "blender", r"retarget\[blender\]"),
        (kinds.EXPORTER, "gltf", "retarget-gltf"),
        (kinds.MOTION_SOURCE, "amass", "retarget-motion"),
        (kinds.APOSE_SOURCE, "default", "retarget-apose"),
    ],
)
def test_what_is_known_but_absent_is_told_with_how_to_get_it(kind, absent, get):
    with pytest.raises(UsageError, match=f"{kind.option} {absent}: .*not installed. Get it.*{get}"):
        Plugins(installed=False).load(kind, absent)


def test_an_unknown_name_is_told_with_what_there_is():
    plugins = toy_plugins(exporters=[offer("one", ToyExporter()), offer("two", ToyExporter())])
    with pytest.raises(UsageError, match=r"--backend odd: no such backend\. Installed: one, two"):
        plugins.exporter("odd")
    with pytest.raises(UsageError, match=r"--backend blender: .* Installed: one, two"):
        plugins.exporter("blender")
    with pytest.raises(UsageError, match="Installed: none"):
        Plugins(installed=False).pass_("odd")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ImportError("libsmooth.so: cannot open"), r"ImportError: libsmooth.so"),
        (ModuleNotFoundError("No module named 'x'"), "No module named 'x'"),
        (AttributeError("no Smooth in it"), "AttributeError: no Smooth"),
        (OSError("CUDA"), "OSError: CUDA"),
        (SystemExit("no licence"), "SystemExit: no licence"),
    ],
)
def test_a_provider_that_does_not_load_says_whose_it_is_and_what_it_requires(error, told):
    plugins = toy_plugins(passes=[offer("smooth", error, requires="pip install libsmooth")])
    words = rf"--pass smooth: plugin toys does not load \(.*{told}.*\)\. .*pip install libsmooth"
    with pytest.raises(PluginError, match=words):
        plugins.pass_("smooth")


def test_what_a_provider_says_to_the_user_reaches_the_user():
    plugins = toy_plugins(passes=[offer("odd", UsageError("set BLENDER to where it is."))])
    with pytest.raises(UsageError, match=r"^set BLENDER to where it is\.$"):
        plugins.pass_("odd")


@pytest.mark.parametrize("made", [None, object(), ToyPass, "pass"])
@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.title)
def test_what_is_no_such_provider_is_refused_when_it_is_loaded(kind, made):
    fields = ("sources", "targets", "solvers", "exporters", "passes")
    of = dict(zip((k.title for k in kinds.KINDS), fields, strict=True))
    plugins = Plugins(installed=False)
    plugins.register(Toys(**{of[kind.title]: [offer("odd", made)]}), "some-dist")
    with pytest.raises(
        PluginContractError, match=r"Plugin some-dist: .*\(odd\) (has no|is a class)"
    ):
        plugins.load(kind, "odd")


def test_loading_all_leaves_out_what_does_not_load():
    plugins = toy_plugins(
        Toys(sources=[offer("heavy", ImportError("no x"), requires="pip install x")]),
        Toys(sources=[offer("class", ToySource)]),
    )
    assert set(plugins.load_all(kinds.MOTION_SOURCE)) == {"toy"}
    assert set(plugins.load_all(kinds.MOTION_SOURCE)) == {"toy"}
    one, two = sorted(plugins.failures, key=lambda failure: failure.plugin)
    assert "extra1 was left out of retarget_motion_sources" in str(one)
    assert "pip install x" in str(one)
    assert "is a class" in str(two)


def test_a_pass_is_applied_only_when_it_is_named():
    plain = Pipeline.prepare(plugins=toy_plugins(), options=Options(frame0="none"))
    named = {"plugins": toy_plugins(), "passes": ["lift"]}
    lifted = Pipeline.prepare(**named, options=Options(frame0="none"))
    low = plain.retargeter.retarget(motion()).root_translations
    high = lifted.retargeter.retarget(motion()).root_translations
    assert np.abs(high - low - [0, 1, 0]).max() < 1e-6
