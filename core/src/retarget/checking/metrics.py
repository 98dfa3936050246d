"""Every metric, and the one call that measures them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.checking import (
    agreement,
    apose,
    directions,
    end_effectors,
    fingers,
    ground,
    hands,
    jerk,
    knees,
    markers,
    shell,
    slip,
    snap,
    turning,
)
from retarget.checking.comparison import Comparison
from retarget.checking.figures import Figure, Metric, Report
from retarget.checking.provenance import KEPT, pass_names, travel_of
from retarget.fk import NumpyFK

if TYPE_CHECKING:
    from retarget.values import Clip, Motion, Rig, World

_PARTS = (
    slip,
    ground,
    agreement,
    directions,
    turning,
    fingers,
    hands,
    end_effectors,
    jerk,
    knees,
    snap,
    apose,
    shell,
    markers,
)

METRICS: dict[str, Metric] = {metric.name: metric for part in _PARTS for metric in part.METRICS}
"""What is measured, by name, in the order in which it is told."""


def measure(
    rig: Rig,
    world: World,
    motion: Motion,
    *,
    fps: float | None = None,
    frame0: str = "none",
    passes: tuple[str, ...] | None = None,
    place: str | None = None,
    travel: str = KEPT,
) -> Report:
    """Measure a target in motion against its source.

    Args:
        rig: the target; its rest is the A-pose.
        world: world transforms of the rig's joints, rotations (J, F, 4) xyzw and positions
            (J, F, 3), metres, +Y up, in the space in which the rig rests.
        motion: the source as it was read; resampled here where `fps` differs from its own.
        fps: frames per second of `world`; the motion's own where None.
        frame0: what the A-pose did to it: "replace", "insert" or, within a pass, "none".
        passes: names of the passes applied; None where that is not known.
        place: where frame 0 stands, "authored" or "motion"; None where that is not known.
        travel: what was taken out of it and is put back to be measured: "kept" for nothing, "way"
            for the hips' way over the ground, "heading" for that and where they face.

    Raises:
        RetargetError: the numbers of frames do not correspond.

    """
    return report(
        Comparison.between(
            rig,
            world,
            motion,
            fps=fps,
            frame0=frame0,
            passes=passes,
            place=place,
            travel=travel,
        )
    )


def measure_clip(clip: Clip, motion: Motion, *, frame0: str = "none") -> Report:
    """Measure a clip in memory against its source; see `measure`.

    `frame0` is "none" for what a pass returns; what `Retargeter.retarget` returns has the A-pose
    as its options say, which is "replace" where they say nothing.
    """
    world = NumpyFK().solve(
        clip.rig.skeleton,
        clip.rotations.astype(np.float64),
        clip.root_translations.astype(np.float64),
    )
    return measure(
        clip.rig,
        world,
        motion,
        fps=clip.fps,
        frame0=frame0,
        passes=pass_names(clip.provenance.get("passes")),
        travel=travel_of(clip.provenance),
    )


def report(comparison: Comparison) -> Report:
    """Measure everything."""
    found = {name: pair for part in _PARTS for name, pair in part.measure(comparison).items()}
    return Report(
        figures={
            name: Figure(
                metric=metric,
                target=(pair := found[name])[0],
                source=pair[1],
                moment=pair[2] if len(pair) > 2 else None,
            )
            for name, metric in METRICS.items()
        },
        frames=comparison.target.frames,
        fps=comparison.fps,
    )
