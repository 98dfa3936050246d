"""Joints are paired by role; what cannot be paired is told by name."""

import pytest

from retarget import roles, smpl
from retarget.errors import MatchError
from retarget.matching import match, roles_of_names
from retarget.values import Rig, Skeleton
from support.motions import motion


def rig(names, given):
    skeleton = Skeleton(
        names=names,
        parents=[-1, *range(len(names) - 1)],
        rest_translations=[[0, 0.1, 0]] * len(names),
        rest_rotations=[[0, 0, 0, 1]] * len(names),
    )
    return Rig(name="rig.npz", skeleton=skeleton, roles=given)


def test_both_spellings_of_smplh_are_known_in_any_case():
    for spelling in (roles.ORIGINAL_NAMES, roles.HUMANOID):
        assert list(roles_of_names(spelling).values()) == list(roles.HUMANOID)
        assert len(roles_of_names(n.upper() for n in spelling)) == 52
    assert roles_of_names(["L_Hand_0", "R_Hand_14", "jaw", "Hips"]) == {
        "L_Hand_0": "left_index1",
        "R_Hand_14": "right_thumb3",
    }


def test_drivers_follow_roles_not_order():
    source = smpl.smplh()
    names = tuple(reversed(roles.ORIGINAL_NAMES))
    paired = match(rig(names, roles_of_names(names)), source)
    assert [source.names[d] for d in paired.driver] == list(reversed(roles.HUMANOID))
    assert paired.undriven_roles == paired.unused_roles == ()


def test_missing_required_roles_are_named():
    names = [n for n in roles.HUMANOID if n not in ("left_knee", "right_wrist", "left_pinky1")]
    with pytest.raises(MatchError, match=r"rig\.npz: no joint for left_knee, right_wrist\."):
        match(rig(names, roles_of_names(names)), smpl.smplh())


def test_what_is_lost_and_what_stays_is_listed():
    names = [n for n in roles.HUMANOID if n != "left_pinky1"]
    paired = match(rig(names, roles_of_names(names)), smpl.smpl())
    assert paired.unused_roles == ()
    assert set(paired.undriven_roles) == set(names) - set(smpl.smpl().names)
    assert match(rig(names, roles_of_names(names)), smpl.smplh()).unused_roles == ("left_pinky1",)


def test_other_vocabularies_pair_if_shared_and_fail_by_name_if_not():
    source = Skeleton(
        names=("hoof", "tail"),
        parents=[-1, 0],
        rest_translations=[[0, 0, 0], [0, 0, 1]],
        rest_rotations=[[0, 0, 0, 1]] * 2,
    )
    made, _ = motion(source, frames=2)
    paired = match(rig(["a", "b"], {"a": "tail"}), made.skeleton)
    assert paired.driver.tolist() == [1, -1]
    with pytest.raises(MatchError, match="hoof"):
        match(rig(["a", "b"], {"a": "wing"}), made.skeleton)
