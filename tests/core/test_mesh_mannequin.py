"""The mannequin: one closed body about the bones, on the floor, symmetrical, that bends well."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from retarget import roles, smpl
from retarget.mesh import make_mesh
from retarget.options import Options
from retarget.values import Rig, Skeleton
from support.generated import HUMAN, mirrored, rig_at, turned_rig
from support.oracle import forward, quat_matrix
from support.surfaces import (
    assert_closed,
    assert_normals_outward,
    assert_skinned,
    pieces,
    skinned,
    volume,
    winding,
)

UP = np.array([0.0, 1.0, 0.0])
BODY = roles.HUMANOID[:22]
FINGERTIPS = [f"{side}_{finger}3" for side in roles.SIDES for finger in roles.FINGERS]


def on_floor(positions):
    return positions - [0, positions[:, 1].min() - 0.01, 0]


def longer(factor, *joints):
    """The mean human with some bones longer, standing on the floor."""
    made = HUMAN.copy()
    for j, name in enumerate(roles.HUMANOID):
        if parent := roles.PARENT[name]:
            p = roles.HUMANOID.index(parent)
            stretch = factor if name.endswith(joints) else 1
            made[j] = made[p] + stretch * (HUMAN[j] - HUMAN[p])
    return on_floor(made)


RIGS = {
    "A-pose": rig_at(),
    "T-pose": rig_at(on_floor(smpl.SMPLH_T_POSE)),
    "SMPL-X": rig_at(on_floor(smpl.SMPLX_T_POSE)),
    "turned joints": turned_rig(),
    "no fingers": rig_at(HUMAN[:22], BODY),
    "child": rig_at(on_floor(HUMAN * 0.6)),
    "long legs": rig_at(longer(1.4, "knee", "ankle")),
    "long neck": rig_at(longer(2.5, "head")),
    "short arms": rig_at(longer(0.6, "elbow", "wrist")),
    "on a hill": rig_at(HUMAN + 2.5 * UP, floor=2.5),
}


@pytest.fixture(scope="module", params=RIGS.values(), ids=RIGS.keys())
def drawn(request):
    return request.param, make_mesh(request.param, Options())


@pytest.fixture(scope="module")
def human():
    return make_mesh(rig_at(), Options())


def test_one_closed_surface_facing_outward(drawn):
    _, mesh = drawn
    assert_closed(mesh)
    assert pieces(mesh) == 1
    assert len(mesh.positions) == len(mesh.triangles) / 2 + 2  # Euler: a ball, no handle
    assert volume(mesh) > 0
    assert_normals_outward(mesh)
    assert 2_000 < len(mesh.positions) < 8_000


def test_every_joint_carries_some_of_it(drawn):
    rig, mesh = drawn
    assert_skinned(mesh, len(rig.skeleton))


def test_the_bones_lie_inside(drawn):
    rig, mesh = drawn
    for name, position in zip(rig.skeleton.names, rig.skeleton.rest.positions[:, 0], strict=True):
        assert winding(mesh, position) == pytest.approx(1, abs=1e-3), name


def test_a_flat_sole_on_the_floor(drawn):
    rig, mesh = drawn
    height = mesh.positions[:, 1] - np.float32(rig.floor)
    assert height.min() == 0
    for side in roles.SIDES:
        ankle = rig.joint_of_role[f"{side}_ankle"]
        toe = rig.skeleton.rest.positions[rig.joint_of_role[f"{side}_foot"], 0]
        heel = rig.skeleton.rest.positions[ankle, 0]
        own = np.sign(mesh.positions[:, 0]) == np.sign(heel[0])
        sole = mesh.positions[own & (height == 0)]
        assert len(sole) > 30
        ahead = (sole - heel)[:, [0, 2]] @ (toe - heel)[[0, 2]]
        reach = np.sum((toe - heel)[[0, 2]] ** 2)
        assert ahead.min() < 0  # behind the ankle
        assert ahead.max() > 1.2 * reach  # and beyond the ball of the foot


def test_no_joint_reaches_across_the_body(human):
    sides = {name[0]: k for k, name in ((1, "left"), (-1, "right"))}
    of_joint = np.array([sides.get(name[0], 0) if "_" in name else 0 for name in roles.HUMANOID])
    weighs = human.weights > 0.01
    across = of_joint[human.joints] * human.positions[:, :1] < -0.02
    assert not (weighs & across).any()


def test_fit_proportions(human):
    low, high = human.positions.min(axis=0), human.positions.max(axis=0)
    assert 1.68 < high[1] - low[1] < 1.76  # the mean SMPL+H body is 1.72 m tall
    assert 0.045 < volume(human) < 0.08  # cubic metres: a slender adult
    head = human.positions[human.positions[:, 1] > HUMAN[roles.HUMANOID.index("head"), 1]]
    assert 0.13 < np.ptp(head[:, 0]) < 0.18
    assert 0.17 < np.ptp(head[:, 2]) < 0.23
    fingertips = HUMAN[[roles.HUMANOID.index(name) for name in FINGERTIPS]]
    beyond, _ = cKDTree(human.positions).query(fingertips)
    assert (beyond < 0.015).all()


def test_a_symmetrical_rig_has_a_symmetrical_body():
    mesh = make_mesh(rig_at(mirrored()), Options())
    gap, twin = cKDTree(mesh.positions).query(mesh.positions * [-1, 1, 1])
    assert gap.max() < 1e-6
    np.testing.assert_allclose(mesh.normals[twin], mesh.normals * [-1, 1, 1], atol=1e-4)
    names = np.array(roles.HUMANOID)
    across = np.array([roles.HUMANOID.index(roles.MIRROR[n]) for n in names])
    shares = np.zeros((2, len(mesh.positions), len(names)))
    for k in range(4):
        rows = np.arange(len(mesh.positions))
        shares[0, rows, mesh.joints[:, k]] += mesh.weights[:, k]
        shares[1, rows, across[mesh.joints[:, k]]] += mesh.weights[:, k]
    np.testing.assert_allclose(shares[1][twin], shares[0], atol=1e-4)


def test_frames_of_joints_do_not_matter(human):
    turned = make_mesh(turned_rig(), Options())
    np.testing.assert_allclose(turned.positions, human.positions, atol=1e-6)
    np.testing.assert_array_equal(turned.joints, human.joints)


def test_the_same_rig_gives_the_same_body(human):
    again = make_mesh(rig_at(), Options())
    for field in attrs.fields(type(human)):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(human, field.name))


def posed(rig, **turns):
    """World matrices at rest and with some joints turned by rotation vectors."""
    skeleton = rig.skeleton
    parents = skeleton.parents.tolist()
    rest = np.stack([quat_matrix(q) for q in skeleton.rest_rotations])
    local = rest.copy()
    for name, vector in turns.items():
        local[skeleton.index[name]] = (
            local[skeleton.index[name]] @ Rotation.from_rotvec(vector).as_matrix()
        )
    root = skeleton.rest_translations[:1]
    return [forward(parents, skeleton.rest_translations, x[None], root)[0] for x in (rest, local)]


def test_at_rest_the_skin_moves_nothing():
    rig = turned_rig()
    mesh = make_mesh(rig, Options())
    rest, _ = posed(rig)
    np.testing.assert_allclose(skinned(mesh, rest, rest), mesh.positions, atol=1e-9)


def test_a_bent_elbow_moves_the_forearm_and_nothing_else(human):
    rest, bent = posed(rig_at(), left_elbow=[0, -np.pi / 2, 0])
    moved = skinned(human, bent, rest)
    elbow, wrist = (HUMAN[roles.HUMANOID.index(f"left_{j}")] for j in ("elbow", "wrist"))
    along = (human.positions - elbow) @ (wrist - elbow) / np.sum((wrist - elbow) ** 2)
    near = np.linalg.norm(human.positions - elbow, axis=1)
    before = (along < -0.35) | (human.positions[:, 0] < 0.25)
    after = (along > 0.35) & (near < 0.5) & (human.positions[:, 0] > elbow[0])
    np.testing.assert_allclose(moved[before], human.positions[before], atol=1e-6)
    rigid = (
        elbow
        + (human.positions[after] - elbow) @ bent[roles.HUMANOID.index("left_wrist"), :3, :3].T
    )
    np.testing.assert_allclose(moved[after], rigid, atol=1e-5)
    assert before.sum() + after.sum() > 0.9 * len(moved)


def test_a_turned_wrist_twists_the_forearm_little_by_little(human):
    elbow, wrist = (HUMAN[roles.HUMANOID.index(f"left_{j}")] for j in ("elbow", "wrist"))
    axis = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    rest, turned = posed(rig_at(), left_wrist=axis * np.radians(60))
    moved = skinned(human, turned, rest)
    offset, after = human.positions - elbow, moved - elbow
    along = offset @ axis / np.linalg.norm(wrist - elbow)
    near = np.linalg.norm(offset - np.outer(offset @ axis, axis), axis=1) < 0.07
    angles = []
    for low, high in ((0.2, 0.5), (0.75, 0.85), (0.85, 0.95), (0.97, 1.05)):
        ring = near & (along > low) & (along < high)
        assert ring.sum() >= 10
        a, b = (x[ring] - np.outer(x[ring] @ axis, axis) for x in (offset, after))
        turn = np.arctan2(np.cross(a, b) @ axis, np.sum(a * b, axis=1))
        angles.append(np.degrees(turn.mean()))
    assert angles[0] == pytest.approx(0, abs=1)
    assert angles == sorted(angles)
    assert 5 < angles[1] < 40
    assert angles[3] > 40


def test_limbs_keep_their_mass_where_they_bend(human):
    """Linear skinning pinches; a right angle must not cost the knee half of its thickness."""
    rest, bent = posed(rig_at(), left_knee=[np.pi / 2, 0, 0])
    moved = skinned(human, bent, rest)
    knee = HUMAN[roles.HUMANOID.index("left_knee")]
    about = np.linalg.norm(human.positions - knee, axis=1) < 0.075
    before = np.linalg.norm(human.positions[about] - knee, axis=1)
    after = np.linalg.norm(moved[about] - knee, axis=1)
    assert after.min() > 0.5 * before.min()
    assert volume(attrs.evolve(human, positions=moved)) > 0.97 * volume(human)


def test_the_required_roles_suffice(human):
    names = tuple(role for role in roles.HUMANOID if role in roles.REQUIRED)
    at = {role: HUMAN[roles.HUMANOID.index(role)] for role in names}

    def parent(role):
        role = roles.PARENT[role]
        return role if role is None or role in names else parent(role)

    rig = Rig(
        name="bare",
        skeleton=Skeleton(
            names=names,
            parents=[names.index(parent(n)) if parent(n) else -1 for n in names],
            rest_translations=[at[n] - at[parent(n)] if parent(n) else at[n] for n in names],
            rest_rotations=np.tile([0.0, 0, 0, 1], (len(names), 1)),
        ),
        roles={n: n for n in names},
    )
    mesh = make_mesh(rig, Options())
    assert_closed(mesh)
    assert pieces(mesh) == 1
    assert_skinned(mesh, len(names))
    # What it lacks is imagined as the mean human has it, and this rig is the mean human.
    np.testing.assert_allclose(mesh.positions, human.positions, atol=1e-6)


def test_joints_all_in_one_place_are_no_humanoid():
    mesh = make_mesh(rig_at(np.zeros((52, 3))), Options())
    assert np.isfinite(mesh.positions).all()
    assert_closed(mesh)
    assert_skinned(mesh, 52)


def test_a_floor_out_of_reach_does_not_stretch_the_legs():
    mesh = make_mesh(rig_at(HUMAN + 5 * UP), Options())
    assert mesh.positions[:, 1].min() > 4.9
    assert (mesh.positions[:, 1] == mesh.positions[:, 1].min()).sum() > 60


def test_joints_beyond_the_humanoid_ones_get_a_body_too():
    rig = rig_at()
    skeleton = attrs.evolve(
        rig.skeleton,
        names=(*rig.skeleton.names, "tail", "tail_end"),
        parents=[*rig.skeleton.parents, 0, 52],
        rest_translations=np.vstack([rig.skeleton.rest_translations, [[0, 0, -0.2], [0, 0, -0.3]]]),
        rest_rotations=np.vstack([rig.skeleton.rest_rotations, np.tile([0.0, 0, 0, 1], (2, 1))]),
    )
    mesh = make_mesh(attrs.evolve(rig, skeleton=skeleton), Options())
    assert_closed(mesh)
    assert_skinned(mesh, 54)
    assert mesh.positions[:, 2].min() < -0.45
    near_its_end = HUMAN[0] + [0, 0, -0.18]
    assert winding(make_mesh(rig, Options()), near_its_end) == pytest.approx(0, abs=1e-3)
    assert winding(mesh, near_its_end) == pytest.approx(1, abs=1e-3)
