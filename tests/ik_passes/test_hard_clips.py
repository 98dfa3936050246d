"""Hard clips through the whole default pipeline: sensible motion, and warnings that tell."""

import functools

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import Options
from retarget.retargeter import Retargeter
from support import characters
from support.hard_clips import MOTIONS, SKIN, STEP, hard
from support.legs import long_legs, soles, world
from support.rigs import child
from support.standing import places_of

CM = 100.0
SIDES = ("left", "right")
SHORT = ("one frame", "two frames", "three frames")
ON_FLOOR = ("lying", "crawling")
"""Nobody stands in these."""

TARGETS = {
    "default": retarget.load_rig,
    "child": child,
    "long legs": long_legs,
    "mixamo": lambda: retarget.load_rig(characters.shared("characters/makehuman_mixamo.glb")),
}

each_motion = pytest.mark.parametrize("name", list(MOTIONS))
each_target = pytest.mark.parametrize("target", list(TARGETS))


@functools.cache
def rig_of(target):
    return TARGETS[target]()


@functools.cache
def passes():
    return retarget.load_passes()


@functools.cache
def made(name, target):
    """The clip as transferred, and as the default passes leave it."""
    motion, rig, options = hard(name), rig_of(target), Options(frame0="none")
    plain = Retargeter(rig, options=options).retarget(motion)
    return plain, Retargeter(rig, options=options, passes=passes()).retarget(motion)


@functools.cache
def heights(name, target):
    """(F,) by role, metres over the floor, by matrices, on every second frame."""
    _, clip = made(name, target)
    rig = clip.rig
    roles = [role for role in rig.joint_of_role if SKIN.get(role.split("_")[-1]) is not None]
    joints = [rig.joint_of_role[role] for role in roles]
    step = 1 if clip.frames < 10 else 2
    moved = world(rig.skeleton, clip.rotations[:, ::step], clip.root_translations[::step], joints)
    return {role: moved[:, j, 1, 3] - rig.floor for role, j in zip(roles, joints, strict=True)}


@functools.cache
def source_heights(name):
    motion = hard(name)
    at = places_of(motion).positions
    step = 1 if motion.frames < 10 else 2
    return {role: at[j, ::step, 1] for role, j in motion.skeleton.index.items()}


def from_passes(clip):
    return [w for w in clip.warnings if w.split(":")[0] in passes()]


@each_target
@each_motion
def test_tracks_are_sound(name, target):
    plain, clip = made(name, target)
    assert np.isfinite(clip.rotations).all()
    assert np.isfinite(clip.root_translations).all()
    assert np.abs(np.linalg.norm(clip.rotations, axis=-1) - 1).max() < 1e-5
    assert clip.frames == plain.frames == hard(name).frames
    assert np.array_equal(plain.root_translations[:, ::2], clip.root_translations[:, ::2])
    # What no pass has a reason to touch is as it was: trunk, head and fingers.
    roles = clip.rig.joint_of_role
    for role in ("pelvis", "spine1", "spine2", "spine3", "neck", "head", "left_index2"):
        assert np.array_equal(plain.rotations[roles[role]], clip.rotations[roles[role]])


@pytest.mark.parametrize("name", ["lying", "cartwheel", "one frame", "two frames", "15 fps"])
def test_frame_0_is_the_a_pose(name):
    rig = rig_of("child")
    clip = Retargeter(rig, passes=passes()).retarget(hard(name))
    same = np.abs((clip.rotations[:, 0] * rig.skeleton.rest_rotations).sum(-1))
    assert same.min() > 1 - 1e-6
    assert np.abs(clip.root_translations[0] - rig.skeleton.rest_translations[0]).max() < 1e-6


@each_target
@each_motion
def test_no_part_of_the_body_sinks_into_the_floor(name, target):
    """No deeper than flesh allows, or the source's own; fingers that hang aside."""
    source = source_heights(name)
    for role, height in heights(name, target).items():
        part = role.split("_")[-1]
        if part in ("foot", "ankle", "thumb3"):
            continue
        allowed = min(SKIN[part], source[role].min())
        assert height.min() > allowed - 0.03, role


@each_target
@pytest.mark.parametrize("name", ON_FLOOR)
def test_bodies_on_the_floor_do_not_hover(name, target):
    low = {r: h for r, h in source_heights(name).items() if SKIN.get(r.split("_")[-1])}
    over = np.min([low[r] - SKIN[r.split("_")[-1]] for r in heights(name, target)], axis=0)
    own = np.min([h - SKIN[r.split("_")[-1]] for r, h in heights(name, target).items()], axis=0)
    assert np.abs(own - over).max() < 0.03


