"""Several rigs in one file, rigs by name, and roles that the user or the file states."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget.errors import FileReadError, MatchError, RetargetError, UsageError
from support import characters
from support.characters import GAME_ENGINE, MIXAMO, VRM0_BONES, VRM1_BONES
from support.stick_figure import JOINTS, stick_figure


def load(glb, tmp_path, name="hero.glb", **options):
    return retarget.load_rig(glb.save(tmp_path / name), options=retarget.Options(**options))


def named(glb, armature, skin, mesh):
    new = glb.copy()
    new.json["nodes"][new.node("Armature")]["name"] = armature
    new.json["skins"][0]["name"] = skin
    new.json["nodes"][new.node("Body")]["name"] = mesh
    return new


def pair():
    return characters.joined(
        named(characters.mixamo(), "Rig A", "Skin A", "Mesh A"),
        named(characters.game_engine(), "Rig B", "Skin B", "Mesh B"),
    )


@pytest.mark.parametrize("name", ["Rig A", "Skin A", "Mesh A", "mixamorig:Hips"])
def test_a_rig_is_taken_by_any_of_its_names(tmp_path, name):
    rig = load(pair(), tmp_path, rig=name)
    assert rig.skeleton.names[0] == "mixamorig:Hips"
    assert rig.asset.armature == "Rig A"
    assert rig.warnings == ()


@pytest.mark.parametrize("name", ["Rig B", "Skin B", "Mesh B", "Root"])
def test_the_second_as_well(tmp_path, name):
    rig = load(pair(), tmp_path, rig=name)
    assert rig.skeleton.names[0] == "pelvis"
    assert rig.asset.armature == "Rig B"
    names = {rig.asset.gltf.json["nodes"][node]["name"] for node in rig.asset.nodes}
    assert names == set(rig.skeleton.names)


def test_without_a_name_the_best_match_is_taken_and_told(tmp_path):
    crippled = characters.without(
        named(characters.mixamo(), "Rig A", "Skin A", "Mesh A"),
        [MIXAMO[f"left_{f}{k}"] for f in ("thumb", "index", "middle") for k in (1, 2, 3)],
    )
    whole = named(characters.game_engine(), "Rig B", "Skin B", "Mesh B")
    for both in (characters.joined(crippled, whole), characters.joined(whole, crippled)):
        rig = load(both, tmp_path)
        assert rig.asset.armature == "Rig B"
        (told,) = rig.warnings
        assert "took the rig 'Rig B'" in told
        assert "'Rig A'" in told
        assert "--rig" in told


def test_an_unknown_name_lists_those_there_are(tmp_path):
    with pytest.raises(UsageError, match=r"hero\.glb: .*'Nobody'.*Rig A, Skin A, Mesh A"):
        load(pair(), tmp_path, rig="Nobody")
    with pytest.raises(UsageError, match="Armature"):
        load(characters.mixamo(), tmp_path, rig="")


def test_rigs_of_one_name_are_told_apart(tmp_path):
    both = characters.joined(characters.mixamo(), characters.game_engine())
    assert load(both, tmp_path, rig="Armature").skeleton.names[0] == "mixamorig:Hips"
    assert load(both, tmp_path, rig="Armature#2").skeleton.names[0] == "pelvis"


def test_props_with_skins_are_no_choice_and_no_harm(tmp_path):
    """A flag of two joints is not looked at beside a body."""
    glb = characters.mixamo()
    first = len(glb.json["nodes"])
    glb.json["nodes"] += [{"name": "Flag", "children": [first + 1]}, {}]
    glb.json["scenes"][0]["nodes"].append(first)
    glb.json["skins"].append({"joints": [first, first + 1]})
    assert load(glb, tmp_path).warnings == ()


def test_a_rig_that_cannot_be_animated_leaves_the_other(tmp_path):
    both = pair()
    both.json["nodes"][both.node("Rig A")]["scale"] = [-1, 1, 1]
    assert load(both, tmp_path).asset.armature == "Rig B"
    with pytest.raises(RetargetError, match="Rig A, which carries joints, mirrors"):
        load(both, tmp_path, rig="Rig A")


def test_the_users_map_comes_first(tmp_path):
    glb = characters.mixamo()
    own = {"left_ring1": MIXAMO["left_middle1"], "left_middle1": MIXAMO["left_ring1"], "neck": ""}
    rig = load(glb, tmp_path, joint_map=own)
    assert rig.roles[MIXAMO["left_middle1"]] == "left_ring1"
    assert "neck" not in rig.roles.values()
    with pytest.raises(MatchError, match="Tail"):
        load(glb, tmp_path, joint_map={"head": "Tail"})


def test_a_map_of_one_rig_does_not_refuse_the_file_for_the_other(tmp_path):
    rig = load(pair(), tmp_path, joint_map={"head": "mixamorig:Head"})
    assert rig.asset.armature == "Rig A"


def test_a_file_without_a_rig_is_told(tmp_path):
    glb = stick_figure()
    glb.json = {"asset": glb.json["asset"], "nodes": [{"name": "Cube"}, {}]}
    with pytest.raises(RetargetError, match=r"hero\.glb: there is no rig in it"):
        load(glb, tmp_path)


def test_a_rig_that_is_no_body_is_told(tmp_path):
    glb = stick_figure()
    for k, node in enumerate(glb.json["nodes"]):
        node["name"] = f"link{k}"
        node.pop("translation", None)
    with pytest.raises(MatchError, match=r"hero\.glb.*no joint was found for"):
        load(glb, tmp_path)


def test_a_skeleton_without_a_skin_is_a_rig(tmp_path):
    glb = stick_figure()
    glb.json["skins"] = []
    glb.json["nodes"].pop()
    glb.json["scenes"][0]["nodes"].pop()
    rig = load(glb, tmp_path)
    assert set(rig.roles.values()) == set(JOINTS)


def test_joints_beyond_all_bounds_are_refused(tmp_path):
    glb = stick_figure()
    glb.json["nodes"][glb.node("left_knee")]["translation"] = [0, -1e200, 0]
    with pytest.raises(RetargetError, match=r"hero\.glb: its joints stand beyond all bounds"):
        load(glb, tmp_path)


def test_too_many_joints_are_refused(tmp_path):
    nodes = [{"children": [i + 1]} for i in range(99_999)] + [{}]
    glb = stick_figure()
    glb.json = {"asset": glb.json["asset"], "nodes": nodes, "skins": [{"joints": [99_999]}]}
    with pytest.raises(RetargetError, match="a rig of 100000 joints"):
        load(glb, tmp_path)


class TestVrm:
    """Roles from the humanoid, where names say nothing at all."""

    @staticmethod
    def nameless(glb, joints):
        numbers = {name: f"joint {k}" for k, name in enumerate(sorted(joints.values()))}
        return characters.renamed(glb, numbers), {r: numbers[j] for r, j in joints.items()}

    @pytest.mark.parametrize("make", [characters.vrm0, characters.vrm1])
    def test_it_says_who_is_who(self, tmp_path, make):
        glb, joints = self.nameless(characters.game_engine(), GAME_ENGINE)
        rig = load(make(glb, joints), tmp_path, "hero.vrm")
        assert dict(rig.roles) == {joint: role for role, joint in joints.items()}
        assert {found.how for found in rig.found} == {"file"}
        assert rig.warnings == ()

    @pytest.mark.parametrize("make", [characters.vrm0, characters.vrm1])
    def test_what_it_says_beats_the_names(self, tmp_path, make):
        """Two fingers change places in the humanoid, whatever their joints are called."""
        swapped = dict(GAME_ENGINE)
        for k in (1, 2, 3):
            a, b = f"left_ring{k}", f"left_middle{k}"
            swapped[a], swapped[b] = swapped[b], swapped[a]
        rig = load(make(characters.game_engine(), swapped), tmp_path, "hero.vrm")
        assert rig.roles["ring_01_l"] == "left_middle1"

    def test_the_thumbs_are_counted_as_each_version_does(self, tmp_path):
        for make, bones in ((characters.vrm0, VRM0_BONES), (characters.vrm1, VRM1_BONES)):
            glb, joints = self.nameless(characters.mixamo(), MIXAMO)
            rig = load(make(glb, joints), tmp_path, "hero.vrm")
            assert rig.roles[joints["left_thumb1"]] == "left_thumb1"
            assert bones["leftThumbProximal"] == (
                "left_thumb1" if make is characters.vrm0 else "left_thumb2"
            )

    @pytest.mark.parametrize("make", [characters.vrm0, characters.vrm1])
    @pytest.mark.parametrize(
        "absent", [["upperChest"], ["upperChest", "chest"], ["neck", "leftToes"]]
    )
    def test_optional_bones_may_be_absent(self, tmp_path, make, absent):
        glb, joints = self.nameless(characters.game_engine(), GAME_ENGINE)
        rig = load(make(glb, joints, absent), tmp_path, "hero.vrm")
        assert rig.roles[joints["pelvis"]] == "pelvis"
        assert rig.roles[joints["right_index2"]] == "right_index2"

    @pytest.mark.parametrize("make", [characters.vrm0, characters.vrm1])
    def test_the_loading_turns_it_to_look_forward(self, tmp_path, make):
        rig = load(make(characters.mixamo(), MIXAMO), tmp_path, "hero.vrm")
        expected = Rotation.from_euler("y", 180 if make is characters.vrm0 else 0, degrees=True)
        assert (Rotation.from_quat(rig.asset.turn.copy()) * expected).magnitude() < 1e-9
        ankle = rig.skeleton.rest.positions[rig.joint_of_role["left_ankle"], 0]
        toe = rig.skeleton.rest.positions[rig.joint_of_role["left_foot"], 0]
        assert toe[2] > ankle[2] + 0.05

    def test_a_bone_that_deforms_nothing_is_taken_from_the_tree(self, tmp_path):
        glb = stick_figure()
        toe = glb.node("left_foot")
        glb.json["skins"][0]["joints"].remove(toe)
        glb.set_inverse_bind(0, np.tile(np.eye(4), (21, 1, 1)))
        bones = {"leftToes": {"node": toe}, "leftFoot": {"node": glb.node("left_ankle")}}
        glb.json["extensions"] = {"VRMC_vrm": {"humanoid": {"humanBones": bones}}}
        assert load(glb, tmp_path).roles["left_foot"] == "left_foot"

    @pytest.mark.parametrize(
        "extension",
        [
            {"VRM": 1},
            {"VRM": {"humanoid": []}},
            {"VRMC_vrm": {"humanoid": {"humanBones": {"hips": {"node": 99}}}}},
            {"VRMC_vrm": {"humanoid": {"humanBones": {"hips": {}}}}},
            {"VRM": {"humanoid": {"humanBones": [{"bone": "hips", "node": -1}]}}},
        ],
    )
    def test_what_is_no_humanoid_is_refused(self, tmp_path, extension):
        glb = stick_figure()
        glb.json["extensions"] = extension
        with pytest.raises(FileReadError, match="VRM"):
            load(glb, tmp_path)

    @pytest.mark.parametrize(
        "bones",
        [[], {}, None, [3], [{"bone": 3, "node": 1}], {"hips": 3}, {"tail": {"node": 1}}, "hips"],
    )
    def test_what_says_nothing_is_passed_over(self, tmp_path, bones):
        glb = stick_figure()
        glb.json["extensions"] = {"VRMC_vrm": {"humanoid": {"humanBones": bones}}}
        assert set(load(glb, tmp_path).roles.values()) == set(JOINTS)


def test_what_is_doubted_names_the_file(tmp_path):
    """A clip's warnings and its target's stand side by side."""

    def swap(name):
        return name.replace("Left", "?").replace("Right", "Left").replace("?", "Right")

    rig = load(characters.renamed(characters.mixamo(), swap), tmp_path)
    told = [warning for warning in rig.warnings if "left and right were swapped" in warning]
    assert len(told) == 2
    assert all(warning.startswith(f"{tmp_path / 'hero.glb'}: The ") for warning in told)


def test_a_body_that_lies_in_its_file_is_told(tmp_path):
    lying = characters.turned(characters.mixamo(), characters.Z_UP).save(tmp_path / "hero.glb")
    (told,) = retarget.load_rig(lying).warnings
    assert "does not stand along +Y" in told
    back = Rotation.from_euler("y", 180, degrees=True)
    turned = characters.turned(characters.mixamo(), back).save(tmp_path / "back.glb")
    assert retarget.load_rig(turned).warnings == ()


def test_options_for_characters_are_of_no_use_elsewhere_and_told():
    options = retarget.Options(rig="Armature", joint_map={"left_hip": "thigh_l"})
    (told,) = retarget.load_rig(options=options).warnings
    assert told.startswith("--rig and --joint-map: of no use")
