"""The helper cube, and the choice between meshes."""

from __future__ import annotations

import numpy as np
import pytest

from retarget.errors import ValueShapeError
from retarget.mesh import Mesh, make_mesh
from retarget.options import Options
from support.generated import HUMAN, rig_at, turned_rig
from support.surfaces import assert_normals_outward, assert_skinned, volume, winding


def test_none_is_none():
    assert make_mesh(rig_at(), Options(mesh="none")) is None


@pytest.fixture
def cube():
    options = Options(mesh="cube", cube_size=0.4, cube_location=(1.0, 2.0, 3.0))
    return make_mesh(turned_rig(), options)


def test_the_cube_is_where_and_as_large_as_asked(cube):
    by_root = (cube.joints[:, 0] == 0) & (np.linalg.norm(cube.positions - HUMAN[0], axis=1) > 0.01)
    corners = cube.positions[by_root]
    np.testing.assert_allclose(corners.min(axis=0), [0.8, 1.8, 2.8], atol=1e-6)
    np.testing.assert_allclose(corners.max(axis=0), [1.2, 2.2, 3.2], atol=1e-6)
    np.testing.assert_allclose(np.abs(corners - [1, 2, 3]), 0.2, atol=1e-6)
    assert volume(cube) == pytest.approx(0.4**3, rel=1e-4)
    assert winding(cube, [1.1, 2.1, 2.9]) == pytest.approx(1, abs=1e-4)


def test_its_faces_are_flat(cube):
    assert_normals_outward(cube)
    flat = cube.normals[:24]
    assert (np.sort(np.abs(flat), axis=1) == [0, 0, 1]).all()


def test_every_joint_has_a_speck_of_its_own_too_small_to_see(cube):
    assert_skinned(cube, 52)
    specks = cube.positions[24:].reshape(52, -1, 3)
    np.testing.assert_allclose(specks.mean(axis=1), HUMAN, atol=1e-6)
    spread = np.linalg.norm(specks - HUMAN[:, None], axis=-1)
    assert 1e-5 < spread.min() <= spread.max() < 2e-4
    a, b, c = cube.positions.astype(np.float64)[cube.triangles].swapaxes(0, 1)
    assert np.linalg.norm(np.cross(b - a, c - a), axis=1).min() > 1e-9  # none degenerate


@pytest.mark.parametrize(
    "spoilt",
    [
        {"normals": np.zeros((4, 3))},
        {"positions": np.zeros((3, 2))},
        {"joints": np.zeros((3, 3))},
        {"weights": np.zeros((2, 4))},
        {"triangles": [[0, 1, 3]]},
    ],
)
def test_a_mesh_refuses_what_does_not_fit(spoilt):
    fit = {
        "positions": np.zeros((3, 3)),
        "normals": np.zeros((3, 3)),
        "triangles": [[0, 1, 2]],
        "joints": np.zeros((3, 4)),
        "weights": np.zeros((3, 4)),
    }
    assert len(Mesh(name="fits", **fit).positions) == 3
    with pytest.raises(ValueShapeError):
        Mesh(name="does not", **(fit | spoilt))


def test_arrays_of_a_mesh_are_read_only(cube):
    for array in (cube.positions, cube.normals, cube.triangles, cube.joints, cube.weights):
        assert not array.flags.writeable
