"""The kit passes a correct A-pose source and fails wrong ones, each by a check that says why."""

from __future__ import annotations

import re

import pytest

from conformance import toy_apose_source as toy
from conformance.trial import checks_of, failures_of
from conformance.wrong_apose_sources import WRONG


class TestCorrect(toy.Kit):
    """A correct source passes every check."""


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    return failures_of(toy.Kit, WRONG, tmp_path_factory.mktemp("wrong"))


@pytest.mark.parametrize(("wrong", "check", "words"), WRONG)
def test_a_wrong_apose_source_fails(wrong, check, words, failures):
    told = failures[wrong.__name__, check]
    assert any(re.search(words, message) for message in told), told


def test_every_check_is_shown_to_catch_something():
    assert {check for _, check, _ in WRONG} == checks_of(toy.Kit)
