"""The result of matching: its table, its refusal, its score, and how its work grows."""

import attrs
import pytest

from retarget import roles
from retarget.errors import MatchError
from retarget.matching import recognise
from support import rig_conventions, rig_variations
from support.effort import effort
from support.rig_names import Joint, character, skeleton


def rig(convention):
    text, fingers = rig_conventions.CONVENTIONS[convention]
    return rig_conventions.build(text, fingers, rig_variations.base("mixamo"))


def armless():
    gone = ("collar", "shoulder", "elbow", "wrist")
    return rig_variations.without(
        rig_variations.fingerless(rig("Unreal UE4")),
        lambda j: j.role.endswith(gone) or "arm" in j.name or "hand" in j.name,
    )


def test_the_table_shows_every_role_what_is_missing_and_what_follows():
    found = recognise(skeleton(rig_variations.toeless(rig("Unreal UE5"))), name="rig")
    lines = found.table().splitlines()
    assert lines[0].split() == ["role", "joint", "found", "by", "score"]
    for line, f in zip(lines[1:], found.found, strict=False):
        assert line.split() == [f.role, f.joint, *f.how.split(), f"{f.score:.2f}"]
    assert "missing: left_foot, right_foot" in lines
    assert any(line.startswith("follows: lowerarm_twist_01_l takes 0.66") for line in lines)
    assert any(line.startswith("kept at rest: ") and "weapon_l" in line for line in lines)


def test_a_table_names_no_endless_list():
    joints = rig("Mixamo")
    joints += [
        attrs.evolve(joints[0], name=f"Hair_{i}", parent="Head", role="") for i in range(500)
    ]
    assert "more" in recognise(skeleton(joints), name="rig").table().splitlines()[-1]


def test_found_stands_in_the_order_of_the_roles():
    found = recognise(skeleton(rig_variations.shuffled(rig("Mixamo"))), name="rig")
    assert [f.role for f in found.found] == list(roles.HUMANOID)


def test_a_rig_without_arms_is_refused_with_the_table():
    found = recognise(skeleton(armless()), name="hero")
    with pytest.raises(MatchError) as caught:
        found.check_required("hero")
    said = str(caught.value)
    for role in roles.REQUIRED:
        assert (role in said.splitlines()[0]) == role.endswith(("shoulder", "elbow", "wrist"))
    assert found.table() in said
    assert "--joint-map" in said


@pytest.mark.parametrize("joints", [1, 2])
def test_what_is_no_body_is_refused(joints):
    turn = character("mixamo")[0].turn
    chain = [Joint(f"j{i}", f"j{i - 1}" if i else None, i * turn.apply([0, 1, 0]), turn)
             for i in range(joints)]  # fmt: skip
    found = recognise(skeleton(chain), name="prop")
    assert found.score == 0
    with pytest.raises(MatchError, match="prop"):
        found.check_required("prop")


def test_the_score_orders_rigs_as_one_would():
    whole = rig("Mixamo")
    scores = [
        recognise(skeleton(joints), name="rig").score
        for joints in (whole, rig_variations.fingerless(whole),
                       rig_variations.nonsense(rig_variations.fingerless(whole)), armless())
    ]  # fmt: skip
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(1)
    assert len(set(scores)) == 4


@pytest.mark.parametrize("named", [True, False], ids=["named", "nonsense"])
def test_the_work_grows_with_the_joints_and_not_with_their_square(named):
    def work(copies):
        joints = rig("Rigify DEF-")
        for n in range(copies):
            joints += [
                attrs.evolve(j, name=f"MCH-{n}_{j.name}", parent=j.parent or j.name, role="")
                for j in joints[:91]
            ]
        target = skeleton(joints if named else rig_variations.nonsense(joints))
        return len(joints), effort(lambda: recognise(target, name="rig"))

    (few, light), (many, heavy) = work(5), work(11)
    assert many > 1000
    assert heavy / light < 1.2 * many / few
