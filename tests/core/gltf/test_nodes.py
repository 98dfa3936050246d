"""The node tree against a naive walk with 4 x 4 matrices, and trees that are none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from retarget.errors import FileReadError
from retarget.gltf import GltfFile, NodeTree
from support import characters
from support.character_glb import Glb
from support.effort import effort


def tree(nodes):
    return NodeTree.of(GltfFile(name="x", json={"nodes": nodes}, buffers=()))


def refused(nodes, told):
    with pytest.raises(FileReadError, match=f"^x: .*{told}"):
        tree(nodes)


@st.composite
def forests(draw):
    """Nodes in any order, with uniform scales, half of them as matrices."""
    count = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    place = rng.permutation(count).tolist()
    glb = Glb({"nodes": [{"name": f"n{i}"} for i in range(count)]}, b"")
    for k in range(1, count):
        parent = draw(st.integers(-1, k - 1))
        if parent >= 0:
            glb.json["nodes"][place[parent]].setdefault("children", []).append(place[k])
    for node in glb.json["nodes"]:
        node["rotation"] = Rotation.random(rng=rng).as_quat().tolist()
        node["translation"] = rng.normal(size=3).tolist()
        node["scale"] = [float(rng.uniform(0.01, 3))] * 3
    return characters.as_matrices(glb) if draw(st.booleans()) else glb


def agrees(found, expected):
    """Whether the world transforms are those of (N, 4, 4) matrices."""
    world = found.world
    size = np.cbrt(np.linalg.det(expected[:, :3, :3]))
    turns = expected[:, :3, :3] / size[:, None, None]
    np.testing.assert_allclose(world.positions, expected[:, :3, 3], atol=1e-9)
    np.testing.assert_allclose(world.scales, size, rtol=1e-9)
    np.testing.assert_allclose(world.linear, expected[:, :3, :3], atol=1e-9)
    np.testing.assert_allclose(Rotation.from_quat(world.rotations).as_matrix(), turns, atol=1e-9)


@settings(deadline=None)
@given(forests())
def test_the_rest_is_that_of_a_naive_walk(glb):
    found = tree(glb.json["nodes"])
    agrees(found, glb.world())
    assert found.parents.tolist() == glb.parents()
    assert found.faults == {}
    assert not found.uneven.any()
    seen = set()
    for node in found.order.tolist():
        assert found.parents[node] < 0 or int(found.parents[node]) in seen
        assert found.depths[node] == len(found.line(node)) - 1
        seen.add(node)
    assert len(seen) == len(found)
    assert [sorted(n.get("children", [])) for n in glb.json["nodes"]] == [
        list(children) for children in found.children
    ]


@pytest.mark.parametrize("name", ["mixamo", "game_engine"])
def test_real_characters_stand_where_the_naive_walk_has_them(name):
    hero = getattr(characters, name)()
    for variant in (hero, characters.scaled_armature(hero, 0.01, Rotation.random(rng=1))):
        found = tree(variant.json["nodes"])
        expected = variant.world()
        np.testing.assert_allclose(found.world.positions, expected[:, :3, 3], atol=1e-9)
        assert not found.uneven.any()
        assert found.faults == {}


def test_uneven_scale_gives_exact_positions_and_is_told():
    nodes = [
        {"scale": [1, 2, 3], "rotation": [0.6, 0, 0, 0.8], "children": [1]},
        {"translation": [1, 1, 1], "rotation": [0, 0.6, 0, 0.8], "children": [2]},
        {"translation": [1, 2, 1], "scale": [1.0005, 1, 1]},
    ]
    found = tree(nodes)
    np.testing.assert_allclose(
        found.world.positions, Glb({"nodes": nodes}, b"").world()[:, :3, 3], atol=1e-12
    )
    assert found.uneven.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ({"scale": [-1, 1, 1]}, "mirrors"),
        ({"scale": [-1, -1, 1]}, "mirrors"),
        ({"scale": [0, 1, 1]}, "scale of 0"),
        ({"rotation": [0, 0, 0, 0]}, "no length"),
        ({"matrix": [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}, "mirrors"),
        ({"matrix": [0] * 15 + [1]}, "scale of 0"),
        ({"matrix": [1e308] * 12 + [0, 0, 0, 1]}, "scale of 0|projects"),
        ({"matrix": [1, 0, 0, 0, 0.5, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}, "sheared"),
        ({"matrix": [1, 0, 0, 0.1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}, "projects"),
    ],
)
def test_what_is_no_rigid_transform_is_a_fault_of_that_node_alone(node, told):
    import re  # noqa: PLC0415

    found = tree([{}, node | {"children": [2]}, {"translation": [0, 0, 1]}])
    assert list(found.faults) == [1]
    assert re.search(told, found.faults[1])
    assert np.isfinite(found.world.rotations).all()


def test_rotations_a_little_off_unit_are_made_unit():
    found = tree([{"rotation": [0, 0, 0.61, 0.81]}])
    assert np.linalg.norm(found.rotations[0]) == pytest.approx(1, abs=1e-15)
    assert found.faults == {}


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ([{"children": [0]}], r"nodes\[0\] is below itself"),
        ([{"children": [1]}, {"children": [0]}], "is below itself"),
        ([{"children": [1]}, {"children": [2]}, {"children": [1]}], "child of"),
        ([{}, {"children": [2]}, {"children": [3]}, {"children": [1]}], "is below itself"),
        ([{"children": [2]}, {"children": [2]}, {}], r"nodes\[2\] is a child of nodes\[0\]"),
        ([{"children": [1, 1]}, {}], "one parent"),
        ([{"children": [1]}], r"nodes\[0\].children is 1; the file has 1 nodes"),
        ([{"children": [-1]}], "is -1"),
        ([{"children": ["0"]}, {}], "is '0'"),
        ([{"children": [True]}, {}], "is True"),
        ([{"children": [10**40]}, {}], "huge"),
        ([{"children": 1}, {}], "not a list"),
        ([{"children": {"1": 1}}, {}], "not a list"),
        ([{"translation": [0, 0]}], r"nodes\[0\].translation .* 3 finite numbers"),
        ([{"translation": [0, 0, "1"]}], "3 finite numbers"),
        ([{"translation": [0, 0, None]}], "3 finite numbers"),
        ([{"translation": [0, 0, True]}], "3 finite numbers"),
        ([{"translation": [0, 0, float("inf")]}], "3 finite numbers"),
        ([{"translation": [0, 0, float("nan")]}], "3 finite numbers"),
        ([{"translation": [0, 0, 10**400]}], "3 finite numbers"),
        ([{"rotation": [0, 0, 1]}], "4 finite numbers"),
        ([{"scale": 2}], "3 finite numbers"),
        ([{"matrix": [1] * 15}], "16 finite numbers"),
        ({"a": 1}, "nodes is not a list"),
        ([[]], "nodes is not a list of objects"),
        ([None], "nodes is not a list of objects"),
    ],
)
def test_what_is_no_tree_is_told(nodes, told):
    refused(nodes, told)


def test_names_that_a_terminal_would_obey_are_made_harmless():
    found = tree([{"name": "a\x1b[2Jb\ud800"}, {"name": 7}, {}, {"name": "Hüfte 骨"}])
    assert found.names == ("a\ufffd[2Jb\ufffd", "", "", "Hüfte 骨")
    assert found.label(2) == "node_2"


def test_a_file_without_nodes_has_an_empty_tree():
    assert len(tree([])) == 0
    assert len(tree([]).world.scales) == 0


def test_a_chain_of_a_hundred_thousand_nodes_is_walked():
    count = 100_000
    nodes = [
        {"children": [i + 1], "translation": [0, 0.001, 0], "rotation": [0, 0.6, 0, 0.8]}
        for i in range(count - 1)
    ]
    found = tree([*nodes, {"translation": [0, 0.001, 0]}])
    assert found.depths[-1] == count - 1
    np.testing.assert_allclose(found.world.positions[-1], [0, count / 1000, 0], atol=1e-6)
    nodes[-1]["children"] = [50]
    nodes[49]["children"] = []
    refused([*nodes, {}], "below itself")


def test_growth_without_bound_is_not_finite_and_raises_nothing():
    nodes = [
        {"children": [i + 1], "scale": [9, 9, 9], "translation": [1, 1, 1]} for i in range(999)
    ]
    assert not np.isfinite(tree([*nodes, {"translation": [1, 1, 1]}]).world.positions[-1]).all()


def test_the_work_grows_with_the_nodes_and_not_with_their_square():
    def work(inner):
        nodes = [{"children": [2 * i + 1, 2 * i + 2]} for i in range(inner)]
        nodes += [{"rotation": [0, 0, 0, 1], "translation": [1, 2, 3]} for _ in range(inner + 1)]
        return effort(lambda: tree(nodes).world)

    assert work(5000) < 2.5 * work(2500)
