"""What people do to a rig: rename, shuffle, scale, turn, roll, pose, strip.

Every function takes and returns a list of joints (`rig_names.Joint`); none changes its argument.
"""

from __future__ import annotations

import random
import re

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

from support.rig_names import Joint, character

FINGER_WORDS = ("thumb", "index", "middle", "ring", "pinky")


def base(which):
    """Joint by role of a shared character, by tables that are written out here."""
    joints = character(which)
    roles = BASES[which]
    return {roles[j.name]: attrs.evolve(j) for j in joints if j.name in roles}


def _mixamo():
    table = {"Hips": "pelvis", "Spine": "spine1", "Spine1": "spine2", "Spine2": "spine3",
             "Neck": "neck", "Head": "head"}  # fmt: skip
    for side in ("Left", "Right"):
        low = side.lower()
        for name, role in (("UpLeg", "hip"), ("Leg", "knee"), ("Foot", "ankle"),
                           ("ToeBase", "foot"), ("Shoulder", "collar"), ("Arm", "shoulder"),
                           ("ForeArm", "elbow"), ("Hand", "wrist")):  # fmt: skip
            table[side + name] = f"{low}_{role}"
        for finger in FINGER_WORDS:
            for n in "123":
                table[f"{side}Hand{finger.title()}{n}"] = f"{low}_{finger}{n}"
    return {f"mixamorig:{name}": role for name, role in table.items()}


def _game_engine():
    table = {"pelvis": "pelvis", "neck_01": "neck", "head": "head"}
    table |= {f"spine_0{n}": f"spine{n}" for n in "123"}
    for s, side in (("l", "left"), ("r", "right")):
        for name, role in (("thigh", "hip"), ("calf", "knee"), ("foot", "ankle"),
                           ("ball", "foot"), ("clavicle", "collar"), ("upperarm", "shoulder"),
                           ("lowerarm", "elbow"), ("hand", "wrist")):  # fmt: skip
            table[f"{name}_{s}"] = f"{side}_{role}"
        for finger in FINGER_WORDS:
            for n in "123":
                table[f"{finger}_0{n}_{s}"] = f"{side}_{finger}{n}"
    return table


BASES = {"mixamo": _mixamo(), "game_engine": _game_engine()}


def renamed(joints, name):
    """Call each joint `name(its name)`."""
    return [
        attrs.evolve(j, name=name(j.name), parent=None if j.parent is None else name(j.parent))
        for j in joints
    ]


def plain(joints):
    return joints


def namespaced(joints):
    return renamed(joints, lambda n: f"hero:{n}")


def prefixed(joints):
    return renamed(joints, lambda n: f"char_{n}")


def piped(joints):
    return renamed(joints, lambda n: f"Armature|{n}")


def lowered(joints):
    return renamed(joints, str.lower)


def raised(joints):
    return renamed(joints, str.upper)


def spaced(joints):
    return renamed(joints, lambda n: re.sub(r"[ _.]", "-", n))


def stripped(joints):
    """As three.js: without dots, colons and spaces; joints it would make alike keep their name."""
    bare = {j.name: re.sub(r"[ .:]", "_" if " " in j.name else "", j.name) for j in joints}
    if len(set(bare.values())) < len(bare):
        return joints
    return renamed(joints, bare.__getitem__)


def shuffled(joints):
    """Another order in the file."""
    joints = list(joints)
    random.Random(7).shuffle(joints)  # noqa: S311
    return joints


def nonsense(joints):
    """Names that say nothing."""
    order = list(range(len(joints)))
    random.Random(3).shuffle(order)  # noqa: S311
    new = {j.name: f"bone_{i:03d}" for i, j in zip(order, joints, strict=True)}
    return renamed(joints, new.__getitem__)


def without(joints, gone):
    """Without the joints for which `gone(joint)` holds; their children hang from what is left."""
    by_name = {j.name: j for j in joints}

    def left(name):
        while name is not None and gone(by_name[name]):
            name = by_name[name].parent
        return name

    return [attrs.evolve(j, parent=left(j.parent)) for j in joints if not gone(j)]


