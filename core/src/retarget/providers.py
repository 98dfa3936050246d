"""What a plugin offers: named providers, loaded only when somebody asks for them by name.

One Protocol per kind of provider. A plugin implements the Protocol by shape; it need not inherit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, runtime_checkable

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from retarget.context import PassContext
    from retarget.options import Options
    from retarget.values import Clip, ExportResult, Float32, Motion, Rig, Skeleton, World

T_co = TypeVar("T_co", covariant=True)

_TEXT = attrs.validators.instance_of(str)


@attrs.frozen(kw_only=True)
class Provider(Generic[T_co]):
    """A named thing a plugin can make, described without importing what makes it.

    Raises:
        TypeError: a text is no text, or `load` cannot be called.

    """

    name: str = attrs.field(validator=_TEXT)
    """What the user types."""
    summary: str = attrs.field(validator=_TEXT)
    """One line, shown by `retarget plugins`."""
    load: Callable[[], T_co] = attrs.field(validator=attrs.validators.is_callable())
    """Makes the thing. Heavy imports happen here and nowhere else."""
    requires: str = attrs.field(default="", validator=_TEXT)
    """How to install what `load` needs, shown when it cannot import."""


@runtime_checkable
class MotionSource(Protocol):
    """Reads motions of one layout."""

    suffixes: tuple[str, ...]
    """File suffixes by which a folder is searched, lower case (".npz",). Content decides."""

    def sniff(self, path: Path) -> bool:
        """Tell from the content whether the file is of this layout. Never raises on bad files."""
        ...

    def load(self, path: Path, options: Options) -> Motion:
        """Read the file.

        Returns a Motion in metres, +Y up, xyzw, whose joints are named by role.

        Raises:
            RetargetError: the file is of this layout but cannot be used; says why.

        """
        ...


class ExplainingSource(Protocol):
    """A motion source may also say why a file that looks near is not a motion."""

    def why_not(self, path: Path) -> str | None:
        """Return a sentence on why the file is not a motion, or None with nothing to say.

        Raises:
            RetargetError: the file should be a motion but is damaged; a batch counts it as failed.

        """
        ...


class ExplainingTarget(Protocol):
    """An A-pose source may also say why a spec that looks near is not its own."""

    def why_not(self, spec: str) -> str | None:
        """Return a sentence on why the spec is no target, or None with nothing to say.

        Raises:
            RetargetError: the file should be a target but is damaged.

        """
        ...


@runtime_checkable
class APoseSource(Protocol):
    """Makes a target rig from what the user gave for `--target`."""

    def sniff(self, spec: str) -> bool:
        """Tell whether `spec` (a path or a name) is this source's. Never raises."""
        ...

    def load(self, spec: str, options: Options) -> Rig:
        """Make the rig: +Y up, metres, its rest the A-pose of frame 0.

        Raises:
            RetargetError: names what is missing or wrong in the file.

        """
        ...


@runtime_checkable
class FKSolver(Protocol):
    """Computes world transforms from local rotations."""

    def solve(self, skeleton: Skeleton, rotations: Float32, root_translations: Float32) -> World:
        """Walk the tree.

        `rotations` (J, F, 4) local xyzw, `root_translations` (F, 3) world position of joint 0.
        `W[j] = W[parent] L[j]`, `P[j] = P[parent] + W[parent] rest_translations[j]`.

        Returns World with rotations (J, F, 4) and positions (J, F, 3).
        """
        ...


@runtime_checkable
class Exporter(Protocol):
    """Writes a clip to a file: a backend."""

    formats: tuple[str, ...]
    """File suffixes it writes, the default first (".glb",)."""

    def export(self, clip: Clip, path: Path, options: Options) -> ExportResult:
        """Write the clip to `path`, replacing what is there only once all is written.

        `retarget.output` has what is needed for that: `refuse` and `replacing`.

        Raises:
            OutputExistsError: a file is there and `options.force` is not set.
            RetargetError: the clip cannot be written, or is not finite; nothing is left
                half-written.

        """
        ...


class MergingExporter(Protocol):
    """An exporter may also write several clips to one file."""

    def export_all(self, clips: Iterable[Clip], path: Path, options: Options) -> ExportResult:
        """Write clips of one rig to `path`, as one animation each, in their order.

        Clips are made as they are taken: take them one after the other, and stop with an error once
        they pass what the file can hold. There is at least one. The result's frames and duration
        are the sums. Otherwise as `Exporter.export`.

        Raises:
            RetargetError: the clips cannot be written; nothing is left half-written.

        """
        ...


class ParametricPass(Protocol):
    """A pass may also declare parameters; see `retarget.parameters`."""

    parameters: type[Any]
    """An attrs class; `context.parameters(it)` gives the values."""


@runtime_checkable
class Pass(Protocol):
    """Changes a clip: IK, floor, smoothing, limits."""

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return a changed clip of the same rig, frame rate and frame count. Pure."""
        ...
