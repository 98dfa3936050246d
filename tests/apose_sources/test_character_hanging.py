"""Characters whose joints hang, in the file, elsewhere than from what carries them in the body."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget import demo
from retarget.errors import MatchError
from support import characters, torn
from support.characters import GAME_ENGINE, MIXAMO
from support.surgery import loaded, played

TORN = {
    "flat": torn.flat,
    "under the hips": torn.under_the_hips,
    "driven by constraints": torn.constraint_driven,
    "in pieces": torn.in_pieces,
    "flat, scaled, turned": lambda glb: torn.flat(
        characters.scaled_armature(glb, 0.01, Rotation.from_euler("x", -90, degrees=True))
    ),
    "flat, shuffled": lambda glb: characters.shuffled(torn.flat(glb), 3),
    "flat, Z-up": lambda glb: characters.turned(torn.flat(glb), characters.Z_UP),
}


def load(glb, tmp_path, name="hero.glb", **options):
    return retarget.load_rig(glb.save(tmp_path / name), options=retarget.Options(**options))


def carriers(rig):
    names, parents = rig.skeleton.names, rig.skeleton.parents.tolist()
    return {name: names[p] if p >= 0 else None for name, p in zip(names, parents, strict=True)}


@pytest.mark.parametrize("tear", TORN)
def test_the_rig_is_that_of_the_whole_body(tmp_path, tear):
    whole = load(characters.mixamo(), tmp_path)
    glb = TORN[tear](characters.mixamo())
    rig = load(glb, tmp_path, f"{tear}.glb")
    assert rig.roles == whole.roles
    assert carriers(rig) == carriers(whole)
    order = [rig.skeleton.index[name] for name in whole.skeleton.names]
    places, turns = rig.skeleton.rest.positions[order, 0], rig.skeleton.rest.rotations[order, 0]
    np.testing.assert_allclose(places, whole.skeleton.rest.positions[:, 0], atol=1e-5)
    off = Rotation.from_quat(turns) * Rotation.from_quat(whole.skeleton.rest.rotations[:, 0]).inv()
    assert off.magnitude().max() < 1e-3
    names = [glb.json["nodes"][node]["name"] for node in rig.asset.nodes]
    assert names == list(rig.skeleton.names)


@pytest.mark.parametrize("tear", TORN)
def test_one_warning_says_that_joints_are_keyed_in_place_too(tmp_path, tear):
    glb = TORN[tear](characters.mixamo())
    rig = load(glb, tmp_path, f"{tear}.glb")
    parents, nodes = glb.parents(), rig.asset.nodes
    carried = rig.skeleton.parents.tolist()
    count = sum(parents[nodes[j]] != nodes[p] for j, p in enumerate(carried) if p >= 0)
    assert count > 0
    (told,) = [w for w in rig.warnings if "in the file" in w]
    assert f"{tear}.glb: {count} joints hang elsewhere in the file than in the body (" in told
    assert " under " in told
    assert " instead of mixamorig:" in told
    assert f" and {count - 3} more)" in told
    assert "their places are keyed" in told


def test_of_a_whole_rig_nothing_is_told(tmp_path):
    for glb in (characters.mixamo(), characters.game_engine()):
        assert load(glb, tmp_path).warnings == ()


@pytest.mark.parametrize("tear", ["flat", "driven by constraints"])
def test_a_clip_moves_the_torn_body_as_the_whole_one(tmp_path, tear):
    """Through to the written file: the mesh hangs on the joints, so these say where it goes."""
    walk = demo.write_clip(tmp_path / "walk.npz", seconds=2.0)
    seen = []
    for glb in (characters.mixamo(), TORN[tear](characters.mixamo())):
        made = retarget.run(walk, target=glb.save(tmp_path / "hero.glb"))
        file = loaded(made.path)
        nodes = [file.node(joint) for joint in MIXAMO.values()]
        seen.append(played(file, [0, 7, 20, 45])[:, nodes, :3, 3])
        made.path.unlink()
    assert np.abs(seen[1] - seen[0]).max() < 1e-3


def test_a_limb_that_nothing_can_carry_is_refused_with_the_table(tmp_path):
    """The lower arm hangs from the other arm, and the user insists on it."""
    glb = torn.rehung(characters.game_engine(), {"lowerarm_l": "upperarm_r"})
    with pytest.raises(MatchError, match="no joint was found for left_elbow"):
        load(glb, tmp_path)
    with pytest.raises(MatchError) as caught:
        load(glb, tmp_path, joint_map={"left_elbow": "lowerarm_l", "left_wrist": "hand_l"})
    said = str(caught.value)
    assert "hero.glb: lowerarm_l (left_elbow) does not hang from upperarm_l (left_shoulder)" in said
    assert "rotation alone cannot animate it" in said
    assert "found by" in said
    assert caught.value.recognition.roles["lowerarm_l"] == "left_elbow"


def test_a_mesh_that_hangs_on_other_joints_is_told(tmp_path):
    (told,) = load(with_loose_mesh(characters.game_engine(), 0.7), tmp_path).warnings
    assert "hero.glb: only 30% of the mesh hangs on joints that were recognised" in told
    assert load(with_loose_mesh(characters.game_engine(), 0.4), tmp_path).warnings == ()


def with_loose_mesh(glb, share):
    """Hand this part of all weights to a joint that hangs from the armature."""
    new = torn.added(glb, "Balloon", "Armature", Rotation.identity())
    (skin,) = new.json["skins"]
    skin["joints"].append(new.node("Balloon"))
    del skin["inverseBindMatrices"]
    for mesh in new.json["meshes"]:
        for primitive in mesh["primitives"]:
            count = glb.json["accessors"][primitive["attributes"]["JOINTS_0"]]["count"]
            which = np.zeros((count, 4), "<u2")
            which[:, 0] = skin["joints"].index(new.node(GAME_ENGINE["pelvis"]))
            which[:, 1] = len(skin["joints"]) - 1
            much = np.tile(np.array([1 - share, share, 0, 0], "<f4"), (count, 1))
            primitive["attributes"] |= {
                "JOINTS_0": new.add(which, "VEC4"),
                "WEIGHTS_0": new.add(much, "VEC4"),
            }
    return new
