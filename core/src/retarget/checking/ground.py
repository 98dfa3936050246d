"""Penetration and float: soles below the floor, and soles beside it where they should touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.checking.figures import Metric, Pair, largest, mean, percentile95
from retarget.contacts import HEIGHT_ON

if TYPE_CHECKING:
    from retarget.checking.body import Body
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

_SPREADS = (("", mean), ("_p95", percentile95), ("_max", largest))

METRICS = tuple(
    Metric(name=f"{name}{suffix}", unit="cm", summary=f"{summary}, {spread}")
    for name, summary in (
        ("penetration", "depth of the soles below the floor, on all frames"),
        ("float", "distance of the soles from the floor, above or below, in contact"),
    )
    for suffix, spread in (("", "mean"), ("_p95", "95th percentile"), ("_max", "largest"))
)


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure each body's soles against the floor it stands on; on stairs, against the step."""
    below, beside = zip(
        *(
            _heights(c, body, levels)
            for body, levels in ((c.target, c.target_levels), (c.source, c.source_levels))
        ),
        strict=True,
    )
    return {
        f"{name}{suffix}": (spread(heights[0], 100), spread(heights[1], 100))
        for name, heights in (("penetration", below), ("float", beside))
        for suffix, spread in _SPREADS
    }


def _heights(c: Comparison, body: Body, levels: Float64) -> tuple[Float64, Float64]:
    """Return depths below the floor on all frames, distances from it in contact; metres."""
    below, beside = [np.zeros(0)], [np.zeros(0)]
    if c.floor is None or c.contacts is None:
        return below[0], beside[0]
    for point, touching in zip(c.contacts.points, c.contacts.touching, strict=True):
        soles, shown = body.sole(point), c.source.sole(point)
        if soles is None or shown is None:
            continue
        # The step that the source stands on; where it stands on none, the lowest floor.
        under = np.searchsorted(c.source_levels, shown[..., 1].min(axis=0) + HEIGHT_ON, "right")
        step = np.where(touching, np.maximum(under - 1, 0), 0)
        heights = soles[..., 1] - levels[step]
        below.append(np.maximum(0.0, -heights).ravel())
        # A foot may stand on its ball or roll over its tip: the lower one is what touches.
        beside.append(np.abs(heights.min(axis=0))[touching])
    return np.concatenate(below), np.concatenate(beside)
