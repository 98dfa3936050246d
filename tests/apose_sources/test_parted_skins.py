"""Characters whose meshes have skins of their own joints alone, under a node that is no joint."""

import re

import pytest

import retarget
from retarget.errors import MatchError
from support import characters
from support.characters import MIXAMO
from support.parted import parted
from support.stick_figure import JOINTS, stick_figure

LEGS = [f"{side}_{part}" for side in ("left", "right") for part in ("hip", "knee", "ankle", "foot")]
UPPER = [name for name in JOINTS if name not in (*LEGS, "pelvis")]


def load(glb, tmp_path, **options):
    return retarget.load_rig(glb.save(tmp_path / "hero.glb"), options=retarget.Options(**options))


def rest(rig):
    skeleton = rig.skeleton
    return skeleton.names, skeleton.parents.tolist(), skeleton.rest_translations.tolist()


def with_prefix(glb, prefix):
    new = glb.copy()
    for node in new.json["nodes"]:
        node["name"] = prefix + node["name"]
    return new


def under_one(glb, name="Group", root="World"):
    """Put all of a scene under one node that is no root."""
    new = glb.copy()
    nodes, scene = new.json["nodes"], new.json["scenes"][0]
    nodes += [{"name": name, "children": scene["nodes"]}]
    nodes += [{"name": root, "children": [len(nodes) - 1]}]
    scene["nodes"] = [len(nodes) - 1]
    return new


@pytest.mark.parametrize("groups", [(LEGS, UPPER), (UPPER, LEGS), (LEGS[:4], UPPER, LEGS[4:])])
def test_parts_under_hips_that_deform_nothing_are_one_rig(tmp_path, groups):
    whole = load(stick_figure(), tmp_path)
    rig = load(parted(stick_figure(), *groups), tmp_path)
    assert dict(rig.roles) == dict(whole.roles)
    assert rest(rig) == rest(whole)
    assert rig.warnings == ()


def test_so_are_those_of_a_real_character(tmp_path):
    legs = [MIXAMO[role] for role in LEGS]
    glb = characters.mixamo()
    names = [glb.json["nodes"][joint]["name"] for joint in glb.json["skins"][0]["joints"]]
    upper = [name for name in names if name not in (*legs, MIXAMO["pelvis"])]
    whole, rig = load(glb, tmp_path), load(parted(glb, legs, upper), tmp_path)
    assert dict(rig.roles) == dict(whole.roles)
    assert rest(rig) == rest(whole)
    assert rig.warnings == ()


def test_parts_meet_on_several_levels(tmp_path):
    arms = [name for name in UPPER if name.startswith(("left_", "right_"))]
    head, spine = ["neck", "head"], ["spine1", "spine2"]  # spine3 is in none
    rig = load(parted(stick_figure(), LEGS, arms, head), tmp_path)
    assert set(rig.roles.values()) == set(JOINTS)
    rig = load(parted(stick_figure(), LEGS, spine, arms, head), tmp_path)
    assert set(rig.roles.values()) == set(JOINTS)


@pytest.mark.parametrize("name", ["pelvis", "pelvis#2", "Skin 1", "Mesh 0", "left_hip", "spine1"])
def test_any_name_of_a_part_calls_the_whole(tmp_path, name):
    rig = load(parted(stick_figure(), LEGS, UPPER), tmp_path, rig=name)
    assert set(rig.roles.values()) == set(JOINTS)
    assert rig.asset.armature == "pelvis"


def test_the_joint_map_reaches_every_part(tmp_path):
    numbers = {name: f"joint {k}" for k, name in enumerate(JOINTS)}
    glb = characters.renamed(stick_figure(), numbers)
    glb = parted(glb, [numbers[name] for name in LEGS], [numbers[name] for name in UPPER])
    rig = load(glb, tmp_path, joint_map=numbers)
    assert dict(rig.roles) == {joint: role for role, joint in numbers.items()}
    with pytest.raises(MatchError, match=r"not have: 'jiont 3' \(did you mean joint 3 "):
        load(glb, tmp_path, joint_map=numbers | {"right_hip": "jiont 3"})


def test_what_parts_lack_together_is_told_of_them_together(tmp_path):
    cut = [name for name in UPPER if name != "left_wrist"]
    with pytest.raises(MatchError, match=r"no joint was found for left_wrist\. ") as told:
        load(parted(stick_figure(), LEGS, cut), tmp_path)
    assert re.search(r"^left_hip +left_hip ", str(told.value), re.MULTILINE)


