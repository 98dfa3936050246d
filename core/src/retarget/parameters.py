"""Parameters of passes: declared as an attrs class, set by `--set NAME.PARAMETER=VALUE`, listed.

    @attrs.frozen(kw_only=True)
    class FeetParameters:
        release: float = parameter(0.2, "a lock lets go beyond this", unit="m", at_least=0)

A pass names its class as `parameters` and asks `context.parameters(FeetParameters)` for the values.
"""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from retarget.errors import PluginContractError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

P = TypeVar("P")

_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@attrs.frozen(kw_only=True)
class Parameter:
    """What a parameter is, for lists and errors."""

    name: str
    default: bool | float | int | str
    summary: str
    unit: str
    at_least: float | None
    at_most: float | None
    one_of: tuple[str, ...]


def parameter(
    default: Any,
    summary: str,
    *,
    unit: str = "",
    at_least: float | None = None,
    at_most: float | None = None,
    one_of: tuple[str, ...] = (),
) -> Any:
    """Declare a parameter: a field of an attrs class; the default's type is the parameter's."""
    told = {
        "summary": summary,
        "unit": unit,
        "at_least": at_least,
        "at_most": at_most,
        "one_of": one_of,
    }
    return attrs.field(default=default, metadata={"retarget": told})


def parameters_of(declared: type[Any]) -> tuple[Parameter, ...]:
    """Return what a class of parameters declares, in its order.

    Raises:
        PluginContractError: a field is not made with `parameter`, or its default has no type that
            a text can be read as.

    """
    for field in attrs.fields(declared):
        where = f"{declared.__qualname__}.{field.name}"
        if "retarget" not in field.metadata:
            raise PluginContractError(f"{where} is not made with retarget.parameters.parameter().")
        if not isinstance(field.default, bool | int | float | str):
            kinds = "yes or no, a number or a text"
            raise PluginContractError(f"{where} has the default {field.default!r}, not {kinds}.")
    return tuple(
        Parameter(name=field.name, default=field.default, **field.metadata["retarget"])
        for field in attrs.fields(declared)
    )


def with_values(declared: type[P], given: Mapping[str, Any], owner: str) -> P:
    """Make an instance from values or their texts; what is not given keeps its default.

    `owner` is the pass's name, for errors.

    Raises:
        UsageError: a parameter that there is not, or a value that it cannot have.

    """
    known = {one.name: one for one in parameters_of(declared)}
    values = {}
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(
                f"{owner}.{name}: the pass {owner} has no such parameter.{hint} "
                f"It has: {', '.join(known) or 'none'}."
            )
        values[name] = _value(known[name], value, owner)
    return declared(**values)


def settings(texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read `NAME.PARAMETER=VALUE` texts into values by pass and parameter.

    Raises:
        UsageError: a text of another form, or a parameter that is set twice.

    """
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        target, equals, value = text.partition("=")
        owner, dot, name = target.strip().partition(".")
        if not (equals and dot and owner and name):
            raise UsageError(f"--set {text}: write it as PASS.PARAMETER=VALUE.")
        if name in found.setdefault(owner, {}):
            raise UsageError(f"--set {text}: {owner}.{name} is set twice.")
        found[owner][name] = value.strip()
    return found


def _value(known: Parameter, value: Any, owner: str) -> Any:
    try:
        made = _converted(known, value)
    except (TypeError, ValueError):
        kind = {bool: "yes or no", int: "a whole number", float: "a number"}
        wanted = kind.get(type(known.default), "a text")
        raise UsageError(f"{owner}.{known.name} is {value!r}; it must be {wanted}.") from None
    bounds = []
    if known.at_least is not None:
        bounds.append((made >= known.at_least, f"at least {known.at_least:g}"))
    if known.at_most is not None:
        bounds.append((made <= known.at_most, f"at most {known.at_most:g}"))
    if not all(kept for kept, _ in bounds):
        wanted = " and ".join(told for _, told in bounds)
        unit = f" {known.unit}" if known.unit else ""
        raise UsageError(f"{owner}.{known.name} is {value}; it must be {wanted}{unit}.")
    if known.one_of and made not in known.one_of:
        choice = ", ".join(known.one_of)
        raise UsageError(f"{owner}.{known.name} is {value!r}; choose one of: {choice}.")
    return made


def _converted(known: Parameter, value: Any) -> Any:
    if isinstance(known.default, bool):
        if isinstance(value, str):
            if value.lower() not in _WORDS:
                raise ValueError(value)
            return _WORDS[value.lower()]
        if not isinstance(value, bool):
            raise TypeError(value)
        return value
    made = type(known.default)(value)
    if isinstance(made, float) and not math.isfinite(made):
        raise ValueError(value)
    return made
