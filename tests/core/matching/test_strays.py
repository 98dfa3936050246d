"""Helpers that are called like a part of the body, beside a body that hangs as it should."""

from functools import lru_cache

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget.matching import recognise
from support import rig_conventions, rig_variations
from support.rig_names import Joint, skeleton
from support.rig_variations import BASES

LIMB = {
    "Wrist": "wrist",
    "Ankle": "ankle",
    "Knee": "knee",
    "UpperArm": "shoulder",
    "Collar": "collar",
    "Clavicle": "collar",
}
"""The role that stands where a pair of helpers does, by what they are called."""

MIDLINE = ("Waist", "Hip", "Pelvis2")

FRONT = np.array([0, 0, 0.35])


@lru_cache
def rig(kind, base="mixamo"):
    known = rig_conventions.CONVENTIONS
    return rig_conventions.build(*known[kind], rig_variations.base(base))


def match(joints, **given):
    return recognise(skeleton(joints), name="rig", **given)


def on_a_root(joints):
    root = Joint("Scene", None, np.zeros(3), Rotation.identity())
    return [root, *(j if j.parent else attrs.evolve(j, parent="Scene") for j in joints)]


def carriers_of_helpers(joints):
    """The root, the pelvis and the chest of a rig."""
    of = {j.role: j.name for j in joints}
    return ["Scene", of["pelvis"], of.get("spine3") or of["spine1"]]


def pair(joints, word, role, parent, off):
    at = {j.role: j.at for j in joints}
    return [
        Joint(f"{word}_{side[0].upper()}", parent, at[f"{side}_{role}"] + off, Rotation.identity())
        for side in ("left", "right")
    ]


def beside(joints, helpers):
    """The rig with helpers, unless it calls joints of its own so."""
    own = {j.name.lower() for j in joints}
    return None if own & {h.name.lower() for h in helpers} else [*joints, *helpers]


def every_place(joints, role):
    has = {j.role for j in joints}
    for parent in carriers_of_helpers(joints) if f"left_{role}" in has else []:
        for off in (np.zeros(3), FRONT):
            yield parent, off


@pytest.mark.parametrize("word", LIMB)
@pytest.mark.parametrize("kind", rig_conventions.CONVENTIONS)
def test_a_pair_called_like_a_part_of_a_limb_tears_no_whole_rig(kind, word):
    whole = on_a_root(rig(kind))
    roles = match(whole).roles
    for parent, off in every_place(whole, LIMB[word]):
        if joints := beside(whole, pair(whole, word, LIMB[word], parent, off)):
            found = match(joints)
            assert found.carried == {}
            if (kind, word) != ("MakeHuman", "Ankle"):  # whose `foot` is then read as the ball
                assert found.roles == roles


@pytest.mark.parametrize("word", MIDLINE)
@pytest.mark.parametrize("kind", rig_conventions.CONVENTIONS)
def test_nor_does_one_called_like_a_part_of_the_midline(kind, word):
    whole = on_a_root(rig(kind))
    pelvis = next(j for j in whole if j.role == "pelvis")
    for parent, off in every_place(whole, "hip"):
        helper = Joint(word, parent, pelvis.at + off, Rotation.identity())
        if joints := beside(whole, [helper]):
            assert match(joints).carried == {}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", ["Mixamo", "HumanIK", "Unreal UE4", "VRM", "Daz Genesis 9"])
@pytest.mark.parametrize("words", ["Thigh Calf Ankle", "UpLeg Leg Foot"])
def test_a_second_leg_that_solves_the_first_is_no_tear(kind, base, words):
    whole = on_a_root(rig(kind, base))
    slots = dict(zip(words.split(), ("hip", "knee", "ankle"), strict=True))
    for parent, off in every_place(whole, "hip"):
        helpers = []
        for word, role in slots.items():
            of = [f"{above}" for above in [h.name for h in helpers[-2:]]] or [parent] * 2
            made = pair(whole, word, role, parent, off)
            helpers += [attrs.evolve(h, parent=p) for h, p in zip(made, of, strict=True)]
        if joints := beside(whole, helpers):
            assert match(joints).carried == {}


def test_one_side_alone_is_no_torn_rig():
    """A rig is cut up by an exporter on both sides."""
    joints = rig("Unreal UE4")
    holder = Joint("foot_ctrl_l", "root", np.zeros(3), Rotation.identity())
    moved = [attrs.evolve(j, parent=holder.name) if j.name == "foot_l" else j for j in joints]
    assert match([*moved, holder]).carried == {}


@pytest.mark.parametrize("word", ["ForeArm", "Elbow", "Shin"])
def test_a_part_whose_carrier_no_name_tells_is_left_with_it(word):
    role = {"Shin": "knee"}.get(word, "elbow")
    joints = rig("Unreal UE4")
    # the rig's own are called so that nothing tells them: the hand, or foot, hangs from these
    index = {j.name: f"part{n}" for n, j in enumerate(joints) if j.role.endswith(role)}
    known = rig_variations.renamed(joints, lambda n: index.get(n, n))
    for parent in ("root", "head"):
        for off in (np.zeros(3), FRONT):
            assert match([*known, *pair(known, word, role, parent, off)]).carried == {}


def test_a_pouch_on_each_thigh_hides_no_tear():
    joints = rig("Unreal UE4")
    at = {j.name: j.at for j in joints}
    pouches = [
        Joint(
            f"satchel_{s}",
            f"thigh_{s}",
            0.7 * at[f"thigh_{s}"] + 0.3 * at[f"calf_{s}"],
            Rotation.identity(),
        )
        for s in "lr"
    ]
    torn = {f"calf_{s}": "root" for s in "lr"}
    moved = [attrs.evolve(j, parent=torn.get(j.name, j.parent)) for j in joints]
    carried = match([*moved, *pouches]).carried
    assert {f"calf_{s}": carried.get(f"calf_{s}") for s in "lr"} == {
        f"calf_{s}": f"thigh_{s}" for s in "lr"
    }
