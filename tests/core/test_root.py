"""The root's path: scaled by the legs, standing on the target's floor."""

import numpy as np
import pytest

import retarget
from retarget.fk import NumpyFK
from retarget.retargeter import Retargeter
from retarget.values import Motion, Rig, Skeleton
from support.bodies import upright
from support.motions import motion
from support.rigs import child, scaled


def toes_of(clip):
    world = NumpyFK().solve(clip.rig.skeleton, clip.rotations, clip.root_translations)
    toes = [clip.rig.joint_of_role[f"{side}_foot"] for side in ("left", "right")]
    return world.positions[toes]


@pytest.mark.parametrize("make", [retarget.load_rig, child, lambda: scaled(1.3)])
@pytest.mark.parametrize(("height", "ground"), [(0.02, 0.0), (0.05, -1.4), (0.0, 3.0)])
def test_who_stands_stands_on_the_targets_floor(make, height, ground):
    rig = make()
    clip = Retargeter(rig, options=retarget.Options(frame0="none")).retarget(
        upright(np.full(8, ground + height), x=0.3)
    )
    rest = rig.skeleton.rest.positions[:, 0]
    own = rest[[rig.joint_of_role[f"{s}_foot"] for s in ("left", "right")], 1].mean()
    assert toes_of(clip)[..., 1].mean() == pytest.approx(own, abs=2e-4)


def test_the_path_is_scaled_by_leg_length():
    made, _ = motion(frames=20)
    plain, small = (
        Retargeter(rig, options=retarget.Options(frame0="none")).retarget(made)
        for rig in (retarget.load_rig(), scaled(0.5))
    )
    path = np.diff(plain.root_translations, axis=0)
    assert np.allclose(np.diff(small.root_translations, axis=0), 0.5 * path, atol=1e-5)


def test_a_target_with_short_legs_keeps_its_feet_from_sliding():
    """A walk whose stance foot stands still in the source stands still on a child, too."""
    legs = child()
    made, _ = motion(frames=2)
    skeleton = made.skeleton
    source = upright([0.02, 0.02])
    rotations = source.rotations.copy()
    swing = 0.3  # both legs lean back about the toes while the body moves forward
    for side in ("left", "right"):
        hip = skeleton.index[f"{side}_hip"]
        rotations[hip, 1] = [np.sin(swing / 2), 0, 0, np.cos(swing / 2)]
    world = [
        NumpyFK().solve(skeleton, rotations, source.root_translations).positions[j]
        for j in (skeleton.index["left_ankle"], skeleton.index["right_ankle"])
    ]
    root = source.root_translations.copy()
    root[1] -= np.mean([w[1] - w[0] for w in world], axis=0)  # ankles stay where they were
    walk = Motion(skeleton=skeleton, fps=60, rotations=rotations, root_translations=root)
    clip = Retargeter(legs, options=retarget.Options(frame0="none")).retarget(walk)
    positions = NumpyFK().solve(legs.skeleton, clip.rotations, clip.root_translations).positions
    ankles = positions[[legs.joint_of_role[f"{s}_ankle"] for s in ("left", "right")]].mean(axis=0)
    unscaled = np.linalg.norm(0.4 * (root[1] - root[0]))
    assert np.linalg.norm(ankles[1] - ankles[0]) < 0.05 * unscaled


def test_a_root_above_the_hips_moves_them_to_the_same_place():
    plain = retarget.load_rig()
    body = plain.skeleton
    rooted = Rig(
        name="rooted",
        skeleton=Skeleton(
            names=("Root", *body.names),
            parents=[-1, *(p + 1 for p in body.parents.tolist())],
            rest_translations=[[0, 0, 0], *body.rest_translations],
            rest_rotations=[[0, 0, 0, 1], *body.rest_rotations],
        ),
        roles=plain.roles,
    )
    made, _ = motion(frames=6)
    options = retarget.Options(frame0="none")
    one, two = (Retargeter(rig, options=options).retarget(made) for rig in (plain, rooted))
    worlds = [NumpyFK().solve(c.rig.skeleton, c.rotations, c.root_translations) for c in (one, two)]
    assert np.allclose(worlds[0].positions, worlds[1].positions[1:], atol=1e-5)
