"""Rigs by naming convention, written out by hand: every joint, its role, and where it stands.

One line is one joint, indented under its parent: `name = role`, or `name @ a b t` for a joint
without a role that stands on the line from role a to role b at t, or `name = role @ …` for both.
`trunk t` counts along the spine from spine1 (0) to spine3 (1). Joints without either stand on
their parent. `{s}` and its kin are a side, `{f}` a finger; a line with one stands for all of them.
The joints that are no body (twists, tips, controls, faces) are those that such rigs really have.
"""

from __future__ import annotations

import re

import numpy as np

from support.rig_names import Joint
from support.rig_trees_engines import (
    MIXAMO,
    SMPLH,
    SMPLX,
    UE4,
    UE5,
    UNITY,
    VRM,
    VROID,
)
from support.rig_trees_languages import (
    FOUR_OF_FIVE,
    FRENCH,
    FRENCH_FINGERS,
    GERMAN,
    GERMAN_FINGERS,
    OWN_FINGERS,
    OWN_WORDS,
    SPANISH,
    SPANISH_FINGERS,
    SWEDISH,
    SWEDISH_FINGERS,
)
from support.rig_trees_programs import (
    BIPED,
    BIPED_LEGS_ON_SPINE,
    CHARACTER_CREATOR,
    CMU,
    DAZ8,
    DAZ9,
    HUMANIK,
    MAKEHUMAN,
    METARIG,
    RIGIFY,
    SYNTY,
)
from support.rig_trees_rigify import DEFORM_ONLY, GENERATED
from support.rig_variations import flat, plain

SIDES = {
    "left": {"s": "l", "S": "L", "side": "left", "Side": "Left"}
    | {"fr": "G", "es": "Izq", "sv": "V"},
    "right": {"s": "r", "S": "R", "side": "right", "Side": "Right"}
    | {"fr": "D", "es": "Der", "sv": "H"},
}
PLAIN = {f: f for f in ("thumb", "index", "middle", "ring", "pinky")}
TITLE = {f: f.title() for f in PLAIN}
FOUR = ("index", "middle", "ring", "pinky")
NUMBERS = {f: {"p": str(i), "n": str(i + 1), "z": str(i)} for i, f in enumerate(("thumb", *FOUR))}
LITTLE = PLAIN | {"pinky": "little"}
MID = PLAIN | {"middle": "mid"}

CONVENTIONS = {
    "SMPL-H": (SMPLH, PLAIN),
    "smplx": (SMPLX, PLAIN),
    "Mixamo": (MIXAMO, TITLE),
    "Unreal UE4": (UE4, PLAIN),
    "Unreal UE5": (UE5, PLAIN),
    "VRM": (VRM, {f: n.title() for f, n in LITTLE.items() if f != "thumb"}),
    "VRoid": (VROID, {f: n.title() for f, n in LITTLE.items()}),
    "Unity": (UNITY, {f: n.title() for f, n in LITTLE.items()}),
    "Rigify DEF-": (RIGIFY, {f: f for f in FOUR}),
    "Blender metarig": (METARIG, {f: f for f in FOUR}),
    "MakeHuman": (MAKEHUMAN, {f: f for f in FOUR}),
    "CMU": (CMU, PLAIN),
    "HumanIK": (HUMANIK, TITLE),
    "3ds Max Biped": (BIPED, PLAIN),
    "Biped, legs on spine": (BIPED_LEGS_ON_SPINE, PLAIN),
    "Character Creator": (CHARACTER_CREATOR, {f: n.title() for f, n in MID.items()}),
    "Daz Genesis 8": (DAZ8, {f: n.title() for f, n in MID.items() if f != "thumb"}),
    "Daz Genesis 9": (DAZ9, {f: n for f, n in MID.items() if f != "thumb"}),
    "Synty": (SYNTY, {"thumb": "Thumb", "index": "IndexFinger"}),
}
"""Rig by convention: its lines, and what it calls the fingers it has."""

