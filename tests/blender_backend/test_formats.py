"""FBX and .blend hold the clip, as Blender itself reads them again."""

from __future__ import annotations

import json

import attrs
import numpy as np
import pytest

import retarget
from blender_backend.rereading import reread
from retarget.errors import RetargetError, UsageError
from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.compare import position_errors, rotation_errors
from retarget.testing.glb import read_glb
from retarget.testing.oracle import world_of_rest, world_of_tracks
from retarget.testing.rigs import humanoid, turned

FPS, RATE = 59.94, (2997, 50.0)


def unscaled(transforms):
    """FBX states centimetres; what is imported may carry a scale on the armature."""
    scaled = transforms.copy()
    scaled[..., :3, :3] /= np.linalg.norm(scaled[..., :3, :3], axis=-2, keepdims=True)
    return scaled


@pytest.mark.parametrize("suffix", [".fbx", ".blend"])
@pytest.mark.parametrize("rig", [humanoid, turned])
def test_a_file_moves_as_the_clip(suffix, rig, exporter, tmp_path):
    clip, path = smooth_clip(rig(), frames=20, fps=FPS), tmp_path / f"clip{suffix}"
    result = exporter.export(clip, path, Options())
    assert result.bytes_written == path.stat().st_size
    back = reread(path, clip, RATE)
    skeleton = clip.rig.skeleton
    truth = world_of_tracks(skeleton, clip.rotations, clip.root_translations)
    rest = world_of_rest(skeleton)
    assert position_errors(back.rest, rest).max() < 1e-4
    assert position_errors(back.world, truth).max() < 1e-4
    turns = unscaled(back.world) @ np.linalg.inv(unscaled(back.rest))[:, None]
    wanted = truth @ np.linalg.inv(rest)[:, None]
    assert rotation_errors(turns, wanted).max() < 0.02
    parents = dict(zip(back.said["names"], back.said["parents"], strict=True))
    for joint, name in enumerate(skeleton.names):
        above = skeleton.parents[joint]
        assert parents[name] == (skeleton.names[above] if above >= 0 else None)
    assert back.said["keys"] == pytest.approx([0, clip.frames - 1], abs=1e-4)
    assert back.said["fps"] == pytest.approx(FPS, rel=2e-6)
    assert back.said["armature"] == "SMPL_H_Armature"
    assert back.said["skinned"] == ["mannequin"]
    told = json.loads(back.said["told"])
    assert told["extras"]["source"] == "retarget.testing"
    assert told["extras"]["backend"] == "blender"
    assert told["generator"].startswith("retarget ")


def test_a_blend_is_ready_to_work_with(exporter, tmp_path):
    clip, path = smooth_clip(humanoid(), frames=20, fps=FPS), tmp_path / "clip.blend"
    exporter.export(clip, path, Options())
    said = reread(path, clip, RATE).said
    assert said["fps"] == pytest.approx(FPS, rel=2e-8)
    assert said["range"] == [0, 19]
    assert said["constraints"] == 0
    assert said["things"] == {
        "objects": ["SMPL_H_Armature", "mannequin"],
        "actions": [clip.name],
        "meshes": ["mannequin"],
        "armatures": ["SMPL_H_Armature"],
        "materials": ["neutral"],
        "images": [],
    }
    turning = [f'pose.bones["{name}"].rotation_quaternion' for name in clip.rig.skeleton.names]
    assert said["paths"] == sorted([*turning, 'pose.bones["Pelvis"].location'])


def test_bones_point_at_the_main_child(exporter, tmp_path):
    rig = retarget.load_rig()
    clip, path = smooth_clip(rig, frames=2), tmp_path / "clip.blend"
    exporter.export(clip, path, Options())
    back = reread(path, clip, RATE)
    rest = world_of_rest(rig.skeleton)[:, :3, 3]
    at = {name: rest[joint] for joint, name in enumerate(rig.skeleton.names)}
    for name, child in (
        ("Pelvis", "Spine1"),
        ("Spine3", "Neck"),
        ("L_Hip", "L_Knee"),
        ("R_Wrist", "R_Hand_3"),
        ("L_Hand_0", "L_Hand_1"),
    ):
        joint = rig.skeleton.names.index(name)
        tail = back.rest[joint] @ [0, back.said["lengths"][name], 0, 1]
        assert tail[:3] == pytest.approx(at[child], abs=1e-5)
    assert back.said["lengths"]["Head"] == pytest.approx(0.05)
    assert back.said["lengths"]["L_Hand_2"] == pytest.approx(0.05)


def test_two_clips_leave_nothing_of_each_other(exporter, tmp_path):
    one, other = smooth_clip(humanoid(), frames=9), smooth_clip(turned(), frames=5, seed=3)
    exporter.export(one, tmp_path / "one.blend", Options())
    exporter.export(other, tmp_path / "other.blend", Options(mesh="cube"))
    exporter.export(one, tmp_path / "again.blend", Options())
    rate = (30, 1.0)
    first, second = (reread(tmp_path / f"{n}.blend", one, rate) for n in ("one", "again"))
    between = reread(tmp_path / "other.blend", other, rate)
    assert np.array_equal(first.world, second.world)
    assert first.said["things"] == second.said["things"]
    assert between.said["things"]["actions"] == [other.name]
    assert "mannequin" not in str(between.said["things"])
    assert between.said["range"] == [0, 4]


def test_track_points_bones_but_loses_twist(exporter, tmp_path):
    clip = smooth_clip(humanoid(), frames=12)
    path = tmp_path / "track.glb"
    exporter.export(clip, path, Options(extra={"blender_constraints": "track"}))
    file = read_glb(path).read_back()
    joints = [file.names.index(name) for name in clip.rig.skeleton.names]
    truth = world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)
    assert position_errors(file.world[joints], truth).max() < 1e-4
    rest = world_of_rest(clip.rig.skeleton)
    turns = file.world[joints] @ np.linalg.inv(file.rest[joints])[:, None]
    lost = rotation_errors(turns, truth @ np.linalg.inv(rest)[:, None])
    assert lost.max() > 20


@pytest.mark.parametrize(
    ("name", "extra", "words"),
    [
        ("clip.obj", {}, r"writes \.glb, \.fbx, \.blend"),
        ("clip.glb", {"blender_constraints": "ik"}, "choose one of: copy, track"),
        ("clip.glb", {"blender_timeout": -1.0}, "positive number of seconds"),
    ],
)
def test_what_cannot_be_asked_for(name, extra, words, exporter, tmp_path):
    with pytest.raises(UsageError, match=words):
        exporter.export(smooth_clip(humanoid(), frames=1), tmp_path / name, Options(extra=extra))
    assert not list(tmp_path.iterdir())


def test_a_name_that_blender_would_cut_is_refused(exporter, tmp_path):
    rig = humanoid()
    long = "x" * 64
    skeleton = attrs.evolve(rig.skeleton, names=(long, *rig.skeleton.names[1:]))
    clip = smooth_clip(attrs.evolve(rig, skeleton=skeleton, roles={}), frames=1)
    with pytest.raises(RetargetError, match=f"{long}.*1 to 63 bytes"):
        exporter.export(clip, tmp_path / "clip.glb", Options(mesh="none"))
