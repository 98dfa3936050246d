"""What a check says: figures by name, each with what it means and the source's own beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike


@attrs.frozen(kw_only=True)
class Moment:
    """Where a figure is what it is."""

    joint: str
    """The target's own name of it."""
    frame: int
    """Of the file: the A-pose of frame 0 is one."""


Pair = (
    tuple["float | None", "float | None"] | tuple["float | None", "float | None", "Moment | None"]
)
"""A figure of the target and the same of the source, None where there is none; and its moment."""


@attrs.frozen(kw_only=True)
class Metric:
    """What a figure is."""

    name: str
    """The key in JSON and in `--fail-on`."""
    unit: str
    summary: str
    at_least: bool = False
    """True where more is better: a limit is then what it must reach."""


@attrs.frozen(kw_only=True)
class Figure:
    """One figure of one file."""

    metric: Metric
    target: float | None
    """None where it cannot be measured: no such joint, no contact, too few frames."""
    source: float | None
    """The source's own; None where it has none, as for differences between the two."""
    moment: Moment | None = None
    """Where it was found, of a figure that says so."""

    def as_json(self) -> dict[str, Any]:
        """Return JSON-able facts."""
        facts = {"target": self.target, "source": self.source, "unit": self.metric.unit}
        return facts if self.moment is None else {**facts, **attrs.asdict(self.moment)}


@attrs.frozen(kw_only=True, eq=False)
class Report:
    """All figures of one target in motion."""

    figures: Mapping[str, Figure]
    frames: int
    """Frames measured: the A-pose of frame 0 is none of them."""
    fps: float

    def __getitem__(self, name: str) -> float | None:
        """Return the target's figure."""
        return self.figures[name].target

    def source(self, name: str) -> float | None:
        """Return the source's figure."""
        return self.figures[name].source

    def as_json(self) -> dict[str, Any]:
        """Return JSON-able figures by name."""
        return {name: figure.as_json() for name, figure in self.figures.items()}


def mean(values: ArrayLike, scale: float = 1.0) -> float | None:
    """Return the mean times `scale`; None of nothing."""
    held = np.asarray(values, np.float64)
    return float(held.mean()) * scale if held.size else None


def largest(values: ArrayLike, scale: float = 1.0) -> float | None:
    """Return the largest value times `scale`; None of nothing."""
    held = np.asarray(values, np.float64)
    return float(held.max()) * scale if held.size else None


def percentile95(values: ArrayLike, scale: float = 1.0) -> float | None:
    """Return the 95th percentile times `scale`; None of nothing."""
    held = np.asarray(values, np.float64)
    return float(np.percentile(held, 95)) * scale if held.size else None


def ratio(target: float | None, source: float | None, noise: float) -> float | None:
    """Return target over source, both raised by `noise`, so that stillness over stillness is 1."""
    if target is None or source is None:
        return None
    return (target + noise) / (source + noise)
