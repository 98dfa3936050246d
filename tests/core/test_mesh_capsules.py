"""Capsules: any skeleton, whatever its joints are, gets a sound body."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retarget.mesh import make_mesh
from retarget.options import Options
from retarget.values import Rig, Skeleton
from support.surfaces import (
    assert_closed,
    assert_normals_outward,
    assert_skinned,
    volume,
    winding,
)


def tree(parents, offsets):
    joints = len(parents)
    skeleton = Skeleton(
        names=[f"j{j}" for j in range(joints)],
        parents=parents,
        rest_translations=offsets,
        rest_rotations=np.tile([0.0, 0.0, 0.0, 1.0], (joints, 1)),
    )
    return Rig(name="tree", skeleton=skeleton, roles={})


@st.composite
def trees(draw):
    joints = draw(st.integers(1, 12))
    parents = [-1, *(draw(st.integers(0, j - 1)) for j in range(1, joints))]
    step = st.sampled_from([-0.4, -0.1, 0.0, 0.05, 0.3])  # zero lengths and straight lines come up
    offsets = [[draw(step) for _ in range(3)] for _ in range(joints)]
    return tree(parents, offsets)


@given(trees())
@settings(deadline=None)
def test_any_tree_has_a_sound_body(rig):
    mesh = make_mesh(rig, Options())
    assert np.isfinite(mesh.positions).all()
    assert_closed(mesh)
    assert_skinned(mesh, len(rig.skeleton))
    assert_normals_outward(mesh)
    assert volume(mesh) > 0


def test_bones_lie_inside_and_long_ones_are_slender():
    rig = tree([-1, 0, 1, 0], [[0, 1, 0], [0.5, 0, 0], [0.1, 0, 0], [0, 0, -0.1]])
    mesh = make_mesh(rig, Options())
    at = rig.skeleton.rest.positions[:, 0]
    for joint, parent in ((1, 0), (2, 1), (3, 0)):
        for t in (0.1, 0.5, 0.9):
            assert winding(mesh, at[parent] + t * (at[joint] - at[parent])) > 0.99
    widths = []
    for low, high in ((0.1, 0.4), (0.52, 0.58)):
        part = mesh.positions[(mesh.positions[:, 0] > low) & (mesh.positions[:, 0] < high)]
        widths.append(np.ptp(part[:, 1]) / (high - low))
    assert widths[0] < widths[1]


@pytest.mark.parametrize("joints", [1, 3])
def test_joints_all_in_one_place(joints):
    rig = tree([-1, *range(joints - 1)], np.zeros((joints, 3)))
    mesh = make_mesh(rig, Options())
    assert_closed(mesh)
    assert_skinned(mesh, joints)
    assert volume(mesh) > 0
