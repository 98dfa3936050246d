"""The document: what every rule for an excellent GLB asks of its structure."""

from __future__ import annotations

import json

import numpy as np
import pytest

import retarget
from retarget import roles
from retarget.errors import RetargetError
from retarget.options import Options
from retarget_gltf.document import Document
from retarget_gltf.exporter import GltfExporter
from support.generated import HUMAN, clip_of, rig_at, turned_rig
from support.glb import Glb

PROVENANCE = {"source": "subject/clip.npz", "passes": ["floor"], "nothing": None, "höhe": 1.5}


@pytest.fixture(params=["mannequin", "cube"])
def glb(request, tmp_path):
    clip = clip_of(turned_rig(), 20, name="A: walk [1]/2.x", provenance=PROVENANCE)
    GltfExporter().export(clip, tmp_path / "clip.glb", Options(mesh=request.param))
    return Glb(tmp_path / "clip.glb")


def test_nodes_are_the_joints_in_order_then_the_mesh(glb):
    *joints, mesh = glb.document["nodes"]
    rig = turned_rig()
    assert tuple(node["name"] for node in joints) == rig.skeleton.names
    children = {c: p for p, node in enumerate(joints) for c in node.get("children", [])}
    assert [children.get(j, -1) for j in range(len(joints))] == rig.skeleton.parents.tolist()
    assert set(mesh) == {"name", "mesh", "skin"}  # no transform
    assert glb.document["scenes"] == [{"nodes": [0, len(joints)]}]
    assert glb.document["scene"] == 0


def test_the_skeleton_rests_as_the_rig_does(glb):
    rig = turned_rig()
    for j, node in enumerate(glb.document["nodes"][:-1]):
        assert "matrix" not in node
        assert "scale" not in node
        np.testing.assert_allclose(node["translation"], rig.skeleton.rest_translations[j])
        np.testing.assert_allclose(node["rotation"], rig.skeleton.rest_rotations[j], atol=1e-15)


def test_the_skin_binds_every_joint_at_rest(glb):
    (skin,) = glb.document["skins"]
    assert skin["joints"] == list(range(52))
    assert skin["skeleton"] == 0
    inverse = glb.values(skin["inverseBindMatrices"]).reshape(52, 4, 4).swapaxes(1, 2)
    bind = np.linalg.inv(inverse.astype(np.float64))
    np.testing.assert_allclose(bind[:, :3, 3], HUMAN, atol=1e-6)
    assert (inverse[:, 3] == [0, 0, 0, 1]).all()


def test_every_joint_carries_a_vertex(glb):
    (mesh,) = glb.document["meshes"]
    (primitive,) = mesh["primitives"]
    joints = glb.values(primitive["attributes"]["JOINTS_0"])
    weights = glb.values(primitive["attributes"]["WEIGHTS_0"])
    assert set(np.unique(joints[weights > 0.1])) == set(range(52))
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)


def test_one_neutral_material(glb):
    (material,) = glb.document["materials"]
    shading = material["pbrMetallicRoughness"]
    assert shading["metallicFactor"] == 0
    assert 0.6 <= shading["roughnessFactor"] <= 1
    red, green, blue, alpha = shading["baseColorFactor"]
    assert max(red, green, blue) - min(red, green, blue) < 0.05
    assert alpha == 1


def test_targets_are_on_vertices_and_indices_alone(glb):
    (primitive,) = glb.document["meshes"][0]["primitives"]
    accessors, views = glb.document["accessors"], glb.document["bufferViews"]
    expected = {accessors[primitive["indices"]]["bufferView"]: 34963}
    expected |= {accessors[a]["bufferView"]: 34962 for a in primitive["attributes"].values()}
    assert {v: view.get("target") for v, view in enumerate(views)} == {
        v: expected.get(v) for v in range(len(views))
    }
    assert all(view["byteOffset"] % 4 == 0 for view in views)
    assert not any("byteStride" in view for view in views)


