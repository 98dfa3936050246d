"""Contact slip and drift: how fast, and how far, what touches the floor slides along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.checking.figures import Metric, Pair, largest, mean, percentile95, ratio
from retarget.runs import runs_of

if TYPE_CHECKING:
    from retarget.checking.body import Body
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

METRICS = (
    Metric(name="slip", unit="cm/s", summary="horizontal speed of heels and toes in contact, mean"),
    Metric(name="slip_p95", unit="cm/s", summary="the same, 95th percentile"),
    Metric(name="slip_ratio", unit="x", summary="mean slip over the source's own"),
    Metric(name="drift", unit="cm", summary="extent of the slide within one contact, mean"),
    Metric(name="drift_max", unit="cm", summary="the same, largest"),
)

_STILL = 0.01
"""cm/s of slip that is rounding: float32 positions some metres from the origin at 120 frames/s."""


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure at the sole below each point, between frames of one and the same contact."""
    speeds, extents = zip(*(_slides(c, body) for body in (c.target, c.source)), strict=True)
    means = tuple(mean(v, 100) for v in speeds)
    return {
        "slip": (means[0], means[1]),
        "slip_p95": (percentile95(speeds[0], 100), percentile95(speeds[1], 100)),
        "slip_ratio": (ratio(means[0], means[1], _STILL), None),
        "drift": (mean(extents[0], 100), mean(extents[1], 100)),
        "drift_max": (largest(extents[0], 100), largest(extents[1], 100)),
    }


def _slides(c: Comparison, body: Body) -> tuple[Float64, list[float]]:
    """Return speeds, m/s, of every step within a contact, and the extent, metres, of each run."""
    speeds, extents = [np.zeros(0)], []
    if c.contacts is not None:
        for point, touching in zip(c.contacts.points, c.contacts.touching, strict=True):
            soles = body.sole(point)
            if soles is None:
                continue
            path = soles[0][:, [0, 2]]
            stays = touching[1:] & touching[:-1]
            speeds.append(np.linalg.norm(np.diff(path, axis=0), axis=1)[stays] * c.fps)
            extents += [extent(path[start:end]) for start, end in runs_of(touching)]
    return np.concatenate(speeds), extents


def extent(path: Float64) -> float:
    """Return the diagonal, metres, of the box that holds a path (N, 2)."""
    return float(np.linalg.norm(np.ptp(path, axis=0)))
