"""Many files at once: the worst and the mean of every figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from retarget.checking.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.checking.figures import Report


@attrs.frozen(kw_only=True, eq=False)
class Summary:
    """Figures over all files, by name; None where no file has the figure."""

    worst: dict[str, float | None]
    mean: dict[str, float | None]


def summary_of(reports: Sequence[Report]) -> Summary:
    """Return the worst (for figures of which more is better, the smallest) and the mean."""
    worst: dict[str, float | None] = {}
    means: dict[str, float | None] = {}
    for name, metric in METRICS.items():
        held = [value for report in reports if (value := report[name]) is not None]
        worst[name] = (min(held) if metric.at_least else max(held)) if held else None
        means[name] = sum(held) / len(held) if held else None
    return Summary(worst=worst, mean=means)
