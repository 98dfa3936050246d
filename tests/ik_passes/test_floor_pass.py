"""The pass `floor`: one constant, by which soles in contact come to lie on the target's floor."""

import attrs
import numpy as np
import pytest

import retarget
from retarget import Options, smpl
from retarget.retargeter import Retargeter
from retarget_ik.floor import Floor
from support.bodies import upright
from support.legs import soles


def put(motion, rig=None):
    rig = rig or retarget.load_rig()
    options = Options(frame0="none")
    before = Retargeter(rig, options=options).retarget(motion)
    after = Retargeter(rig, options=options, passes={"floor": Floor()}).retarget(motion)
    return before, after, after.warnings[len(before.warnings) :]


def lowest(clip):
    """(2, F) heights of both soles' lower end over the floor."""
    rig = clip.rig
    s = soles(rig.skeleton, rig.joint_of_role, rig.floor, clip.rotations, clip.root_translations)
    return np.minimum(s.heel, s.ball)[..., 1] - rig.floor


def bent(motion, degrees):
    """The motion with its feet pitched: they no longer rest as at rest."""
    turned = motion.rotations.copy()
    half = np.radians(degrees) / 2
    for side in ("left", "right"):
        turned[motion.skeleton.index[f"{side}_ankle"]] = [np.sin(half), 0, 0, np.cos(half)]
    return attrs.evolve(motion, rotations=turned)


@pytest.mark.parametrize("floor", [0.0, 1.5])
@pytest.mark.parametrize("level", [0.0, -2.5])
@pytest.mark.parametrize("degrees", [6.0, -4.0])
def test_soles_come_to_the_floor(floor, level, degrees):
    rig = attrs.evolve(retarget.load_rig(), floor=floor)
    before, after, said = put(bent(upright(np.full(90, 0.02 + level)), degrees), rig)
    assert said == ()
    assert degrees > 0 or np.abs(lowest(before)).max() > 0.003
    assert np.abs(lowest(after)).max() < 0.001


def test_it_is_one_constant_and_nothing_else():
    hop = 0.02 + np.r_[np.zeros(60), 0.3 * np.hanning(50), np.zeros(60)]
    before, after, _ = put(bent(upright(hop), 6.0))
    shift = after.root_translations - before.root_translations
    assert np.ptp(shift, axis=0).max() < 1e-6
    assert shift[0, [0, 2]] == pytest.approx([0, 0])
    assert np.array_equal(before.rotations, after.rotations)


def test_a_foot_that_sinks_for_a_moment_does_not_move_it():
    dips = np.full(300, 0.02)
    before, steady, _ = put(upright(dips))
    dips[150:154] -= 0.1
    _, disturbed, _ = put(upright(dips))
    assert disturbed.root_translations[0] == pytest.approx(steady.root_translations[0], abs=2e-4)
    assert before.frames == 300


def test_terrain_is_told_and_the_lowest_level_is_the_floor():
    up = 0.02 + np.r_[np.zeros(80), np.linspace(0, 0.3, 20), np.full(60, 0.3)]
    _, after, said = put(upright(up, fps=60.0))
    assert any("30 cm above the floor" in warning for warning in said)
    assert np.abs(lowest(after)[:, :80]).max() < 0.012


def test_nothing_that_stands_still_is_told():
    run = upright(0.3 + 0.05 * np.sin(np.arange(90) / 7), fps=60.0, x=np.arange(90) / 20)
    before, after, said = put(run)
    assert any("no foot stands still" in warning for warning in said)
    assert np.array_equal(before.root_translations, after.root_translations)


def test_a_source_without_feet_is_told():
    skeleton = smpl.skeleton_at_identity(smpl.SMPLH_T_POSE[:6], smpl.smplh().names[:6])
    motion = attrs.evolve(
        upright([0.02]), skeleton=skeleton, rotations=np.tile([0.0, 0, 0, 1], (6, 1, 1))
    )
    assert put(motion)[2] == ("floor: the source has no feet; the clip stands as high as it was.",)
