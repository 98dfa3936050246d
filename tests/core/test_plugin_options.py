"""Options that plugins add to the command line: beside its own, never in their place."""

from __future__ import annotations

import argparse
import re

import pytest

from retarget.hookspecs import hookimpl
from support.plugins import ToyExporter, Toys, ToySource, offer, toy_plugins


class Adds:
    """Adds options, as a function of a parser."""

    def __init__(self, add):
        self.add = add

    @hookimpl
    def retarget_add_options(self, parser):
        self.add(parser)


def core_parser():
    parser = argparse.ArgumentParser(prog="core", allow_abbrev=False)
    parser.add_argument("inputs", nargs="*")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--fps", type=float)
    return parser


def parsed(plugins, *given):
    parser = core_parser()
    plugins.add_options(parser)
    return vars(parser.parse_args(given)), parser


def test_plugins_add_options_and_groups():
    def add(parser):
        parser.add_argument("--toy-size", type=int, default=3)
        group = parser.add_argument_group("a toy")
        either = group.add_mutually_exclusive_group()
        either.add_argument("--toy-red", action="store_true")
        either.add_argument("--toy-blue", action="store_true")

    plugins = toy_plugins(Adds(add))
    values, parser = parsed(plugins, "walk", "--toy-size", "5", "--toy-red")
    assert values == {
        "inputs": ["walk"],
        "force": False,
        "fps": None,
        "toy_size": 5,
        "toy_red": True,
        "toy_blue": False,
    }
    assert plugins.failures == ()
    assert "a toy:" in parser.format_help()
    with pytest.raises(SystemExit):
        parser.parse_args(["--toy-red", "--toy-blue"])


@pytest.mark.parametrize(
    ("add", "told"),
    [
        (lambda p: p.add_argument("--force"), "--force .* is another's"),
        (lambda p: p.add_argument("--toy-force", dest="force"), "destination 'force'"),
        (lambda p: p.add_argument("--toy", required=True), "--toy would have to be given"),
        (lambda p: p.add_argument("toy"), "toy would have to be given"),
        (lambda p: p.add_argument("--toy", nonsense=1), "TypeError"),
        (lambda p: p.exit(3), "SystemExit: 3"),
        (lambda p: p.set_defaults(force=True, fps=1.0), "set_defaults may not be used"),
    ],
)
def test_options_that_would_change_the_command_leave_their_plugin_out(add, told):
    def greedy(parser):
        parser.add_argument("--toy-first")
        add(parser)

    plugins = toy_plugins(Adds(greedy), Adds(lambda p: p.add_argument("--other")))
    values, _ = parsed(plugins, "--fps", "30")
    assert values == {"inputs": [], "force": False, "fps": 30, "other": None}
    (failure,) = plugins.failures
    assert (failure.plugin, failure.hook) == ("extra1", "retarget_add_options")
    assert re.search(told, failure.reason)


def test_two_plugins_with_one_destination_are_not_confounded():
    size = Adds(lambda p: p.add_argument("--a-size", dest="size", default=1))
    again = Adds(lambda p: p.add_argument("--b-size", dest="size", default=2))
    plugins = toy_plugins(size, again)
    values, _ = parsed(plugins)
    assert values["size"] == 1
    assert [failure.plugin for failure in plugins.failures] == ["extra2"]


class Backend(Toys):
    """A backend with options of its own, and whatever else it offers."""

    @hookimpl
    def retarget_add_options(self, parser):
        parser.add_argument("--other-size", type=int, default=3)
        parser.add_argument("--other-fast", action="store_true")


@pytest.mark.parametrize(
    ("given", "backend", "idle"),
    [
        ([], "gltf", ()),
        (["--other-size", "3"], "gltf", ()),
        (["--other-size", "4"], "gltf", ("--other-size",)),
        (["--other-fast", "--other-size", "4"], "gltf", ("--other-size", "--other-fast")),
        (["--other-size", "4"], "other", ()),
    ],
)
def test_options_of_a_backend_that_is_not_chosen_are_idle(given, backend, idle):
    plugins = toy_plugins(Backend(exporters=[offer("other", ToyExporter())]))
    values, _ = parsed(plugins, *given)
    extra = {name: values[name] for name in ("other_size", "other_fast")}
    assert plugins.idle_options(extra, backend) == idle


def test_options_of_a_plugin_that_does_more_than_write_are_never_idle():
    more = Backend(exporters=[offer("other", ToyExporter())], sources=[offer("more", ToySource())])
    plugins = toy_plugins(more)
    values, _ = parsed(plugins, "--other-size", "4")
    assert plugins.idle_options({"other_size": values["other_size"]}, "gltf") == ()
