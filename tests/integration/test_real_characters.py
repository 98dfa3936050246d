"""The user's own characters end to end, as they are and in many variations.

The joints are named by hand, the source is posed by the naive oracle, the target is read from the
finished GLB: nothing the project finds out for itself is believed.
"""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import roles, smpl
from retarget.testing.glb import read_glb
from support import characters
from support.data import shared
from support.oracle import rotvec_matrix
from support.peers import three_world, validate
from support.real_clips import BONES, CLIPS, TORSO, degrees, source_world, turned

CHARACTERS = {
    "makehuman_mixamo": characters.MIXAMO,
    "makehuman_game_engine": characters.GAME_ENGINE,
}
HANDS = "amass/amass_sample.npz"
MOTIONS = (HANDS, "smplx/apose_to_catwalk_001.npz", "smpl24/aist_demo.npz")
FEET = ("left_ankle", "right_ankle", "left_foot", "right_foot")
KNUCKLES = [(f"{side}_index1", f"{side}_pinky1") for side in roles.SIDES]


def palms_forward(glb, joint):
    """Level arms whose palms look forward."""
    turn = Rotation.from_rotvec([-np.pi / 2, 0, 0])
    wrists = {joint[f"{side}_wrist"]: turn for side in roles.SIDES}
    return characters.posed(characters.arms(glb, joint, 0), wrists)


def fingers_of(joint):
    return [n for role, n in joint.items() if role.rstrip("123").endswith(roles.FINGERS)]


FACING = {
    "facing_back": Rotation.from_euler("y", 180, degrees=True),
    "facing_left": Rotation.from_euler("y", 90, degrees=True),
    "z_up": characters.Z_UP,
}
"""How the file's world is turned from +Y up, +Z forward: the motion turns with the rig."""

VARIANTS = {
    "lower_case": lambda glb, _: characters.lower_case(glb),
    "scaled_and_turned": lambda glb, _: characters.scaled_armature(
        glb, 0.01, Rotation.from_euler("x", -90, degrees=True)
    ),
    "rolled": lambda glb, _: characters.rolled(glb),
    "t_pose": lambda glb, joint: characters.arms(glb, joint, 0),
    "arms_down": lambda glb, joint: characters.arms(glb, joint, 80),
    "palms_forward": palms_forward,
    "spine_split": lambda glb, joint: characters.split(
        glb, joint["spine2"], joint["spine3"], "spine_between"
    ),
    "spine_merged": lambda glb, joint: characters.without(glb, [joint["spine2"]]),
    "no_fingers": lambda glb, joint: characters.without(glb, fingers_of(joint)),
    "no_toes": lambda glb, joint: characters.without(
        glb, [joint[f"{side}_foot"] for side in roles.SIDES]
    ),
    "shuffled": lambda glb, _: characters.shuffled(glb),
    "node_between": lambda glb, joint: characters.with_node_between(glb, joint["left_elbow"]),
    "matrices": lambda glb, _: characters.as_matrices(glb),
} | {name: lambda glb, _, turn=turn: characters.turned(glb, turn) for name, turn in FACING.items()}

CASES = [("as_it_is", motion) for motion in MOTIONS] + [(variant, HANDS) for variant in VARIANTS]


@pytest.fixture(scope="module", params=CHARACTERS)
def character(request):
    return request.param


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def converted(request, character, tmp_path_factory):
    variant, motion = request.param
    path, target = shared(f"data/{motion}"), shared(f"characters/{character}.glb")
    folder = tmp_path_factory.mktemp("glb")
    joint = CHARACTERS[character]
    if variant in VARIANTS:
        made = VARIANTS[variant](characters.Glb.load(target), joint)
        target = made.save(folder / "target.glb")
        if variant == "lower_case":
            joint = {role: name.lower() for role, name in joint.items()}
    out = folder / "out.glb"
    result = retarget.run(path, target=target, output=out, passes=())
    glb = read_glb(out)
    frames = np.unique(np.linspace(1, result.frames - 1, 16).astype(int))  # 0 is the A-pose
    times = glb.key_times[np.r_[0, frames]]
    turn = np.eye(4)
    turn[:3, :3] = FACING.get(variant, Rotation.identity()).inv().as_matrix()
    return {
        "joint": joint,
        "target": target,
        "out": out,
        "glb": glb,
        "node": {r: glb.names.index(n) for r, n in joint.items() if n in glb.names},
        "source": source_world(path, *CLIPS[motion], frames),
        "times": times,
        "world": turn @ glb.sample(times),  # back to +Y up, +Z forward
        "rest": turn @ glb.rest(),
        "moved": glb.sample(times),
    }


