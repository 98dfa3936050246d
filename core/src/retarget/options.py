"""What the user asked for, in one frozen value that every plugin receives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs

from retarget.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

UP_AXES = ("auto", "z", "y", "-y", "-z")
FRAME0 = ("replace", "insert", "none")
FRAME0_PLACES = ("authored", "motion")
MESHES = ("mannequin", "cube", "none")


SLOWEST, FASTEST = 0.1, 10_000.0
"""Frames per second that a clip may have."""


def _one_of(*allowed: str) -> Any:
    def check(_: Options, attribute: attrs.Attribute[str], value: str) -> None:
        if value not in allowed:
            raise UsageError(f"{attribute.name} is {value!r}; choose one of: {', '.join(allowed)}.")

    return check


def _positive(_: Options, attribute: attrs.Attribute[Any], value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and value > 0):
        raise UsageError(f"{attribute.name} is {value}; it must be a positive number.")


def _rate(_: Options, attribute: attrs.Attribute[Any], value: float | None) -> None:
    if value is not None and not SLOWEST <= value <= FASTEST:
        raise UsageError(
            f"{attribute.name} is {value:g}; it must be a positive number, "
            f"{SLOWEST:g} to {FASTEST:g}."
        )


def _point(_: Options, attribute: attrs.Attribute[Any], value: tuple[float, ...]) -> None:
    if len(value) != 3 or not all(math.isfinite(coordinate) for coordinate in value):
        raise UsageError(f"{attribute.name} is {value}; it must be three finite numbers.")


def _text(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{attribute.name} is {value!r}; it must be a text.")


@attrs.frozen(kw_only=True)
class Options:
    """Everything that may be asked of a conversion besides its input, target and output.

    Raises:
        UsageError: a field holds what it cannot hold.

    """

    # Reading
    up: str = attrs.field(default="auto", validator=_one_of(*UP_AXES))
    """The file's up axis; "auto" trusts the layout, else decides from the motion."""
    source_fps: float | None = attrs.field(default=None, validator=_rate)
    """Frames per second of the file, overriding what it says."""
    frame_limit: int | None = attrs.field(default=None, validator=_positive)
    """Read no more than this many frames."""

    # The target
    rig: str | None = attrs.field(default=None, validator=_text)
    """Name of the armature, skin or mesh to take, where a file holds several."""
    joint_map: Mapping[str, str] = attrs.field(factory=dict)
    """Joint by role, overriding what is found; "" leaves a role out."""

    # Retargeting
    fps: float | None = attrs.field(default=None, validator=_rate)
    """Resample to this rate; None keeps the source's."""
    frame0: str = attrs.field(default="replace", validator=_one_of(*FRAME0))
    """What the A-pose does to frame 0: replace it, be inserted before it, or nothing."""
    frame0_place: str = attrs.field(default="authored", validator=_one_of(*FRAME0_PLACES))
    """Where frame 0 stands: as the target's file has it, or where the motion begins."""

    settings: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    """Parameters of passes, by pass and name: `{"feet": {"release": 0.2}}`."""

    # Writing
    mesh: str = attrs.field(default="mannequin", validator=_one_of(*MESHES))
    """The body a generated skeleton carries."""
    cube_size: float = attrs.field(default=0.05, validator=_positive)
    """Edge of the helper cube, metres."""
    cube_location: tuple[float, float, float] = attrs.field(
        default=(0.0, 0.0, 0.0), validator=_point
    )
    """Centre of the helper cube, metres, +Y up."""
    format: str | None = attrs.field(default=None, validator=_text)
    """Suffix, with or without its dot, of outputs; the exporter's first format where None."""
    sidecar: bool = False
    """Also write what the file says of its making as JSON beside it."""
    force: bool = False
    """Overwrite outputs that exist."""

    # Plugins
    extra: Mapping[str, Any] = attrs.field(factory=dict)
    """Values of the options that plugins added, by their argparse destination."""
