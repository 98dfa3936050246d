"""The kit's GLB reader against files written by pygltflib and sampled by scipy."""

from __future__ import annotations

import json
import struct

import numpy as np
import pygltflib as gltf
import pytest
from scipy.interpolate import CubicHermiteSpline
from scipy.spatial.transform import Rotation, Slerp

from retarget.testing.glb import GlbError, read_glb

TIMES = np.array([0.0, 0.5, 0.75, 2.0], np.float32)
TURNS = Rotation.random(4, np.random.default_rng(0))
PATH = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)


class Document:
    """A small document under construction with pygltflib."""

    def __init__(self):
        self.gltf = gltf.GLTF2(scene=0, scenes=[gltf.Scene(nodes=[0])])
        self.blob = b""

    def view(self, content, **fields):
        self.blob += b"\0" * (-len(self.blob) % 4)
        view = gltf.BufferView(
            buffer=0, byteOffset=len(self.blob), byteLength=len(content), **fields
        )
        self.blob += content
        self.gltf.bufferViews.append(view)
        return len(self.gltf.bufferViews) - 1

    def accessor(self, array, kind, component=gltf.FLOAT, **fields):
        view = self.view(np.ascontiguousarray(array).tobytes())
        return self.add(
            gltf.Accessor(
                bufferView=view, componentType=component, count=len(array), type=kind, **fields
            )
        )

    def add(self, accessor):
        self.gltf.accessors.append(accessor)
        return len(self.gltf.accessors) - 1

    def animate(self, node, path, times, values, interpolation=None):
        if not self.gltf.animations:
            self.gltf.animations.append(gltf.Animation())
        animation = self.gltf.animations[0]
        sampler = gltf.AnimationSampler(input=times, output=values, interpolation=interpolation)
        animation.samplers.append(sampler)
        target = gltf.AnimationChannelTarget(node=node, path=path)
        animation.channels.append(
            gltf.AnimationChannel(sampler=len(animation.samplers) - 1, target=target)
        )

    def read(self, folder):
        self.gltf.buffers = [gltf.Buffer(byteLength=len(self.blob))]
        self.gltf.set_binary_blob(self.blob)
        path = folder / "file.glb"
        self.gltf.save_binary(str(path))
        return read_glb(path)


def matrix_of(rotation, translation=(0, 0, 0), scale=(1, 1, 1)):
    matrix = np.eye(4)
    matrix[:3, :3] = rotation.as_matrix() @ np.diag(scale)
    matrix[:3, 3] = translation
    return matrix


def test_nodes_at_rest_compose_down_the_tree(tmp_path):
    document = Document()
    a, b, c = TURNS[0], TURNS[1], TURNS[2]
    document.gltf.nodes = [
        gltf.Node(name="top", children=[2], translation=[1, 2, 3], rotation=a.as_quat().tolist()),
        gltf.Node(name="leaf", translation=[0, 0, 5], scale=[2, 2, 2]),
        gltf.Node(name="mid", children=[1], matrix=matrix_of(b, [4, 5, 6]).T.ravel().tolist()),
        gltf.Node(rotation=c.as_quat().tolist()),
    ]
    glb = document.read(tmp_path)
    assert glb.names == ("top", "leaf", "mid", "node 3")
    assert glb.parents == (-1, 2, 0, -1)
    top = matrix_of(a, [1, 2, 3])
    mid = top @ matrix_of(b, [4, 5, 6])
    leaf = mid @ matrix_of(Rotation.identity(), [0, 0, 5], [2, 2, 2])
    np.testing.assert_allclose(glb.rest(), [top, leaf, mid, matrix_of(c)], atol=1e-12)


def animated(interpolation=None):
    document = Document()
    document.gltf.nodes = [gltf.Node(name="top", children=[1]), gltf.Node(translation=[0, 1, 0])]
    times = document.accessor(TIMES, gltf.SCALAR, min=[0.0], max=[2.0])
    turns = document.accessor(TURNS.as_quat().astype(np.float32), gltf.VEC4)
    path = document.accessor(PATH, gltf.VEC3)
    document.animate(0, "rotation", times, turns, interpolation)
    document.animate(0, "translation", times, path, interpolation)
    return document


@pytest.mark.parametrize("interpolation", [None, "LINEAR"])
def test_linear_tracks_are_scipys_slerp_and_lines(tmp_path, interpolation):
    glb = animated(interpolation).read(tmp_path)
    when = np.linspace(0, 2, 33)
    world = glb.sample(when)
    expected = Slerp(TIMES, TURNS)(when)
    np.testing.assert_allclose(world[0, :, :3, :3], expected.as_matrix(), atol=1e-6)
    lines = np.stack([np.interp(when, TIMES, PATH[:, i]) for i in range(3)], axis=1)
    np.testing.assert_allclose(world[0, :, :3, 3], lines, atol=1e-6)
    child = lines + expected.apply([0, 1, 0])
    np.testing.assert_allclose(world[1, :, :3, 3], child, atol=1e-6)


