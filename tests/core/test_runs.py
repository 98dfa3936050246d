"""Runs of a mask."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retarget.runs import mask_of, runs_of


@given(st.lists(st.booleans(), max_size=40))
def test_runs_are_all_of_what_holds(touching):
    mask = np.array(touching, bool)
    again = np.zeros(len(mask), bool)
    ends = -1
    for start, end in runs_of(mask):
        assert start > ends  # at least one frame between two runs
        assert end > start
        again[start:end] = True
        ends = end
    assert (again == mask).all()
    assert (mask_of(runs_of(mask), len(mask)) == mask).all()
