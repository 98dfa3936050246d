"""The pass `feet` on motions whose contacts are known: what it holds, leaves and says."""

import attrs
import numpy as np
import pytest

import retarget
from retarget import Options, roles, smpl
from retarget.errors import UsageError
from retarget.retargeter import Retargeter
from retarget.values import Rig, Skeleton
from retarget_ik.feet import Feet
from support.bodies import upright
from support.generated import mirrored
from support.legs import motion_of, soles, world
from support.rigs import child, scaled

FPS = 60


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    return motion_of("demo", tmp_path_factory.mktemp("demo"))


def put(motion, rig=None, **settings):
    """The clip without the pass and with it, and the warnings that the pass gave."""
    rig = rig or retarget.load_rig()
    before = Retargeter(rig, options=Options(frame0="none")).retarget(motion)
    options = Options(frame0="none", settings={"feet": settings})
    after = Retargeter(rig, options=options, passes={"feet": Feet()}).retarget(motion)
    return before, after, after.warnings[len(before.warnings) :]


def heights(clip):
    """(2, 3, F) of heel, ball and tip of both feet."""
    rig = clip.rig
    s = soles(rig.skeleton, rig.joint_of_role, rig.floor, clip.rotations, clip.root_translations)
    return np.stack([s.heel, s.ball, s.tip], axis=1)[..., 1]


def cut(motion, frames):
    return attrs.evolve(
        motion,
        rotations=motion.rotations[:, frames],
        root_translations=motion.root_translations[frames],
    )


def without(rig, gone):
    """The rig with some of its joints, which bear no others, taken away."""
    skeleton = rig.skeleton
    kept = [j for j, name in enumerate(skeleton.names) if not gone(rig.roles[name])]
    left = Skeleton(
        names=[skeleton.names[j] for j in kept],
        parents=[-1, *(kept.index(int(skeleton.parents[j])) for j in kept[1:])],
        rest_translations=skeleton.rest_translations[kept],
        rest_rotations=skeleton.rest_rotations[kept],
    )
    names = {name: role for name, role in rig.roles.items() if name in left.names}
    return attrs.evolve(rig, skeleton=left, roles=names)


def test_somebody_who_stands_and_sways_stands():
    sway = 0.01 * np.sin(np.arange(240) / 20)
    _, after, said = put(upright(np.full(240, 0.02), fps=FPS, x=sway))
    assert said == ()
    assert after.contacts.touching.all()
    feet = np.array([after.rig.joint_of_role[f"{side}_foot"] for side in ("left", "right")])
    places = world(after.rig.skeleton, after.rotations, after.root_translations, feet)
    assert np.ptp(places[:, feet][..., :3, 3], axis=0).max() < 3e-4


def test_a_jump_is_not_pulled_down():
    t = np.linspace(0, 1, 77)  # at 120 frames/s and half a metre up, the fall is the earth's
    fly = 0.02 + np.concatenate([np.zeros(90), 4 * 0.5 * t * (1 - t), np.zeros(90)])
    before, after, said = put(upright(np.tile(fly, 4), fps=120.0))
    assert said == ()
    high = slice(115, 142)
    assert np.abs(after.root_translations - before.root_translations)[high].max() < 0.003
    legs = [before.rig.joint_of_role[f"left_{j}"] for j in ("hip", "knee", "ankle")]
    assert np.abs(after.rotations[legs] - before.rotations[legs])[:, high].max() < 1e-5


def test_nothing_that_touches_is_said_and_nothing_moves():
    swim = upright(0.5 + 0.2 * np.sin(np.arange(120) / 9), fps=FPS, x=np.arange(120) / 30)
    before, after, said = put(swim)
    assert any("no foot touches the floor" in warning for warning in said)
    assert np.abs(after.root_translations - before.root_translations).max() < 0.006


def test_stairs_keep_their_height():
    up = np.concatenate([np.full(60, 0.0), np.linspace(0, 0.17, 15), np.full(60, 0.17)]) + 0.02
    _, after, said = put(upright(up, fps=FPS))
    assert any("17 cm above the floor" in warning for warning in said)
    assert after.contacts.touching[:, -40:].all()
    low, high = heights(after)[..., 5:50], heights(after)[..., -40:]
    assert low == pytest.approx(0, abs=0.004)
    assert high == pytest.approx(
        0.17 * Retargeter(after.rig)._plan(smpl.smplh()).root.scale, abs=0.006
    )


def test_what_slides_too_far_is_let_go():
    glide = np.arange(240) / FPS * 0.15
    sliding = upright(np.full(240, 0.02), fps=FPS, x=glide)
    before, after, said = put(sliding)
    assert any("slide further than 0.2 m" in warning for warning in said)
    assert np.abs(after.rotations - before.rotations).max() < 0.02
    _, held, said = put(sliding, release=1.0)
    assert said == ()
    assert np.abs(held.rotations - before.rotations).max() > 0.05


def test_soles_do_not_enter_the_floor_unless_asked(walk):
    short = cut(walk, slice(0, 400))
    free = heights(put(short, child(), clamp=False)[1])
    kept = heights(put(short, child())[1])
    assert np.percentile(np.maximum(0, -free), 95) > np.percentile(np.maximum(0, -kept), 95)
    assert kept.min() > -0.01


def test_toes_lie_flat_while_the_heel_rises(walk):
    _, after, _ = put(cut(walk, slice(0, 400)))
    _, rigid, _ = put(cut(walk, slice(0, 400)), toes=False)
    touching = dict(zip(after.contacts.points, after.contacts.touching, strict=True))
    rolls = np.flatnonzero(touching["left_foot"] & ~touching["left_ankle"])[5:]
    heel, ball, tip = heights(after)[0][:, rolls]
    assert heel.max() > 0.05
    assert np.abs(ball).max() < 0.004
    assert np.abs(tip).max() < 0.004
    toe = after.rig.joint_of_role["left_foot"]
    assert np.array_equal(rigid.rotations[toe], put(cut(walk, slice(0, 400)))[0].rotations[toe])


