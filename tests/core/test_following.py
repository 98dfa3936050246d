"""Joints that follow: extra spine and neck joints, twist joints; against scipy, frame by frame."""

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from retarget import smpl
from retarget.matching import match
from retarget.transfer import Transfer
from retarget.values import Follow, Skeleton
from support.motions import motion
from support.oracle import forward, quat_matrix
from support.rigs import a_posed, scrambled

FRAMES = 7


def with_joint(rig, name, *, above, before=None, along=0.5):
    """Insert a joint without a role: under `above`, on the way to `before` where it is given.

    It stands `along` the way and takes `before` over; else it is a further child of `above`.
    """
    old = rig.skeleton
    rest = old.rest
    place = old.index[above] + 1
    towards = old.index[before] if before else old.children(old.index[above])[0]
    at = (1 - along) * rest.positions[place - 1, 0] + along * rest.positions[towards, 0]
    names = [*old.names[:place], name, *old.names[place:]]
    positions = np.insert(rest.positions[:, 0], place, at, axis=0)
    axes = np.insert(rest.rotations[:, 0], place, Rotation.random(rng=3).as_quat(), axis=0)
    parent_names = [old.names[p] if p >= 0 else None for p in old.parents]
    parent_names.insert(place, above)
    if before:
        parent_names[names.index(before)] = name
    # Parents first, whatever was inserted where.
    order, index = [], dict(zip(names, range(len(names)), strict=True))
    while len(order) < len(names):
        for n in names:
            p = parent_names[index[n]]
            if n not in order and (p is None or p in order):
                order.append(n)
    parents = [order.index(parent_names[index[n]]) if parent_names[index[n]] else -1 for n in order]
    world = [Rotation.from_quat(axes[index[n]]) for n in order]
    places = [positions[index[n]] for n in order]
    local_r, local_t = [], []
    for j, p in enumerate(parents):
        local_r.append((world[p].inv() * world[j] if p >= 0 else world[j]).as_quat())
        local_t.append(world[p].inv().apply(places[j] - places[p]) if p >= 0 else places[j])
    skeleton = Skeleton(
        names=order, parents=parents, rest_translations=local_t, rest_rotations=local_r
    )
    return attrs.evolve(rig, skeleton=skeleton)


def away_from_rest(rig, rotations):
    """World rotations away from rest, (J) lists of scipy rotations over time."""
    local = np.array([[quat_matrix(q) for q in frame] for frame in np.swapaxes(rotations, 0, 1)])
    world = forward(
        rig.skeleton.parents.tolist(),
        rig.skeleton.rest_translations,
        local,
        np.zeros((len(local), 3)),
    )[..., :3, :3]
    rest = Rotation.from_quat(rig.skeleton.rest.rotations[:, 0]).as_matrix()
    turned = np.einsum("fjab,jcb->jfac", world, rest)
    return {name: Rotation.from_matrix(turned[j]) for j, name in enumerate(rig.skeleton.names)}


def transferred(rig, made):
    return Transfer.between(made.skeleton, rig, match(rig, made.skeleton)).apply(made.rotations)


def degrees(a, b):
    return np.degrees((a.inv() * b).magnitude()).max()


@pytest.mark.parametrize("share", [0.0, 0.25, 0.7, 1.0])
def test_a_further_spine_joint_lies_between_its_neighbours(share):
    made, _ = motion(frames=FRAMES)
    rig = with_joint(scrambled(a_posed()), "extra", above="spine1", before="spine2")
    rig = attrs.evolve(rig, follows={"extra": Follow(base="spine1", toward="spine2", share=share)})
    plain = away_from_rest(scrambled(a_posed()), transferred(scrambled(a_posed()), made))
    turned = away_from_rest(rig, transferred(rig, made))
    for name, expected in plain.items():  # whoever has a role stands as without the joint
        assert degrees(turned[name], expected) < 1e-3, name
    for f in range(FRAMES):
        ends = Rotation.concatenate([plain["spine1"][f], plain["spine2"][f]])
        assert degrees(turned["extra"][f], Slerp([0, 1], ends)(share)) < 1e-3


