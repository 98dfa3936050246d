"""What `floor` and `feet` must show on real clips and targets of all proportions, by matrices."""

import functools
import tempfile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import Options, floor
from retarget.fk import NumpyFK
from retarget.retargeter import Retargeter
from retarget_ik.feet import Feet
from retarget_ik.floor import Floor
from support.legs import CLIPS, TARGETS, motion_of, soles

each_clip = pytest.mark.parametrize("clip", [*CLIPS, "demo"])
each_target = pytest.mark.parametrize("target", list(TARGETS))

CM, FRAMES = 100.0, 400


@functools.cache
def measured(clip, target):
    """Contacts, and soles of the source, of the clip without passes and of the clip with them."""
    with tempfile.TemporaryDirectory() as folder:
        motion = motion_of(clip, folder)
    motion = type(motion)(
        skeleton=motion.skeleton,
        fps=motion.fps,
        rotations=motion.rotations[:, :FRAMES],
        root_translations=motion.root_translations[:FRAMES],
        source=motion.source,
    )
    rig = TARGETS[target]()
    options = Options(frame0="none")
    passes = {"floor": Floor(), "feet": Feet()}
    before = Retargeter(rig, options=options).retarget(motion)
    after = Retargeter(rig, options=options, passes=passes).retarget(motion)
    level = floor.estimate(motion, NumpyFK()).toe_level - floor.SOLE
    toes = [motion.skeleton.index[f"{side}_foot"] for side in ("left", "right")]
    at_rest = motion.skeleton.rest.positions[toes, 0, 1].mean() - floor.SOLE
    roles = motion.skeleton.index
    source = soles(motion.skeleton, roles, at_rest, motion.rotations, motion.root_translations)
    bodies = [
        soles(rig.skeleton, rig.joint_of_role, rig.floor, c.rotations, c.root_translations)
        for c in (before, after)
    ]
    return motion, rig, before, after, level, source, *bodies


def contacts(clip):
    """(2, F) left and right, of heels and of toes."""
    touching = dict(zip(clip.contacts.points, clip.contacts.touching, strict=True))
    return tuple(
        np.array([touching[f"{side}_{joint}"] for side in ("left", "right")])
        for joint in ("ankle", "foot")
    )


def slip(body, clip):
    """Mean speed along the floor, cm/s, and the extents, cm, of each contact."""
    speeds, extents = [], []
    for points, touching in zip((body.heel, body.ball), contacts(clip), strict=True):
        for path, on in zip(points[..., [0, 2]], touching, strict=True):
            start = None
            for f in range(len(on) + 1):
                if f < len(on) and on[f]:
                    if start is None:
                        start = f
                    else:
                        speeds.append(np.linalg.norm(path[f] - path[f - 1]) * clip.fps)
                elif start is not None:
                    extents.append(np.linalg.norm(np.ptp(path[start:f], axis=0)))
                    start = None
    return CM * np.mean(speeds), CM * np.array(extents)


@each_target
@each_clip
def test_contacts_stand_still(clip, target):
    _, _, _, after, _, source, _, body = measured(clip, target)
    speed, drift = slip(body, after)
    assert speed <= 0.5
    assert speed <= slip(source, after)[0]
    assert drift.mean() <= 0.2
    assert drift.max() <= 1.0


@each_target
@each_clip
def test_soles_are_on_the_floor_and_never_in_it(clip, target):
    _, rig, _, after, *_, body = measured(clip, target)
    lowest = np.minimum(body.ball, body.tip)[..., 1]
    on_heel, on_toe = contacts(after)
    floating = np.concatenate(
        [np.abs(body.heel[..., 1] - rig.floor)[on_heel], np.abs(lowest - rig.floor)[on_toe]]
    )
    assert CM * np.percentile(floating, 95) <= 0.5
    heights = np.stack([body.heel, body.ball, body.tip])[..., 1] - rig.floor
    assert CM * np.percentile(np.maximum(0, -heights), 95) <= 0.3


@each_target
@each_clip
def test_legs_keep_their_character(clip, target):
    *_, before, after = measured(clip, target)
    cross = np.linalg.norm(np.cross(before.bones, after.bones), axis=-1)
    angles = np.degrees(np.arctan2(cross, (before.bones * after.bones).sum(-1)))
    assert angles.mean() <= 3
    assert angles.max() <= 12


@each_target
@each_clip
def test_knees_do_not_pop(clip, target):
    motion, *_, before, after = measured(clip, target)

    def acceleration(knees):
        turned = [Rotation.from_matrix(knee) for knee in knees]
        steps = [(k[:-1].inv() * k[1:]).as_rotvec() for k in turned]
        return max(np.linalg.norm(np.diff(s, axis=0), axis=1).max() for s in steps) * motion.fps**2

    # A knee of somebody who stands still hardly accelerates: there 20 rad/s² are nothing.
    assert acceleration(after.knees) <= 1.5 * acceleration(before.knees) + 20


@each_target
@each_clip
def test_what_is_no_leg_is_not_touched(clip, target):
    _, rig, before, after, *_ = measured(clip, target)
    legs = {
        rig.joint_of_role[f"{side}_{joint}"]
        for side in ("left", "right")
        for joint in ("hip", "knee", "ankle", "foot")
    }
    for joint in range(len(rig.skeleton)):
        if joint not in legs:
            assert np.array_equal(before.rotations[joint], after.rotations[joint])
    assert np.array_equal(before.root_translations[:, [0, 2]], after.root_translations[:, [0, 2]])
    bones = [np.linalg.norm(b, axis=-1) for b in measured(clip, target)[-1].bones]
    assert max(np.ptp(lengths) for lengths in bones) < 1e-5


@each_clip
def test_without_the_pass_feet_slide(clip):
    """The metrics can fail: on the child they do, on every clip that walks."""
    if clip in ("amass_sample", "A1_-_Stand"):
        pytest.skip("stands still")
    _, _, _, after, _, _, before, _ = measured(clip, "child")
    assert slip(before, after)[0] > 1.0


def test_frame_0_is_still_the_a_pose():
    motion, rig, *_ = measured("demo", "child")
    passes = {"floor": Floor(), "feet": Feet()}
    clip = Retargeter(rig, passes=passes).retarget(motion)
    same = np.abs((clip.rotations[:, 0] * rig.skeleton.rest_rotations).sum(-1))
    assert same.min() > 1 - 1e-6
    assert np.abs(clip.root_translations[0] - rig.skeleton.rest_translations[0]).max() < 1e-6