def test_linear_rotations_take_the_shorter_arc(tmp_path):
    document = Document()
    document.gltf.nodes = [gltf.Node()]
    quats = np.array([[0, 0, 0, 1], [0, -np.sin(0.1), 0, -np.cos(0.1)]], np.float32)
    times = document.accessor(np.array([0, 1], np.float32), gltf.SCALAR, min=[0.0], max=[1.0])
    document.animate(0, "rotation", times, document.accessor(quats, gltf.VEC4))
    halfway = document.read(tmp_path).sample(0.5)[0, 0, :3, :3]
    np.testing.assert_allclose(halfway, Rotation.from_rotvec([0, 0.1, 0]).as_matrix(), atol=1e-6)


def test_step_tracks_hold_until_the_next_key(tmp_path):
    glb = animated("STEP").read(tmp_path)
    where = glb.sample([0, 0.49, 0.5, 0.74, 1.99, 2.0])[0, :, :3, 3]
    np.testing.assert_allclose(where, PATH[[0, 0, 1, 1, 2, 3]], atol=1e-7)


def test_cubic_tracks_are_scipys_hermite_spline(tmp_path):
    document = Document()
    document.gltf.nodes = [gltf.Node()]
    rng = np.random.default_rng(2)
    slopes = rng.normal(size=(4, 3))
    keys = np.stack([slopes, PATH, slopes], axis=1).reshape(-1, 3).astype(np.float32)
    times = document.accessor(TIMES, gltf.SCALAR, min=[0.0], max=[2.0])
    document.animate(0, "translation", times, document.accessor(keys, gltf.VEC3), "CUBICSPLINE")
    turns = rng.normal(size=(12, 4)).astype(np.float32)
    turns[1::3] = TURNS.as_quat()
    document.animate(0, "rotation", times, document.accessor(turns, gltf.VEC4), "CUBICSPLINE")
    when = np.linspace(0, 2, 21)
    world = document.read(tmp_path).sample(when)
    expected = CubicHermiteSpline(TIMES, PATH, slopes)(when)
    np.testing.assert_allclose(world[0, :, :3, 3], expected, atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(world[0, :, :3, :3]), 1, atol=1e-9)
    on_keys = document.read(tmp_path).sample(TIMES)[0, :, :3, :3]
    np.testing.assert_allclose(on_keys, TURNS.as_matrix(), atol=1e-6)


@pytest.mark.parametrize("interpolation", ["LINEAR", "STEP"])
def test_outside_its_keys_a_track_stands_still(tmp_path, interpolation):
    where = animated(interpolation).read(tmp_path).sample([-1.0, 9.0])[0, :, :3, 3]
    np.testing.assert_allclose(where, PATH[[0, -1]], atol=1e-7)


def test_one_key_holds_for_ever(tmp_path):
    document = Document()
    document.gltf.nodes = [gltf.Node()]
    times = document.accessor(np.zeros(1, np.float32), gltf.SCALAR, min=[0.0], max=[0.0])
    document.animate(0, "translation", times, document.accessor(PATH[:1], gltf.VEC3))
    glb = document.read(tmp_path)
    np.testing.assert_allclose(glb.sample([0, 1, 2])[0, :, :3, 3], PATH[[0, 0, 0]], atol=1e-7)
    assert glb.key_times.tolist() == [0]
    read = glb.read_back()
    assert read.world.shape == (1, 1, 4, 4)
    assert read.between.shape == (1, 0, 4, 4)


def test_tracks_without_a_key_of_their_own_keep_the_nodes_rest(tmp_path):
    document = animated()
    document.gltf.nodes[0].scale = [2, 2, 2]
    world = document.read(tmp_path).sample([0.0])
    np.testing.assert_allclose(np.linalg.det(world[0, 0, :3, :3]), 8, rtol=1e-6)


def test_normalised_integers_are_fractions(tmp_path):
    document = Document()
    document.gltf.nodes = [gltf.Node()]
    stored = np.array([[32767, -32768, 0, 16384]], np.int16)
    times = document.accessor(np.zeros(1, np.float32), gltf.SCALAR, min=[0.0], max=[0.0])
    turns = document.accessor(stored, gltf.VEC4, gltf.SHORT, normalized=True)
    document.animate(0, "rotation", times, turns)
    values = document.read(tmp_path).accessor(turns)
    np.testing.assert_allclose(values, [[1, -1, 0, 16384 / 32767]])


