"""Meshes of a glTF stay bound as they are, where joints rest elsewhere and where they scale."""

from __future__ import annotations

import copy
import json
import struct
from pathlib import Path

import attrs
import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from blender_backend.characters import (
    RATE,
    assert_moves_as,
    clip_of,
    given,
    moves_of,
    rig_at,
    truth,
)
from blender_backend.rereading import UPRIGHT, reread
from retarget.errors import RetargetError
from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.glb import read_glb
from support.glb import Glb

REMESH = Path(__file__).parent / "remesh.py"

NEAR = 2e-5
"""Metres that a vertex may be off: what the gltf backend's are off by rounding."""

HEAD, ARM = "mixamorig:Head", "mixamorig:LeftArm"


class Edited:
    """A character's GLB whose document and inverse bind matrices can be changed."""

    def __init__(self):
        glb = Glb(given("mixamo", "glb"))
        self.document, self.binary = glb.document, bytearray(glb.binary)
        self.nodes = {node.get("name"): node for node in self.document["nodes"]}

    def turn(self, name, degrees):
        """Let a joint rest elsewhere than where the mesh is bound to it."""
        node = self.nodes[name]
        turn = Rotation.from_euler("xyz", degrees, degrees=True)
        node["rotation"] = (Rotation.from_quat(node["rotation"]) * turn).as_quat().tolist()

    def grow(self, name, size, *, alone=False):
        """Scale a joint at rest; what hangs on it stays as it is, where `alone`."""
        self.nodes[name]["scale"] = [size] * 3
        for child in self.nodes[name].get("children", []) if alone else []:
            node = self.document["nodes"][child]
            node["translation"] = [x / size for x in node["translation"]]
            node["scale"] = [1 / size] * 3

    def fit(self, name, size):
        """Let the bind of a joint have its scale."""
        (skin,) = self.document["skins"]
        index = [self.document["nodes"][joint]["name"] for joint in skin["joints"]].index(name)
        accessor = self.document["accessors"][skin["inverseBindMatrices"]]
        view = self.document["bufferViews"][accessor["bufferView"]]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0) + 64 * index
        bind = np.frombuffer(self.binary, "<f4", 16, start).reshape(4, 4)
        bind[:, :3] /= size

    def hang(self, name, onto):
        """Hang a joint on another, where it stands."""
        nodes = self.document["nodes"]
        node, above = (nodes.index(self.nodes[each]) for each in (name, onto))
        local = np.linalg.inv(self.world(above)) @ self.world(node)
        nodes[self.parent(node)]["children"].remove(node)
        nodes[above]["children"].append(node)
        size = float(np.cbrt(np.linalg.det(local[:3, :3])))
        nodes[node] |= {
            "translation": local[:3, 3].tolist(),
            "rotation": Rotation.from_matrix(local[:3, :3] / size).as_quat().tolist(),
            "scale": [size] * 3,
        }

    def parent(self, node):
        holders = enumerate(self.document["nodes"])
        return next((n for n, one in holders if node in one.get("children", [])), None)

    def world(self, node):
        held, above = self.document["nodes"][node], self.parent(node)
        local = np.eye(4)
        turn = Rotation.from_quat(held.get("rotation", [0, 0, 0, 1]))
        local[:3, :3] = turn.as_matrix() * held.get("scale", [1, 1, 1])
        local[:3, 3] = held.get("translation", [0, 0, 0])
        return local if above is None else self.world(above) @ local

    def add(self, name, node, mesh=None):
        """Hang a node on another, with a mesh that has the body's points and no skin."""
        document = self.document
        if mesh:
            (body,) = document["meshes"]
            points = body["primitives"][0]["attributes"]["POSITION"]
            document["meshes"].append(
                {"name": mesh, "primitives": [{"attributes": {"POSITION": points}, "indices":
                 body["primitives"][0]["indices"]}]}
            )  # fmt: skip
            node["mesh"] = len(document["meshes"]) - 1
        document["nodes"].append(node)
        self.nodes[name].setdefault("children", []).append(len(document["nodes"]) - 1)

    def write(self, path):
        text = json.dumps(self.document).encode()
        text += b" " * (-len(text) % 4)
        head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(self.binary))
        chunk = struct.pack("<I4s", len(text), b"JSON") + text
        path.write_bytes(head + chunk + struct.pack("<I4s", len(self.binary), b"BIN\0"))
        with path.open("ab") as file:
            file.write(self.binary)
        return path


