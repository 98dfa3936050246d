"""VRM animations: the clip on the normalised humanoid, whatever rig it was made for."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import roles, smpl
from retarget.errors import RetargetError
from retarget.options import Options
from retarget.retargeter import Retargeter
from retarget.values import Motion, Rig, Skeleton
from retarget_gltf.exporter import GltfExporter
from support import characters
from support.generated import clip_of, rig_at, turned_rig, world_of
from support.peers import three_world, validate
from support.surgery import keys_of, loaded, played, rig_of

FRAMES = [0, 1, 9, 19]

BONES = {role: bone for bone, role in characters.VRM1_BONES.items()}


def a_motion(frames=20):
    skeleton = smpl.smplh()
    rng = np.random.default_rng(4)
    t = np.linspace(0, 1, frames)[None, :, None]
    waves = rng.uniform(-0.6, 0.6, (52, 1, 3)) * np.sin(rng.uniform(1, 5, (52, 1, 1)) * t)
    rotations = Rotation.from_rotvec(waves.reshape(-1, 3)).as_quat().reshape(52, frames, 4)
    root = skeleton.rest_translations[0] + t[0] * [0.4, 0.1, 1.0] + [0, 1.1, 0]
    return Motion(skeleton=skeleton, fps=30, rotations=rotations, root_translations=root)


def exported(clip, tmp_path, **extra):
    result = GltfExporter().export(clip, tmp_path / "clip.vrma", Options(extra=extra))
    return loaded(tmp_path / "clip.vrma"), result


def human_bones(glb):
    extension = glb.json["extensions"]["VRMC_vrm_animation"]
    assert extension["specVersion"] == "1.0"
    return {bone: held["node"] for bone, held in extension["humanoid"]["humanBones"].items()}


def character(tmp_path, make=characters.mixamo, joints=characters.MIXAMO):
    return rig_of(make().save(tmp_path / "hero.glb"), joints)


def test_a_generated_skeletons_rotations_are_the_motions_own(tmp_path):
    import retarget  # noqa: PLC0415 - the built-in target needs the installed plugins

    motion = a_motion()
    clip = Retargeter(retarget.load_rig("default"), options=Options(frame0="none")).retarget(motion)
    glb, _ = exported(clip, tmp_path)
    keys, bones = keys_of(glb, glb.json["animations"][0]), human_bones(glb)
    for j, role in enumerate(motion.skeleton.names):
        _, values = keys[bones[BONES[role]], "rotation"]
        truth = motion.rotations[j] * np.sign(np.sum(values * motion.rotations[j], axis=1))[:, None]
        np.testing.assert_allclose(values, truth, atol=1e-5, err_msg=role)


@pytest.mark.parametrize("rig", ["built in", "turned", "mixamo", "game engine", "rolled"])
def test_every_bone_points_where_the_rigs_does(rig, tmp_path):
    made = {
        "built in": rig_at,
        "turned": turned_rig,
        "mixamo": lambda: character(tmp_path),
        "rolled": lambda: character(tmp_path, lambda: characters.rolled(characters.mixamo())),
        "game engine": lambda: character(tmp_path, characters.game_engine, characters.GAME_ENGINE),
    }[rig]()
    clip = Retargeter(made, options=Options(frame0="none")).retarget(a_motion())
    glb, _ = exported(clip, tmp_path)
    bones, seen, truth = human_bones(glb), played(glb, FRAMES), world_of(clip, FRAMES)
    joints = made.joint_of_role
    for role in roles.HUMANOID[1:]:
        above = roles.nearest_above(role, joints)
        vrm = seen[:, bones[BONES[role]], :3, 3] - seen[:, bones[BONES[above]], :3, 3]
        own = truth[:, joints[role], :3, 3] - truth[:, joints[above], :3, 3]
        np.testing.assert_allclose(vrm, own, atol=5e-6, err_msg=role)
        sine = np.linalg.norm(np.cross(vrm, own), axis=-1)
        angle = np.degrees(sine / (np.linalg.norm(vrm, axis=-1) * np.linalg.norm(own, axis=-1)))
        assert angle.max() < 0.01, role


def test_it_rests_in_the_t_pose(tmp_path):
    clip = clip_of(character(tmp_path), 5)
    glb, _ = exported(clip, tmp_path)
    bones, rest = human_bones(glb), glb.world()
    assert all(set(n) <= {"name", "translation", "children"} for n in glb.json["nodes"])
    body = smpl.smplh()
    tpose = body.rest.positions[:, 0]
    for limb in ("hip knee", "knee ankle", "shoulder elbow", "elbow wrist"):
        for side in roles.SIDES:
            a, b = (f"{side}_{joint}" for joint in limb.split())
            own = rest[bones[BONES[b]], :3, 3] - rest[bones[BONES[a]], :3, 3]
            theirs = tpose[body.index[b]] - tpose[body.index[a]]
            cosine = own @ theirs / np.linalg.norm(own) / np.linalg.norm(theirs)
            assert cosine > 1 - 1e-9, limb


def test_the_t_pose_stands_on_the_ground(tmp_path):
    rig = attrs.evolve(character(tmp_path), floor=0.3)
    clip = clip_of(rig, 2, still=rig.skeleton.names)
    clip = attrs.evolve(
        clip, root_translations=np.repeat(rig.skeleton.rest_translations[:1], 2, axis=0)
    )
    glb, _ = exported(clip, tmp_path)
    lowest = rig.skeleton.rest.positions[:, 0, 1].min() - 0.3
    assert glb.world()[:, 1, 3].min() == pytest.approx(lowest, abs=1e-6)
    assert played(glb, [0])[0, :, 1, 3].min() == pytest.approx(lowest, abs=1e-6)


def test_a_character_that_stands_elsewhere_makes_the_same_animation(tmp_path):
    here = character(tmp_path)
    there = attrs.evolve(here, place=np.array([1.5, -2.0]))
    moved = np.array(here.skeleton.rest_translations)
    moved[0] += [1.5, 0, -2.0]
    there = attrs.evolve(
        there, skeleton=attrs.evolve(here.skeleton, rest_translations=moved), asset=None
    )
    animations = []
    for rig in (here, there):
        clip = Retargeter(rig, options=Options(frame0="none")).retarget(a_motion())
        animations.append(exported(clip, tmp_path)[0])
        (tmp_path / "clip.vrma").unlink()
    one, other = animations
    np.testing.assert_allclose(one.world(), other.world(), atol=1e-6)
    np.testing.assert_allclose(played(one, FRAMES), played(other, FRAMES), atol=1e-5)


def test_only_hips_move_and_no_bone_scales(tmp_path):
    glb, _ = exported(clip_of(turned_rig(), 5), tmp_path)
    bones = human_bones(glb)
    keys = keys_of(glb, glb.json["animations"][0])
    assert set(keys) == {(n, "rotation") for n in bones.values()} | {(bones["hips"], "translation")}


def test_the_map_is_vrms(tmp_path):
    glb, result = exported(clip_of(turned_rig(), 5), tmp_path)
    bones = human_bones(glb)
    assert set(bones) == set(characters.VRM1_BONES)
    assert [glb.json["nodes"][n]["name"] for n in bones.values()] == list(bones)
    assert glb.json["extensionsUsed"] == ["VRMC_vrm_animation"]
    assert not {"meshes", "skins", "materials"} & set(glb.json)
    assert result.warnings == ()


def without(rig, *names):
    """The rig with these joints' roles taken away."""
    return attrs.evolve(rig, roles={j: r for j, r in rig.roles.items() if r not in names})