def test_views_begin_at_multiples_of_four():
    document = Document(None)
    document.view([np.arange(3, dtype=np.uint16), np.arange(3, dtype=np.uint16)])
    document.view([np.arange(3, dtype=np.uint8)])
    document.view([np.arange(2, dtype=np.float32)])
    views = [(v["byteOffset"], v["byteLength"]) for v in document.views]
    assert views == [(0, 12), (12, 3), (16, 8)]
    assert b"".join(a.tobytes() for a in document.binary)[16:24] == np.float32([0, 1]).tobytes()


def test_names_we_make_survive_every_importer(glb):
    document = glb.document
    made = [document["animations"][0]["name"], document["materials"][0]["name"]]
    made += [document["meshes"][0]["name"], document["nodes"][-1]["name"]]
    assert made[0] == "A_walk_1_2_x"
    for name in made:
        assert name
        assert not set(name) & set("[].:/ ")
    nodes = [node["name"] for node in document["nodes"]]
    assert len(set(nodes)) == len(nodes)


@pytest.mark.parametrize(("given", "made"), [(" .. ", "motion"), ("gehen-loop", "gehen-loop")])
def test_names_of_animations(tmp_path, given, made):
    GltfExporter().export(clip_of(rig_at(), 2, name=given), tmp_path / "x.glb", Options())
    assert Glb(tmp_path / "x.glb").document["animations"][0]["name"] == made


def test_a_joint_called_as_the_mesh_keeps_its_name(tmp_path):
    rig = rig_at()
    names = tuple("mannequin" if n == "left_thumb3" else n for n in rig.skeleton.names)
    skeleton = retarget.Skeleton(
        names=names,
        parents=rig.skeleton.parents,
        rest_translations=rig.skeleton.rest_translations,
        rest_rotations=rig.skeleton.rest_rotations,
    )
    known = {n: n for n in roles.HUMANOID if n in names}
    rig = retarget.Rig(name="x", skeleton=skeleton, roles=known)
    GltfExporter().export(clip_of(rig, 2), tmp_path / "x.glb", Options())
    nodes = [node["name"] for node in Glb(tmp_path / "x.glb").document["nodes"]]
    assert nodes[:-1] == list(names)
    assert nodes[-1] not in names


def test_the_file_says_how_it_was_made(glb):
    asset = glb.document["asset"]
    assert asset["version"] == "2.0"
    assert retarget.__version__ in asset["generator"]
    assert asset["extras"].items() >= PROVENANCE.items()
    assert asset["extras"]["backend"] == "gltf"
    assert asset["extras"]["fps"] == 60


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), object()])
def test_provenance_that_is_no_json_is_refused(tmp_path, value):
    clip = clip_of(rig_at(), 2, provenance={"odd": value})
    with pytest.raises(RetargetError, match="provenance"):
        GltfExporter().export(clip, tmp_path / "x.glb", Options())
    assert list(tmp_path.iterdir()) == []


def test_the_json_is_what_pygltflib_writes(tmp_path, monkeypatch):
    seen = []
    ours = Document.json

    def json_of(self, buffer=None):
        text = ours(self, buffer)
        seen.append((text, self.gltf.to_json()))
        return text

    monkeypatch.setattr(Document, "json", json_of)
    GltfExporter().export(clip_of(rig_at(), 3), tmp_path / "x.glb", Options())
    ((text, theirs),) = seen
    assert json.loads(text) == json.loads(theirs)


def test_without_a_mesh_the_skin_still_names_the_joints(tmp_path):
    GltfExporter().export(clip_of(rig_at(), 3), tmp_path / "x.glb", Options(mesh="none"))
    document = Glb(tmp_path / "x.glb").document
    assert "meshes" not in document
    assert len(document["nodes"]) == 52
    assert document["skins"][0]["joints"] == list(range(52))
