"""The Blender backend and the glTF backend say the same, in files that judges find clean."""

from __future__ import annotations

import numpy as np
import pytest

import retarget
from retarget import hookimpl, kinds
from retarget.demo import write_clip
from retarget.options import Options
from retarget.pipeline import Pipeline
from retarget.testing import CrossBackendTests
from retarget.testing.clips import smooth_clip
from retarget.testing.compare import position_errors, rotation_errors
from retarget.testing.glb import read_glb
from retarget.testing.oracle import world_of_tracks
from retarget.testing.rigs import fingerless, humanoid, turned
from retarget.values import Rig, Skeleton
from retarget_gltf.exporter import GltfExporter
from support.data import shared
from support.peers import three_world, validate


class TestBlenderAgainstGltf(CrossBackendTests):
    backend = None

    @pytest.fixture(autouse=True)
    def use(self, exporter):
        type(self).backend = exporter

    def make(self):
        return self.backend

    def other(self):
        return GltfExporter()


def target(name):
    path = f"data/skeletons/target_reference_{name}.npz"
    return retarget.load_rig() if name == "default" else retarget.load_rig(shared(path))


@pytest.fixture(scope="session")
def walk(tmp_path_factory):
    return retarget.load_motion(write_clip(tmp_path_factory.mktemp("demo") / "walk.npz"))


