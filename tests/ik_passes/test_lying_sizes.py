"""Bodies on the floor whose target is the same body, smaller or larger as a whole."""

from __future__ import annotations

import numpy as np
import pytest

import retarget
from retarget import Options
from retarget.retargeter import Retargeter
from support.hard_clips import hard
from support.rigs import scaled


def raised(name, size):
    """Path of the root without and with the pass, in units of the body's size."""
    motion, rig, options = hard(name), scaled(size), Options(frame0="none")
    return [
        Retargeter(rig, options=options, passes=passes).retarget(motion).root_translations / size
        for passes in ({}, retarget.load_passes(["floor"]))
    ]


@pytest.mark.parametrize("name", ["lying", "crawling"])
def test_what_rests_on_the_floor_rests_there_at_any_size(name):
    """Flesh is as thick as the body is large: all is as on the body of full size, but for scale."""
    plain, rests = raised(name, 1.0)
    assert np.abs(rests - plain).max() > 0.01
    for size in (0.6, 1.6):
        np.testing.assert_allclose(raised(name, size)[1], rests, atol=0.002)
