"""The plan of the walk: when and where each foot stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.demo.body import Y, Z
from retarget.demo.rotations import about

if TYPE_CHECKING:
    from retarget.values import Float64

ROUTE = np.array(
    [
        *[(0.32, 0), (0.48, 0), (0.52, 0), (0.50, 15)],
        *[(0.44, 35), (0.42, 40), (0.44, 35), (0.48, 20)],
        *[(0.50, 5), (0.44, 0), (0.00, 0)],
    ]
)
"""(S, 2) metres walked and degrees turned to the left with each step; the last one closes up."""

START = 0.6
"""Seconds of standing before the first step."""

STEP = 0.53
"""Seconds from one footfall to the next: 113 steps a minute, an easy walk."""

DOUBLE_SUPPORT = 0.12
"""Seconds of each step with both feet on the ground."""

END = START + len(ROUTE) * STEP
"""When both feet stand side by side again, seconds."""

WALKING_WIDTH, STANDING_WIDTH = 0.13, 0.16
"""Metres between the line of the left footprints and that of the right."""


@attrs.frozen(kw_only=True, eq=False)
class Footsteps:
    """P footprints in the order of time; the first two and the last two are those of standing.

    The feet take turns: the foot that leaves footprint i comes down on footprint i + 2.
    """

    sides: Float64
    """(P,) +1 left, -1 right."""
    places: Float64
    """(P, 3) middle of the footprint, metres, +Y up."""
    passing: Float64
    """(P, 3) where the foot, on its way here, passes the one that stands."""
    middles: Float64
    """(P, 3) the walker's own track beside the footprint."""
    yaws: Float64
    """(P,) heading, radians from +Z to the left."""
    lengths: Float64
    """(P,) metres walked with the step that made the footprint."""

    @property
    def centres(self) -> Float64:
        """(P,) middle of the time for which the foot stands here, seconds."""
        return START + (np.arange(len(self.sides), dtype=np.float64) - 0.5) * STEP

    @property
    def landing(self) -> Float64:
        """(P,) first touch, seconds."""
        return self.centres - (STEP + DOUBLE_SUPPORT) / 2

    @property
    def leaving(self) -> Float64:
        """(P,) last touch, seconds."""
        return self.centres + (STEP + DOUBLE_SUPPORT) / 2


def forward(yaw: Float64) -> Float64:
    """Return the horizontal unit vectors (F, 3) ahead of who faces `yaw` (F,)."""
    return quat.rotate(about(Y, yaw), Z)


def plan() -> Footsteps:
    """Lay the footprints of `ROUTE` so that the walk ends at the origin, facing +Z."""
    lengths, turns = np.vstack([np.zeros((2, 2)), ROUTE]).T
    turns = np.radians(turns)
    yaws = np.cumsum(turns) - turns.sum()
    middles = np.cumsum(lengths[:, None] * forward(yaws - turns / 2), axis=0)
    middles -= middles[-1]
    sides = np.where(np.arange(len(yaws)) % 2, -1.0, 1.0)
    widths = np.full(len(yaws), WALKING_WIDTH)
    widths[[0, 1, -2, -1]] = STANDING_WIDTH
    beside = (sides * widths / 2)[:, None] * forward(yaws + np.pi / 2)
    return Footsteps(
        sides=sides,
        places=middles + beside,
        passing=np.roll(middles - beside, 1, axis=0),  # across from the footprint before
        middles=middles,
        yaws=yaws,
        lengths=lengths,
    )
