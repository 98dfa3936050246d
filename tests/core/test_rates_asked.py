"""Rates that are asked for: the slowest and the fastest there are, and that of a pose alone."""

from __future__ import annotations

import math

import pytest

from retarget.errors import UsageError
from retarget.options import Options
from retarget.pipeline import Pipeline
from support.plugins import toy_plugins, written


@pytest.mark.parametrize("field", ["fps", "source_fps"])
@pytest.mark.parametrize(("end", "beyond"), [(0.1, 0.0), (10_000.0, math.inf)])
def test_the_ends_of_the_range_are_in_it(field, end, beyond):
    assert getattr(Options(**{field: end}), field) == end
    with pytest.raises(UsageError, match=rf"{field} is .*0\.1 to 10000"):
        Options(**{field: math.nextafter(end, beyond)})


@pytest.mark.parametrize(("asked", "made"), [(None, 60.0), (24.0, 24.0), (0.1, 0.1)])
def test_the_a_pose_alone_has_the_rate_that_was_asked_for(tmp_path, asked, made):
    output = tmp_path / "pose.glb"
    Pipeline.prepare(plugins=toy_plugins(), options=Options(fps=asked)).export_apose(output)
    assert (written(output)["frames"], written(output)["fps"]) == (1, made)
