"""The kit passes a correct exporter and fails wrong ones, each by a check that says why."""

from __future__ import annotations

import re

import pytest

from conformance import toy_exporter as toy
from conformance.trial import checks_of, failures_of
from conformance.wrong_exporters import WRONG


class TestCorrect(toy.Kit):
    """A correct exporter passes every check."""


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    return failures_of(toy.Kit, WRONG, tmp_path_factory.mktemp("wrong"))


@pytest.mark.parametrize(("wrong", "check", "words"), WRONG)
def test_a_wrong_exporter_fails(wrong, check, words, failures):
    told = failures[wrong.__name__, check]
    assert any(re.search(words, message) for message in told), told


def test_every_check_is_shown_to_catch_something():
    shown = {check for _, check, _ in WRONG}
    # Root may write everywhere, so that this one cannot be shown to fail on every machine.
    assert checks_of(toy.Kit) - shown <= {"test_a_folder_without_permission_is_refused"}
    assert shown <= checks_of(toy.Kit)
