"""The kit passes correct IK and fails wrong IK; the bundled passes pass it."""

from __future__ import annotations

import re

import pytest

from conformance import toy_ik as toy
from conformance.trial import checks_of, failures_of
from ik_passes.hand_motions import meeting
from retarget.testing import IKPassTests, PassTests
from retarget_ik.feet import Feet
from retarget_ik.hands import Hands
from retarget_ik.in_place import InPlace
from retarget_ik.limits import Limits
from retarget_ik.smooth import Smooth


class TestCorrect(toy.Kit):
    """A correct solver passes every check."""


class TestCorrectPass(toy.PassKit):
    """So does a correct pass."""


class TestFeet(IKPassTests):
    turns = ("*_hip", "*_knee", "*_ankle", "*_foot")
    moves_root = True

    def make(self):
        return Feet()


class TestHands(IKPassTests):
    turns = ("*_shoulder", "*_elbow", "*_wrist")
    keeps = ("left_wrist", "right_wrist")

    def make(self):
        return Hands()

    def motion(self):
        return meeting("fingertips", seconds=1.0, fps=24)


class TestSmooth(PassTests):
    def make(self):
        return Smooth()


class TestLimits(PassTests):
    def make(self):
        return Limits()


class TestInPlace(PassTests):
    def make(self):
        return InPlace()


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    return failures_of(toy.Kit, toy.WRONG, folder) | failures_of(
        toy.PassKit, toy.WRONG_PASSES, folder
    )


@pytest.mark.parametrize(("wrong", "check", "words"), [*toy.WRONG, *toy.WRONG_PASSES])
def test_wrong_ik_fails(wrong, check, words, failures):
    told = failures[wrong.__name__, check]
    assert any(re.search(words, message) for message in told), told


def test_every_check_is_shown_to_catch_something():
    assert {check for _, check, _ in toy.WRONG} == checks_of(toy.Kit)
    own = checks_of(toy.PassKit) - checks_of(PassTests)
    assert {check for _, check, _ in toy.WRONG_PASSES} == own
