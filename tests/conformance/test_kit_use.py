"""The kit in an author's hands: other formats, layouts without a rate, what was left out."""

from __future__ import annotations

import json
import subprocess
import sys

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from conformance import toy_exporter, toy_motion_source
from conformance.trial import failures_of
from retarget import smpl
from retarget.errors import FileReadError, NotAMotionError
from retarget.testing import (
    APoseSourceTests,
    ExporterTests,
    FKSolverTests,
    MotionSourceTests,
    PassTests,
)
from retarget.testing.glb import read_glb
from retarget.values import Motion, Source

KITS = [APoseSourceTests, ExporterTests, FKSolverTests, MotionSourceTests, PassTests]


class JsonSource:
    """A correct source of a layout that is no NPZ: matrices in a JSON file."""

    suffixes = (".toyjson",)

    def sniff(self, path):
        try:
            return "matrices" in self.parse(path)
        except FileReadError:
            return False

    def parse(self, path):
        try:
            return json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise FileReadError(f"{path}: cannot be read ({error}).") from error

    def load(self, path, options):
        content = self.parse(path)
        if "matrices" not in content:
            raise NotAMotionError(f"{path}: not of the toy layout.")
        local = np.swapaxes(np.array(content["matrices"]), 0, 1)
        flat = Rotation.from_matrix(local.reshape(-1, 3, 3)).as_quat()
        tracks = toy_motion_source.Toy().signs(flat.reshape(*local.shape[:2], 4))
        end = options.frame_limit
        return Motion(
            skeleton=smpl.smpl(),
            fps=options.source_fps or content["fps"],
            rotations=tracks[:, :end],
            root_translations=np.array(content["root"])[:end],
            source=Source(path=path, kind="toy JSON"),
        )


class TestLayoutThatIsNoNpz(MotionSourceTests):
    def make(self):
        return JsonSource()

    def skeleton(self):
        return smpl.smpl()

    def write(self, path, truth):
        matrices, root = truth.rotations.tolist(), truth.root_positions.tolist()
        path.write_text(json.dumps({"matrices": matrices, "root": root, "fps": truth.fps}))


class AssumesARate(toy_motion_source.Toy):
    """Correct for a layout that stores no rate."""

    def rate(self, _stored, options):
        return options.source_fps or 60.0

    def load(self, path, options):
        told = () if options.source_fps else ("no frame rate stored; 60 assumed",)
        return attrs.evolve(super().load(path, options), warnings=told)


class AssumesARateSilently(AssumesARate):
    def load(self, path, options):
        return attrs.evolve(super().load(path, options), warnings=())


class RatelessKit(toy_motion_source.Kit):
    made = AssumesARate
    stores_fps = False


class TestLayoutWithoutARate(RatelessKit):
    """The kit asks for a warning instead of the rate."""


def test_a_rate_assumed_silently_fails(tmp_path):
    check = "test_the_frame_rate"
    told = failures_of(RatelessKit, [(AssumesARateSilently, check, "")], tmp_path)
    assert "assumes 60.0 frames/s without a warning" in told["AssumesARateSilently", check][0]


class OtherFormat(toy_exporter.Toy):
    formats = (".toy",)


class OtherFormatKit(ExporterTests):
    """A format of which only frames are known: no interpolation, quaternions or skin."""

    made = OtherFormat
    same_bytes = False

    def make(self):
        return self.made()

    def read(self, path):
        read = read_glb(path).read_back()
        return attrs.evolve(read, between=None, rotations={}, inverse_binds={})


class TestOtherFormat(OtherFormatKit):
    """Read by the author's own reader."""


class KeepsTheFirstClip(OtherFormat):
    kept = None

    def root(self, clip):
        if self.kept is None:
            self.kept = clip.root_translations
        return self.kept


def test_formats_that_store_the_time_are_compared_as_read(tmp_path):
    check = "test_exporting_again_gives_the_same"
    told = failures_of(OtherFormatKit, [(KeepsTheFirstClip, check, "")], tmp_path)
    assert "mm off" in told["KeepsTheFirstClip", check][0]


def test_a_format_the_kit_cannot_read_asks_for_a_reader(tmp_path):
    class NoReader(ExporterTests):
        def make(self):
            return OtherFormat()

    with pytest.raises(NotImplementedError, match=r"the kit does not read \.toy files"):
        NoReader().read(tmp_path / "clip.toy")


@pytest.mark.parametrize("kit", KITS)
def test_a_kit_does_nothing_until_it_is_filled_in(kit):
    with pytest.raises(TypeError, match="abstract"):
        kit()


@pytest.mark.parametrize("kit", KITS)
def test_a_kit_is_not_collected_by_itself(kit):
    assert not kit.__name__.startswith("Test")


@pytest.mark.parametrize("kit", KITS)
def test_every_check_says_what_it_checks(kit):
    for name in dir(kit):
        if name.startswith("test_"):
            assert getattr(kit, name).__doc__, f"{kit.__name__}.{name}"


def test_without_pytest_the_kit_says_what_it_needs():
    script = "import sys; sys.modules['pytest'] = None; import retarget.testing"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "retarget.testing needs pytest" in run.stderr


def test_the_core_does_not_need_pytest():
    script = (
        "import sys; sys.modules['pytest'] = None\n"
        "import retarget\n"
        "for name in retarget.__all__: getattr(retarget, name)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