def elsewhere(edited):
    """Arms up and to the front, the head to the side, a leg twisted."""
    edited.turn(ARM, (10, 20, 40))
    edited.turn("mixamorig:RightArm", (0, -40, 30))
    edited.turn(HEAD, (0, 30, 10))
    edited.turn("mixamorig:LeftUpLeg", (20, 30, 0))


def big_head(edited):
    """A head that is larger than it is bound, with what hangs on it."""
    edited.grow(HEAD, 1.5)


def grown(edited):
    """A joint amid the body, which carries others; and one of these again."""
    edited.grow("mixamorig:Spine", 1.2)
    edited.grow(ARM, 0.8)


def fitting(edited):
    """Scales that the binds have, too: an end joint and one that carries others."""
    edited.grow("mixamorig:LeftHand", 1.4, alone=True)
    edited.fit("mixamorig:LeftHand", 1.4)
    edited.grow(HEAD, 0.5, alone=True)
    edited.fit(HEAD, 0.5)


def all_at_once(edited):
    elsewhere(edited)
    grown(edited)
    fitting(edited)


def hung_elsewhere(edited):
    """All of it, and an upper arm that hangs on a scaled joint below the one that carries it."""
    all_at_once(edited)
    edited.hang(ARM, "mixamorig:Spine")


VARIATIONS = [elsewhere, big_head, grown, fitting, all_at_once, hung_elsewhere]


def skinned(path, world):
    """The vertices (F, V, 3) of each mesh by name, the world matrices (N, F, 4, 4) given."""
    glb, found = Glb(path), {}
    for index, node in enumerate(glb.document["nodes"]):
        if "mesh" not in node:
            continue
        mesh = glb.document["meshes"][node["mesh"]]
        for primitive in mesh["primitives"]:
            at = primitive["attributes"]
            points = glb.values(at["POSITION"]).astype(float)
            points = np.hstack([points, np.ones((len(points), 1))])
            if "skin" not in node:
                found[mesh["name"]] = np.einsum("fij,vj->fvi", world[index], points)[..., :3]
                continue
            skin = glb.document["skins"][node["skin"]]
            bind = glb.values(skin["inverseBindMatrices"]).reshape(-1, 4, 4).swapaxes(1, 2)
            matrices = world[skin["joints"]] @ bind[:, None].astype(float)
            moved = 0.0
            for n in range(4):
                if f"JOINTS_{n}" not in at:
                    break
                joints, weights = glb.values(at[f"JOINTS_{n}"]), glb.values(at[f"WEIGHTS_{n}"])
                for k in range(4):
                    of = matrices[joints[:, k]]
                    moved += weights[:, k] * np.einsum("vfij,vj->ifv", of, points)
            found[mesh["name"]] = np.moveaxis(moved, 0, -1)[..., :3]
    return found


def wanted(path, clip):
    """The vertices that a file's meshes should have: all of a joint turns about it, as it turns."""
    file, (moved, rest) = read_glb(path), truth(clip)
    world = np.repeat(file.rest()[:, None], clip.frames, axis=1)
    tree = file.document["nodes"]
    nodes = clip.rig.asset.nodes.tolist()
    for joint, node in enumerate(nodes):
        world[node] = moved[joint] @ np.linalg.inv(rest[joint]) @ file.rest()[node]
        for child in tree[node].get("children", []):
            if child not in nodes:
                world[child] = world[node] @ np.linalg.inv(file.rest()[node]) @ file.rest()[child]
    return skinned(path, world)


def assert_same_points(found, expected, near=NEAR):
    """Whatever their order, and however often one is there."""
    assert len(found) == len(expected)
    for these, those in zip(found, expected, strict=True):
        assert cKDTree(these).query(those)[0].max() < near
        assert cKDTree(those).query(these)[0].max() < near


@pytest.fixture
def clip_on(session, tmp_path):  # noqa: ARG001 - without it there is nothing to export with
    def make(*changes):
        edited = Edited()
        for change in changes:
            change(edited)
        path = edited.write(tmp_path / "given.glb")
        return path, clip_of(rig_at(path))

    return make


