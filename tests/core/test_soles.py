"""Sole points: on the floor at rest, and carried by their joints, against matrices."""

import attrs
import numpy as np
import pytest

import retarget
from retarget import floor, smpl, soles
from retarget.fk import Branch, NumpyFK
from support.generated import clip_of, turned_rig, world_of
from support.oracle import quat_matrix


@pytest.mark.parametrize("made", [retarget.load_rig, turned_rig])
def test_every_rig_stands_flat_at_rest(made):
    rig = attrs.evolve(made(), floor=-0.013)
    found = soles.soles_of_rig(rig)
    assert set(found) == {"left", "right"}
    rest = rig.skeleton.rest
    for sole in found.values():
        ankle, toe = ((rest.rotations[j], rest.positions[j]) for j in (sole.ankle, sole.toe))
        heel, ball, tip = sole.points(ankle, toe)[:, 0]
        assert [heel[1], ball[1], tip[1]] == pytest.approx([-0.013] * 3, abs=1e-9)
        length = np.linalg.norm(
            (rest.positions[sole.toe, 0] - rest.positions[sole.ankle, 0])[[0, 2]]
        )
        assert np.linalg.norm(tip - ball) == pytest.approx(0.5 * length)
        assert np.linalg.norm(heel - ball) == pytest.approx(1.35 * length)
        assert sole.height == pytest.approx(rest.positions[sole.toe, 0, 1] + 0.013)


def test_points_move_with_their_joints():
    rig = turned_rig()
    clip = clip_of(rig, frames=5)
    sole = soles.soles_of_rig(rig)["left"]
    world = NumpyFK().solve(rig.skeleton, clip.rotations, clip.root_translations)
    points = sole.points(
        *((world.rotations[j], world.positions[j]) for j in (sole.ankle, sole.toe))
    )
    truth = world_of(clip, range(5))
    for point, joint, offset in zip(
        points, (sole.ankle, sole.toe, sole.toe), (sole.heel, sole.ball, sole.tip), strict=True
    ):
        expected = [(truth[f, joint] @ [*offset, 1])[:3] for f in range(5)]
        assert point == pytest.approx(np.array(expected), abs=1e-5)


def test_a_source_stands_a_soles_thickness_below_its_toes():
    skeleton = smpl.smplh()
    found = soles.soles_of_source(skeleton)
    rest = skeleton.rest.positions[:, 0, 1]
    toes = rest[[skeleton.index[f"{side}_foot"] for side in ("left", "right")]].mean()
    for sole in found.values():
        assert sole.heel[1] + rest[sole.ankle] == pytest.approx(toes - floor.SOLE)


def test_without_toes_the_ankle_carries_all():
    names = smpl.smplh().names[:9]
    skeleton = smpl.skeleton_at_identity(smpl.SMPLH_T_POSE[:9], names)
    sole = soles.soles_of_source(skeleton)["left"]
    assert sole.toe == sole.ankle == names.index("left_ankle")
    assert sole.tip[2] > sole.ball[2] > 0.08
    assert soles.soles_of_source(smpl.skeleton_at_identity(smpl.SMPLH_T_POSE[:6], names[:6])) == {}


def test_a_branch_stands_where_the_whole_body_does():
    rig = turned_rig()
    clip = clip_of(rig, frames=7)
    joints = [rig.joint_of_role[r] for r in ("right_foot", "left_knee", "right_foot", "pelvis")]
    branch = Branch.of(rig.skeleton, joints).solve(
        NumpyFK(), clip.rotations, clip.root_translations
    )
    truth = world_of(clip, range(7))
    for row, joint in enumerate(joints):
        assert branch.positions[row] == pytest.approx(truth[:, joint, :3, 3], abs=1e-5)
        for f in range(7):
            turned = quat_matrix(branch.rotations[row, f])
            assert turned == pytest.approx(truth[f, joint, :3, :3], abs=1e-5)
    exact = Branch.of(rig.skeleton, joints).solve(
        NumpyFK(), clip.rotations, clip.root_translations.astype(np.float64)
    )
    assert exact.positions.dtype == np.float64
