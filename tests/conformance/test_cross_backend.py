"""The kit passes two exporters that agree and fails those that do not, saying in what."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget_gltf
from conformance import wrong_exporters as wrong
from conformance.toy_exporter import Toy
from conformance.trial import checks_of, failures_of
from retarget.options import Options
from retarget.testing import CrossBackendTests


class OtherAxes(Toy):
    """The same movement by joints whose frames are turned: as right as the toy itself."""

    turn = Rotation.from_rotvec([0.3, -1.2, 0.7])

    def rest_rotations(self, skeleton):
        rest = skeleton.rest_rotations.copy()
        rest[0] = (Rotation.from_quat(rest[0]) * self.turn).as_quat()
        turned = self.turn.inv() * Rotation.from_quat(rest[1:]) * self.turn
        return np.concatenate([rest[:1], turned.as_quat().reshape(-1, 4)])

    def rest_translations(self, skeleton):
        offsets = skeleton.rest_translations.copy()
        offsets[1:] = self.turn.inv().apply(offsets[1:])
        return offsets

    def local(self, clip):
        tracks = [(Rotation.from_quat(clip.rotations[0]) * self.turn).as_quat()]
        for track in clip.rotations[1:]:
            turned = self.turn.inv() * Rotation.from_quat(track) * self.turn
            tracks.append(turned.as_quat())
        return np.array(tracks)


class OtherFormat(Toy):
    formats = (".fbx",)


class Kit(CrossBackendTests):
    """The toy named by `made` against the toy."""

    made = Toy

    def make(self):
        return self.made()

    def other(self):
        return Toy()


class TestTheSame(Kit):
    """Two that are alike pass."""


class TestOtherAxes(Kit):
    """Two that differ in nothing but their joints' axes pass."""

    made = OtherAxes


class TestGltf(Kit):
    """The glTF backend agrees with the toy."""

    options = Options(mesh="none")

    def make(self):
        (offer,) = retarget_gltf.retarget_exporters()
        return offer.load()


SAME = "test_both_files_say_the_same"
WRONG = [
    (OtherFormat, "test_both_claim_the_format", "OtherFormat writes"),
    (wrong.HierarchyFlattened, SAME, "hierarchy: .*L_Knee"),
    (wrong.JointsRenamed, SAME, "is 0 times there"),
    (wrong.LastFrameLost, SAME, "11, 12 frames"),
    (wrong.RateRounded, SAME, "ms apart"),
    (wrong.RestPoseForgotten, SAME, "mm off"),
    (wrong.OneFrameOff, SAME, "mm off"),
    (wrong.LeafRotationsDropped, SAME, "degrees off"),
    (wrong.WxyzSwapped, SAME, "mm off"),
]


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    return failures_of(Kit, WRONG, tmp_path_factory.mktemp("wrong"))


@pytest.mark.parametrize(("made", "check", "words"), WRONG)
def test_what_differs_fails(made, check, words, failures):
    told = failures[made.__name__, check]
    assert any(re.search(words, message) for message in told), told


def test_every_check_is_shown_to_catch_something():
    assert {check for _, check, _ in WRONG} == checks_of(Kit)