def fingerless(joints):
    hands = {j.name for j in joints if j.role.endswith("wrist")}
    by_name = {j.name: j for j in joints}

    def below(joint):
        while joint.parent is not None:
            if joint.parent in hands:
                return True
            joint = by_name[joint.parent]
        return False

    return without(joints, below)


def toeless(joints):
    ankles = {j.name for j in joints if j.role.endswith("ankle")}
    by_name = {j.name: j for j in joints}

    def below(joint):
        while joint.parent is not None:
            if joint.parent in ankles:
                return True
            joint = by_name[joint.parent]
        return False

    return without(joints, below)


def flat(joints):
    """As exporters flatten a hierarchy: every joint hangs from one root on the floor."""
    root = Joint("Armature", None, np.zeros(3), Rotation.identity())
    return [root, *(attrs.evolve(j, parent=root.name) for j in joints)]


def moved(joints, rotation, scale):
    return [
        attrs.evolve(j, at=scale * rotation.apply(j.at), turn=rotation * j.turn) for j in joints
    ]


def centimetres(joints):
    return moved(joints, Rotation.identity(), 0.01)


def z_up(joints):
    return moved(joints, Rotation.from_euler("x", 90, degrees=True), 100)


def turned(joints):
    return moved(joints, Rotation.from_euler("y", 217, degrees=True), 1)


def tumbled(joints):
    return moved(joints, Rotation.from_rotvec([1.1, -0.7, 2.0]), 3.7)


def rolled(joints):
    """Arbitrary rest axes; the joints stay where they are."""
    turns = Rotation.random(len(joints), random_state=11)
    return [attrs.evolve(j, turn=j.turn * t) for j, t in zip(joints, turns, strict=True)]


def arms(joints, drop):
    """Arms stretched, `drop` degrees below the horizontal."""
    at = {j.role: j.at for j in joints if j.role}
    left = at["left_shoulder"] - at["right_shoulder"]
    left /= np.linalg.norm(left)
    up = np.array([0.0, 1.0, 0.0])
    by_name = {j.name: j for j in joints}
    joints = list(joints)
    for side, sign in (("left", 1), ("right", -1)):
        pivot = next(j for j in joints if j.role == f"{side}_shoulder")
        now = at[f"{side}_wrist"] - pivot.at
        goal = np.cos(np.radians(drop)) * sign * left - np.sin(np.radians(drop)) * up
        swing = Rotation.align_vectors([goal], [now / np.linalg.norm(now)])[0]

        def below(joint, top=pivot.name):
            while joint is not None and joint.name != top:
                joint = by_name.get(joint.parent)
            return joint is not None

        joints = [
            attrs.evolve(j, at=pivot.at + swing.apply(j.at - pivot.at), turn=swing * j.turn)
            if below(j)
            else j
            for j in joints
        ]
    return joints


def t_pose(joints):
    return arms(joints, 0)


def arms_down(joints):
    return arms(joints, 80)


VARIATIONS = {
    "as it is": plain,
    "namespace": namespaced,
    "prefix": prefixed,
    "prefix, pipe": piped,
    "lower case": lowered,
    "upper case": raised,
    "other separators": spaced,
    "no separators": stripped,
    "file order": shuffled,
    "no fingers": fingerless,
    "no toes": toeless,
    "scale 0.01": centimetres,
    "Z-up, x100": z_up,
    "turned": turned,
    "tumbled": tumbled,
    "rolled axes": rolled,
    "T-pose": t_pose,
    "arms down": arms_down,
}
"""What a rig with telling names goes through."""


def judged(joints, recognition):
    """How many roles are right, wrong and missing; the wrong ones as (joint, given, true)."""
    truth = {j.name: j.role for j in joints if j.role}
    given = recognition.roles
    wrong = [(n, r, truth.get(n, "")) for n, r in given.items() if truth.get(n) != r]
    right = sum(truth.get(n) == r for n, r in given.items())
    lost = sorted(set(truth.values()) - set(given.values()))
    return right, wrong, lost
