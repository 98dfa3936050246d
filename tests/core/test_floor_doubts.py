"""The floor where its signs contradict each other: how long, how often and how far apart counts."""

from __future__ import annotations

import numpy as np
import pytest

from retarget import floor
from retarget.fk import NumpyFK
from support.bodies import upright
from support.standing import turned


def found(made):
    return floor.estimate(made, NumpyFK())


@pytest.mark.parametrize(
    ("below", "above", "level"),
    [(0.45, 5.0, 0.02), (0.55, 5.0, -0.38), (0.3, 0.4, 0.02), (0.3, 0.2, -0.38)],
)
def test_a_promised_floor_is_disproved_by_a_second_below_it_or_by_most_of_the_clip(
    below, above, level
):
    """Seconds for which both feet stand 40 cm below it and on it; each foot's count."""
    heights = np.repeat([0.02, -0.38, 0.02], [round(60 * s) for s in (above / 2, below, above / 2)])
    got = found(upright(heights, ground_at_zero=True))
    assert (got.found_by, got.toe_level) == ("static toes", pytest.approx(level, abs=1e-3))


@pytest.mark.parametrize(("share", "found_by"), [(0.07, "body"), (0.15, "static toes")])
def test_soles_that_face_the_floor_for_less_than_a_tenth_of_the_time_are_no_stance(share, found_by):
    """Else the toes point up, as of somebody who lies supine."""
    up = np.where(np.arange(300) < 300 * (1 - share), -85.0, 0.0)
    body = upright(np.full(300, 0.02))
    for side in ("left", "right"):
        body = turned(body, f"{side}_ankle", up, [1, 0, 0])
    assert found(body).found_by == found_by


def test_levels_lie_a_storey_apart():
    """Four centimetres: what is nearer to the one below is of the same stair."""
    stood = [(0.02, 1.0), (0.15, 0.3), (0.18, 1.0), (0.2, 0.5), (0.4, 1.0)]
    heights = np.repeat([h for h, _ in stood], [round(60 * s) for _, s in stood])
    assert found(upright(heights)).levels == pytest.approx([0.02, 0.18, 0.4], abs=1e-3)
