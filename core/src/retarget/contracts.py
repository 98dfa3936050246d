"""Checks on what providers return, so that a plugin's fault is told as the plugin's.

Each wrapper has the shape of the provider it wraps and passes everything through; what comes back
is checked once, on whole arrays, and a breach names the distribution that caused it. So does any
exception but a RetargetError, which is the provider's word to the user.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, TypeVar, cast

import attrs
import numpy as np

from retarget.errors import PluginContractError, RetargetError, UsageError, ValueShapeError
from retarget.parameters import parameters_of
from retarget.plugins import version_of
from retarget.providers import APoseSource, Exporter, FKSolver, MotionSource, Pass
from retarget.soundness import fault_of_motion, not_finite, not_unit
from retarget.values import Clip, ExportResult, Motion, Rig, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from retarget.context import PassContext
    from retarget.options import Options
    from retarget.providers import MergingExporter
    from retarget.values import Float32, Skeleton

T = TypeVar("T")


@attrs.frozen
class _Checked(Generic[T]):
    """A loaded provider and who made it."""

    provider: T
    name: str
    owner: str

    members: ClassVar[tuple[str, ...]] = ()
    """What a provider of the kind must have."""
    suffix_member: ClassVar[str] = ""
    """The one of them that lists file suffixes, if there is one."""

    def __attrs_post_init__(self) -> None:
        """Refuse what is no provider of the kind."""
        if isinstance(self.provider, type):
            self.breach("is a class; the provider's load() must return an instance")
        missing = [member for member in self.members if not hasattr(self.provider, member)]
        if missing:
            self.breach(f"has no {', '.join(missing)}")
        if self.suffix_member:
            self._check_suffixes(getattr(self.provider, self.suffix_member))

    def breach(self, what: str) -> NoReturn:
        """Raise the error that names the culprit."""
        raise PluginContractError(
            f"Plugin {self.owner}: {self._who} {what.removesuffix('.')}. "
            f"This is a fault of {self.owner}, not of your file."
        )

    @property
    def made_by(self) -> str:
        """The provider's name and the distribution it comes from, for the clip's provenance."""
        version = version_of(self.owner)
        return f"{self.name} ({self.owner}{f' {version}' if version else ''})"

    @property
    def _who(self) -> str:
        made = self.provider if isinstance(self.provider, type) else type(self.provider)
        return f"{made.__name__} ({self.name})"

    @contextmanager
    def calling(self, call: str) -> Iterator[None]:
        """Name the culprit of an exception that is not for the user.

        Whose fault it is, is not said: a full disk is nobody's.
        """
        try:
            yield
        except ValueShapeError as error:
            self.breach(f"made in {call} what cannot be: {error}")
        except RetargetError:
            raise
        except (Exception, SystemExit) as error:
            raise PluginContractError(
                f"Plugin {self.owner}: {self._who} failed in {call} "
                f"({type(error).__name__}: {error})."
            ) from error

    def _check_suffixes(self, given: Any) -> None:
        fits = isinstance(given, tuple) and all(isinstance(suffix, str) for suffix in given)
        if not (fits and given and all(Path(f"x{s}").suffix == s == s.lower() for s in given)):
            self.breach(
                f"has {self.suffix_member} {given!r}; expected a tuple of lower-case suffixes, "
                "dot first and no other, such as ('.npz',)"
            )

    def expect(self, value: object, kind: type[Any], call: str) -> None:
        """Check the type of a returned value."""
        if not isinstance(value, kind):
            self.breach(f"returned {type(value).__name__} from {call}; expected {kind.__name__}")

    def explanation(self, given: Path | str) -> str | None:
        """Return what the source's `why_not` says, checked; None where it has no such method."""
        explain = getattr(self.provider, "why_not", None)
        if explain is None:
            return None
        with self.calling("why_not()"):
            reason = explain(given)
        if reason is not None:
            self.expect(reason, str, "why_not()")
        return cast("str | None", reason)

    def expect_sound(self, fault: str | None) -> None:
        """Check what `soundness` found in the numbers of a returned value."""
        if fault is not None:
            self.breach(f"returned {fault}")


class CheckedMotionSource(_Checked[MotionSource]):
    """A motion source whose motions are checked."""

    members = ("suffixes", "sniff", "load")
    suffix_member = "suffixes"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """See `MotionSource.suffixes`."""
        return self.provider.suffixes

    def sniff(self, path: Path) -> bool:
        """See `MotionSource.sniff`."""
        with self.calling("sniff()"):
            return bool(self.provider.sniff(path))

    def why_not(self, path: Path) -> str | None:
        """See `ExplainingSource.why_not`; None where the source has no such method."""
        return self.explanation(path)

    def load(self, path: Path, options: Options) -> Motion:
        """See `MotionSource.load`."""
        with self.calling("load()"):
            motion = self.provider.load(path, options)
        self.expect(motion, Motion, "load()")
        self.expect_sound(fault_of_motion(motion))
        return motion


