"""A foot that slides with its heel on the floor, its toes up or not."""

from __future__ import annotations

import numpy as np
import pytest

import retarget
from retarget import Options
from retarget.retargeter import Retargeter
from support.hard_clips import SIDES, hip_width
from support.puppet import ANKLE, Puppet, X, Z, about


@pytest.mark.parametrize("pitch", [0.0, -25.0])
def test_a_foot_that_slides_far_is_told_once_also_with_its_toes_up(pitch):
    """The left one, by 40 cm all the time, not from one rest to another; the right foot stands."""
    p = Puppet(3.0, fps=30.0)
    ahead = {"left": np.linspace(-0.1, 0.3, len(p.t)), "right": 0 * p.t}
    p.pelvis(p.each([0, 0.85, 0]), about(X, 0 * p.t))
    for side, _ in SIDES:
        at = p.each([hip_width(side), ANKLE[side], 0])
        at[:, 2] = ahead[side]
        p.leg(side, at, p.each(Z), about(X, np.full(len(p.t), pitch if side == "left" else 0.0)))
    rig, options = retarget.load_rig(), Options(frame0="none")
    clip = Retargeter(rig, options=options, passes=retarget.load_passes(["feet"])).retarget(
        p.motion()
    )
    by_point = dict(zip(clip.contacts.points, clip.contacts.touching, strict=True))
    assert by_point["left_ankle"][10:80].all()
    assert by_point["left_foot"][10:80].all() == (pitch == 0)
    assert by_point["left_foot"].any() == (pitch == 0)
    (told,) = (one for one in clip.warnings if one.startswith("feet:"))
    assert told == "feet: 1 contacts slide further than 0.2 m; not held."
