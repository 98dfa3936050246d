"""A character's rig stands where a naive walk over the file's JSON has it, however it is built."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import demo
from retarget.testing.glb import read_glb
from support import characters
from support.characters import GAME_ENGINE, MIXAMO

HEROES = {
    "mixamo": (characters.mixamo, MIXAMO),
    "game_engine": (characters.game_engine, GAME_ENGINE),
}

FINGERS = [f"{s}_{f}{k}" for s in ("left", "right") for f in characters.FINGERS for k in (1, 2, 3)]

VARIANTS = {
    "as it is": lambda glb, _: glb,
    "armature in centimetres": lambda glb, _: characters.scaled_armature(glb, 0.01),
    "armature scaled and turned": lambda glb, _: characters.scaled_armature(
        glb, 0.01, Rotation.from_euler("x", -90, degrees=True)
    ),
    "armature turned at random": lambda glb, _: characters.scaled_armature(
        glb, 3.0, Rotation.random(random_state=4)
    ),
    "rolled": lambda glb, _: characters.rolled(glb, 1),
    "rolled, shuffled": lambda glb, _: characters.shuffled(characters.rolled(glb, 2), 3),
    "shuffled": lambda glb, _: characters.shuffled(glb, 5),
    "matrices": lambda glb, _: characters.as_matrices(glb),
    "T-pose": lambda glb, joints: characters.arms(glb, joints, 0),
    "arms down": lambda glb, joints: characters.arms(glb, joints, 80),
    "spine split": lambda glb, j: characters.split(glb, j["spine1"], j["spine2"], "SpineX"),
    "spine joint gone": lambda glb, joints: characters.without(glb, [joints["spine2"]]),
    "no fingers": lambda glb, joints: characters.without(glb, [joints[f] for f in FINGERS]),
    "node between": lambda glb, joints: characters.with_node_between(glb, joints["left_knee"]),
    "Z-up": lambda glb, _: characters.turned(glb, characters.Z_UP),
    "Z-up in the armature": lambda glb, _: characters.turned(
        characters.scaled_armature(glb, 0.01, characters.Z_UP), characters.Z_UP, (3, 4, 0)
    ),
    "facing -Z": lambda glb, _: characters.turned(glb, Rotation.from_euler("y", 180, degrees=True)),
    "facing +X": lambda glb, _: characters.turned(glb, Rotation.from_euler("y", 90, degrees=True)),
    "head over": lambda glb, _: characters.turned(glb, Rotation.from_euler("z", 180, degrees=True)),
    "two skins": lambda glb, j: characters.skinned_apart(glb, [j["pelvis"], j["left_hip"]]),
    "VRM 0.x": characters.vrm0,
    "VRM 1.0": characters.vrm1,
}


@pytest.fixture(params=sorted(HEROES))
def hero(request):
    make, joints = HEROES[request.param]
    return make(), joints


def load(glb, tmp_path, name="hero.glb", **options):
    return retarget.load_rig(glb.save(tmp_path / name), options=retarget.Options(**options))


def rotation(xyzw):
    return Rotation.from_quat(xyzw.copy())  # scipy takes no read-only arrays


def walked(skeleton):
    """World rotations and positions of a skeleton, joint by joint."""
    turns, places = [], []
    for j, parent in enumerate(skeleton.parents.tolist()):
        turn = rotation(skeleton.rest_rotations[j])
        place = skeleton.rest_translations[j]
        if parent >= 0:
            place = places[parent] + turns[parent].apply(place.copy())
            turn = turns[parent] * turn
        turns.append(turn)
        places.append(place)
    return turns, np.array(places)


def unscaled(matrix):
    return Rotation.from_matrix(matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0))


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_the_rest_is_the_files(hero, variant, tmp_path):
    glb = VARIANTS[variant](*hero)
    rig = load(glb, tmp_path)
    turns, places = walked(rig.skeleton)
    turn, world = rotation(rig.asset.turn), glb.world()
    parents = glb.parents()
    for j, node in enumerate(rig.asset.nodes.tolist()):
        assert np.abs(places[j] - turn.apply(world[node][:3, 3])).max() < 1e-5
        assert (turns[j].inv() * turn * unscaled(world[node])).magnitude() < 1e-5
        parent = rig.skeleton.parents[j]
        if parent >= 0:  # nothing lies between: what is written to the node is the local rotation
            assert parents[node] == rig.asset.nodes[parent]
            local = rotation(rig.skeleton.rest_rotations[j])
            assert (local.inv() * unscaled(glb.local(node))).magnitude() < 1e-6
        assert rig.skeleton.names[j] == glb.json["nodes"][node]["name"]
    assert not [w for w in rig.warnings if "does not stand along +Y" not in w]
    assert rig.floor == 0
    assert rig.name == "hero.glb"


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_it_stands_upright_looks_forward_and_has_every_role(hero, variant, tmp_path):
    glb, joints = VARIANTS[variant](*hero), hero[1]
    rig = load(glb, tmp_path)
    there = {node["name"] for node in glb.json["nodes"]}
    split = {"spine1", "spine2", "spine3"} if variant.startswith("spine") else set()
    wanted = {joint: role for role, joint in joints.items() if joint in there and role not in split}
    assert {joint: role for joint, role in rig.roles.items() if role not in split} == wanted
    _, places = walked(rig.skeleton)
    at = {role: places[j] for role, j in rig.joint_of_role.items()}
    for above, below in (
        ("head", "pelvis"),
        ("left_hip", "left_knee"),
        ("left_knee", "left_ankle"),
    ):
        assert at[above][1] > at[below][1] + 0.2
    assert at["left_hip"][0] > at["right_hip"][0] + 0.1
    assert at["left_foot"][2] > at["left_ankle"][2] + 0.05
    # As in the file as it is, up to what the variant moves: none moves the legs.
    plain = load(hero[0], tmp_path, "plain.glb")
    _, original = walked(plain.skeleton)
    for role in ("pelvis", "right_knee", "left_foot"):
        expected = original[plain.joint_of_role[role]]
        offset = (
            at[role] - expected - (at["right_ankle"] - original[plain.joint_of_role["right_ankle"]])
        )
        assert np.abs(offset).max() < 1e-5


def test_joints_above_the_hips_are_left_out_and_those_below_are_all_there(tmp_path):
    rig = load(characters.game_engine(), tmp_path)
    assert rig.skeleton.names[0] == "pelvis"
    assert "Root" not in rig.skeleton.names
    assert len(rig.skeleton) == 52
    between = characters.with_node_between(characters.game_engine(), "calf_l", "Offset")
    between.json["nodes"][between.node("hand_l")]["children"].append(len(between.json["nodes"]))
    between.json["nodes"].append({"name": "Sword"})
    names = load(between, tmp_path).skeleton.names
    assert "Offset" in names  # it moves with what is above it, and carries what is below
    assert "Sword" not in names  # it is no joint, and nothing needs it


def test_of_a_body_off_its_axes_it_is_told_where_it_faces(tmp_path):
    for degrees, faces in ((40, "40° off +Z, towards +X"), (-130, "40° off -X, towards -Z")):
        turn = Rotation.from_euler("y", degrees, degrees=True)
        rig = load(characters.turned(characters.mixamo(), turn), tmp_path)
        _, places = walked(rig.skeleton)
        left, right = (places[rig.joint_of_role[f"{s}_hip"]] for s in ("left", "right"))
        assert abs(left[2] - right[2]) < 1e-6 < left[0] - right[0]
        (told,) = (w for w in rig.warnings if "faces" in w)
        assert told == f"{rig.asset.path}: the body faces {faces}; the motion goes where it faces."


def test_a_hairs_breadth_off_its_axes_is_on_them(tmp_path):
    turn = Rotation.from_euler("y", 4, degrees=True)
    rig = load(characters.turned(characters.mixamo(), turn), tmp_path)
    assert np.abs(rig.asset.turn).tolist() == [0, 0, 0, 1]
    assert not [w for w in rig.warnings if "does not stand along +Y" not in w]


def test_a_body_that_lies_is_refused(tmp_path):
    turn = Rotation.from_euler("x", 45, degrees=True)
    with pytest.raises(retarget.RetargetError, match=r"hero\.glb: the body stands along no axis"):
        load(characters.turned(characters.mixamo(), turn), tmp_path)


def test_names_are_made_unique_and_joints_have_the_first_choice(tmp_path):
    glb = characters.game_engine()
    nodes = glb.json["nodes"]
    nodes[glb.node("index_03_l")].pop("name")
    nodes[glb.node("ring_03_l")]["name"] = "tip"
    nodes[glb.node("ring_03_r")]["name"] = "tip"
    nodes[glb.node("Armature")]["name"] = "pelvis"  # no joint: "pelvis" stays the joint's
    names = load(glb, tmp_path).skeleton.names
    assert len(set(names)) == 52
    assert {"node_0", "tip", "tip#2", "pelvis"} <= set(names)
    assert names[0] == "pelvis"


def test_animated_leaves_with_odd_scales_do_no_harm(tmp_path):
    glb = characters.game_engine()
    glb.json["nodes"][glb.node("index_03_l")]["scale"] = [0, 0, 0]
    glb.json["nodes"][glb.node("index_03_r")]["scale"] = [-1, 2, 1]
    assert load(glb, tmp_path).skeleton.names[0] == "pelvis"


@pytest.mark.parametrize("node", ["Armature", "Root", "pelvis", "spine_02", "calf_l"])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scale": [-1, 1, 1]}, "mirrors"),
        ({"scale": [0, 0, 0]}, "scale of 0"),
        ({"rotation": [0, 0, 0, 0]}, "no length"),
        ({"matrix": [1, 0, 0, 0, 0.5, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}, "sheared"),
    ],
)
def test_what_cannot_be_animated_is_refused(tmp_path, node, change, told):
    glb = characters.game_engine()
    glb.json["nodes"][glb.node(node)] |= change
    with pytest.raises(retarget.RetargetError, match=rf"hero\.glb: {node}, which .* {told}"):
        load(glb, tmp_path)


@pytest.mark.parametrize("node", ["Armature", "spine_02"])
def test_uneven_scale_is_told(tmp_path, node):
    glb = characters.game_engine()
    glb.json["nodes"][glb.node(node)]["scale"] = [1, 1.1, 1]
    rig = load(glb, tmp_path)
    (told,) = [w for w in rig.warnings if "scaled unevenly" in w]
    assert node in told
    _, places = walked(rig.skeleton)
    for j, at in enumerate(rig.asset.nodes.tolist()):
        assert np.abs(places[j] - glb.world()[at][:3, 3]).max() < 1e-6


class TestFloor:
    """The ground under the sole, from what the file says of its mesh."""

    @pytest.mark.parametrize("lift", [0.5, -2.0, 0.06])
    def test_it_is_where_the_sole_is(self, tmp_path, lift):
        glb = characters.mixamo()
        rig = load(characters.turned(glb, Rotation.identity(), (0, lift, 0)), tmp_path)
        assert rig.floor == pytest.approx(lift, abs=1e-4)

    @pytest.mark.parametrize("lift", [0.02, -0.02])
    def test_a_sloppy_export_stands_at_zero(self, tmp_path, lift):
        glb = characters.mixamo()
        assert load(characters.turned(glb, Rotation.identity(), (0, lift, 0)), tmp_path).floor == 0

    def test_a_small_body_has_small_tolerances(self, tmp_path):
        glb = characters.turned(characters.mixamo(), Rotation.identity(), (0, 0.01, 0))
        glb.json["nodes"][-1]["scale"] = [0.2, 0.2, 0.2]
        assert load(glb, tmp_path).floor == pytest.approx(0.01, abs=1e-4)

    @pytest.mark.parametrize("variant", sorted(VARIANTS))
    def test_it_turns_and_scales_with_the_body(self, hero, variant, tmp_path):
        glb = VARIANTS[variant](*hero)
        turn = rotation(load(glb, tmp_path).asset.turn)
        lifted = characters.turned(glb, Rotation.identity(), turn.inv().apply([0, 0.7, 0]))
        assert load(lifted, tmp_path).floor == pytest.approx(0.7, abs=1e-3)

    def test_compressed_meshes_do_as_well(self, tmp_path):
        """Draco leaves the bounds and takes the views; the inverse bind matrices it leaves."""
        glb = characters.turned(characters.mixamo(), Rotation.identity(), (0, 0.5, 0))
        for accessor in glb.json["accessors"][:5]:
            accessor.pop("bufferView")
        assert load(glb, tmp_path).floor == pytest.approx(0.5, abs=1e-4)

    def test_quantized_meshes_do_as_well(self, tmp_path):
        """KHR_mesh_quantization: the scale back is in the inverse bind matrices."""
        glb = characters.turned(characters.mixamo(), Rotation.identity(), (0, 0.5, 0))
        back = np.diag([2, 2, 2, 1.0])
        glb.set_inverse_bind(0, glb.inverse_bind(0) @ back)
        positions = glb.json["accessors"][0]
        for key in ("min", "max"):
            positions[key] = [round(x / 2 * 32767) for x in positions[key]]
        positions |= {"componentType": 5122, "normalized": True}
        assert load(glb, tmp_path).floor == pytest.approx(0.5, abs=1e-3)

    @pytest.mark.parametrize("change", [{"min": [0, -3, 0]}, {"min": None}, {"max": None}])
    def test_a_mesh_that_says_nothing_of_soles_is_not_asked(self, tmp_path, change):
        glb = characters.turned(characters.mixamo(), Rotation.identity(), (0, 0.5, 0))
        glb.json["accessors"][0] |= change
        for key, value in change.items():
            if value is None:
                del glb.json["accessors"][0][key]
        rig = load(glb, tmp_path)
        toe = glb.world()[glb.node("mixamorig:LeftToeBase")][1, 3]
        assert rig.floor == pytest.approx(toe - 0.02, abs=0.005)

    def test_without_a_skin_rigid_parts_tell(self, tmp_path):
        glb = characters.turned(characters.mixamo(), Rotation.identity(), (0, 0.5, 0))
        for node in glb.json["nodes"]:
            node.pop("skin", None)
        del glb.json["skins"]
        rig = load(glb, tmp_path)
        assert rig.floor == pytest.approx(0.5, abs=1e-4)
        assert rig.roles["mixamorig:Hips"] == "pelvis"
        assert rig.skeleton.names[0] == "mixamorig:Hips"


class TestPlace:
    """Where on the floor a character is animated."""

    BACK = Rotation.from_euler("y", 180, degrees=True)

    @pytest.mark.parametrize("offset", [(0, 0, 0), (0.1, 0, -0.05), (0, 0.5, 0)])
    def test_near_the_origin_it_is_the_origin(self, tmp_path, offset):
        rig = load(characters.turned(characters.mixamo(), Rotation.identity(), offset), tmp_path)
        assert rig.place.tolist() == [0, 0]

    @pytest.mark.parametrize("turn", [Rotation.identity(), BACK])
    def test_farther_off_it_moves_about_where_it_stands(self, tmp_path, turn):
        offset = np.array([1.5, 0.0, -2.0])
        clip = demo.write_clip(tmp_path / "walk.npz", seconds=2.0)
        places = {}
        for name, by in (("here", 0 * offset), ("there", offset)):
            glb = characters.turned(characters.mixamo(), turn, by)
            made = retarget.run(clip, target=glb.save(tmp_path / f"{name}.glb"), passes=())
            file = read_glb(made.path).read_back()
            places[name] = file.world[file.names.index(MIXAMO["pelvis"])][:, :3, 3]
            made.path.unlink()
        np.testing.assert_allclose(places["there"][0] - places["here"][0], offset, atol=1e-5)
        moved = places["there"][1:] - places["here"][1:]
        assert np.ptp(moved, axis=0).max() < 1e-5
        stands = places["there"][0] * [1, 0, 1]  # about its own vertical, not that of the file
        np.testing.assert_allclose(moved[0], stands, atol=1e-5)


class TestBindPose:
    """What frame 0 will be is the nodes' rest; where the mesh was bound otherwise, it is told."""

    def turned_arm(self, degrees):
        glb = characters.mixamo()
        at = glb.node("mixamorig:LeftArm")
        local = glb.local(at)
        turn = Rotation.from_euler("z", degrees, degrees=True).as_matrix()
        local[:3, :3] = turn @ local[:3, :3]
        glb.set_local(at, local)
        return glb

    def test_a_rest_that_is_not_the_bind_pose_is_told(self, tmp_path):
        glb = self.turned_arm(20)
        (told,) = load(glb, tmp_path).warnings
        assert "18 joints rest elsewhere" in told  # the arm, elbow, wrist, and fifteen of the hand
        assert "left_shoulder" in told
        assert "frame 0" in told

    def test_a_small_difference_is_not(self, tmp_path):
        assert load(self.turned_arm(1), tmp_path).warnings == ()

    def test_a_whole_body_that_stands_elsewhere_is_no_difference(self, tmp_path):
        glb = characters.mixamo()
        at = glb.node("mixamorig:Hips")
        local = glb.local(at)
        local[0, 3] += 3
        glb.set_local(at, local)
        assert load(glb, tmp_path).warnings == ()

    @pytest.mark.parametrize("width", ["VEC4", "SCALAR"])
    def test_matrices_that_are_none_do_no_harm(self, tmp_path, width):
        glb = characters.mixamo()
        glb.json["accessors"][glb.json["skins"][0]["inverseBindMatrices"]]["type"] = width
        assert load(glb, tmp_path).floor == 0

    def test_a_skin_without_matrices_says_nothing(self, tmp_path):
        glb = characters.turned(characters.mixamo(), Rotation.identity(), (0, 0.5, 0))
        del glb.json["skins"][0]["inverseBindMatrices"]
        rig = load(glb, tmp_path)
        assert not [w for w in rig.warnings if "does not stand along +Y" not in w]
        assert rig.floor == pytest.approx(0.5, abs=1e-4)


def test_a_joint_in_another_tree_is_left_out(tmp_path):
    """As the target of a foot's IK, at the root of the scene, that the skin lists by mistake."""
    glb = characters.mixamo()
    glb.json["nodes"].append({"name": "IK_Target", "translation": [9, 9, 9]})
    glb.json["scenes"][0]["nodes"].append(len(glb.json["nodes"]) - 1)
    glb.json["skins"][0]["joints"].append(len(glb.json["nodes"]) - 1)
    rig = load(glb, tmp_path)
    assert "IK_Target" not in rig.skeleton.names
    assert len(rig.skeleton) == 52