@each_target
@pytest.mark.parametrize("name", ["crawling", "push-up", "cartwheel"])
def test_hands_on_the_floor_stay_there(name, target):
    source = source_heights(name)
    _, clip = made(name, target)
    told = any("hover over the floor" in warning for warning in clip.warnings)
    for side in SIDES:
        rests = source[f"{side}_wrist"] < 0.08
        off = np.abs(heights(name, target)[f"{side}_wrist"] - source[f"{side}_wrist"])[rests]
        assert rests.sum() > 3
        assert off.max() < 0.04 or told
    # Arms of the default target are long enough for all of it.
    assert not told or target not in ("default", "child")


@pytest.mark.parametrize("target", ["default", "child"])
@pytest.mark.parametrize("name", ["crawling", "push-up"])
def test_planted_hands_do_not_slide(name, target):
    plain, clip = made(name, target)
    rig, motion = clip.rig, hard(name)
    at = places_of(motion).positions
    slid = {}
    for label, one in (("plain", plain), ("held", clip)):
        far = []
        for side in SIDES:
            wrist = rig.joint_of_role[f"{side}_wrist"]
            path = world(rig.skeleton, one.rotations, one.root_translations, [wrist])
            source = at[motion.skeleton.index[f"{side}_wrist"]]
            still = np.linalg.norm(np.gradient(source, axis=0), axis=1) * motion.fps < 0.02
            speed = np.linalg.norm(np.gradient(path[:, wrist, :3:2, 3], axis=0), axis=1)
            far.append(speed[still] * motion.fps)
        slid[label] = CM * np.concatenate(far).mean()
    assert slid["held"] < 2.0
    assert slid["held"] < slid["plain"] + 0.5


def soles_of(clip):
    rig = clip.rig
    return soles(rig.skeleton, rig.joint_of_role, rig.floor, clip.rotations, clip.root_translations)


@each_target
def test_stairs_keep_their_height(target):
    _, clip = made("stairs", target)
    motion = hard("stairs")
    scale = np.ptp(clip.root_translations[:, 2]) / np.ptp(motion.root_translations[:, 2])
    ball = soles_of(clip).ball[..., 1] - clip.rig.floor
    source = places_of(motion).positions
    for n, side in enumerate(SIDES):
        toe = source[motion.skeleton.index[f"{side}_foot"]]
        still = np.linalg.norm(np.gradient(toe, axis=0), axis=1) * motion.fps < 0.01
        step = np.round((toe[still, 1] - 0.02) / STEP)
        assert step.max() == 4
        assert np.abs(ball[n, still] - scale * STEP * step).max() < 0.02


@each_target
@pytest.mark.parametrize("by", [-1.5, 0.4])
def test_stairs_that_are_not_where_the_file_promises_a_floor(by, target):
    """Below height 0 there can be none, as about a clip's own root; above, feet stand on a box."""
    motion, shift = hard("stairs"), np.array([0, by, 0])
    assert motion.source.ground_at_zero
    moved = attrs.evolve(motion, root_translations=motion.root_translations + shift)
    _, stays = made("stairs", target)
    options = Options(frame0="none")
    clip = Retargeter(rig_of(target), options=options, passes=passes()).retarget(moved)
    scale = np.ptp(clip.root_translations[:, 2]) / np.ptp(motion.root_translations[:, 2])
    rise = clip.root_translations[:, 1] - stays.root_translations[:, 1]
    assert np.abs(rise - scale * max(by, 0)).max() < 0.005  # the floor is measured, 0 is promised
    assert np.abs((clip.rotations * stays.rotations).sum(-1)).min() > 1 - 1e-4
    above = "height 0, where the floor should be" if by > 0 else "the floor, too"
    told, *more = from_passes(clip)
    assert told.endswith(f"cm above {above}: contacts there stay there.")
    below = "feet stand 150 cm below height 0, where its format has the floor; theirs was taken."
    assert more == ([] if by > 0 else [f"floor: {below}"])


@each_target
def test_a_jump_is_still_a_jump(target):
    plain, clip = made("jump", target)
    rise = [np.ptp(c.root_translations[40:, 1]) for c in (plain, clip)]
    assert rise[1] == pytest.approx(rise[0], rel=0.05)
    apex = np.argmax(clip.root_translations[:, 1])
    s = soles_of(clip)
    assert min(s.ball[:, apex, 1].min(), s.tip[:, apex, 1].min()) - clip.rig.floor > 0.15