@pytest.mark.parametrize("variation", VARIATIONS)
def test_a_glb_deforms_as_the_file_does(variation, clip_on, exporter, tmp_path):
    path, clip = clip_on(variation)
    made = tmp_path / "made.glb"
    assert exporter.export(clip, made, Options()).warnings == ()
    assert_moves_as(clip, *moves_of(made, clip))
    file = read_glb(made)
    times = clip.times()
    assert_same_points(skinned(made, file.sample(times))["Body"], wanted(path, clip)["Body"])
    rest = skinned(made, file.rest()[:, None])["Body"]
    assert_same_points(rest, skinned(path, read_glb(path).rest()[:, None])["Body"])
    (animation,) = file.document["animations"]
    for sampler in animation["samplers"]:
        keys = Glb(made).values(sampler["input"])[:, 0]
        assert keys.tolist() == times[: len(keys)].tolist()


@pytest.mark.parametrize("suffix", [".fbx", ".blend"])
@pytest.mark.parametrize("variation", VARIATIONS)
def test_other_formats_deform_as_the_file_does(
    variation, suffix, clip_on, exporter, session, tmp_path
):
    path, clip = clip_on(variation)
    made = tmp_path / f"made{suffix}"
    exporter.export(clip, made, Options())
    found = remeshed(made, clip.frames, session)["Body"]
    assert_same_points(found, wanted(path, clip)["Body"], near=1e-4)


def remeshed(path, frames, session, **more):
    """The vertices (F, V, 3) of each mesh as Blender shows them, +Y up."""
    job = {"script": str(REMESH), "path": str(path), "frames": frames, "rate": RATE}
    job["vertices"] = str(path) + ".{}.npy"
    names = session.run({**job, **more}, what=str(path), seconds=300)["names"]
    turn = UPRIGHT[:3, :3].T
    return {name: np.load(job["vertices"].format(n)) @ turn for n, name in enumerate(names)}


@pytest.mark.parametrize("suffix", [".glb", ".blend"])
def test_what_hangs_on_a_scaled_joint_keeps_its_size(suffix, clip_on, exporter, session, tmp_path):
    def hat(edited):
        node = {"name": "hat", "translation": [0.0, 0.1, 0.02], "scale": [0.3, 0.3, 0.3]}
        edited.add(HEAD, node, mesh="Hat")

    for variation in (big_head, fitting):
        path, clip = clip_on(variation, hat)
        made = tmp_path / f"made{suffix}"
        exporter.export(clip, made, Options(force=True))
        if suffix == ".glb":
            found = skinned(made, read_glb(made).sample(clip.times()))["Hat"]
        else:
            found = remeshed(made, clip.frames, session)["hat"]
        assert_same_points(found, wanted(path, clip)["Hat"], near=1e-4)


def test_animations_of_a_scaled_file_play_as_before(clip_on, exporter, session, tmp_path):
    """Kept in a .blend: turns, a way, and sizes of joints that are scaled and bound elsewhere."""
    times, count = np.arange(4) / 30, 4  # the importer rounds other rates
    rng = np.random.default_rng(3)

    def idle(edited):
        document = edited.document

        def accessor(values):
            values = np.asarray(values, "<f4").reshape(count, -1)
            start = len(edited.binary)
            edited.binary.extend(values.tobytes())
            document["bufferViews"].append(
                {"buffer": 0, "byteOffset": start, "byteLength": values.nbytes}
            )
            document["buffers"][0]["byteLength"] = len(edited.binary)
            kind = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}[values.shape[1]]
            document["accessors"].append({
                "bufferView": len(document["bufferViews"]) - 1, "componentType": 5126,
                "count": count, "type": kind,
                "min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist(),
            })  # fmt: skip
            return len(document["accessors"]) - 1

        time, channels, samplers = accessor(times), [], []
        for name in (ARM, HEAD, "mixamorig:Spine1"):
            node = edited.nodes[name]
            size = np.array(node.get("scale", [1, 1, 1]))
            for path, values in (
                ("rotation", Rotation.random(count, rng).as_quat()),
                ("translation", node["translation"] + rng.normal(0, 0.02, (count, 3))),
                ("scale", size * np.linspace(1, 1.3, count)[:, None]),
            ):
                samplers.append({"input": time, "output": accessor(values)})
                target = {"node": document["nodes"].index(node), "path": path}
                channels.append({"sampler": len(samplers) - 1, "target": target})
        document["animations"] = [{"name": "idle", "channels": channels, "samplers": samplers}]

    path, _ = clip_on(all_at_once, idle)
    clip = smooth_clip(rig_at(path), frames=6, fps=30)
    exporter.export(clip, tmp_path / "made.blend", Options())
    found = remeshed(tmp_path / "made.blend", count, session, track="idle")["Body"]
    expected = skinned(path, read_glb(path).sample(times.astype(np.float32)))["Body"]
    assert_same_points(found, expected, near=1e-4)


