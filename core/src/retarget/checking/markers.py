"""Marker distance: optical markers that a clip carries, against the joints that moved them.

AMASS files of the first release keep the capture's markers beside the poses (`marker_data`, metres,
in the axes of the file). The motion itself does not carry them: they are read from the clip's file,
turned as the motion was, and scaled and moved as the root's path was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.checking.figures import Metric, Pair, mean
from retarget.errors import FileReadError
from retarget.npz import Npz

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.checking.body import Body
    from retarget.checking.comparison import Comparison
    from retarget.values import Float64

METRICS = (
    Metric(
        name="marker_distance",
        unit="cm",
        summary="distance of each joint to the marker that is nearest to it, mean",
    ),
    Metric(
        name="marker_constancy",
        unit="cm",
        summary="how much that distance varies over time, standard deviation, mean over joints",
    ),
)

KEY = "marker_data"

_MOMENTS = 1000
"""Frames looked at: markers hold still on the body, so more tell no more."""

_SEEN = 0.5
"""Share of the frames on which a marker must be seen to count."""

_MILLIMETRES = 20.0
"""Metres beyond which a capture volume does not reach: the numbers are millimetres."""

_DEGREES_ABOUT_X = {"y": 0.0, "z": -90.0, "-y": 180.0, "-z": 90.0}
"""From the axes of a file, by its up axis, to +Y up."""


def measure(c: Comparison) -> dict[str, Pair]:
    """Measure on the joints that both have; nothing where the clip carries no markers."""
    nothing: dict[str, Pair] = {metric.name: (None, None) for metric in METRICS}
    markers = _shown(c)
    if markers is None:
        return nothing
    frames = np.unique(np.linspace(0, c.source.frames - 1, _MOMENTS).astype(int))
    markers = markers[frames]
    markers = markers[:, np.isfinite(markers).all(axis=2).mean(axis=0) >= _SEEN]
    lengths = [body.limb_length("leg") for body in (c.target, c.source)]
    if not markers.shape[1] or not lengths[0] or not lengths[1] or c.plain is None:
        return nothing
    scale = lengths[0] / lengths[1]
    hips = c.plain.positions[c.rig.joint_of_role["pelvis"]]
    shift = (hips - scale * c.source.place("pelvis")).mean(axis=0)
    target = _distances(c.target, c.shared, frames, scale * markers + shift)
    source = _distances(c.source, c.shared, frames, markers)
    return {
        "marker_distance": (mean(target[0], 100), mean(source[0], 100)),
        "marker_constancy": (mean(target[1], 100), mean(source[1], 100)),
    }


def _distances(
    body: Body,
    joints: tuple[str, ...],
    frames: np.ndarray[tuple[int], np.dtype[np.intp]],
    markers: Float64,
) -> tuple[list[float], list[float]]:
    """Return per joint the mean distance, metres, to the nearest marker, and its deviation."""
    means, deviations = [], []
    for joint in joints:
        away = np.linalg.norm(markers - body.place(joint)[frames, None], axis=2)
        # The marker that is nearest on the whole, so that a hidden one does not change places.
        nearest = away[:, np.nanmean(away, axis=0).argmin()]
        means.append(float(np.nanmean(nearest)))
        deviations.append(float(np.nanstd(nearest)))
    return means, deviations


def _shown(c: Comparison) -> Float64 | None:
    """Return the markers (F, M, 3) on the frames compared, +Y up; None where there are none."""
    path = c.original.source.path
    stored = None if path is None else read(path)
    if stored is None or not c.source.frames or not c.both("pelvis"):
        return None
    if len(stored) < c.original.frames:
        return None
    at = np.arange(c.motion.frames) * (c.original.fps / c.fps)
    at = np.minimum(at, c.original.frames - 1)[c.source_frames]
    before = at.astype(np.intp)
    after = np.minimum(before + 1, c.original.frames - 1)
    share = (at - before)[:, None, None]
    blended = (1 - share) * stored[before] + share * stored[after]
    between = np.where(share > 0, blended, stored[before])  # 0 times NaN is NaN
    about_x = np.radians(_DEGREES_ABOUT_X[c.original.source.up])
    return quat.rotate(quat.from_rotvec(np.array([about_x, 0.0, 0.0])), between)


def read(path: Path) -> Float64 | None:
    """Return the markers (F, M, 3) of a clip, metres, as stored, NaN where hidden.

    None where the file has none, or none that can be read.
    """
    try:
        npz = Npz.open(path)
        shape = npz.shape(KEY)
        if shape is None or len(shape) != 3 or shape[2] != 3 or 0 in shape:
            return None
        markers = np.asarray(npz.read(KEY), np.float64)
    except (FileReadError, ValueError):
        return None
    # C3D files put hidden markers at the origin.
    seen = np.isfinite(markers).all(axis=2) & (markers != 0).any(axis=2)
    markers = np.where(seen[..., None], markers, np.nan)
    if not seen.any():
        return None
    spread = np.nanmedian(np.abs(markers))
    return markers / 1000 if spread > _MILLIMETRES else markers
