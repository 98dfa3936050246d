"""What the user asked for, in one frozen value that every plugin receives."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, NoReturn, TypeGuard, cast

import attrs

from retarget.errors import UsageError

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


def _refuse(attribute: attrs.Attribute[Any], value: object, wanted: str) -> NoReturn:
    told = f"{float(value):g}" if _is_number(value) else repr(value)
    raise UsageError(f"{attribute.name} is {told}; it must be {wanted}.")


def _is_number(value: object) -> TypeGuard[float]:
    """Tell finite numbers, numpy's among them, from True, texts and arrays."""
    is_real = isinstance(value, Real) and not isinstance(value, bool)
    return is_real and -math.inf < cast("float", value) < math.inf


def _positive(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
    if not (_is_number(value) and value > 0):
        _refuse(attribute, value, "a positive number")


def _count(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not (_is_number(value) and isinstance(value, Integral) and value > 0):
        _refuse(attribute, value, "a positive number without a fraction")


def _rate(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not (_is_number(value) and SLOWEST <= value <= FASTEST):
        _refuse(attribute, value, f"a positive number, {SLOWEST:g} to {FASTEST:g}")


def _as_tuple(value: object) -> Any:
    """Return a row of numbers, be it a list or an array, as a tuple; others are refused later."""
    return tuple(value) if isinstance(value, Iterable) else value


def _point(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
    if not (isinstance(value, tuple) and len(value) == 3 and all(map(_is_number, value))):
        _refuse(attribute, value, "three finite numbers")


def _text(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not isinstance(value, str):
        _refuse(attribute, value, "a text")


def _switch(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
    # numpy's own True equals True but is no bool; "no" would count as true.
    if not (isinstance(value, Hashable) and value in (True, False)):
        _refuse(attribute, value, "True or False")


def _mapping(wanted: str) -> Any:
    def check(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, Mapping):
            _refuse(attribute, value, f"a mapping of {wanted}")

    return check


def _settings(_: Options, attribute: attrs.Attribute[Any], value: object) -> None:
    fits = isinstance(value, Mapping) and all(isinstance(one, Mapping) for one in value.values())
    if not fits:
        _refuse(attribute, value, 'values by pass and parameter: {"feet": {"release": 0.2}}')


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
    frame_limit: int | None = attrs.field(default=None, validator=_count)
    """Read no more than this many frames."""

    # The target
    rig: str | None = attrs.field(default=None, validator=_text)
    """Name of the armature, skin or mesh to take, where a file holds several."""
    joint_map: Mapping[str, str] = attrs.field(
        factory=dict,
        validator=_mapping("joint by role, as retarget.matching.read_joint_map reads it"),
    )
    """Joint by role, overriding what is found; "" leaves a role out."""

    # Retargeting
    fps: float | None = attrs.field(default=None, validator=_rate)
    """Resample to this rate; None keeps the source's."""
    frame0: str = attrs.field(default="replace", validator=_one_of(*FRAME0))
    """What the A-pose does to frame 0: replace it, be inserted before it, or nothing."""
    frame0_place: str = attrs.field(default="authored", validator=_one_of(*FRAME0_PLACES))
    """Where frame 0 stands: as the target's file has it, or where the motion begins."""

    settings: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict, validator=_settings)
    """Parameters of passes, by pass and name: `{"feet": {"release": 0.2}}`."""

    # Writing
    mesh: str = attrs.field(default="mannequin", validator=_one_of(*MESHES))
    """The body a generated skeleton carries."""
    cube_size: float = attrs.field(default=0.05, validator=_positive)
    """Edge of the helper cube, metres."""
    cube_location: tuple[float, float, float] = attrs.field(
        default=(0.0, 0.0, 0.0), converter=_as_tuple, validator=_point
    )
    """Centre of the helper cube, metres, +Y up."""
    format: str | None = attrs.field(default=None, validator=_text)
    """Suffix, with or without its dot, of outputs; the exporter's first format where None."""
    sidecar: bool = attrs.field(default=False, validator=_switch)
    """Also write what the file says of its making as JSON beside it."""
    force: bool = attrs.field(default=False, validator=_switch)
    """Overwrite outputs that exist."""

    # Plugins
    extra: Mapping[str, Any] = attrs.field(
        factory=dict, validator=_mapping("values by destination of the option")
    )
    """Values of the options that plugins added, by their argparse destination."""


def or_defaults(options: Options | None) -> Options:
    """Return the options given to a call; the defaults where None.

    Raises:
        UsageError: they are no Options, but a dict, say.

    """
    if options is None:
        return Options()
    if not isinstance(options, Options):
        raise UsageError(f"options is {options!r}; give Options, such as Options(fps=30).")
    return options