def test_the_pelvis_gives_way(walk):
    """Down where a leg is too short for its foot."""
    rig = child(0.4)
    free, kept = (put(walk, rig, pelvis=pelvis)[1] for pelvis in (True, False))
    raised = (free.root_translations - kept.root_translations)[:, 1]
    assert raised.min() < -0.002


def test_bodies_that_sink_after_a_stand_are_raised_and_legs_stay_straight():
    """No foot is in contact any more; how the body stood before says nothing about that."""
    stands, glides = 60, 120
    down = np.concatenate(
        [np.full(stands, 0.02), np.linspace(0.02, -0.01, 20), np.full(100, -0.01)]
    )
    along = np.r_[np.zeros(stands), np.arange(glides) / FPS]
    lean = np.radians(2.0)  # one foot stands lower than the other, and is pushed up
    motion = upright(down, fps=FPS, x=along)
    rotations = np.array(motion.rotations)
    rotations[0, :stands] = [0, 0, np.sin(lean / 2), np.cos(lean / 2)]
    before, after, _ = put(attrs.evolve(motion, rotations=rotations))
    late = slice(stands + 60, None)
    assert not after.contacts.touching[:, late].any()
    assert np.abs(heights(after)[..., late]).max() < 0.004
    for side in ("left", "right"):
        knee = after.rig.joint_of_role[f"{side}_knee"]
        same = np.abs((after.rotations[knee] * before.rotations[knee]).sum(-1))[late]
        assert np.degrees(2 * np.arccos(np.clip(same, -1, 1))).max() < 1


def test_thresholds_scale_with_the_body(walk):
    """A body ten times as large is moved ten times as much, and turned alike."""
    small, large = (put(cut(walk, slice(0, 300)), scaled(f))[1] for f in (0.3, 3.0))
    alike = np.abs((small.rotations * large.rotations).sum(-1))
    assert alike.min() > 1 - 1e-5
    assert large.root_translations == pytest.approx(10 * small.root_translations, abs=2e-3)


def test_mirrored_in_mirrored_out(walk):
    """Of a body that is symmetric, the mirrored motion gives the mirrored clip."""
    source = smpl.skeleton_at_identity(_even(smpl.SMPLH_T_POSE), roles.HUMANOID)
    rig = Rig(
        name="even",
        skeleton=smpl.skeleton_at_identity(mirrored(), roles.HUMANOID),
        roles={name: name for name in roles.HUMANOID},
    )
    motion = attrs.evolve(cut(walk, slice(0, 260)), skeleton=source)
    across = [roles.HUMANOID.index(roles.MIRROR[name]) for name in roles.HUMANOID]
    other = attrs.evolve(
        motion,
        rotations=motion.rotations[across] * [1, -1, -1, 1],
        root_translations=motion.root_translations * [-1, 1, 1],
    )
    one, two = put(motion, rig)[1], put(other, rig)[1]
    back = two.rotations[across] * [1, -1, -1, 1]
    assert np.abs((back * one.rotations).sum(-1)).min() > 1 - 1e-5
    assert two.root_translations * [-1, 1, 1] == pytest.approx(one.root_translations, abs=1e-5)


def _even(positions):
    across = [roles.HUMANOID.index(roles.MIRROR[name]) for name in roles.HUMANOID]
    return (positions + positions[across] * [-1, 1, 1]) / 2


@pytest.mark.parametrize("fps", [15.0, 250.0])
def test_other_frame_rates(walk, fps):
    made = retarget.Retargeter(
        retarget.load_rig(), options=Options(frame0="none", fps=fps), passes={"feet": Feet()}
    ).retarget(walk)
    on = made.contacts.touching[[1, 3]]
    assert 0.6 < on.mean() < 0.9
    lowest = heights(made)[:, 1:].min(axis=1)
    assert np.percentile(np.abs(lowest[on]), 95) < 0.005


@pytest.mark.parametrize("frames", [1, 2, 3, 7])
def test_few_frames(walk, frames):
    _, after, _ = put(cut(walk, slice(100, 100 + frames)))
    assert after.frames == frames
    assert np.isfinite(after.rotations).all()


def test_a_target_without_toes_rolls_on_its_foot(walk):
    rig = without(retarget.load_rig(), lambda role: role.endswith("_foot"))
    before, after, said = put(cut(walk, slice(0, 400)), rig)
    assert not any(w.startswith("feet") for w in said)
    assert after.contacts is not None
    assert np.abs(after.rotations - before.rotations).max() > 1e-3


def test_a_target_without_fingers(walk):
    fingers = (*roles.FINGERS,)
    rig = without(retarget.load_rig(), lambda role: any(f in role for f in fingers))
    assert not any(w.startswith("feet") for w in put(cut(walk, slice(0, 200)), rig)[2])


def test_a_source_without_feet_is_said(walk):
    names = roles.HUMANOID[:6]
    rows = slice(0, 6)
    skeleton = smpl.skeleton_at_identity(smpl.SMPLH_T_POSE[rows], names)
    motion = attrs.evolve(walk, skeleton=skeleton, rotations=walk.rotations[rows])
    before, after, said = put(motion)
    assert said == ("feet: the source has no feet; nothing was held.",)
    assert np.array_equal(after.rotations, before.rotations)


def test_a_parameter_that_there_is_not_is_told(walk):
    with pytest.raises(UsageError, match=r"feet.relese.*Did you mean release"):
        put(walk, relese=0.1)
