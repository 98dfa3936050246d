"""Chains that are no limbs: sleeves, swords, shoulder pads, wings, tails of hair, capes, skirts."""

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget import roles
from retarget.matching import recognise
from support import rig_variations as vary
from support.rig_names import Joint, character, skeleton
from support.rig_variations import BASES, judged

UP, FORWARD = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
SIDES = (("left", 1.0), ("right", -1.0))


def truthful(which):
    return [attrs.evolve(j, role=BASES[which].get(j.name, "")) for j in character(which)]


def by_role(joints):
    return {j.role: j for j in joints if j.role}


def chain(joints, name, parent, first, step, count):
    """The joints and a chain of `count` more that hangs from one of them."""
    above, added = parent.name, []
    for n in range(count):
        at = np.asarray(first, float) + n * np.asarray(step, float)
        added.append(Joint(f"{name}_{n}", above, at, Rotation.identity()))
        above = added[-1].name
    return [*joints, *added]


def halfway(body, upper, lower):
    return (body[upper].at + body[lower].at) / 2


def on_limb(joints, upper, lower, off, step, count, sides=SIDES):
    """Chains that hang beside the middle of a bone."""
    body = by_role(joints)
    for side, sign in sides:
        middle = halfway(body, f"{side}_{upper}", f"{side}_{lower}")
        way = np.asarray(step) * [sign, 1, 1]
        joints = chain(joints, f"{upper} {side}", body[f"{side}_{upper}"], middle + off, way, count)
    return joints


def sleeves(joints, count=2, step=0.07):
    return on_limb(joints, "elbow", "wrist", -0.04 * UP, -step * UP, count)


def pads(joints, count=2, sides=SIDES):
    return on_limb(joints, "shoulder", "elbow", 0.06 * UP, [0.05, 0.0, 0.0], count, sides)


def boots(joints, count=2):
    return on_limb(joints, "knee", "ankle", 0.1 * FORWARD, -0.05 * UP, count)


def in_hand(joints, count, step, side="right"):
    """A sword, a lantern: hangs from one hand."""
    body = by_role(joints)
    knuckle = body[f"{side}_middle1"].at if f"{side}_middle1" in body else body[f"{side}_wrist"].at
    return chain(joints, "sword", body[f"{side}_wrist"], knuckle, step, count)


def wings(joints, step=0.25, count=6):
    chest = by_role(joints)["spine3"]
    for side, sign in SIDES:
        first = chest.at + np.array([0.08 * sign, 0.05, -0.1])
        joints = chain(joints, f"wing {side}", chest, first, [step * sign, 0.05, -0.05], count)
    return joints


def twin_tails(joints, step=0.16, count=8):
    head = by_role(joints)["head"]
    for side, sign in SIDES:
        first = head.at + np.array([0.12 * sign, 0.12, -0.05])
        joints = chain(joints, f"hair {side}", head, first, [0.02 * sign, -step, 0], count)
    return joints


def cape(joints, step=0.17, count=6):
    chest = by_role(joints)["spine3"]
    for k in (-1, 0, 1):
        first = chest.at + np.array([0.12 * k, 0.1, -0.1])
        joints = chain(joints, f"cape {k}", chest, first, [0.03 * k, -step, -0.04], count)
    return joints


def skirt(joints, step=0.12, count=5):
    pelvis = by_role(joints)["pelvis"]
    for side, sign in SIDES:
        for where, z in (("front", 0.1), ("back", -0.1)):
            first = pelvis.at + np.array([0.1 * sign, -0.02, z])
            way = [0.02 * sign, -step, 0.1 * z]
            joints = chain(joints, f"skirt {where} {side}", pelvis, first, way, count)
    return joints


def tail(joints, step=0.15, count=8):
    pelvis = by_role(joints)["pelvis"]
    return chain(joints, "tail", pelvis, pelvis.at - 0.1 * FORWARD, [0, -0.02, -step], count)


def everything(joints):
    return skirt(tail(cape(wings(twin_tails(joints)))))


WORN = {
    "sleeves of two joints": sleeves,
    "sleeves of four": lambda j: sleeves(j, 4),
    "sleeves longer than the hand": lambda j: sleeves(j, 4, 0.12),
    "shoulder pads": pads,
    "long shoulder pads": lambda j: pads(j, 4),
    "one shoulder pad": lambda j: pads(j, 3, SIDES[:1]),
    "boots": boots,
    "a sword of two joints": lambda j: in_hand(j, 2, 0.3 * UP),
    "a sword of four joints": lambda j: in_hand(j, 4, 0.3 * UP, "left"),
    "a dagger": lambda j: in_hand(j, 2, 0.1 * UP),
    "a lantern": lambda j: in_hand(j, 4, -0.15 * UP, "left"),
    "wings": wings,
    "short wings": lambda j: wings(j, 0.15),
    "twin tails": twin_tails,
    "a cape": cape,
    "a skirt": skirt,
    "a tail": tail,
    "everything": everything,
    "everything and sleeves and a sword": lambda j: in_hand(sleeves(everything(j)), 3, 0.3 * UP),
}
POSES = {
    "as it is": vary.plain,
    "tumbled": vary.tumbled,
    "T-pose": vary.t_pose,
    "arms down": vary.arms_down,
    "shuffled": vary.shuffled,
}


