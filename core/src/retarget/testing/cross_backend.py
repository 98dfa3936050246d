"""The check that two exporters of one format say the same, whatever axes they give the joints."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.compare import assert_world
from retarget.testing.glb import read_glb
from retarget.testing.kit import Kit
from retarget.testing.rigs import RIGS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retarget.providers import Exporter
    from retarget.testing.readback import ReadBack
    from retarget.values import Float64


class CrossBackendTests(Kit, ABC):
    """Subclass as `Test…` and return your exporter from `make`, another from `other`.

    Both write the same clips of all kit rigs, which are then compared by joint name: hierarchy,
    rest positions, frame times, world positions, and world rotations from rest. The rest rotations
    themselves may differ: a bone may have other axes than a joint.
    """

    options: ClassVar[Options] = Options()
    """What both are told."""
    format: ClassVar[str] = ".glb"
    """The suffix that both write."""
    fps: ClassVar[float] = 59.94
    position_tolerance: ClassVar[float] = 1e-4
    """Metres."""
    rotation_tolerance: ClassVar[float] = 0.02
    """Degrees."""
    time_tolerance: ClassVar[float] = 1e-6
    """Seconds."""

    @abstractmethod
    def make(self) -> Exporter:
        """Return your exporter."""

    @abstractmethod
    def other(self) -> Exporter:
        """Return the exporter yours must agree with."""

    def read(self, path: Path) -> ReadBack:
        """Return what a file says, read by other means than either exporter writes it with."""
        if path.suffix != ".glb":
            raise NotImplementedError(f"override `read`: the kit does not read {path.suffix} files")
        return read_glb(path).read_back()

    def test_both_claim_the_format(self) -> None:
        """Otherwise there is nothing to compare."""
        for exporter in (self.make(), self.other()):
            formats = exporter.formats
            assert self.format in formats, f"{type(exporter).__name__} writes {formats}"

    @pytest.mark.parametrize("rig", list(RIGS))
    def test_both_files_say_the_same(self, rig: str, tmp_path: Path) -> None:
        """Joints, times, places and turns from rest."""
        clip = smooth_clip(RIGS[rig](), fps=self.fps)
        files = []
        for name, exporter in (("one", self.make()), ("other", self.other())):
            path = tmp_path / f"{name}{self.format}"
            exporter.export(clip, path, self.options)
            files.append(self.read(path))
        one, other = files
        names = clip.rig.skeleton.names
        above = [_parents(file, names) for file in files]
        assert above[0] == above[1], f"hierarchy: {above[0].items() ^ above[1].items()}"
        assert len(one.times) == len(other.times), f"{len(one.times)}, {len(other.times)} frames"
        late = float(np.abs(one.times - other.times).max())
        assert late <= self.time_tolerance, f"frames are {late * 1000:.6g} ms apart"
        stand, stand_other = (_joints(file, file.rest[:, None], names) for file in files)
        assert_world(stand, stand_other, names, metres=self.position_tolerance)
        move, move_other = (_joints(file, file.world, names) for file in files)
        assert_world(move, move_other, names, metres=self.position_tolerance)
        turns = move @ np.linalg.inv(stand)
        turns_other = move_other @ np.linalg.inv(stand_other)
        assert_world(turns, turns_other, names, degrees=self.rotation_tolerance)


def _joints(file: ReadBack, transforms: Float64, names: Sequence[str]) -> Float64:
    """Return the rows of the joints."""
    return transforms[[file.names.index(name) for name in names]]


def _parents(file: ReadBack, names: Sequence[str]) -> dict[str, str | None]:
    """Return the joint above each joint, None for a root; nodes between do not count."""
    parents: dict[str, str | None] = {}
    for name in names:
        assert file.names.count(name) == 1, f"{name} is {file.names.count(name)} times there"
        above = file.parents[file.names.index(name)]
        while above >= 0 and file.names[above] not in names:
            above = file.parents[above]
        parents[name] = file.names[above] if above >= 0 else None
    return parents
