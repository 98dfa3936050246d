"""Numbers in other units than metres and radians are read, but told; absurd ones are refused."""

from __future__ import annotations

import numpy as np
import pytest

from motion_sources import synthetic
from retarget.errors import FileReadError


def walk(**changes):
    poses = synthetic.rotvecs(frames=60).reshape(60, -1)
    t = np.arange(60) / 30
    trans = np.stack([1.2 * t, 0 * t, 0.9 + 0 * t], axis=1)
    return {"poses": poses, "trans": trans, "mocap_framerate": 30.0, "gender": "male"} | changes


def told(load, write, **changes):
    return " ".join(load(write(**walk(**changes))).warnings)


def test_metres_and_radians_are_no_matter(load, write):
    assert "m/s" not in told(load, write)
    assert "degrees" not in told(load, write)


@pytest.mark.parametrize("factor", [100, 1000])
def test_centimetres_and_millimetres_are_told(load, write, factor):
    assert f"{1.2 * factor:.3g} m/s" in told(load, write, trans=walk()["trans"] * factor)


def test_degrees_are_told(load, write):
    assert "are they degrees" in told(load, write, poses=np.degrees(walk()["poses"]))


def test_places_beyond_reason_are_refused(load, write):
    far = walk()["trans"]
    far[7, 1] = 1e30
    with pytest.raises(FileReadError, match=r"'trans' holds .* 1000 km away, first at frame 7"):
        load(write(**walk(trans=far)))