def test_what_is_missing_hangs_from_the_nearest_above(tmp_path):
    rig = without(turned_rig(), "spine2", "left_collar", "left_index2", "neck")
    clip = clip_of(rig, 20)
    glb, result = exported(clip, tmp_path)
    bones, parents = human_bones(glb), glb.parents()
    assert {"spine", "chest"} <= set(bones)
    assert "upperChest" not in bones  # VRM knows none without a chest
    assert {"leftIndexProximal", "leftIndexIntermediate"} <= set(bones)
    assert "leftIndexDistal" not in bones
    assert parents[bones["leftUpperArm"]] == bones["chest"]
    assert parents[bones["head"]] == bones["chest"]
    assert result.warnings == ()
    seen, truth = played(glb, FRAMES), world_of(clip, FRAMES)
    wrist = seen[:, bones["leftHand"], :3, 3] - seen[:, bones["leftLowerArm"], :3, 3]
    elbow, hand = (rig.skeleton.index[f"left_{j}"] for j in ("elbow", "wrist"))
    np.testing.assert_allclose(wrist, truth[:, hand, :3, 3] - truth[:, elbow, :3, 3], atol=5e-6)


def test_a_bone_that_vrm_demands_is_missed_aloud(tmp_path):
    _, result = exported(clip_of(without(turned_rig(), "head"), 5), tmp_path)
    (warning,) = result.warnings
    assert "head" in warning


def test_what_has_no_pelvis_is_no_human(tmp_path):
    skeleton = Skeleton(
        names=["a", "b"],
        parents=[-1, 0],
        rest_translations=[[0, 0, 0], [0, 1, 0]],
        rest_rotations=[[0, 0, 0, 1]] * 2,
    )
    with pytest.raises(RetargetError, match=r"horse.*pelvis.*\.glb"):
        exported(clip_of(Rig(name="horse", skeleton=skeleton, roles={}), 2), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_judges(tmp_path):
    clip = clip_of(character(tmp_path), 20, fps=30.0)
    glb, _ = exported(clip, tmp_path)
    (report,) = validate([tmp_path / "clip.vrma"])
    assert [m for m in report["messages"] if m["severity"] in ("error", "warning")] == []
    assert {m["code"] for m in report["messages"]} <= {"UNSUPPORTED_EXTENSION", "NODE_EMPTY"}
    assert three_world(tmp_path / "clip.vrma", [0])["unbound"] == []
    assert glb.json["animations"][0]["name"] == "waves"
