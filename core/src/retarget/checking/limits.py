"""Limits: what `--fail-on slip=1.0,drift_max=1` asks for, and whether a figure keeps to it."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING

from retarget.checking.metrics import METRICS
from retarget.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from retarget.checking.figures import Figure, Report


def read_limits(texts: Iterable[str]) -> dict[str, float]:
    """Read `METRIC=LIMIT` texts, several of them separated by commas.

    Raises:
        UsageError: another form, no such metric, no number, or a metric twice.

    """
    limits: dict[str, float] = {}
    texts = list(texts)
    if texts and not any(text.strip(" ,") for text in texts):
        raise UsageError("--fail-on names no metric; write it as METRIC=LIMIT, such as slip=1.0.")
    for item in (item.strip() for text in texts for item in text.split(",")):
        if not item:
            continue
        name, equals, value = (part.strip() for part in item.partition("="))
        if not equals:
            raise UsageError(f"--fail-on {item}: write it as METRIC=LIMIT, such as slip=1.0.")
        if name not in METRICS:
            near = difflib.get_close_matches(name, METRICS, 4, 0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {_listed()}."
            raise UsageError(f"--fail-on {item}: there is no metric {name!r}; {hint}")
        try:
            limit = float(value)
        except ValueError:
            limit = math.nan
        if not math.isfinite(limit):
            raise UsageError(f"--fail-on {item}: {value!r} is no number.")
        if name in limits:
            raise UsageError(f"--fail-on {item}: {name} has a limit already.")
        limits[name] = limit
    return limits


def keeps(figure: Figure, limit: float) -> bool:
    """Tell whether a figure keeps to a limit; one that cannot be measured does."""
    if figure.target is None:
        return True
    return figure.target >= limit if figure.metric.at_least else figure.target <= limit


def beyond(report: Report, limits: Mapping[str, float]) -> tuple[str, ...]:
    """Return the names of the figures that do not keep to their limits."""
    return tuple(n for n, limit in limits.items() if not keeps(report.figures[n], limit))


def _listed() -> str:
    return ", ".join(METRICS)