def test_a_file_bound_where_it_rests_is_left_alone(clip_on, exporter, session, tmp_path):
    """No key before the first frame, no other rest: bones as the importer makes them."""
    _, clip = clip_on()
    exporter.export(clip, tmp_path / "made.blend", Options())
    back = reread(tmp_path / "made.blend", clip, RATE, session=session)
    assert_moves_as(clip, back.world, back.rest)
    assert [path for path in back.said["paths"] if path.endswith(".scale")] == []


@pytest.mark.parametrize(
    ("scale", "names"), [([1.2, 1.0, 1.1], "mixamorig:Spine1"), ([1, 1, -1], HEAD)]
)
def test_joints_that_no_bone_can_be_are_refused(scale, names, clip_on, exporter, tmp_path):
    def uneven(edited):
        edited.nodes[names]["scale"] = scale
        for child in edited.nodes[names].get("children", []) if min(scale) < 0 else []:
            edited.document["nodes"][child].pop("children", None)

    path, clip = clip_on()
    edited = Edited()
    uneven(edited)
    file = attrs.evolve(clip.rig.asset.gltf, json=edited.document)
    rig = attrs.evolve(clip.rig, asset=attrs.evolve(clip.rig.asset, gltf=file))
    with pytest.raises(RetargetError) as caught:
        exporter.export(attrs.evolve(clip, rig=rig), tmp_path / "made.glb", Options())
    assert str(caught.value) == (
        f"{path}: joints are scaled unevenly, sheared or mirrored at rest, which Blender's bones "
        f"cannot be: {names}. Apply the scale in the program that made the file, or use "
        "--backend gltf."
    )
    assert not (tmp_path / "made.glb").exists()


def test_a_second_skin_bound_otherwise_is_told(clip_on, exporter, tmp_path):
    def coat(edited):
        """The body a second time, bound with the left arm up."""
        document = edited.document
        skin = copy.deepcopy(document["skins"][0])
        accessor = copy.deepcopy(document["accessors"][skin["inverseBindMatrices"]])
        view = copy.deepcopy(document["bufferViews"][accessor["bufferView"]])
        start, size = view.get("byteOffset", 0), view["byteLength"]
        held = np.frombuffer(bytes(edited.binary[start : start + size]), "<f4").copy()
        binds = held.reshape(-1, 4, 4)
        names = [document["nodes"][joint]["name"] for joint in skin["joints"]]
        turn = np.eye(4, dtype="<f4")
        turn[:3, :3] = Rotation.from_euler("z", 40, degrees=True).as_matrix()
        for n in [n for n, name in enumerate(names) if name.startswith(ARM)]:
            binds[n] = binds[n] @ turn
        view["byteOffset"] = len(edited.binary)
        edited.binary.extend(held.tobytes())
        document["buffers"][0]["byteLength"] = len(edited.binary)
        document["bufferViews"].append(view)
        accessor["bufferView"] = len(document["bufferViews"]) - 1
        document["accessors"].append(accessor)
        skin |= {"name": "coat", "inverseBindMatrices": len(document["accessors"]) - 1}
        document["skins"].append(skin)
        node = next(node for node in document["nodes"] if "skin" in node)
        document["nodes"].append({**node, "name": "Coat", "skin": 1})
        parent = next(
            one for one in [*document["nodes"], *document["scenes"]]
            if document["nodes"].index(node) in one.get("children", one.get("nodes", []))
        )  # fmt: skip
        parent.get("children", parent.get("nodes")).append(len(document["nodes"]) - 1)

    _, clip = clip_on(coat)
    (told,) = exporter.export(clip, tmp_path / "made.glb", Options()).warnings
    assert told == (
        "given.glb: the skin coat is bound to joints in another pose than the skins before it "
        f"({ARM}); Blender binds it anew, so that it deforms otherwise where vertices follow "
        "several of them. The gltf backend keeps it."
    )