PARTLY_KNOWN = {
    "German": (GERMAN, GERMAN_FINGERS),
    "Swedish": (SWEDISH, SWEDISH_FINGERS),
    "French": (FRENCH, FRENCH_FINGERS),
    "Mixamo, French fingers": (MIXAMO, FRENCH_FINGERS),
    "Spanish": (SPANISH, SPANISH_FINGERS),
    "words of its own": (OWN_WORDS, OWN_FINGERS),
    "Unity, one finger unknown": (UNITY, FOUR_OF_FIVE),
}
"""The same for rigs of whose words matching knows some."""

HANGING_ELSEWHERE = {
    "Rigify, generated": (GENERATED, {f: f for f in FOUR}, plain),
    "Rigify, deform only": (DEFORM_ONLY, {f: f for f in FOUR}, plain),
    "Rigify DEF-, flattened": (RIGIFY, {f: f for f in FOUR}, flat),
    "Mixamo, flattened": (MIXAMO, TITLE, flat),
    "Unreal UE4, flattened": (UE4, PLAIN, flat),
    "VRoid, flattened": (VROID, {f: n.title() for f, n in LITTLE.items()}, flat),
}
"""The same for rigs whose joints hang, in the file, elsewhere than in the body, and what tears them
after they were varied."""


def build(text, fingers, base):
    """The joints of a rig in a convention, standing as `base` (role → Joint) does."""
    lines = []
    for raw in text.strip("\n").splitlines():
        depth, line = (len(raw) - len(raw.lstrip())) // 2, raw.strip()
        lines.append((depth, line))
    joints, seen = [], set()
    for side, spelt in SIDES.items():
        for finger in fingers:
            for digit in "12345":
                given = spelt | NUMBERS[finger] | {"f": fingers[finger], "F": finger, "d": digit}
                stack = []
                for depth, line in lines:
                    if "not " in line and line.endswith(f"not {finger}"):
                        continue
                    line = re.sub(r" not \w+$", "", line).format(**given)  # noqa: PLW2901
                    line, _, parent = line.partition(" < ")  # noqa: PLW2901
                    name, role, place = parsed(line)
                    stack[depth:] = [name]
                    if parent not in stack and parent not in seen:
                        parent = ""
                    above = parent or (stack[depth - 1] if depth else None)
                    if name not in seen:
                        seen.add(name)
                        joints.append(stood(name, above, role, place, side, base, joints))
    return joints


def parsed(line):
    name, _, place = line.partition(" @ ")
    name, _, role = name.partition(" = ")
    return name.strip(), role.strip(), place.split()


def sided(role, side):
    return f"{side}_{role}"


def stood(name, parent, role, place, side, base, joints):
    full = role if role in base else sided(role, side)
    above = next((j for j in joints if j.name == parent), None)
    turn = base[full].turn if role else (above or base["pelvis"]).turn
    if not place:
        if role:
            return Joint(name, parent, base[full].at, turn, full)
        return Joint(name, parent, above.at if above else base["pelvis"].at, turn)
    return Joint(name, parent, spot(place, side, base), turn, full if role else "")


def spot(place, side, base):
    """Where `a b t`, `trunk t`, `toe digit t` or `floor` is."""
    if place[0] == "floor":
        return np.array([0.0, 0.0, 0.0])
    if place[0] == "trunk":
        return along_trunk(float(place[1]), base)
    if place[0] == "toe":
        ankle, ball = base[sided("ankle", side)].at, base[sided("foot", side)].at
        across = base["left_hip"].at - base["right_hip"].at
        spread = (int(place[1]) - 3) * 0.08 * (-1 if side == "left" else 1)
        return ankle + float(place[2]) * (ball - ankle) + spread * across
    a, b = (base[r if r in base else sided(r, side)].at for r in place[:2])
    return a + float(place[2]) * (b - a)


def along_trunk(t, base):
    points = [base[f"spine{n}"].at for n in (1, 2, 3)]
    first, second = (np.linalg.norm(points[i + 1] - points[i]) for i in (0, 1))
    gone = t * (first + second)
    if gone < first:
        return points[0] + gone / first * (points[1] - points[0])
    return points[1] + (gone - first) / second * (points[2] - points[1])