@pytest.mark.parametrize("name", ["default", "other_proportions"])
def test_a_person_walks_alike(name, walk, exporter, tmp_path):
    clip = retarget.Retargeter(target(name), options=Options(fps=59.94)).retarget(walk)
    files = []
    for backend in (exporter, GltfExporter()):
        path = tmp_path / f"{len(files)}.glb"
        backend.export(clip, path, Options(mesh="cube"))
        files.append(read_glb(path))
    blender, direct = files
    assert np.array_equal(blender.key_times, direct.key_times)
    assert len(direct.key_times) == clip.frames
    times = direct.key_times[:: clip.frames // 30]
    joints = [[f.names.index(joint) for joint in clip.rig.skeleton.names] for f in files]
    world, expected = (f.sample(times)[j] for f, j in zip(files, joints, strict=True))
    rest, expected_rest = (f.rest()[j] for f, j in zip(files, joints, strict=True))
    assert position_errors(world, expected).max() < 1e-4
    turns = world @ np.linalg.inv(rest)[:, None]
    assert rotation_errors(turns, expected @ np.linalg.inv(expected_rest)[:, None]).max() < 0.02


@pytest.fixture
def written(exporter, tmp_path):
    clip, path = smooth_clip(humanoid(), frames=20, fps=59.94), tmp_path / "clip.glb"
    exporter.export(clip, path, Options())
    return clip, read_glb(path)


def test_rotations_carry_the_motion_and_only_the_root_translates(written):
    clip, file = written
    paths = {(file.names[node], path) for node, path in file.tracks}
    assert paths == {(name, "rotation") for name in clip.rig.skeleton.names} | {
        ("Pelvis", "translation")
    }
    assert all(len(track.times) == clip.frames for track in file.tracks.values())
    assert len(file.document["animations"]) == 1
    assert file.document["animations"][0]["name"] == clip.name
    turns = [file.tracks[file.names.index(n), "rotation"].values for n in clip.rig.skeleton.names]
    assert min(np.ptp(turn, axis=0).max() for turn in turns) > 0.05


def test_the_file_says_who_made_it_of_what(written):
    clip, file = written
    asset = file.document["asset"]
    assert asset["generator"] == f"retarget {retarget.__version__}, blender backend"
    assert asset["extras"]["fps"] == 59.94
    assert asset["extras"]["constraints"] == "copy"
    assert asset["extras"]["seed"] == clip.provenance["seed"]


def test_every_joint_is_a_joint_of_the_skin(written):
    clip, file = written
    (skin,) = file.document["skins"]
    assert {file.names[joint] for joint in skin["joints"]} == set(clip.rig.skeleton.names)
    assert "SMPL_H_Armature" in file.names
    body = next(node for node in file.nodes if "skin" in node)
    (primitive,) = file.document["meshes"][body["mesh"]]["primitives"]
    weights = file.accessor(primitive["attributes"]["WEIGHTS_0"])
    assert weights.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert "JOINTS_1" not in primitive["attributes"]


def test_without_a_mesh_the_joints_stay_joints(exporter, tmp_path):
    clip, path = smooth_clip(fingerless(), frames=3), tmp_path / "clip.glb"
    result = exporter.export(clip, path, Options(mesh="none"))
    assert any("triangle of 0.1 mm" in warning for warning in result.warnings)
    (skin,) = read_glb(path).document["skins"]
    assert len(skin["joints"]) == len(clip.rig.skeleton)


def test_provenance_that_is_no_json_is_refused(exporter, tmp_path):
    clip = smooth_clip(fingerless(), frames=1)
    clip.provenance["thing"] = object()
    with pytest.raises(retarget.RetargetError, match="provenance"):
        exporter.export(clip, tmp_path / "clip.glb", Options())
    assert not list(tmp_path.iterdir())


def strange():
    """Joints with trying names, two in one place, one that no bone length leads to."""
    skeleton = Skeleton(
        names=["root", "tail [1]", "tail.2", "a/b:c", 'ear "left"', "SMPL_H_Armature"],
        parents=[-1, 0, 1, 1, 3, 0],
        rest_translations=[
            [0, 1, 0],
            [0, 0, -0.3],
            [0, 0.1, -0.2],
            [0.1, 0, 0],
            [0, 0, 0],
            [0, 0, 0],
        ],
        rest_rotations=np.tile([0.0, 0.0, 0.0, 1.0], (6, 1)),
    )
    return Rig(name="strange", skeleton=skeleton, roles={})


@pytest.mark.parametrize("rig", [humanoid(), strange()], ids=["human", "strange"])
def test_the_validator_allows_it(rig, exporter, tmp_path):
    paths = [tmp_path / f"{mesh}_{n}.glb" for mesh in ("cube", "none", "mannequin") for n in (1, 9)]
    for path in paths:
        mesh, frames = path.stem.split("_")
        clip = smooth_clip(rig, frames=int(frames), fps=59.94)
        exporter.export(clip, path, Options(mesh=mesh))
    for path, report in zip(paths, validate(paths), strict=True):
        told = {m["code"] for m in report["messages"] if m["severity"] in ("error", "warning")}
        assert told <= {"NODE_SKINNED_MESH_NON_ROOT"}, (path.name, report["messages"][:5])


@pytest.mark.parametrize("rig", [humanoid(), turned(), strange()], ids=lambda rig: rig.name)
def test_three_places_every_joint_where_matrices_do(rig, exporter, tmp_path):
    clip, path = smooth_clip(rig, frames=31, fps=30), tmp_path / "clip.glb"
    exporter.export(clip, path, Options())
    frames = [0, 1, 15, 30]
    seen = three_world(path, [frame / 30 for frame in frames])
    truth = world_of_tracks(rig.skeleton, clip.rotations, clip.root_translations)
    for joint, name in enumerate(rig.skeleton.names):
        if name in seen["matrices"]:
            error = seen["matrices"][name][:, :3, 3] - truth[joint, frames, :3, 3]
            assert np.abs(error).max() < 1e-4, name
    assert len(seen["matrices"]) >= len(rig.skeleton) - 3  # three.js strips `[ ] . : /`
    assert seen["unbound"] == []
    assert seen["bindError"] < 1e-4


def test_through_the_pipeline(exporter, walk, tmp_path):
    class Plugin:
        @hookimpl
        def retarget_exporters(self):
            return [retarget.Provider(name="blender", summary="here", load=lambda: exporter)]

    plugins = retarget.Plugins()
    if "blender" not in plugins.offers(kinds.EXPORTER):
        plugins.register(Plugin(), "blender-here")
    pipeline = Pipeline.prepare(backend="blender", plugins=plugins)
    result = pipeline.convert(walk, tmp_path / "walk.glb")
    assert result.frames == walk.frames