@each_target
@pytest.mark.parametrize("name", ["lying", "crawling", "swimming"])
def test_legs_that_do_not_stand_are_as_they_were(name, target):
    plain, clip = made(name, target)
    for side in SIDES:
        for joint in ("hip", "knee", "ankle", "foot"):
            j = clip.rig.joint_of_role[f"{side}_{joint}"]
            same = np.abs((plain.rotations[j] * clip.rotations[j]).sum(-1))
            assert same.min() > 1 - 1e-4


@each_target
@pytest.mark.parametrize("name", [n for n in MOTIONS if n not in SHORT])
def test_knees_do_not_pop(name, target):
    plain, clip = made(name, target)
    most = []
    for one in (plain, clip):
        found = []
        for side in SIDES:
            knee = Rotation.from_quat(one.rotations[one.rig.joint_of_role[f"{side}_knee"]])
            steps = (knee[:-1].inv() * knee[1:]).as_rotvec()
            found.append(np.linalg.norm(np.diff(steps, axis=0), axis=1).max())
        most.append(max(found) * one.fps**2)
    assert most[1] <= 1.5 * most[0] + 40


LEVELS = "feet stand still 17, 34, 51, 68 cm above the floor, too: contacts there stay there."
LIES = "floor: no foot stands; the floor was taken from what of the body rests lowest."
FREE = "feet: no foot touches the floor and stands; none was held."
EXPECTED = {
    "lying": [LIES, FREE],
    "crawling": [LIES, FREE],
    "push-up": [LIES],
    "swimming": [
        "floor: no foot stands still; the floor was taken from the body's lowest point.",
        FREE,
    ],
    "stairs": [f"floor: {LEVELS}"],
    "one frame": ["floor: one frame tells of no contact; the clip stands as high as it was."],
}


@pytest.mark.parametrize("target", ["default", "child"])
@each_motion
def test_what_could_not_be_done_is_told_once_and_nothing_else(name, target):
    _, clip = made(name, target)
    assert from_passes(clip) == EXPECTED.get(name, [])


def test_hands_out_of_reach_are_told():
    _, clip = made("crawling", "long legs")
    (told,) = (w for w in clip.warnings if w.startswith("hands:"))
    assert "hover over the floor by up to 1" in told
    assert "(left)" in told
    assert "(right)" in told


def test_a_target_without_toes(tmp_path):
    hero = characters.mixamo()
    toes = [characters.MIXAMO[f"{side}_foot"] for side in SIDES]
    rig = retarget.load_rig(characters.without(hero, toes).save(tmp_path / "toeless.glb"))
    clip = Retargeter(rig, options=Options(frame0="none"), passes=passes()).retarget(hard("tiptoe"))
    told = from_passes(clip)
    assert len(told) == 1
    assert "no toe joints" in told[0]
    assert "by up to 4 cm" in told[0]
    flat = Retargeter(rig, options=Options(frame0="none"), passes=passes()).retarget(
        hard("sitting")
    )
    assert from_passes(flat) == []


@pytest.mark.parametrize("name", ["crawling", "cartwheel", "sitting"])
def test_a_target_without_fingers(tmp_path, name):
    hero = characters.mixamo()
    fingers = [
        joint
        for role, joint in characters.MIXAMO.items()
        if role.split("_")[-1].rstrip("123") in ("index", "middle", "ring", "pinky", "thumb")
    ]
    rig = retarget.load_rig(characters.without(hero, fingers).save(tmp_path / "mitten.glb"))
    clip = Retargeter(rig, options=Options(frame0="none"), passes=passes()).retarget(hard(name))
    wrist = [rig.joint_of_role[f"{side}_wrist"] for side in SIDES]
    moved = world(rig.skeleton, clip.rotations, clip.root_translations, wrist)
    assert moved[:, wrist, 1, 3].min() - rig.floor > 0.0
    assert any("30 tracks are lost" in warning for warning in clip.warnings)


@each_motion
def test_the_other_passes_are_sound_too(name):
    loaded = retarget.load_passes(["smooth", "limits", "in_place"])
    options = Options(frame0="none")
    plain, _ = made(name, "default")
    one = Retargeter(rig_of("default"), options=options, passes=loaded).retarget(hard(name))
    assert np.isfinite(one.rotations).all()
    assert np.abs(np.linalg.norm(one.rotations, axis=-1) - 1).max() < 1e-5
    level = one.root_translations[:, ::2]
    assert np.abs(level - level[:1]).max() < 1e-3
    # The limits are a human's: what these motions do is hardly touched.
    near = np.abs((one.rotations * plain.rotations).sum(-1)).min(axis=1)
    assert np.degrees(2 * np.arccos(np.clip(np.median(near), -1, 1))) < 15
