"""What all checks of an exporter stand on: exporting a clip and reading back what was written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.glb import read_glb
from retarget.testing.kit import Kit
from retarget.testing.oracle import world_of_tracks
from retarget.testing.rigs import RIGS

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.providers import Exporter
    from retarget.testing.readback import ReadBack
    from retarget.values import Clip, ExportResult, Float64


@attrs.frozen(kw_only=True, eq=False)
class Exported:
    """A clip, the truth about it, and what the file it was written to says of its joints."""

    clip: Clip
    truth: Float64
    """(J, F, 4, 4) world transforms by the kit's own matrices."""
    file: ReadBack
    joints: list[int]
    """Index in the file of each joint of the rig."""

    @property
    def names(self) -> tuple[str, ...]:
        """The rig's joint names."""
        return self.clip.rig.skeleton.names


class ExportKit(Kit, ABC):
    """The exporter, what it is told, the tolerances, and the kit's clips as it wrote them."""

    options: ClassVar[Options] = Options()
    """What the exporter is told; `force` is set by the checks."""
    position_tolerance: ClassVar[float] = 1e-4
    """Metres."""
    rotation_tolerance: ClassVar[float] = 0.02
    """Degrees."""
    rest_tolerance: ClassVar[float] = 1e-5
    """Metres, for the rest pose and for a frame 0 that is the rest pose."""
    same_bytes: ClassVar[bool] = True
    """False where the format itself stores when it was written."""
    _exported: ClassVar[dict[str, Exported]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give every subclass a store of its own for what it has exported."""
        super().__init_subclass__(**kwargs)
        cls._exported = {}

    @abstractmethod
    def make(self) -> Exporter:
        """Return the exporter to try."""

    def read(self, path: Path) -> ReadBack:
        """Return what a file says, read by other means than your exporter writes it with."""
        if path.suffix != ".glb":
            raise NotImplementedError(f"override `read`: the kit does not read {path.suffix} files")
        return read_glb(path).read_back()

    def export(self, clip: Clip, path: Path, *, force: bool = False) -> ExportResult:
        """Export with the options of this class."""
        return self.make().export(clip, path, attrs.evolve(self.options, force=force))

    def output(self, folder: Path, name: str = "clip") -> Path:
        """Return a path with the exporter's own suffix."""
        return folder / f"{name}{self.make().formats[0]}"

    def exported(self, rig: str, folder: Path) -> Exported:
        """Return the kit's clip of a rig as exported: once per class, for exporting may be slow."""
        if rig not in self._exported:
            self._exported[rig] = self.export_and_read(smooth_clip(RIGS[rig]()), folder)
        return self._exported[rig]

    def export_and_read(self, clip: Clip, folder: Path) -> Exported:
        """Export a clip and read the file back; every joint must be in it once."""
        path = self.output(folder)
        self.export(clip, path)
        file, skeleton = self.read(path), clip.rig.skeleton
        for name in skeleton.names:
            assert file.names.count(name) == 1, f"{name} is {file.names.count(name)} times there"
        return Exported(
            clip=clip,
            truth=world_of_tracks(skeleton, clip.rotations, clip.root_translations),
            file=file,
            joints=[file.names.index(name) for name in skeleton.names],
        )
