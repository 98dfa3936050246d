"""What the Khronos validator and three.js say of the files."""

from __future__ import annotations

import numpy as np
import pytest

from retarget.options import Options
from retarget.values import Rig, Skeleton
from retarget_gltf.exporter import GltfExporter
from support.generated import clip_of, rig_at, turned_rig, world_of
from support.peers import three_world, validate


def no_humanoid():
    """Five joints without a role, two of them in one place."""
    skeleton = Skeleton(
        names=["root", "tail [1]", "tail.2", "a/b:c", "ear"],
        parents=[-1, 0, 1, 1, 3],
        rest_translations=[[0, 1, 0], [0, 0, -0.3], [0, 0.1, -0.2], [0.1, 0, 0], [0, 0, 0]],
        rest_rotations=np.tile([0.0, 0.0, 0.0, 1.0 + 4e-16], (5, 1)),  # as rounding may leave it
    )
    return Rig(name="animal", skeleton=skeleton, roles={})


def test_the_validator_finds_nothing(tmp_path):
    rigs = {"human": rig_at(), "turned": turned_rig(), "animal": no_humanoid()}
    paths = []
    for name, rig in rigs.items():
        for mesh in ("mannequin", "cube", "none"):
            for frames in (1, 2, 40):
                paths.append(tmp_path / f"{name}_{mesh}_{frames}.glb")
                clip = clip_of(rig, frames, provenance={"source": "a/b.npz", "passes": []})
                GltfExporter().export(clip, paths[-1], Options(mesh=mesh))
    for path, report in zip(paths, validate(paths), strict=True):
        told = [m for m in report["messages"] if m["severity"] in ("error", "warning")]
        assert told == [], path.name
        others = {m["code"] for m in report["messages"]}
        # Without a mesh nothing uses the skin; it is written all the same.
        assert others == ({"UNUSED_OBJECT"} if "_none_" in path.name else set()), path.name


@pytest.mark.parametrize("rig", [rig_at(), turned_rig()], ids=["plain", "turned"])
@pytest.mark.parametrize("mesh", ["mannequin", "cube", "none"])
def test_three_places_every_joint_where_matrices_do(tmp_path, rig, mesh):
    clip = clip_of(rig, 61, fps=60.0, still=["left_index2"], held=["right_ring1"])
    frames = [0, 1, 2, 17, 30, 59, 60]
    GltfExporter().export(clip, tmp_path / "clip.glb", Options(mesh=mesh))
    seen = three_world(tmp_path / "clip.glb", [f / 60.0 for f in frames])

    assert seen["unbound"] == []
    assert seen["clip"]["duration"] == pytest.approx(1.0, abs=1e-6)
    world = world_of(clip, frames)
    for j, name in enumerate(rig.skeleton.names):
        error = np.abs(seen["matrices"][name] - world[:, j])
        assert error[:, :3, 3].max() < 1e-5, name  # a hundredth of a millimetre
        assert error[:, :3, :3].max() < 1e-5, name


@pytest.mark.parametrize("mesh", ["mannequin", "cube"])
def test_the_skin_at_rest_leaves_the_mesh_where_it_is(tmp_path, mesh):
    GltfExporter().export(clip_of(turned_rig(), 3), tmp_path / "clip.glb", Options(mesh=mesh))
    seen = three_world(tmp_path / "clip.glb", [0])
    assert seen["vertices"] > 100
    assert seen["bindError"] < 1e-6


def test_a_pose_is_an_animation_of_one_key(tmp_path):
    clip = clip_of(rig_at(), 1)
    GltfExporter().export(clip, tmp_path / "pose.glb", Options())
    seen = three_world(tmp_path / "pose.glb", [0])
    assert seen["clip"]["duration"] == 0
    positions = np.array([seen["matrices"][n][0, :3, 3] for n in clip.rig.skeleton.names])
    np.testing.assert_allclose(positions, world_of(clip, [0])[0, :, :3, 3], atol=1e-5)
