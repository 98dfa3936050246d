"""Parameters of passes: declared once, set by texts or values, refused where they cannot be."""

import json

import attrs
import pytest

from retarget import Options, Retargeter, UsageError
from retarget.cli import main
from retarget.errors import PluginContractError
from retarget.parameters import parameter, parameters_of, settings, with_values
from support.commands import clip, convert_command
from support.motions import motion
from support.plugins import Toys, offer, toy_plugins, written
from support.rigs import scaled


@attrs.frozen(kw_only=True)
class Settings:
    """Of each type one."""

    reach: float = parameter(0.2, "how far", unit="m", at_least=0, at_most=1)
    order: int = parameter(2, "how steep", at_least=1)
    turn: bool = parameter(default=True, summary="turn as well")
    mode: str = parameter("soft", "how", one_of=("soft", "hard"))


class Keeps:
    """A pass that keeps the parameters it was given."""

    parameters = Settings

    def __init__(self):
        self.given = []

    def apply(self, clip, context):
        self.given.append(context.parameters(Settings))
        return clip


def test_what_is_declared_can_be_listed():
    listed = {one.name: one for one in parameters_of(Settings)}
    assert list(listed) == ["reach", "order", "turn", "mode"]
    assert (listed["reach"].default, listed["reach"].unit, listed["reach"].at_most) == (0.2, "m", 1)
    assert listed["mode"].one_of == ("soft", "hard")


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({}, (0.2, 2, True, "soft")),
        ({"reach": "0.5", "turn": "no"}, (0.5, 2, False, "soft")),
        ({"reach": 1, "order": "3", "turn": False, "mode": "hard"}, (1.0, 3, False, "hard")),
    ],
)
def test_texts_and_values_become_the_declared_types(given, made):
    values = attrs.astuple(with_values(Settings, given, "one"))
    assert values == made
    assert [type(v) for v in values] == [float, int, bool, str]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"raech": 1}, r"one\.raech: .*Did you mean reach.*reach, order, turn, mode"),
        ({"reach": "far"}, r"one\.reach is 'far'; it must be a number"),
        ({"reach": "nan"}, r"it must be a number"),
        ({"reach": 2}, r"one\.reach is 2; it must be at least 0 and at most 1 m"),
        ({"order": "0"}, r"at least 1"),
        ({"order": "1.5"}, r"a whole number"),
        ({"turn": "perhaps"}, r"yes or no"),
        ({"mode": "wild"}, r"choose one of: soft, hard"),
        ({3: 1}, r"one\.3: the pass one has no such parameter"),
    ],
)
def test_what_cannot_be_is_refused(given, words):
    with pytest.raises(UsageError, match=words):
        with_values(Settings, given, "one")


def test_texts_name_the_pass_and_the_parameter():
    assert settings(["a.x=1", "a.y = 2 ", "b.x=p.q=r"]) == {
        "a": {"x": "1", "y": "2"},
        "b": {"x": "p.q=r"},
    }


@pytest.mark.parametrize("text", ["", "a", "a.x", "a=1", ".x=1", "a.=1"])
def test_other_texts_are_refused(text):
    with pytest.raises(UsageError, match=r"PASS\.PARAMETER=VALUE"):
        settings([text])


def test_twice_is_refused():
    with pytest.raises(UsageError, match=r"a\.x is set twice"):
        settings(["a.x=1", "a.x=2"])


def test_the_pass_gets_what_was_set_and_the_clip_says_so():
    one = Keeps()
    options = Options(settings={"one": {"reach": 0.4}})
    made = Retargeter(scaled(1.0), options=options, passes={"one": one}).retarget(motion()[0])
    assert one.given == [Settings(reach=0.4)]
    told = {"reach": 0.4, "order": 2, "turn": True, "mode": "soft"}
    assert made.provenance["passParameters"] == {"one": told}


def test_setting_a_pass_that_is_not_applied_is_refused():
    options = Options(settings={"two": {"reach": 0.4}})
    with pytest.raises(UsageError, match="set of two, but the passes applied are: one"):
        Retargeter(scaled(1.0), options=options, passes={"one": Keeps()})


def test_a_pass_without_parameters_takes_none():
    class Plain:
        def apply(self, clip, _):
            return clip

    options = Options(settings={"one": {"reach": 0.4}})
    with pytest.raises(UsageError, match="one has no parameters; reach was set"):
        Retargeter(scaled(1.0), options=options, passes={"one": Plain()})


PLUGIN = Toys(passes=[offer("keeps", Keeps())])


def test_the_command_line_sets_and_lists_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    clip("walk.npz")
    retarget = convert_command(monkeypatch, capsys)
    retarget("walk.npz", "--pass", "keeps", "--set", "keeps.reach=0.7", plugins=[PLUGIN])
    made = written(tmp_path / "walk_retargeted.glb")
    assert made["provenance"]["passParameters"]["keeps"]["reach"] == 0.7
    told = retarget("walk.npz", "--pass", "keeps", "--set", "keeps.raech=1", plugins=[PLUGIN])
    assert (told.status, "keeps.raech" in told.err) == (2, True)


def test_plugins_tells_of_one(monkeypatch, capsys):
    made = toy_plugins(PLUGIN)
    monkeypatch.setattr("retarget.cli.plugins.Plugins", lambda: made)
    assert main(["plugins", "keeps"]) == 0
    told = capsys.readouterr().out
    assert "--set keeps.reach=…  how far (default: 0.2 m)" in told
    assert "(soft, hard) (default: soft)" in told
    assert main(["plugins", "keeps", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert [p["name"] for p in one["parameters"]] == ["reach", "order", "turn", "mode"]
    assert main(["plugins", "nobody"]) == 2
    assert "No plugin offers 'nobody'" in capsys.readouterr().err


def declaring(made):
    """A pass whose parameters are one field, `reach`."""
    one = Keeps()
    one.parameters = attrs.make_class("Odd", {"reach": made}, frozen=True, kw_only=True)
    return one


WRONG = [
    (attrs.field(default=0.2), r"Odd\.reach is not made with retarget\.parameters\.parameter\(\)"),
    (parameter(None, "how far"), r"Odd\.reach has the default None, not yes or no, a number or a"),
    (parameter((1, 2), "how far"), r"Odd\.reach has the default \(1, 2\), not yes or no"),
]


@pytest.mark.parametrize(("made", "words"), WRONG)
def test_a_field_that_is_no_parameter_is_its_plugins_fault(
    made, words, tmp_path, monkeypatch, capsys
):
    plugin = Toys(passes=[offer("odd", declaring(made))])
    told = rf"Plugin extra1: Keeps \(odd\) has parameters that cannot be: {words}"
    with pytest.raises(PluginContractError, match=told):
        toy_plugins(plugin).pass_("odd").parameters  # noqa: B018 - it is looked at

    monkeypatch.chdir(tmp_path)
    clip("walk.npz")
    ran = convert_command(monkeypatch, capsys)("walk.npz", "--pass", "odd", plugins=[plugin])
    assert (ran.status, "has parameters that cannot be: Odd.reach" in ran.err) == (1, True)

    monkeypatch.setattr("retarget.cli.plugins.Plugins", lambda: toy_plugins(plugin))
    assert main(["plugins", "odd"]) == 1
    assert "Plugin extra1: Keeps (odd) has parameters that cannot" in capsys.readouterr().err


@pytest.mark.parametrize(("made", "words"), WRONG)
def test_so_it_is_of_a_pass_that_no_plugin_offers(made, words):
    with pytest.raises(PluginContractError, match=rf"^{words}"):
        Retargeter(scaled(1.0), passes={"odd": declaring(made)})
