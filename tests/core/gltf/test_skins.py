"""Which rigs a file is said to hold."""

import pytest

from retarget.errors import FileReadError
from retarget.gltf import GltfFile, NodeTree, candidates, skins_of
from support import characters


def held(document):
    file = GltfFile(name="x", json=document, buffers=())
    return candidates(file, NodeTree.of(file))


def skinned(nodes, *skins, **more):
    return {"nodes": nodes, "skins": [{"joints": joints} for joints in skins], **more}


CHAIN = [
    {"name": "Rig", "children": [1]},
    {"children": [2]},
    {"children": [3]},
    {"children": [4]},
    {},
]


def test_one_skin_is_one_rig():
    (one,) = held(skinned(CHAIN, [3, 2]))
    assert one.joints == (2, 3)  # parents first, whatever the skin's order
    assert one.skins[0].joints == (3, 2)


def test_skins_that_share_joints_or_hang_under_each_other_are_one_rig():
    (one,) = held(skinned(CHAIN, [1, 2], [2, 3]))
    assert one.joints == (1, 2, 3)
    (one,) = held(skinned(CHAIN, [4], [1]))  # with nodes between them
    assert one.joints == (1, 4)
    assert [skin.index for skin in one.skins] == [0, 1]


def test_skins_side_by_side_are_rigs_of_their_own():
    nodes = [{"name": "World", "children": [1, 2]}, {"name": "a"}, {"name": "b"}]
    one, two = held(skinned(nodes, [1], [2]))
    assert (one.joints, two.joints) == ((1,), (2,))
    # Both hang from the same node, which can name neither of them alone.
    assert (one.label, two.label) == ("World", "World#2")
    assert "b" in two.names


def test_a_third_skin_may_unite_two():
    nodes = [{"children": [1, 2]}, {}, {}]
    (one,) = held(skinned(nodes, [1], [2], [1, 2]))
    assert one.joints == (1, 2)


def test_a_rig_is_called_by_its_armature_its_skins_and_its_meshes():
    nodes = [
        {"name": "Rig", "children": [1]},
        {"name": "Hips"},
        {"name": "Body", "skin": 0, "mesh": 0},
    ]
    document = skinned(nodes, [1])
    document["skins"][0]["name"] = "Skin"
    (one,) = held(document)
    assert one.names == ("Rig", "Skin", "Body", "Hips")
    assert one.skins[0].mesh_nodes == (2,)


def test_without_skins_each_tree_is_one():
    one, two = held({"nodes": [*CHAIN, {"name": "Lamp"}, {"children": [7]}, {}]})
    assert (one.joints, one.label, one.skins) == ((0, 1, 2, 3, 4), "Rig", ())
    assert (two.joints, two.label) == ((6, 7), "node_6")
    assert held({"nodes": [{}, {}]}) == ()
    assert held({}) == ()


def test_two_real_characters_in_one_file_are_two():
    both = characters.joined(characters.mixamo(), characters.game_engine())
    one, two = held(both.json)
    assert (len(one.joints), len(two.joints)) == (52, 53)
    assert (one.label, two.label) == ("Armature", "Armature#2")


def test_deep_and_many_skins_take_no_time_or_stack():
    count = 20_000
    nodes = [{"children": [i + 1]} for i in range(count - 1)] + [{}]
    (one,) = held(skinned(nodes, *([i] for i in range(0, count, 2))))
    assert len(one.joints) == count // 2


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (skinned(CHAIN, [9]), r"skins\[0\].joints is 9; the file has 5 nodes"),
        (skinned(CHAIN, []), "has no joints"),
        (skinned(CHAIN, {"0": 1}), "has no joints"),
        (skinned(CHAIN, [None]), "joints is None"),
        (skinned([{"skin": 1}], [0]), r"nodes\[0\].skin is 1; the file has 1 skins"),
        ({"nodes": CHAIN, "skins": "many"}, "skins is not a list"),
        ({"nodes": CHAIN, "skins": [{"joints": [1], "inverseBindMatrices": "a"}]}, "is 'a'"),
    ],
)
def test_skins_that_are_none_are_told(document, told):
    file = GltfFile(name="x", json=document, buffers=())
    with pytest.raises(FileReadError, match=f"^x: .*{told}"):
        skins_of(file, NodeTree.of(file))
