"""Checks on what providers return, so that a plugin's fault is told as the plugin's.

Each wrapper has the shape of the provider it wraps and passes everything through; what comes back
is checked once, on whole arrays, and a breach names the distribution that caused it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

import attrs
import numpy as np

from retarget.errors import PluginContractError
from retarget.providers import APoseSource, Exporter, FKSolver, MotionSource, Pass
from retarget.values import Clip, ExportResult, Motion, Rig, World

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.context import PassContext
    from retarget.options import Options
    from retarget.values import Float32, Skeleton

T = TypeVar("T")

UNIT_TOLERANCE = 1e-3
"""How far the squared length of a float32 quaternion may lie from 1."""


@attrs.frozen
class _Checked(Generic[T]):
    """A loaded provider and who made it."""

    provider: T
    name: str
    owner: str

    def breach(self, what: str) -> NoReturn:
        """Raise the error that names the culprit."""
        raise PluginContractError(
            f"Plugin {self.owner}: {type(self.provider).__name__} ({self.name}) {what}. "
            f"This is a fault of {self.owner}, not of your file."
        )

    def expect(self, value: object, kind: type[Any], call: str) -> None:
        """Check the type of a returned value."""
        if not isinstance(value, kind):
            self.breach(f"returned {type(value).__name__} from {call}; expected {kind.__name__}")

    def finite(self, array: np.ndarray[Any, Any], what: str) -> None:
        """Check an array for NaN and infinity."""
        if not np.isfinite(array).all():
            self.breach(f"returned {what} with NaN or infinity")

    def unit(self, rotations: np.ndarray[Any, Any], what: str) -> None:
        """Check quaternions for unit length; NaN fails, too."""
        square = np.einsum("...i,...i->...", rotations, rotations)
        if not (square.min() > 1 - UNIT_TOLERANCE and square.max() < 1 + UNIT_TOLERANCE):
            self.breach(f"returned {what} that are not unit quaternions")


class CheckedMotionSource(_Checked[MotionSource]):
    """A motion source whose motions are checked."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """See `MotionSource.suffixes`."""
        return self.provider.suffixes

    def sniff(self, path: Path) -> bool:
        """See `MotionSource.sniff`."""
        return bool(self.provider.sniff(path))

    def why_not(self, path: Path) -> str | None:
        """See `ExplainingSource.why_not`; None where the source explains nothing."""
        explain = getattr(self.provider, "why_not", None)
        return None if explain is None else explain(path)

    def load(self, path: Path, options: Options) -> Motion:
        """See `MotionSource.load`."""
        motion = self.provider.load(path, options)
        self.expect(motion, Motion, "load()")
        self.unit(motion.rotations, "rotations")
        self.finite(motion.root_translations, "root translations")
        return motion


class CheckedAPoseSource(_Checked[APoseSource]):
    """An A-pose source whose rigs are checked."""

    def sniff(self, spec: str) -> bool:
        """See `APoseSource.sniff`."""
        return bool(self.provider.sniff(spec))

    def load(self, spec: str, options: Options) -> Rig:
        """See `APoseSource.load`."""
        rig = self.provider.load(spec, options)
        self.expect(rig, Rig, "load()")
        if not np.isfinite(rig.floor):
            self.breach(f"returned a rig whose floor is {rig.floor}")
        return rig


class CheckedFKSolver(_Checked[FKSolver]):
    """A solver whose world transforms are checked."""

    def solve(self, skeleton: Skeleton, rotations: Float32, root_translations: Float32) -> World:
        """See `FKSolver.solve`."""
        world = self.provider.solve(skeleton, rotations, root_translations)
        self.expect(world, World, "solve()")
        joints, frames = rotations.shape[:2]
        for array, shape in (
            (world.rotations, (joints, frames, 4)),
            (world.positions, (joints, frames, 3)),
        ):
            if array.shape != shape:
                self.breach(f"returned an array of shape {array.shape}; expected {shape}")
        self.unit(world.rotations, "rotations")
        self.finite(world.positions, "positions")
        return world


class CheckedExporter(_Checked[Exporter]):
    """An exporter whose account of what it wrote is checked."""

    @property
    def formats(self) -> tuple[str, ...]:
        """See `Exporter.formats`."""
        return self.provider.formats

    def export(self, clip: Clip, path: Path, options: Options) -> ExportResult:
        """See `Exporter.export`."""
        result = self.provider.export(clip, path, options)
        self.expect(result, ExportResult, "export()")
        if not result.path.is_file():
            self.breach(f"said it wrote {result.path}, which is not there")
        return result


class CheckedPass(_Checked[Pass]):
    """A pass whose clips are checked."""

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """See `Pass.apply`."""
        changed = self.provider.apply(clip, context)
        self.expect(changed, Clip, "apply()")
        if changed.rig is not clip.rig:
            self.breach("changed the rig; a pass changes the clip alone")
        if (changed.frames, changed.fps) != (clip.frames, clip.fps):
            self.breach(
                f"changed {clip.frames} frames at {clip.fps:g} to {changed.frames} at "
                f"{changed.fps:g}; a pass keeps both"
            )
        if changed.rotations is not clip.rotations:
            self.unit(changed.rotations, "rotations")
        self.finite(changed.root_translations, "root translations")
        return changed
