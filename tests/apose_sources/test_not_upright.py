"""A body that does not stand: it lies, or what was taken for it by its places is none."""

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget.errors import MatchError, RetargetError
from retarget.matching import recognise
from retarget_apose.facing import forward_turn
from support import rig_variations as vary
from support.rig_names import character, skeleton

LEANING = Rotation.from_euler("x", 45, degrees=True)


def leaning(rename):
    joints = vary.moved(rename([attrs.evolve(j) for j in character("mixamo")]), LEANING, 1)
    found = recognise(skeleton(joints), name="hero.glb")
    at = {j.name: j.at for j in joints}
    given = {f.role: at[f.joint] for f in found.found}
    return list(given), np.array(list(given.values())), found


def test_joints_that_no_name_tells_may_be_others_and_the_match_is_shown():
    given, positions, found = leaning(vary.nonsense)
    with pytest.raises(MatchError, match=r"^hero\.glb: the body stands along no axis") as raised:
        forward_turn("hero.glb", given, positions, recognition=found)
    told, _, table = str(raised.value).partition("\n")
    for role in ("left_shoulder", "right_shoulder", "left_ankle", "right_ankle"):
        joint = next(f.joint for f in found.found if f.role == role)
        assert f"{role} ({joint})" in told
    assert "the match is wrong" in told
    assert "--joint-map" in told
    assert table == found.table()
    assert raised.value.recognition is found


def test_joints_that_names_tell_are_believed():
    given, positions, found = leaning(vary.plain)
    for recognition in (found, None):
        with pytest.raises(RetargetError, match="stands along no axis") as raised:
            forward_turn("hero.glb", given, positions, recognition=recognition)
        assert not isinstance(raised.value, MatchError)