def test_the_armature_may_be_what_they_hang_from(tmp_path):
    """Without bones that deform nothing, limbs hang from the armature, which is a root."""
    glb = stick_figure()
    nodes = glb.json["nodes"]
    hips = nodes[glb.node("pelvis")]
    nodes[glb.node("Armature")] |= {"children": hips.pop("children")}
    nodes[glb.node("Armature")]["translation"] = hips["translation"]
    hips["children"] = []
    rig = load(parted(glb, LEGS, UPPER), tmp_path, joint_map={"pelvis": "Armature"})
    assert set(rig.roles.values()) == set(JOINTS)


def test_the_spine_may_hang_beside_the_pelvis(tmp_path):
    glb = stick_figure()
    pelvis, spine = (glb.json["nodes"][glb.node(name)] for name in ("pelvis", "spine1"))
    pelvis["children"].remove(glb.node("spine1"))
    glb.json["nodes"][glb.node("Armature")]["children"].append(glb.node("spine1"))
    spine["translation"] = JOINTS["spine1"][1]
    rig = load(parted(glb, ["pelvis", *LEGS], UPPER), tmp_path)
    assert dict(rig.roles) == {name: name for name in JOINTS}


def test_a_flag_beside_a_body_is_not_completed_by_it(tmp_path):
    glb = stick_figure()
    glb.json["nodes"].append({"name": "Flag"})
    glb.json["skins"].append({"name": "Cloth", "joints": [len(glb.json["nodes"]) - 1]})
    glb.json["scenes"][0]["nodes"].append(len(glb.json["nodes"]) - 1)
    with pytest.raises(MatchError, match="no joint was found for pelvis"):
        load(under_one(glb), tmp_path, rig="Cloth")


def test_a_whole_body_goes_before_a_better_match_that_lacks_a_hand(tmp_path):
    known = parted(stick_figure(), [name for name in JOINTS if name != "left_wrist"])
    unknown = characters.renamed(stick_figure(), {n: f"j{k}" for k, n in enumerate(JOINTS)})
    for glb in (known, unknown):
        glb.json["nodes"][glb.node("Armature")]["name"] = "Known" if glb is known else "Unknown"
    for both in (characters.joined(known, unknown), characters.joined(unknown, known)):
        rig = load(both, tmp_path)
        assert rig.asset.armature == "Unknown"
        assert any("left standing where it is: 'Known' (21 joints)" in t for t in rig.warnings)


class TestTwoCharacters:
    """Two bodies below one node stay two."""

    @staticmethod
    def pair(a, b):
        glb = under_one(characters.joined(with_prefix(a, "A_"), with_prefix(b, "B_")))
        for skin, label in zip(glb.json["skins"], ("Ann", "Bob"), strict=False):
            skin["name"] = label
        return glb

    def test_whole_ones(self, tmp_path):
        rig = load(self.pair(stick_figure(), stick_figure()), tmp_path)
        assert set(rig.roles) == {f"A_{name}" for name in JOINTS}
        assert rig.asset.armature == "A_Armature"
        (told,) = rig.warnings
        assert "it also holds 'B_Armature'" in told

    def test_one_does_not_lend_the_other_its_hands(self, tmp_path):
        def without(*roles):
            return parted(stick_figure(), [name for name in JOINTS if name not in roles])

        handless = without("left_wrist", "right_wrist")
        footless = without("left_ankle", "right_ankle", "left_foot", "right_foot")
        with pytest.raises(MatchError, match=r"no joint was found for left_\w+, right_\w+\. "):
            load(self.pair(handless, footless), tmp_path)

    def test_each_in_two_parts(self, tmp_path):
        both = self.pair(*(parted(stick_figure(), LEGS, UPPER) for _ in range(2)))
        rig = load(both, tmp_path)
        assert set(rig.roles) == {f"A_{name}" for name in JOINTS}
        (told,) = rig.warnings
        assert "it also holds 'B_pelvis'" in told
        other = load(both, tmp_path, rig="B_pelvis")
        assert set(other.roles) == {f"B_{name}" for name in JOINTS}

    def test_a_whole_one_beside_one_in_parts_is_taken_as_it_was(self, tmp_path):
        less = parted(stick_figure(), [name for name in JOINTS if name not in ("head", "neck")])
        both = self.pair(parted(stick_figure(), LEGS, UPPER), less)
        rig = load(both, tmp_path)
        assert {name[:2] for name in rig.roles} == {"B_"}
        assert {name[:2] for name in load(both, tmp_path, rig="A_pelvis").roles} == {"A_"}
