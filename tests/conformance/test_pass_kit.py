"""The kit passes correct passes and fails wrong ones, each by a check that says why."""

from __future__ import annotations

import re

import pytest

from conformance import toy_pass as toy
from conformance.trial import checks_of, failures_of


class TestCorrect(toy.Kit):
    """A correct pass passes every check."""


class TestRefusing(toy.Kit):
    """So does one that refuses, with a sentence, what is no whole body."""

    made = toy.Refuses


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    return failures_of(toy.Kit, toy.WRONG, tmp_path_factory.mktemp("wrong"))


@pytest.mark.parametrize(("wrong", "check", "words"), toy.WRONG)
def test_a_wrong_pass_fails(wrong, check, words, failures):
    told = failures[wrong.__name__, check]
    assert any(re.search(words, message) for message in told), told


def test_every_check_is_shown_to_catch_something():
    assert {check for _, check, _ in toy.WRONG} == checks_of(toy.Kit)