def test_strides_offsets_and_sparse_values_are_honoured(tmp_path):
    document = Document()
    interleaved = np.arange(20, dtype=np.float32).reshape(4, 5)
    view = document.view(interleaved.tobytes(), byteStride=20)
    strided = document.add(
        gltf.Accessor(bufferView=view, byteOffset=4, componentType=5126, count=4, type="VEC3")
    )
    where = document.view(np.array([0, 3], np.uint16).tobytes())
    what = document.view(np.array([[7, 8], [9, 10]], np.float32).tobytes())
    sparse = document.add(
        gltf.Accessor(
            componentType=5126,
            count=4,
            type="VEC2",
            sparse=gltf.Sparse(
                count=2,
                indices=gltf.AccessorSparseIndices(bufferView=where, componentType=5123),
                values=gltf.AccessorSparseValues(bufferView=what),
            ),
        )
    )
    glb = document.read(tmp_path)
    np.testing.assert_array_equal(glb.accessor(strided), interleaved[:, 1:4])
    np.testing.assert_array_equal(glb.accessor(sparse), [[7, 8], [0, 0], [0, 0], [9, 10]])


def test_inverse_binds_are_stored_column_by_column(tmp_path):
    document = Document()
    document.gltf.nodes = [gltf.Node(name="a", children=[1]), gltf.Node(name="b")]
    bind = matrix_of(TURNS[0], [1, 2, 3])
    columns = np.stack([np.eye(4), bind.T]).reshape(2, 16).astype(np.float32)
    binds = document.accessor(columns, gltf.MAT4)
    document.gltf.skins = [gltf.Skin(joints=[1, 0], inverseBindMatrices=binds)]
    found = document.read(tmp_path).inverse_binds
    np.testing.assert_allclose(found["a"], bind, atol=1e-6)
    np.testing.assert_allclose(found["b"], np.eye(4))


def test_read_back_holds_keys_and_midpoints(tmp_path):
    glb = animated().read(tmp_path)
    read = glb.read_back()
    np.testing.assert_array_equal(read.times, TIMES)
    np.testing.assert_allclose(read.between, glb.sample([0.25, 0.625, 1.375]))
    np.testing.assert_allclose(read.rotations["top"], TURNS.as_quat(), atol=1e-7)
    np.testing.assert_allclose(read.rest[1], matrix_of(Rotation.identity(), [0, 1, 0]))


def test_a_node_with_two_parents_is_refused(tmp_path):
    document = Document()
    document.gltf.nodes = [gltf.Node(children=[2]), gltf.Node(children=[2]), gltf.Node()]
    with pytest.raises(GlbError, match="node 2 has two parents"):
        document.read(tmp_path).rest()


def test_a_moving_node_with_a_matrix_is_refused(tmp_path):
    document = animated()
    document.gltf.nodes[0].matrix = np.eye(4).ravel().tolist()
    with pytest.raises(GlbError, match="animated but has a matrix"):
        document.read(tmp_path).sample([0])


def test_two_channels_on_one_property_are_refused(tmp_path):
    document = animated()
    document.animate(0, "translation", 0, 2)
    with pytest.raises(GlbError, match="two channels drive the translation of node 0"):
        document.read(tmp_path).sample([0])


def test_a_view_that_ends_too_soon_is_refused(tmp_path):
    document = animated()
    document.gltf.bufferViews[1].byteLength -= 4
    with pytest.raises(GlbError, match="bufferView 1 is too short"):
        document.read(tmp_path).sample([0])


def test_keys_that_do_not_rise_are_refused(tmp_path):
    document = Document()
    document.gltf.nodes = [gltf.Node()]
    times = document.accessor(np.array([0, 1, 1], np.float32), gltf.SCALAR, min=[0.0], max=[1.0])
    document.animate(0, "translation", times, document.accessor(PATH[:3], gltf.VEC3))
    with pytest.raises(ValueError, match="do not rise"):
        document.read(tmp_path).sample([0])


def container(*chunks, version=2, length=None):
    body = b"".join(struct.pack("<II", len(c), kind) + c for kind, c in chunks)
    return struct.pack("<4sII", b"glTF", version, length or 12 + len(body)) + body


JSON = (0x4E4F534A, json.dumps({"asset": {"version": "2.0"}}).encode().ljust(40))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a GLB"),
        (b"glTF", "not a GLB"),
        (b"{}" * 20, "not a GLB"),
        (container(JSON, version=1), "version 1"),
        (container(JSON, length=1000), "1000 bytes said, 60 there"),
        (container((0x004E4942, b"1234")), "the first chunk must be JSON"),
        (container((JSON[0], JSON[1] + b" ")), "not padded"),
        (container((JSON[0], b'{"asset":NaN}   ')), "NaN, which is no JSON"),
    ],
)
def test_a_container_against_the_specification_is_refused(tmp_path, content, words):
    path = tmp_path / "file.glb"
    path.write_bytes(content)
    with pytest.raises(GlbError, match=words):
        read_glb(path)


def test_a_file_without_animation_has_no_frames(tmp_path):
    path = tmp_path / "file.glb"
    path.write_bytes(container(JSON))
    assert read_glb(path).read_back().times.size == 0
