"""The alignment carries rest directions onto rest directions, and invents no twist."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import quaternions as quat
from retarget import roles, smpl
from retarget.alignment import align

T_POSE = dict(zip(roles.HUMANOID, smpl.SMPLH_T_POSE, strict=True))
A_POSE = dict(zip(roles.HUMANOID, smpl.SMPLH_A_POSE, strict=True))
STAYS = ("pelvis", "spine1", "spine2", "spine3", "neck", "head", "left_collar", "right_collar")
BONES = [
    (f"{side}_{a}", f"{side}_{b}")
    for side in roles.SIDES
    for a, b in [
        ("hip", "knee"),
        ("knee", "ankle"),
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        *((f"{f}{n}", f"{f}{n + 1}") for f in roles.FINGERS for n in (1, 2)),
    ]
]


def unit(positions, a, b):
    v = positions[b] - positions[a]
    return v / np.linalg.norm(v)


def bend(positions, *, seed):
    """The same body with every limb bone turned at random: another rest pose."""
    rng = np.random.default_rng(seed)
    turned = {"pelvis": positions["pelvis"]}
    for role in roles.HUMANOID[1:]:
        parent = roles.PARENT[role]
        turn = Rotation.from_rotvec(rng.normal(0, 0.4, 3))
        turned[role] = turned[parent] + turn.apply(positions[role] - positions[parent])
    return turned


@pytest.mark.parametrize("target", [A_POSE, bend(T_POSE, seed=1), bend(A_POSE, seed=2)])
def test_limbs_and_fingers_are_carried_onto_the_targets(target):
    found = align(T_POSE, target)
    for a, b in BONES:
        carried = Rotation.from_quat(found[a]).apply(unit(T_POSE, a, b))
        assert np.degrees(np.linalg.norm(carried - unit(target, a, b))) < 1e-6, a


def test_the_same_rest_needs_no_rotation():
    for role, q in align(T_POSE, T_POSE).items():
        assert Rotation.from_quat(q).magnitude() < 1e-7, role


def test_torso_stays_and_feet_only_turn_about_the_vertical():
    found = align(T_POSE, bend(A_POSE, seed=3))
    for role in STAYS:
        assert Rotation.from_quat(found[role]).magnitude() == 0, role
    for role in ("left_ankle", "left_foot", "right_ankle", "right_foot"):
        assert np.allclose(Rotation.from_quat(found[role]).apply([0, 1, 0]), [0, 1, 0]), role


def test_feet_turn_to_the_targets_heading():
    turned = dict(A_POSE)
    out = Rotation.from_euler("y", 20, degrees=True)
    offset = T_POSE["left_foot"] - T_POSE["left_ankle"]
    turned["left_foot"] = turned["left_ankle"] + out.apply(offset)
    found = Rotation.from_quat(align(T_POSE, turned)["left_ankle"])
    assert np.allclose(found.as_euler("yxz", degrees=True), [20, 0, 0], atol=1e-6)


def test_a_limb_swings_on_top_of_its_parent_without_twist():
    found = align(T_POSE, A_POSE)
    shoulder = Rotation.from_quat(found["left_shoulder"])
    elbow = Rotation.from_quat(found["left_elbow"])
    swing = elbow * shoulder.inv()
    axis = shoulder.apply(unit(T_POSE, "left_elbow", "left_wrist"))
    # A smallest rotation has no component about the direction it carries away.
    assert abs(swing.as_rotvec() @ axis) < 1e-9
    assert abs(shoulder.as_rotvec() @ unit(T_POSE, "left_shoulder", "left_elbow")) < 1e-9


def test_wrist_fits_the_knuckles_where_a_rigid_hand_was_turned():
    turn = Rotation.from_rotvec([0.3, -0.8, 0.5])
    target = dict(A_POSE)
    for finger in ("index1", "middle1", "ring1", "pinky1"):
        offset = T_POSE[f"left_{finger}"] - T_POSE["left_wrist"]
        target[f"left_{finger}"] = target["left_wrist"] + turn.apply(offset)
    found = Rotation.from_quat(align(T_POSE, target)["left_wrist"])
    assert (found * turn.inv()).magnitude() < 1e-7


@pytest.mark.parametrize("seed", range(3))
def test_wrist_is_the_least_squares_rotation_of_different_hands(seed):
    target = bend(A_POSE, seed=seed)
    fans = [
        [unit(body, "right_wrist", f"right_{f}1") for f in ("index", "middle", "ring", "pinky")]
        for body in (target, T_POSE)
    ]
    wanted, _ = Rotation.align_vectors(*fans)
    found = Rotation.from_quat(align(T_POSE, target)["right_wrist"])
    assert (found * wanted.inv()).magnitude() < 1e-6


def test_knuckles_on_a_line_leave_the_roll_as_it_was():
    target = dict(A_POSE)
    ray = unit(A_POSE, "left_wrist", "left_middle1")
    for n, finger in enumerate(("index1", "middle1", "ring1", "pinky1")):
        target[f"left_{finger}"] = target["left_wrist"] + (0.05 + 0.01 * n) * ray
    source = dict(T_POSE)
    straight = unit(T_POSE, "left_wrist", "left_middle1")
    for n, finger in enumerate(("index1", "middle1", "ring1", "pinky1")):
        source[f"left_{finger}"] = source["left_wrist"] + (0.05 + 0.01 * n) * straight
    found = align(source, target)
    elbow, wrist = (Rotation.from_quat(found[f"left_{j}"]) for j in ("elbow", "wrist"))
    assert np.allclose(wrist.apply(straight), ray, atol=1e-7)
    assert abs((wrist * elbow.inv()).as_rotvec() @ ray) < 1e-7  # no twist was invented


def test_a_hand_with_one_finger_takes_that_one():
    target = {r: p for r, p in A_POSE.items() if "left_" not in r or r in T_POSE}
    for finger in ("index", "middle", "ring", "pinky", "thumb"):
        for n in (1, 2, 3):
            if finger != "middle":
                del target[f"left_{finger}{n}"]
    found = Rotation.from_quat(align(T_POSE, target)["left_wrist"])
    carried = found.apply(unit(T_POSE, "left_wrist", "left_middle1"))
    assert np.allclose(carried, unit(A_POSE, "left_wrist", "left_middle1"), atol=1e-7)


def test_missing_and_coincident_joints_inherit():
    target = {r: p for r, p in A_POSE.items() if not r.startswith("left_") or "index" not in r}
    target["right_wrist"] = target["right_elbow"]  # a forearm without length
    found = align(T_POSE, target)
    assert np.array_equal(found["right_elbow"], found["right_shoulder"])
    assert all(np.isfinite(q).all() for q in found.values())
    body = {r: A_POSE[r] for r, _, _ in roles.BODY}
    found = align(T_POSE, body)
    assert np.array_equal(found["left_wrist"], found["left_elbow"])


def test_other_vocabularies_stay_at_the_identity():
    found = align({"tail1": np.zeros(3)}, {"tail1": np.ones(3), "wing": np.zeros(3)})
    assert all(np.array_equal(q, quat.IDENTITY) for q in found.values())
