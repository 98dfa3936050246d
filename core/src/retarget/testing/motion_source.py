"""The checks of a motion source."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from retarget.errors import RetargetError
from retarget.options import Options
from retarget.testing import junk
from retarget.testing.compare import assert_continuous, assert_unit, assert_world
from retarget.testing.kit import Kit
from retarget.testing.motions import MotionTruth, true_motion
from retarget.testing.oracle import world_of_tracks
from retarget.values import Motion

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.providers import MotionSource
    from retarget.values import Skeleton

FRAMES = 10


class MotionSourceTests(Kit, ABC):
    """Subclass as `Test…`; return your source, its skeleton, and write a known motion to a file.

    Write the file by other means than your source reads it with: what both get wrong, no test
    sees.
    """

    fps: ClassVar[float] = 59.94
    """A rate the layout can store."""
    stores_fps: ClassVar[bool] = True
    """False where the layout has no place for the rate; the source then warns that it assumed one.
    """
    position_tolerance: ClassVar[float] = 1e-4
    """Metres."""
    rotation_tolerance: ClassVar[float] = 0.02
    """Degrees."""

    @abstractmethod
    def make(self) -> MotionSource:
        """Return the source to try."""

    @abstractmethod
    def skeleton(self) -> Skeleton:
        """Return the rest skeleton of a motion in this layout, joints named by role.

        A layout that stores rotations alone stands on the rest skeleton of a body model: return
        that. A layout that stores bones, too, can hold any; `write` is given the same.
        """

    @abstractmethod
    def write(self, path: Path, truth: MotionTruth) -> None:
        """Store the motion at `path`, in the layout's own axes, units and order."""

    def other_layouts(self, folder: Path) -> list[Path]:  # noqa: ARG002 - for subclasses
        """Write files of layouts near to yours that your source must leave to others."""
        return []

    def truth(self, *, frames: int = FRAMES, seed: int = 0) -> MotionTruth:
        """Return a known motion."""
        return true_motion(self.skeleton(), frames=frames, fps=self.fps, seed=seed)

    def written(self, folder: Path, truth: MotionTruth | None = None) -> Path:
        """Return the path of a file of this layout."""
        path = folder / f"own{self.make().suffixes[0]}"
        self.write(path, truth or self.truth())
        return path

    def junk_file(self, folder: Path, kind: str) -> Path:
        """Return the path of a file that is none of this layout but is named as if it were."""
        path = folder / f"clip_poses{self.make().suffixes[0]}"
        junk.JUNK[kind](path)
        return path

    # What it knows

    def test_suffixes_are_lower_case(self) -> None:
        """A folder is searched by them."""
        suffixes = self.make().suffixes
        assert suffixes, "no suffix"
        for suffix in suffixes:
            assert suffix.startswith("."), f"{suffix!r} does not begin with a dot"
            assert suffix == suffix.lower(), f"{suffix!r} is not lower case"

    def test_knows_its_own_files(self, tmp_path: Path) -> None:
        """`sniff` tells the layout by content."""
        path = self.written(tmp_path)
        assert self.make().sniff(path), f"does not know {path.name}"

    def test_knows_its_own_files_under_any_name(self, tmp_path: Path) -> None:
        """Content decides, not the name."""
        path = self.written(tmp_path).rename(tmp_path / "copy of something.bak")
        assert self.make().sniff(path), f"does not know {path.name}"

    @pytest.mark.parametrize("kind", list(junk.JUNK))
    def test_does_not_claim_junk(self, tmp_path: Path, kind: str) -> None:
        """`sniff` says no and never raises, whatever lies there."""
        assert not self.make().sniff(self.junk_file(tmp_path, kind)), f"claims {kind}"

    def test_does_not_claim_other_layouts(self, tmp_path: Path) -> None:
        """`sniff` leaves to others what you named in `other_layouts`."""
        others = self.other_layouts(tmp_path)
        if not others:
            pytest.skip("other_layouts names none")
        claimed = [path.name for path in others if self.make().sniff(path)]
        assert not claimed, f"claims {', '.join(claimed)}"

    # What it reads

    def assert_reads(self, path: Path, truth: MotionTruth) -> Motion:
        """Assert that the file loads to a valid motion equal to the truth; return it."""
        motion = self.make().load(path, Options())
        assert isinstance(motion, Motion), f"load returned {type(motion).__name__}"
        names = motion.skeleton.names
        assert set(names) == set(truth.skeleton.names), (
            f"joints differ: {sorted(set(names) ^ set(truth.skeleton.names))}"
        )
        assert motion.frames == truth.frames, f"{motion.frames} frames of {truth.frames}"
        actual = world_of_tracks(motion.skeleton, motion.rotations, motion.root_translations)
        order = [truth.skeleton.index[name] for name in names]
        assert_world(
            actual,
            truth.world()[order],
            names,
            metres=self.position_tolerance,
            degrees=self.rotation_tolerance,
        )
        return motion

    @pytest.mark.parametrize("seed", [0, 1])
    def test_joints_are_where_the_truth_has_them(self, tmp_path: Path, seed: int) -> None:
        """World positions and rotations of every joint on every frame."""
        truth = self.truth(seed=seed)
        self.assert_reads(self.written(tmp_path, truth), truth)

    @pytest.mark.parametrize("frames", [1, 2])
    def test_short_motions(self, tmp_path: Path, frames: int) -> None:
        """One frame is a motion, too."""
        truth = self.truth(frames=frames)
        self.assert_reads(self.written(tmp_path, truth), truth)

    def test_tracks_are_clean(self, tmp_path: Path) -> None:
        """Finite float32, unit quaternions without sign changes, read-only."""
        motion = self.make().load(self.written(tmp_path, self.truth(frames=60)), Options())
        for array in (motion.rotations, motion.root_translations):
            assert array.dtype == np.float32, f"dtype {array.dtype}"
            assert np.isfinite(array).all(), "NaN or infinity"
            assert not array.flags.writeable, "a track can be written to"
        assert_unit(motion.rotations, motion.skeleton.names)
        assert_continuous(motion.rotations, motion.skeleton.names)

    def test_the_frame_rate(self, tmp_path: Path) -> None:
        """The stored rate; a warning where the layout stores none."""
        motion = self.make().load(self.written(tmp_path), Options())
        if self.stores_fps:
            assert abs(motion.fps - self.fps) <= 1e-3, f"{motion.fps} frames/s, not {self.fps}"
        else:
            assert motion.warnings, f"assumes {motion.fps} frames/s without a warning"

    def test_source_fps_overrides_the_rate(self, tmp_path: Path) -> None:
        """The user knows better; the poses stay as they are."""
        path = self.written(tmp_path)
        told = self.make().load(path, Options(source_fps=47.5))
        assert told.fps == 47.5, f"{told.fps} frames/s, asked for 47.5"
        assert _same_tracks(told, self.make().load(path, Options())), "the poses changed"

    @pytest.mark.parametrize("limit", [1, 4, FRAMES, 10 * FRAMES])
    def test_frame_limit(self, tmp_path: Path, limit: int) -> None:
        """The first frames, and all where there are fewer."""
        path = self.written(tmp_path)
        motion = self.make().load(path, Options(frame_limit=limit))
        whole = self.make().load(path, Options())
        assert motion.frames == min(limit, FRAMES), f"{motion.frames} frames, asked for {limit}"
        pairs = (
            (motion.rotations, whole.rotations[:, :limit]),
            (motion.root_translations, whole.root_translations[:limit]),
        )
        assert all(np.allclose(a, b, atol=1e-6) for a, b in pairs), "not the first frames"

    def test_loading_again_gives_the_same(self, tmp_path: Path) -> None:
        """Deterministic, and nothing is kept from one file to the next."""
        path, other = self.written(tmp_path), tmp_path / f"other{self.make().suffixes[0]}"
        self.write(other, self.truth(seed=3))
        used = self.make()
        used.load(other, Options())
        again, fresh = used.load(path, Options()), self.make().load(path, Options())
        assert _same_tracks(again, fresh), "the tracks differ"

    def test_says_where_the_motion_came_from(self, tmp_path: Path) -> None:
        """Reports and provenance name the file and its layout."""
        path = self.written(tmp_path)
        origin = self.make().load(path, Options()).source
        assert origin.path == path, f"source.path is {origin.path}"
        assert origin.kind, "source.kind is empty"

    def test_the_file_is_not_changed(self, tmp_path: Path) -> None:
        """Reading leaves every byte as it was and nothing beside it."""
        path = self.written(tmp_path)
        before = path.read_bytes()
        self.make().sniff(path)
        self.make().load(path, Options())
        assert path.read_bytes() == before, "the file was changed"
        files = sorted(file.name for file in tmp_path.iterdir())
        assert files == [path.name], f"left behind: {files}"

    @pytest.mark.parametrize("name", ["mit Leerzeichen und ümläut", "動き", "dotted.name.v2"])
    def test_any_path(self, tmp_path: Path, name: str) -> None:
        """Spaces, dots and other scripts in folder and file."""
        folder = tmp_path / name
        folder.mkdir()
        path = self.written(folder)
        path = path.rename(path.with_name(f"{name}{path.suffix}"))
        assert self.make().load(path, Options()).frames == FRAMES

    # What it refuses

    @pytest.mark.parametrize("kind", list(junk.JUNK))
    def test_refuses_junk_by_name(self, tmp_path: Path, kind: str) -> None:
        """Told to read it anyway, it says which file it cannot read."""
        path = self.junk_file(tmp_path, kind)
        with pytest.raises(RetargetError) as refusal:
            self.make().load(path, Options())
        assert path.name in str(refusal.value), f"the error does not name {path.name}"

    @pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
    def test_a_truncated_file_is_never_read_quietly(self, tmp_path: Path, kept: float) -> None:
        """`sniff` does not raise; what it claims nevertheless, `load` refuses by name."""
        path = self.written(tmp_path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * kept)])
        self.make().sniff(path)
        with pytest.raises(RetargetError) as refusal:
            self.make().load(path, Options())
        assert path.name in str(refusal.value), f"the error does not name {path.name}"

    def test_never_unpickles(self, tmp_path: Path) -> None:
        """A pickle runs whatever its author wanted; it is refused unread."""
        marker, path = tmp_path / "executed", tmp_path / f"clip{self.make().suffixes[0]}"
        own = self.written(tmp_path)
        if junk.is_npz(own):
            junk.with_pickles(own, path, marker, keep=False)
        else:
            junk.write_pickle(path, marker)
        self.make().sniff(path)
        with pytest.raises(RetargetError) as refusal:
            self.make().load(path, Options())
        assert not marker.exists(), "the pickle was executed"
        assert path.name in str(refusal.value), f"the error does not name {path.name}"

    def test_reads_past_a_pickled_extra(self, tmp_path: Path) -> None:
        """A pickled array the layout does not need is left alone, and no reason to refuse."""
        marker, path = tmp_path / "executed", tmp_path / f"clip{self.make().suffixes[0]}"
        truth = self.truth()
        own = self.written(tmp_path, truth)
        if not junk.is_npz(own):
            pytest.skip("the layout is no NPZ")
        junk.with_pickles(own, path, marker, keep=True)
        assert self.make().sniff(path), f"does not know {path.name}"
        self.assert_reads(path, truth)
        assert not marker.exists(), "the pickle was executed"


def _same_tracks(a: Motion, b: Motion) -> bool:
    return np.array_equal(a.rotations, b.rotations) and np.array_equal(
        a.root_translations, b.root_translations
    )