@pytest.mark.parametrize("before", [None, "left_wrist"])
def test_a_forearms_twist_joint_takes_a_share_of_the_wrists_twist(before):
    made, _ = motion(frames=FRAMES)
    rig = with_joint(scrambled(a_posed()), "twist", above="left_elbow", before=before)
    follow = Follow(base="left_elbow", toward="left_wrist", share=0.4, twist=True)
    rig = attrs.evolve(rig, follows={"twist": follow})
    turned = away_from_rest(rig, transferred(rig, made))
    plain = away_from_rest(scrambled(a_posed()), transferred(scrambled(a_posed()), made))
    for name, expected in plain.items():
        assert degrees(turned[name], expected) < 1e-3, name
    rest = rig.skeleton.rest.positions[:, 0]
    index = rig.skeleton.index
    limb = rest[index["left_wrist"]] - rest[index["left_elbow"]]
    limb /= np.linalg.norm(limb)
    for f in range(FRAMES):
        whole = turned["left_elbow"][f].inv() * turned["left_wrist"][f]
        angle = 2 * np.arctan2(whole.as_quat()[:3] @ limb, whole.as_quat()[3])
        angle = (angle + np.pi) % (2 * np.pi) - np.pi
        part = Rotation.from_rotvec(0.4 * angle * limb)
        assert degrees(turned["twist"][f], turned["left_elbow"][f] * part) < 1e-3


def test_an_upper_arms_twist_joint_leaves_the_limbs_direction():
    made, _ = motion(frames=FRAMES)
    rig = with_joint(scrambled(a_posed()), "twist", above="right_shoulder", along=0.3)
    follow = Follow(base="right_shoulder", toward="right_collar", share=0.7, twist=True)
    rig = attrs.evolve(rig, follows={"twist": follow})
    turned = away_from_rest(rig, transferred(rig, made))
    rest, index = rig.skeleton.rest.positions[:, 0], rig.skeleton.index
    limb = rest[index["right_elbow"]] - rest[index["right_shoulder"]]
    assert np.allclose(turned["twist"].apply(limb), turned["right_shoulder"].apply(limb), atol=1e-6)
    assert degrees(turned["twist"], turned["right_shoulder"]) > 1  # it does take something back


def test_without_the_role_it_follows_it_keeps_its_rest():
    made, _ = motion(smpl.smpl(), frames=3)
    rig = with_joint(scrambled(a_posed()), "extra", above="left_index1")
    follow = Follow(base="left_index1", toward="left_index2", share=0.5)
    rig = attrs.evolve(rig, follows={"extra": follow})
    joint = rig.skeleton.index["extra"]
    assert np.allclose(transferred(rig, made)[joint], rig.skeleton.rest_rotations[joint])


def test_a_twist_does_not_jump_where_it_passes_half_a_turn():
    made, _ = motion(frames=91)
    rotations = made.rotations.copy()
    elbow, wrist = (made.skeleton.index[n] for n in ("left_elbow", "left_wrist"))
    rotations[[elbow, wrist]] = [0, 0, 0, 1]
    limb = made.skeleton.rest_translations[wrist]
    angles = np.linspace(0, 1.6 * np.pi, 91)
    rotations[wrist] = Rotation.from_rotvec(angles[:, None] * limb / np.linalg.norm(limb)).as_quat()
    made = attrs.evolve(made, rotations=rotations)
    rig = with_joint(scrambled(a_posed()), "twist", above="left_elbow")
    follow = Follow(base="left_elbow", toward="left_wrist", share=0.5, twist=True)
    rig = attrs.evolve(rig, follows={"twist": follow})
    track = transferred(rig, made)[rig.skeleton.index["twist"]]
    steps = np.degrees(
        (Rotation.from_quat(track[:-1]).inv() * Rotation.from_quat(track[1:])).magnitude()
    )
    assert np.allclose(steps, 0.5 * 1.6 * 180 / 90, atol=0.01)
