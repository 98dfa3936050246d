"""Hands that rest: on knees that are near each other, and in a source's own floor."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import retarget
from ik_passes import hand_motions as made
from retarget.options import Options
from retarget.retargeter import Retargeter
from retarget_ik.hands import Hands
from support.hard_clips import SIDES, hip_width
from support.puppet import ANKLE, Puppet, X, Y, Z, about
from support.standing import same_body


def applied(motion, rig, **chosen):
    """Joints' places by role without and with the pass."""
    plain, set_ = Options(frame0="none"), Options(frame0="none", settings={"hands": chosen})
    return [
        made.of_clip(Retargeter(rig, options=options, passes=passes).retarget(motion))
        for options, passes in ((plain, {}), (set_, {"hands": Hands()}))
    ]


def broad_hips(factor):
    rig = retarget.load_rig()
    offsets = rig.skeleton.rest_translations.copy()
    for side, _ in SIDES:
        offsets[rig.joint_of_role[f"{side}_hip"]] *= [factor, 1, 1]
    return attrs.evolve(rig, skeleton=attrs.evolve(rig.skeleton, rest_translations=offsets))


def test_hands_on_knees_that_are_near_each_other_are_held_by_the_knees():
    """On broad hips each goes with its own knee; palms lie on them, not at the default 3 cm."""
    motion = made.meeting("knees", seconds=2.0, fps=30.0)
    middle = motion.frames // 2
    source = made.of_motion(motion)
    assert 0.1 < made.between_hands(source)[middle] < 0.25
    was, now = applied(motion, broad_hips(1.8), touch=0.04)
    k = made.arm_length(now) / made.arm_length(source)
    for side, _ in SIDES:
        wanted = k * (source[f"{side}_middle1"] - source[f"{side}_knee"])[middle]
        off = [
            np.linalg.norm((at[f"{side}_middle1"] - at[f"{side}_knee"])[middle] - wanted)
            for at in (was, now)
        ]
        assert off[0] > 0.04
        assert off[1] < 0.02


def squatting(depth):
    """Feet flat, hands flat on the floor before them; their skin lies `depth` metres in it."""
    p = Puppet(1.0, fps=30.0)
    p.pelvis(p.each([0, 0.42, -0.1]), about(X, np.full(len(p.t), 90.0)))
    for side, sign in SIDES:
        at = [hip_width(side) * 1.5, ANKLE[side], 0]
        p.leg(side, p.each(at), p.each(Z), about(X, 0 * p.t))
        ahead = about(Y, np.full(len(p.t), -90.0 * sign))
        p.arm(side, p.each([0.2 * sign, 0.03 - depth, 0.5]), p.each([sign, 0, -1]), ahead)
    return p.motion()


@pytest.mark.parametrize("depth", [0.0, 0.02])
def test_a_hand_in_its_own_floor_is_not_lifted_out_of_it(depth):
    """On the very same body nothing is to be moved."""
    plain, held = applied(squatting(depth), same_body())
    for side, _ in SIDES:
        assert plain[f"{side}_wrist"][:, 1] == pytest.approx(0.03 - depth, abs=0.002)
        assert np.abs(held[f"{side}_wrist"] - plain[f"{side}_wrist"]).max() < 0.002