def rotations(matrices):
    """Rotation part of transforms (…, 4, 4) that may carry an even scale."""
    linear = matrices[..., :3, :3]
    return linear / np.linalg.norm(linear, axis=-2, keepdims=True)


def yaw(vector):
    return np.arctan2(vector[0], vector[2])


def direction(world, a, b):
    return world[b, ..., :3, 3] - world[a, ..., :3, 3]


def both(converted, a, b):
    """The direction from role a to role b in source and target; None where one lacks either."""
    i, j = (roles.HUMANOID.index(role) for role in (a, b))
    node, source = converted["node"], converted["source"]
    if j >= source.shape[1] or a not in node or b not in node:
        return None
    s = source[:, j, :3, 3] - source[:, i, :3, 3]
    return s, direction(converted["world"][:, 1:], node[a], node[b])


def test_every_joint_is_matched_right_with_no_map(converted):
    rig = retarget.load_rig(converted["target"])
    there = {r: n for r, n in converted["joint"].items() if r in converted["node"]}
    assert {role: joint for joint, role in rig.roles.items()} == there


def test_limbs_and_fingers_point_where_the_sources_do(converted):
    for bone in BONES:
        if (pair := both(converted, *bone)) is not None:
            assert degrees(*pair).max() < 0.01, bone


def test_knuckles_lie_as_the_sources_do(converted):
    for line in KNUCKLES:
        if (pair := both(converted, *line)) is not None:
            assert degrees(*pair).max() < 2, line


def test_torso_turns_from_its_rest_as_the_sources_does(converted):
    for role in TORSO:
        if role not in converted["node"]:
            continue
        j = converted["node"][role]
        from_rest = rotations(converted["world"][j, 1:]) @ rotations(converted["rest"][j]).T
        source = converted["source"][:, roles.HUMANOID.index(role), :3, :3]
        assert turned(from_rest, source).max() < 0.1, role


def test_feet_turn_from_their_rest_as_the_sources_do_but_for_their_heading(converted):
    """Both stand on flat soles at rest, each with its toes turned out in its own way."""
    t_pose = dict(zip(roles.HUMANOID, smpl.SMPLH_T_POSE, strict=True))
    for role in FEET:
        side = role.split("_")[0]
        ankle, foot = f"{side}_ankle", f"{side}_foot"
        node = converted["node"]
        if role not in node or foot not in node:
            continue
        out = yaw(direction(converted["rest"], node[ankle], node[foot])) - yaw(
            t_pose[foot] - t_pose[ankle]
        )
        from_rest = rotations(converted["world"][node[role], 1:])
        from_rest = from_rest @ rotations(converted["rest"][node[role]]).T
        source = converted["source"][:, roles.HUMANOID.index(role), :3, :3]
        heading = rotvec_matrix([0, out, 0])
        assert turned(from_rest, source @ heading.T).max() < 0.1, role


def test_frame_0_is_the_rigs_own_rest(converted):
    assert np.abs(converted["world"][:, 0] - converted["rest"]).max() < 1e-5


def test_bones_keep_their_lengths_on_every_frame(converted):
    glb = converted["glb"]
    world, rest = glb.sample(glb.key_times), converted["rest"]
    for role, node in converted["node"].items():
        if roles.PARENT[role] is not None:
            above = glb.parents[node]
            lengths = np.linalg.norm(direction(world, above, node), axis=-1)
            # These files scale their joints by 1 ± 1e-5, unevenly, which is theirs to do.
            assert np.abs(lengths - np.linalg.norm(direction(rest, above, node))).max() < 1e-5


def test_only_the_hips_move(converted):
    moving = {
        node
        for (node, path), track in converted["glb"].tracks.items()
        if path == "translation" and len(track.times) > 1
    }
    assert moving == {converted["node"]["pelvis"]}


def test_the_validator_finds_nothing_that_the_character_did_not_have(converted):
    before, after = validate([converted["target"], converted["out"]])
    for severity in ("error", "warning"):
        assert after["counts"][severity] <= before["counts"][severity], after


def test_three_js_sees_the_same_positions(converted):
    seen = three_world(converted["out"], converted["times"])
    assert seen["unbound"] == []
    for node in converted["node"].values():
        name = converted["glb"].names[node]
        stripped = name.replace(":", "")  # as three.js does
        matrices = seen["matrices"].get(name, seen["matrices"].get(stripped))
        off = matrices[:, :3, 3] - converted["moved"][node, :, :3, 3]
        assert np.abs(off).max() < 1e-5, name
