"""Cross-sections in a row, placed bone by bone from tables of figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.mesh.body import square_to, unit

if TYPE_CHECKING:
    from retarget.values import Float64


@attrs.frozen(kw_only=True, eq=False)
class Sections:
    """K cross-sections in a row, each of four quarter ellipses."""

    centres: Float64
    """(K, 3) metres."""
    across: Float64
    """(K, 3) unit direction of the section's first axis."""
    front: Float64
    """(K, 3) unit direction of its second axis."""
    radii: Float64
    """(K, 4) metres: towards +across, -across, +front, -front."""

    def rings(self, outline: Float64) -> Float64:
        """Return (K, S, 3) the points of each section that lie where `outline` says.

        `outline` (S, 2) or (K, S, 2): shares of the radii across and to the front, -1 to 1.
        """
        u, v = np.broadcast_to(outline, (len(self.radii), *outline.shape[-2:])).transpose(2, 0, 1)
        right, left, front, back = (r[:, None] for r in self.radii.T)
        across = np.where(u > 0, right, left) * u
        ahead = np.where(v > 0, front, back) * v
        points: Float64 = (
            self.centres[:, None]
            + across[..., None] * self.across[:, None]
            + ahead[..., None] * self.front[:, None]
        )
        return points


def circle(sides: int) -> Float64:
    """Return (sides, 2) the outline whose subdivision is a unit circle, first point (r, 0).

    The limit of a regular polygon lies within it, at 2/3 + cos(2 pi / sides) / 3 of its radius.
    """
    angle = 2 * np.pi / sides * np.arange(sides)
    # Rounded, so that what is drawn on the midline lies on it.
    points = np.round(np.stack([np.cos(angle), np.sin(angle)], axis=-1), 15)
    outline: Float64 = points / (2 / 3 + np.cos(2 * np.pi / sides) / 3)
    return outline


def table(text: str) -> Float64:
    """Read a table of figures: a row a line, what follows `#` is a remark."""
    rows = (line.split("#")[0].split() for line in text.splitlines())
    return np.array([row for row in rows if row], dtype=np.float64)


def along_bones(
    points: Float64, rows: Float64, *, scale: float | Float64, side: float, front: Float64
) -> Sections:
    """Place sections along the polyline `points` (N, 3), one bone from each point to the next.

    `rows` (K, 9): bone, place along it (0..1, beyond for more), shift across, shift to the front,
    the four radii (+across, -across, +front, -front), and tilt, the degrees by which the front of
    the section hangs back towards the start. Lengths are in metres at scale 1; `scale` may differ
    from row to row.

    `front` (3,) or (K, 3) hints where the front axis points. The across axis stands square to it
    so that across x front runs along the limb for `side` +1, against it for -1: what is drawn on
    one side of the body is the mirror image of the other.
    """
    scale = np.broadcast_to(scale, len(rows))[:, None]
    bone, place = rows[:, 0].astype(int), rows[:, 1, None]
    centres = points[bone] + place * (points[bone + 1] - points[bone])
    along = unit(np.gradient(centres, axis=0))
    front = square_to(along, front)
    across = side * np.cross(front, along)
    tilt = np.radians(rows[:, 8, None])
    front = np.cos(tilt) * front - np.sin(tilt) * along
    return Sections(
        centres=centres + scale * (rows[:, 2, None] * across + rows[:, 3, None] * front),
        across=across,
        front=front,
        radii=scale * rows[:, 4:8],
    )
