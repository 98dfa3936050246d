"""Whatever a provider of any kind raises or lacks, it is told as what it is and whose it is."""

from __future__ import annotations

import attrs
import pytest

from retarget import kinds
from retarget.errors import FileReadError, RetargetError
from retarget.fk import NumpyFK
from retarget.options import Options
from support.contracts import Returning, a_clip, breach, checked, context
from support.plugins import ToyExporter, ToyPass, ToySource, ToyTarget, motion


def asked(kind, provider, tmp_path):
    """Ask a provider of any kind for what it is there for."""
    moving = motion()
    given = {
        kinds.MOTION_SOURCE: ("load", tmp_path / "a.toy", Options()),
        kinds.APOSE_SOURCE: ("load", "spec", Options()),
        kinds.FK_SOLVER: ("solve", moving.skeleton, moving.rotations, moving.root_translations),
        kinds.EXPORTER: ("export", a_clip(), tmp_path / "a.toy", Options()),
        kinds.PASS: ("apply", a_clip(), context()),
    }
    call, *arguments = given[kind]
    return getattr(provider, call)(*arguments)


def raising(error):
    """A provider of any kind that raises, whatever it is asked."""

    def call():
        raise error

    made = Returning(call)
    made.sniff = made.why_not = made.load
    return made


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.title)
@pytest.mark.parametrize("error", [KeyError("poses"), OSError(28, "No space"), SystemExit(3)])
def test_an_exception_that_is_not_for_the_user_names_the_owner(kind, error, tmp_path):
    with breach(f"failed in \\w+\\(\\) \\({type(error).__name__}: ") as caught:
        asked(kind, checked(kind, raising(error)), tmp_path)
    assert caught.value.__cause__ is error
    assert "not of your file" not in str(caught.value)  # nobody knows: the disk may be full


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.title)
def test_what_is_for_the_user_reaches_the_user(kind, tmp_path):
    error = FileReadError("a.toy: it is rotten.")
    with pytest.raises(RetargetError) as caught:
        asked(kind, checked(kind, raising(error)), tmp_path)
    assert caught.value is error


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.title)
def test_ctrl_c_is_nobodys_fault(kind, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        asked(kind, checked(kind, raising(KeyboardInterrupt())), tmp_path)


@pytest.mark.parametrize("kind", [kinds.MOTION_SOURCE, kinds.APOSE_SOURCE])
def test_sniffing_that_raises_names_the_owner(kind, tmp_path):
    with breach("failed in sniff\\(\\) \\(KeyError: 'poses'\\)"):
        checked(kind, raising(KeyError("poses"))).sniff(tmp_path)


def test_explaining_that_raises_names_the_owner(tmp_path):
    with breach("failed in why_not\\(\\) \\(KeyError: 'poses'\\)"):
        checked(kinds.MOTION_SOURCE, raising(KeyError("poses"))).why_not(tmp_path)


@pytest.mark.parametrize("kind", [kinds.MOTION_SOURCE, kinds.APOSE_SOURCE])
def test_an_explanation_is_a_text_or_nothing(kind, tmp_path):
    for said, fits in (("it is rotten.", True), (None, True), (False, False), (3, False)):
        source = Returning(None)
        source.why_not = lambda _, said=said: said
        if fits:
            assert checked(kind, source).why_not(tmp_path) == said
        else:
            with breach(f"returned {type(said).__name__} from why_not\\(\\); expected str"):
                checked(kind, source).why_not(tmp_path)


def test_a_source_need_not_explain(tmp_path):
    assert checked(kinds.MOTION_SOURCE, Returning(None)).why_not(tmp_path) is None


def test_a_breach_ends_in_one_full_stop(tmp_path):
    rootless = Returning(lambda: attrs.evolve(motion(), fps=-1))
    with breach() as caught:
        checked(kinds.MOTION_SOURCE, rootless).load(tmp_path, Options())
    assert ".." not in str(caught.value)


@pytest.mark.parametrize(
    "given", [".glb", (), [".glb"], ("glb",), (".GLB",), (".a.glb",), (".",), (".glb", 3), None]
)
def test_suffixes_are_a_tuple_of_suffixes(given):
    source, exporter = ToySource(), ToyExporter()
    source.suffixes = exporter.formats = given
    for kind, made in ((kinds.MOTION_SOURCE, source), (kinds.EXPORTER, exporter)):
        with breach("expected a tuple of lower-case suffixes"):
            checked(kind, made)


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        (kinds.MOTION_SOURCE, ToySource()),
        (kinds.APOSE_SOURCE, ToyTarget()),
        (kinds.FK_SOLVER, NumpyFK()),
        (kinds.EXPORTER, ToyExporter(".toy")),
        (kinds.PASS, ToyPass()),
    ],
)
def test_every_member_of_the_protocol_is_needed(kind, made):
    provider = checked(kind, made)
    assert provider.provider is made
    for member in type(provider).members:
        less = type(type(made).__name__, (), {})()
        for kept in type(provider).members:
            if kept != member:
                setattr(less, kept, getattr(made, kept))
        with breach(f"has no {member}"):
            checked(kind, less)
