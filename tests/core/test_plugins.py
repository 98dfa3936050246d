"""The plugin manager: what it finds, picks, refuses and survives."""

from __future__ import annotations

import itertools
import sys
from importlib import metadata

import pytest

from retarget import kinds
from retarget.errors import PluginError
from retarget.hookspecs import hookimpl
from retarget.loading import DEFAULT_PASSES
from retarget.plugins import Plugins
from support.plugins import (
    ToyPass,
    Toys,
    ToySource,
    install,
    offer,
    toy_plugins,
)

# What is installed


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder on the path to install distributions into; their modules are forgotten after."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


OFFERS_ONE = """
    from retarget import Provider, hookimpl

    @hookimpl
    def retarget_passes():
        return [Provider(name="{name}", summary="s", load=object)]
"""


def test_plugins_are_imported_in_the_order_of_their_names_whatever_the_disk_says(
    site, monkeypatch, tmp_path
):
    log = tmp_path / "log"
    names = ["toy-mid", "toy-alpha", "toy-zeta"]
    for name in names:
        install(site, name, f"with open({str(log)!r}, 'a') as log: log.write('{name} ')")
    found = [e for e in metadata.entry_points(group="retarget") if e.module.startswith("toy_")]
    assert len(found) == 3
    for order in itertools.permutations(found):
        log.write_text("")
        monkeypatch.setattr(metadata, "entry_points", lambda group, order=order: order)  # noqa: ARG005
        for name in names:
            sys.modules.pop(name.replace("-", "_"), None)
        Plugins()
        assert log.read_text().split() == sorted(names)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "import no_such_module_here",
            "ModuleNotFoundError: No module named 'no_such_module_here'",
        ),
        ("def retarget_passes(:", "SyntaxError: "),
        ("raise SystemExit('no licence')", "SystemExit: no licence"),
        ("raise RuntimeError('no GPU')", "RuntimeError: no GPU"),
        ("1/0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_plugin_that_does_not_import_is_left_out_and_named(site, code, told):
    install(site, "toy-broken", code)
    install(site, "toy-whole", OFFERS_ONE.format(name="whole"))
    plugins = Plugins()
    (failure,) = plugins.failures
    assert (failure.plugin, failure.hook) == ("toy-broken", "")
    assert told in failure.reason
    assert str(failure).startswith("Plugin toy-broken was left out: it does not import (")
    assert plugins.offers(kinds.PASS)["whole"].owner == "toy-whole"


@pytest.mark.parametrize("entry", ["it = toy_empty:absent", "it = ", "it = not a module!"])
def test_an_entry_point_that_leads_nowhere_is_left_out(site, entry):
    install(site, "toy-empty", "", entry=entry)
    (failure,) = Plugins().failures
    assert failure.plugin == "toy-empty"


def test_a_distribution_without_metadata_does_not_stop_the_host(site):
    install(site, "toy-remains", OFFERS_ONE.format(name="remains"))
    (site / "toy_remains-1.2.dist-info" / "METADATA").write_text("")
    assert "remains" in Plugins().offers(kinds.PASS)


def test_several_entry_points_of_one_distribution_are_told_apart(site):
    install(
        site,
        "toy-many",
        OFFERS_ONE.format(name="many"),
        entry="a = none_a\nb = none_b\nc = toy_many",
    )
    plugins = Plugins()
    assert [f.plugin for f in plugins.failures] == ["toy-many:a", "toy-many:b"]
    assert plugins.offers(kinds.PASS)["many"].owner == "toy-many:c"


def test_an_installed_plugin_with_a_misspelt_hook_is_an_error(site):
    install(
        site,
        "toy-misspelt",
        """
        from retarget import hookimpl

        @hookimpl
        def retarget_pases():
            return []
        """,
    )
    with pytest.raises(PluginError, match="toy-misspelt: unknown hook 'retarget_pases'"):
        Plugins()


# Registering


class Misspelt:
    @hookimpl
    def retarget_exporter(self):
        return []


class WrongArgument:
    @hookimpl
    def retarget_clip_exported(self, clip, results):
        pass


class Unmarked:
    def retarget_passes(self):
        return []


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        (Misspelt(), "Plugin odd: unknown hook 'retarget_exporter'"),
        (WrongArgument(), "Plugin odd: .*retarget_clip_exported.*(?s:.*)'results'"),
        (Unmarked(), "Plugin odd: retarget_passes is not marked with @hookimpl"),
    ],
)
def test_a_plugin_that_cannot_be_called_is_refused_and_leaves_no_trace(plugin, words):
    plugins = toy_plugins()
    with pytest.raises(PluginError, match=words):
        plugins.register(plugin, "odd")
    plugins.register(Toys(passes=[offer("late", ToyPass())]), "odd")
    assert {"late", "lift", *DEFAULT_PASSES} == set(plugins.offers(kinds.PASS))


def test_registering_twice_is_refused_and_keeps_the_first():
    plugins, toy = Plugins(installed=False), Toys(passes=[offer("p", ToyPass())])
    plugins.register(toy, "toy")
    for again, name, first in ((toy, "toy", "toy"), (toy, "b", "toy"), (Toys(), "toy", "toy")):
        with pytest.raises(PluginError, match=f"Plugin {name}: .*already, as {first}"):
            plugins.register(again, name)
    assert set(plugins.offers(kinds.PASS)) == {"p"}


def test_what_is_registered_after_the_first_question_is_found_too():
    plugins = toy_plugins()
    assert set(plugins.offers(kinds.PASS)) == {"lift", *DEFAULT_PASSES}
    assert set(plugins.load_all(kinds.MOTION_SOURCE)) == {"toy"}
    late = Toys(passes=[offer("late", ToyPass())], sources=[offer("late", ToySource())])
    plugins.register(late, "late")
    assert set(plugins.offers(kinds.PASS)) == {"late", "lift", *DEFAULT_PASSES}
    assert set(plugins.load_all(kinds.MOTION_SOURCE)) == {"late", "toy"}


def test_a_program_may_hold_several_that_know_nothing_of_each_other():
    shared = Toys(passes=[offer("both", ToyPass())])
    one, two = Plugins(installed=False), Plugins(installed=False)
    one.register(shared, "shared")
    two.register(shared, "shared")
    two.register(Toys(passes=[offer("second", ToyPass())]), "more")
    assert set(one.offers(kinds.PASS)) == {"both"}
    assert set(two.offers(kinds.PASS)) == {"both", "second"}


def test_the_core_alone_offers_its_solver_and_nothing_else():
    plugins = Plugins(installed=False)
    offered = {kind.title: list(plugins.offers(kind)) for kind in kinds.KINDS}
    assert offered.pop("FK solver") == ["numpy"]
    assert not any(offered.values())
    assert plugins.offers(kinds.FK_SOLVER)["numpy"].owner == "retarget-core"
