"""The checks of how an exporter treats files and values: whole, truthful, only where allowed."""

from __future__ import annotations

import copy
import os
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pytest

from retarget.errors import RetargetError
from retarget.testing.clips import smooth_clip
from retarget.testing.compare import assert_world
from retarget.testing.disk import disk_full_beyond
from retarget.testing.exporting import ExportKit
from retarget.testing.oracle import world_of_tracks
from retarget.testing.rigs import fingerless, humanoid
from retarget.testing.rooted import ROOT, rooted, travelling
from retarget.values import ExportResult

if TYPE_CHECKING:
    from pathlib import Path

OLD = b"what was there before"


class ExportedFileTests(ExportKit):
    """Part of `ExporterTests`."""

    def test_formats_are_suffixes(self) -> None:
        """The default first, lower case."""
        formats = self.make().formats
        assert formats, "no format"
        for suffix in formats:
            assert suffix.startswith("."), f"{suffix!r} does not begin with a dot"
            assert suffix == suffix.lower(), f"{suffix!r} is not lower case"

    def test_the_result_is_true(self, tmp_path: Path) -> None:
        """Path, frames, duration and size are those of the file."""
        clip, path = smooth_clip(fingerless(), fps=59.94), self.output(tmp_path)
        result = self.export(clip, path)
        assert isinstance(result, ExportResult), f"export returned {type(result).__name__}"
        assert result.path == path, f"{result.path} said, asked for {path}"
        assert path.is_file(), f"{path.name} is not there"
        assert result.frames == clip.frames, f"{result.frames} frames said, not {clip.frames}"
        assert abs(result.duration - clip.duration) <= 1e-6, f"{result.duration} s"
        size = path.stat().st_size
        assert result.bytes_written == size, f"{result.bytes_written} bytes said, {size} there"

    def test_exporting_again_gives_the_same(self, tmp_path: Path) -> None:
        """Deterministic: nothing of the clock, the folder or an earlier clip gets in."""
        clip, other = smooth_clip(humanoid()), smooth_clip(humanoid(), seed=9)
        folders = [tmp_path / "fresh", tmp_path / "used"]
        for folder in folders:
            folder.mkdir()
        fresh, used = (self.output(folder) for folder in folders)
        self.export(clip, fresh)
        exporter = self.make()
        exporter.export(other, self.output(tmp_path), self.options)
        exporter.export(clip, used, self.options)
        if self.same_bytes:
            assert fresh.read_bytes() == used.read_bytes(), "the files differ"
        else:
            a, b = self.read(fresh), self.read(used)
            assert a.names == b.names, "the nodes differ"
            assert_world(a.world, b.world, a.names, metres=1e-9, degrees=1e-9)

    def test_the_clip_is_not_changed(self, tmp_path: Path) -> None:
        """An exporter only reads."""
        clip = smooth_clip(fingerless())
        tracks = clip.rotations.copy(), clip.root_translations.copy()
        facts = copy.deepcopy(clip.provenance)
        writable = attrs.evolve(clip, rotations=tracks[0], root_translations=tracks[1])
        self.export(writable, self.output(tmp_path))
        assert np.array_equal(tracks[0], clip.rotations), "the rotations were changed"
        assert np.array_equal(tracks[1], clip.root_translations), "the translations were changed"
        assert writable.provenance == facts, "the provenance was changed"

    @pytest.mark.parametrize("name", ["mit Leerzeichen und ümläut", "動き", "dotted.name.v2"])
    def test_any_path(self, tmp_path: Path, name: str) -> None:
        """Spaces, dots and other scripts in folder and file."""
        folder = tmp_path / name
        folder.mkdir()
        path = self.output(folder, name)
        self.export(smooth_clip(fingerless()), path)
        assert _files(folder) == [path.name], f"wrote {_files(folder)}"
        assert self.read(path).names, "the file is empty"

    def test_refuses_to_overwrite(self, tmp_path: Path) -> None:
        """What is there stays, unless force is asked for."""
        path = self.output(tmp_path)
        path.write_bytes(OLD)
        with pytest.raises(RetargetError) as refusal:
            self.export(smooth_clip(fingerless()), path)
        assert path.read_bytes() == OLD, "the file was overwritten"
        assert path.name in str(refusal.value), f"the error does not name {path.name}"
        assert _files(tmp_path) == [path.name], f"left behind: {_files(tmp_path)}"

    def test_force_overwrites(self, tmp_path: Path) -> None:
        """The old file is replaced as a whole."""
        path, fresh = self.output(tmp_path), self.output(tmp_path, "fresh")
        path.write_bytes(OLD * 100_000)
        clip = smooth_clip(fingerless())
        self.export(clip, path, force=True)
        self.export(clip, fresh)
        sizes = path.stat().st_size, fresh.stat().st_size
        assert sizes[0] == sizes[1], f"{sizes[0]} bytes over an old file, {sizes[1]} afresh"
        assert self.read(path).names == self.read(fresh).names, "the nodes differ"
        files = _files(tmp_path)
        assert files == sorted([path.name, fresh.name]), f"left behind: {files}"

    def test_a_folder_in_the_way_is_refused(self, tmp_path: Path) -> None:
        """Also with force: a folder is not replaced."""
        path = self.output(tmp_path)
        path.mkdir()
        self._assert_refused(path)
        assert path.is_dir(), "the folder is gone"

    def test_a_file_where_the_folder_should_be_is_refused(self, tmp_path: Path) -> None:
        """Nothing can be written below a file."""
        blocker = tmp_path / "blocker"
        blocker.write_bytes(OLD)
        self._assert_refused(self.output(blocker))
        assert blocker.read_bytes() == OLD, "the file in the way was changed"

    def test_a_folder_without_permission_is_refused(self, tmp_path: Path) -> None:
        """Told in the user's words, not as a traceback."""
        locked = tmp_path / "locked"
        locked.mkdir()
        locked.chmod(0o500)
        if os.access(locked, os.W_OK):
            pytest.skip("this user may write everywhere")
        self._assert_refused(self.output(locked))

    @pytest.mark.parametrize("track", ["rotations", "root_translations"])
    def test_a_clip_that_is_not_finite_is_refused(self, tmp_path: Path, track: str) -> None:
        """No file is better than one that shows a body nowhere."""
        clip, path = smooth_clip(fingerless()), self.output(tmp_path)
        broken = getattr(clip, track).copy()
        broken[1, 1] = np.nan
        with pytest.raises(RetargetError):
            self.export(attrs.evolve(clip, **{track: broken}), path)
        assert not _files(tmp_path), f"left behind: {_files(tmp_path)}"

    def test_travel_of_a_root_joint_is_written_or_refused(self, tmp_path: Path) -> None:
        """Of a character's own file whose root joint is to carry `clip.root_motion`.

        Left out without a word, a game that moves characters by that joint finds nothing on it.
        """
        plain, path = smooth_clip(rooted(tmp_path)), self.output(tmp_path)
        travel, gone = travelling(plain.frames)
        try:
            self.export(attrs.evolve(plain, root_motion=travel), path)
        except RetargetError:
            assert not path.exists(), f"{path.name} is there all the same"
            return
        file, names = self.read(path), plain.rig.skeleton.names
        assert ROOT in file.names, (
            f"{ROOT} is not in the file, nor the travel that it should carry: write "
            "clip.root_motion or refuse it with a RetargetError"
        )
        root = file.names.index(ROOT)
        moved = file.world[root] @ np.linalg.inv(file.rest[root])
        near, even = self.position_tolerance, self.rotation_tolerance
        assert_world(moved[None], gone[None], [ROOT], metres=near, degrees=even)
        truth = world_of_tracks(plain.rig.skeleton, plain.rotations, plain.root_translations)
        joints = [file.names.index(name) for name in names]
        assert_world(file.world[joints], truth, names, metres=near)

    def test_a_full_disk_leaves_nothing(self, tmp_path: Path) -> None:
        """What cannot be finished is taken away again."""
        whole, path = self.output(tmp_path, "whole"), self.output(tmp_path)
        clip = smooth_clip(humanoid())
        size = self.export(clip, whole).bytes_written
        with disk_full_beyond(size // 2):
            self._assert_refused(path)
        assert _files(tmp_path) == [whole.name], f"left behind: {_files(tmp_path)}"

    def test_a_full_disk_leaves_the_old_file(self, tmp_path: Path) -> None:
        """A file is replaced only once the new one is whole."""
        whole, path = self.output(tmp_path, "whole"), self.output(tmp_path)
        clip = smooth_clip(humanoid())
        size = self.export(clip, whole).bytes_written
        path.write_bytes(OLD)
        with disk_full_beyond(size // 2):
            self._assert_refused(path)
        assert path.read_bytes() == OLD, "the old file is gone"
        files = _files(tmp_path)
        assert files == sorted([whole.name, path.name]), f"left behind: {files}"

    def _assert_refused(self, path: Path) -> None:
        with pytest.raises(RetargetError) as refusal:
            self.export(smooth_clip(humanoid()), path, force=True)
        assert path.name in str(refusal.value), f"the error does not name {path.name}"


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
