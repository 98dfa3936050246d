"""Which of the rigs of a file hang below one node, and what they are as one."""

import hypothesis.strategies as st
from hypothesis import given

from retarget.gltf import GltfFile, NodeTree, candidates
from retarget.gltf.skins import as_one, common_line, meetings, topmost


def held(nodes, *skins):
    """Return the rigs of skins, each with a mesh, and the tree; parents are given by name."""
    names = list(nodes)
    entries = [{"name": name} for name in names]
    for name, parent in nodes.items():
        if parent:
            entries[names.index(parent)].setdefault("children", []).append(names.index(name))
    joints = [{"joints": [names.index(joint) for joint in skin]} for skin in skins]
    file = GltfFile(name="x", json={"nodes": entries, "skins": joints}, buffers=())
    tree = NodeTree.of(file)
    return candidates(file, tree), tree


def met(nodes, *skins):
    found, tree = held(nodes, *skins)
    return [
        [[tree.names[j] for j in part.joints] for part in parts] for parts in meetings(found, tree)
    ]


BODY = {"World": "", "Rig": "World", "Hips": "Rig", "Leg": "Hips", "Foot": "Leg", "Spine": "Hips"}


def test_skins_meet_at_the_node_between_them_once():
    assert met(BODY, ["Leg", "Foot"], ["Spine"]) == [[["Leg", "Foot"], ["Spine"]]]


def test_the_lowest_meeting_comes_first():
    nodes = BODY | {"Chest": "Spine", "Arm": "Chest", "Head": "Chest"}
    limbs = [["Arm"], ["Head"]]
    assert met(nodes, ["Leg"], *limbs) == [limbs, [["Leg"], *limbs]]


def test_what_hangs_below_a_root_meets_only_where_that_is_the_armature():
    nodes = {"World": "", "A": "World", "a": "A", "B": "World", "b": "B"}
    assert met(nodes, ["a"], ["b"]) == []
    assert met(nodes, ["A"], ["B"]) == [[["A"], ["B"]]]
    assert met(nodes, ["A"], ["b"]) == []


def test_what_hangs_in_trees_of_its_own_meets_nowhere():
    assert met({"A": "", "a": "A", "B": "", "b": "B"}, ["a"], ["b"]) == []
    assert met({"A": "", "B": ""}, ["A"], ["B"]) == []


def test_a_skin_in_two_trees_meets_nowhere():
    nodes = BODY | {"Other": ""}
    assert met(nodes, ["Leg", "Other"], ["Spine"]) == []


def test_one_of_several_has_all_their_joints_skins_and_names():
    found, tree = held(BODY, ["Foot", "Leg"], ["Spine"])
    assert [one.label for one in found] == ["Hips", "Hips#2"]
    one = as_one(found, tree)
    assert [tree.names[j] for j in one.joints] == ["Leg", "Spine", "Foot"]
    assert [skin.index for skin in one.skins] == [0, 1]
    assert one.label == "Hips"
    assert set(one.names) == {name for part in found for name in part.names}


@given(st.data())
def test_the_common_line_is_what_the_lines_begin_with(data):
    count = data.draw(st.integers(1, 12))
    parents = [data.draw(st.integers(-1, i - 1)) for i in range(count)]
    nodes = [{"children": [i for i, p in enumerate(parents) if p == k]} for k in range(count)]
    tree = NodeTree.of(GltfFile(name="x", json={"nodes": nodes}, buffers=()))
    chosen = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    lines = [tree.line(node) for node in chosen]
    assert common_line(chosen, tree) == [n for n in lines[0] if all(n in line for line in lines)]
    tops = topmost(sorted(chosen), tree)
    assert tops == [node for node in sorted(chosen) if parents[node] not in chosen]