class CheckedAPoseSource(_Checked[APoseSource]):
    """An A-pose source whose rigs are checked."""

    members = ("sniff", "load")

    def sniff(self, spec: str) -> bool:
        """See `APoseSource.sniff`."""
        with self.calling("sniff()"):
            return bool(self.provider.sniff(spec))

    def why_not(self, spec: str) -> str | None:
        """See `ExplainingTarget.why_not`; None where the source has no such method."""
        return self.explanation(spec)

    def load(self, spec: str, options: Options) -> Rig:
        """See `APoseSource.load`."""
        with self.calling("load()"):
            rig = self.provider.load(spec, options)
        self.expect(rig, Rig, "load()")
        return rig


class CheckedFKSolver(_Checked[FKSolver]):
    """A solver whose world transforms are checked."""

    members = ("solve",)

    def solve(self, skeleton: Skeleton, rotations: Float32, root_translations: Float32) -> World:
        """See `FKSolver.solve`."""
        with self.calling("solve()"):
            world = self.provider.solve(skeleton, rotations, root_translations)
        self.expect(world, World, "solve()")
        joints, frames = rotations.shape[:2]
        for array, shape in (
            (world.rotations, (joints, frames, 4)),
            (world.positions, (joints, frames, 3)),
        ):
            self.expect(array, np.ndarray, "solve()")
            if array.shape != shape:
                self.breach(f"returned an array of shape {array.shape}; expected {shape}")
            if not np.issubdtype(array.dtype, np.floating):
                self.breach(f"returned an array of {array.dtype}; expected floating point")
        self.expect_sound(
            not_unit(world.rotations, skeleton.names)
            or not_finite(world.positions, "positions", skeleton.names)
        )
        return world


class CheckedExporter(_Checked[Exporter]):
    """An exporter whose account of what it wrote is checked."""

    members = ("formats", "export")
    suffix_member = "formats"

    @property
    def formats(self) -> tuple[str, ...]:
        """See `Exporter.formats`."""
        return self.provider.formats

    def export(self, clip: Clip, path: Path, options: Options) -> ExportResult:
        """See `Exporter.export`."""
        with self.calling("export()"):
            result = self.provider.export(clip, path, options)
        self._check(result, path, clip.frames, 1, "export()")
        return result

    @property
    def merges(self) -> bool:
        """Whether the exporter writes several clips to one file: see `MergingExporter`."""
        return hasattr(self.provider, "export_all")

    def export_all(self, clips: Iterable[Clip], path: Path, options: Options) -> ExportResult:
        """See `MergingExporter.export_all`.

        Raises:
            UsageError: the exporter has no such method.

        """
        if not self.merges:
            raise UsageError(
                f"The {self.name} backend cannot write several clips to one file; leave --merge "
                "out, or choose another --backend."
            )
        frames = taken = 0

        def counted() -> Iterator[Clip]:
            nonlocal frames, taken
            for clip in clips:
                frames, taken = frames + clip.frames, taken + 1
                yield clip

        with self.calling("export_all()"):
            result = cast("MergingExporter", self.provider).export_all(counted(), path, options)
        self._check(result, path, frames, taken, "export_all()")
        return result

    def _check(self, result: ExportResult, path: Path, frames: int, clips: int, call: str) -> None:
        self.expect(result, ExportResult, call)
        if result.path != path:
            self.breach(f"said it wrote {result.path}; it was to write {path}")
        if not path.is_file() or path.stat().st_size == 0:
            self.breach(f"said it wrote {path}, which is not there or is empty")
        if result.frames != frames:
            self.breach(f"said it wrote {result.frames} frames of {frames}")
        if result.animations and len(set(result.animations)) != clips:
            self.breach(f"named {', '.join(result.animations)} as the animations of {clips} clips")


class CheckedPass(_Checked[Pass]):
    """A pass whose clips are checked."""

    members = ("apply",)

    @property
    def parameters(self) -> type[Any] | None:
        """See `ParametricPass.parameters`; None where the pass has none."""
        declared = getattr(self.provider, "parameters", None)
        if declared is not None and not (isinstance(declared, type) and attrs.has(declared)):
            self.breach("has parameters that are no attrs class")
        if declared is not None:
            try:
                parameters_of(declared)
            except PluginContractError as error:
                self.breach(f"has parameters that cannot be: {error}")
        return cast("type[Any] | None", declared)

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """See `Pass.apply`."""
        with self.calling("apply()"):
            changed = self.provider.apply(clip, context)
        self.expect(changed, Clip, "apply()")
        if changed.rig is not clip.rig:
            self.breach("changed the rig; a pass changes the clip alone")
        if (changed.frames, changed.fps) != (clip.frames, clip.fps):
            self.breach(
                f"changed {clip.frames} frames at {clip.fps:g} to {changed.frames} at "
                f"{changed.fps:g}; a pass keeps both"
            )
        names = clip.rig.skeleton.names
        if not np.may_share_memory(clip.rotations, changed.rotations):
            for joint, before, after in zip(names, clip.rotations, changed.rotations, strict=True):
                if not np.array_equal(before, after):  # cheaper than to check every track
                    self.expect_sound(not_unit(after[None], [joint]))
        self.expect_sound(not_finite(changed.root_translations[None], "root translations", names))
        return changed


def made_by(provider: object) -> str:
    """Return who made a provider: its name and distribution, or its class where it has none."""
    return provider.made_by if isinstance(provider, _Checked) else type(provider).__qualname__