def match(joints, **given):
    return recognise(skeleton(joints), name="rig", **given)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("worn", WORN)
def test_chains_beside_a_body_without_names_are_none_of_its_limbs(worn, pose, base):
    # The pose first: what is worn is where its words say, whatever the arms do.
    shown = vary.tumbled(WORN[worn](truthful(base))) if pose == "tumbled" else WORN[worn](
        POSES[pose](truthful(base))
    )  # fmt: skip
    joints = vary.nonsense(shown)
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    assert found.warnings == ()


def doubted(found):
    """The roles that a warning lists as doubtful."""
    (told,) = (w for w in found.warnings if w.startswith("Doubtful"))
    return {f.role for f in found.found if f"{f.role} ({f.joint})" in told}


@pytest.mark.parametrize("base", BASES)
def test_without_fingers_wings_may_be_the_arms_and_it_is_said(base):
    joints = vary.nonsense(wings(vary.fingerless(truthful(base))))
    found = match(joints)
    arms = {f"{side}_{slot}" for side in roles.SIDES for slot in ("shoulder", "elbow", "wrist")}
    assert arms <= doubted(found)
    assert not {"left_hip", "left_knee", "right_ankle"} & doubted(found)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("step", [0.04, 0.07, 0.2])
def test_without_fingers_a_sleeve_may_be_a_hand_and_it_is_said(step, base):
    joints = vary.nonsense(sleeves(vary.fingerless(truthful(base)), 2, step))
    found = match(joints)
    _, wrong, _ = judged(joints, found)
    assert {given for _, given, _ in wrong} <= doubted(found)


@pytest.mark.parametrize("base", BASES)
def test_without_fingers_a_sword_hides_no_limb(base):
    joints = vary.nonsense(in_hand(vary.fingerless(truthful(base)), 3, 0.3 * UP))
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])


@pytest.mark.parametrize("base", BASES)
def test_coat_tails_as_long_as_legs_make_them_doubtful(base):
    joints = vary.nonsense(skirt(truthful(base), 0.2, 6))
    found = match(joints)
    assert "left_knee" in doubted(found)


@pytest.mark.parametrize("base", BASES)
def test_a_thumb_below_the_wrist_and_a_palm_leave_the_wrist_where_it_is(base):
    """The four fingers hang from a palm, the thumb from the hand itself."""
    joints = truthful(base)
    body = by_role(joints)
    for side, _ in SIDES:
        at = 0.6 * body[f"{side}_wrist"].at + 0.4 * body[f"{side}_middle1"].at
        palm = Joint(f"{side} palm", body[f"{side}_wrist"].name, at, Rotation.identity())
        knuckles = {f"{side}_{finger}1" for finger in roles.FINGERS if finger != "thumb"}
        joints = [attrs.evolve(j, parent=palm.name) if j.role in knuckles else j for j in joints]
        joints.append(palm)
    joints = vary.nonsense(joints)
    found = match(joints)
    assert judged(joints, found)[1:] == ([], [])
    assert found.warnings == ()


def hung(joints, parts, parent):
    """The same joints, those with these roles hanging from another one."""
    return [attrs.evolve(j, parent=parent) if j.role in parts else j for j in joints]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("pose", ["as it is", "tumbled"])
def test_limbs_that_hang_from_a_root_on_the_floor_are_on_their_side(pose, base):
    joints = truthful(base)
    root = Joint("ground", None, np.zeros(3), Rotation.identity())
    tops = {f"{side}_{slot}" for side in roles.SIDES for slot in ("hip", "collar")}
    joints = [attrs.evolve(j, parent=root.name) if j.parent is None else j for j in joints]
    joints = POSES[pose]([root, *hung(joints, tops, root.name)])
    found = match(joints)
    said = ("swapped", "seem to lie", "is not below", "Doubtful")
    assert not [w for w in found.warnings for part in said if part in w]
    given = {r: j for j, r in found.roles.items()}
    for joint in joints:
        if joint.role.endswith(("hip", "knee", "ankle", "shoulder", "elbow", "wrist")):
            assert given[joint.role] == joint.name
    scores = {f.role: f.score for f in found.found}
    assert min(scores[f"{side}_knee"] for side in roles.SIDES) >= 0.9
