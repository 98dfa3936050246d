"""The local transfer equals the world formula, computed naively with matrices frame by frame."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import quaternions as quat
from retarget import roles, smpl
from retarget.alignment import align
from retarget.matching import match
from retarget.transfer import Transfer
from retarget.values import Motion, Rig, Skeleton
from support.motions import motion
from support.oracle import forward, quat_matrix
from support.rigs import a_posed, scrambled


def expected_world(rig, made, local):
    """W_t = W_s A⁻¹ B, a matrix at a time; None for joints that no source joint drives."""
    source = made.skeleton
    world = forward(
        source.parents.tolist(), source.rest_translations, local, made.root_translations
    )[..., :3, :3]
    rest = source.rest.positions[:, 0]
    target = rig.skeleton.rest
    aligned = align(
        dict(zip(source.names, rest, strict=True)),
        {r: target.positions[j, 0] for r, j in rig.joint_of_role.items()},
    )
    wanted = {}
    for role, joint in rig.joint_of_role.items():
        if role in source.index:
            constant = quat_matrix(aligned[role]).T @ quat_matrix(target.rotations[joint, 0])
            wanted[joint] = world[:, source.index[role]] @ constant
    return wanted


def got_world(rig, rotations):
    local = np.array([[quat_matrix(q) for q in frame] for frame in np.swapaxes(rotations, 0, 1)])
    frames = local.shape[0]
    return forward(
        rig.skeleton.parents.tolist(), rig.skeleton.rest_translations, local, np.zeros((frames, 3))
    )[..., :3, :3]


def assert_transferred(rig, made, local):
    transfer = Transfer.between(made.skeleton, rig, match(rig, made.skeleton))
    rotations = transfer.apply(made.rotations)
    world = got_world(rig, rotations)
    for joint, wanted in expected_world(rig, made, local).items():
        assert np.abs(world[:, joint] - wanted).max() < 2e-6, rig.skeleton.names[joint]
    return rotations


@pytest.mark.parametrize("seed", [0, 1])
def test_joint_by_joint_on_arbitrary_axes(seed):
    made, local = motion(frames=6, seed=seed)
    assert_transferred(scrambled(a_posed(), seed=seed), made, local)


def test_source_without_fingers_leaves_the_targets_fingers_at_rest():
    made, local = motion(smpl.smpl(), frames=4)
    rig = scrambled(a_posed())
    rotations = assert_transferred(rig, made, local)
    fingers = slice(22, 52)
    rest = rig.skeleton.rest_rotations[fingers]
    assert np.allclose(rotations[fingers], rest[:, None], atol=1e-7)


def without(skeleton, *names):
    """The skeleton with some joints taken out, their children hanging from the next above."""
    keep = [j for j, n in enumerate(skeleton.names) if n not in names]
    places = skeleton.rest.positions[keep, 0]
    parents = []
    for j in keep:
        p = int(skeleton.parents[j])
        while p >= 0 and p not in keep:
            p = int(skeleton.parents[p])
        parents.append(keep.index(p) if p >= 0 else -1)
    offsets = places.copy()
    offsets[1:] -= places[parents[1:]]
    return Skeleton(
        names=[skeleton.names[j] for j in keep],
        parents=parents,
        rest_translations=offsets,
        rest_rotations=np.tile(quat.IDENTITY, (len(keep), 1)),
    )


def test_rig_with_fewer_spine_joints_and_no_collars():
    made, local = motion(frames=5)
    rig = scrambled(without(a_posed(), "spine2", "left_collar", "right_collar", "left_foot"))
    assert_transferred(rig, made, local)


def test_source_with_fewer_joints_than_the_rig():
    full, local = motion(frames=5)
    less = without(full.skeleton, "spine2", "right_collar")
    keep = [full.skeleton.index[n] for n in less.names]
    made = Motion(
        skeleton=less,
        fps=60,
        rotations=full.rotations[keep],
        root_translations=full.root_translations,
    )
    assert_transferred(scrambled(a_posed()), made, local[:, keep])


def test_joints_without_a_role_between_driven_ones_keep_their_rest():
    made, local = motion(frames=5)
    base = scrambled(a_posed())
    some = {n: n for n in base.skeleton.names if n not in ("spine2", "left_collar", "head")}
    rig = Rig(name="some", skeleton=base.skeleton, roles=some)
    rotations = assert_transferred(rig, made, local)
    for name in ("spine2", "left_collar", "head"):
        j = rig.skeleton.index[name]
        assert np.allclose(rotations[j], rig.skeleton.rest_rotations[j], atol=1e-7)


def test_a_root_joint_above_the_pelvis_stays_at_rest():
    made, local = motion(frames=4)
    body = a_posed()
    turn = Rotation.from_rotvec([0.4, 1.0, -0.2])
    skeleton = Skeleton(
        names=("Root", *body.names),
        parents=[-1, *(p + 1 for p in body.parents.tolist())],
        rest_translations=[
            [0, 0, 0],
            turn.inv().apply(body.rest_translations[0].copy()),
            *body.rest_translations[1:],
        ],
        rest_rotations=[turn.as_quat(), turn.inv().as_quat(), *body.rest_rotations[1:]],
    )
    rig = Rig(name="rooted", skeleton=skeleton, roles={n: n for n in body.names})
    assert_transferred(rig, made, local)


def test_a_source_standing_in_the_targets_a_pose_gives_its_rest():
    source = smpl.smplh()
    rig = scrambled(a_posed())
    aligned = align(
        dict(zip(roles.HUMANOID, smpl.SMPLH_T_POSE, strict=True)),
        dict(zip(roles.HUMANOID, smpl.SMPLH_A_POSE, strict=True)),
    )
    world = Rotation.from_quat([aligned[r] for r in roles.HUMANOID])
    local = [
        (world[int(p)].inv() * world[j] if p >= 0 else world[j]).as_quat()
        for j, p in enumerate(source.parents)
    ]
    transfer = Transfer.between(source, rig, match(rig, source))
    rotations = transfer.apply(np.asarray(local, np.float32)[:, None])
    dots = np.abs(np.einsum("jc,jc->j", rotations[:, 0], rig.skeleton.rest_rotations))
    assert (1 - dots).max() < 1e-6


def test_sign_continuity_survives_the_constant_rotations():
    made, _ = motion(frames=50)
    rig = scrambled(a_posed())
    rotations = Transfer.between(made.skeleton, rig, match(rig, made.skeleton)).apply(
        made.rotations
    )
    assert (np.einsum("jfc,jfc->jf", rotations[:, 1:], rotations[:, :-1]) > 0).all()
