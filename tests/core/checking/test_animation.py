"""Sampling a finished file, against the specification's formulas, three.js and matrix chains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import retarget
from retarget import gltf
from retarget.errors import FileReadError, RetargetError
from retarget.gltf.animation import Track, labels, read_animation, world_of
from retarget.testing import sampling
from support.animated import Animated
from support.generated import clip_of, rig_at, turned_rig
from support.generated import world_of as true_world
from support.peers import three_world


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**31),
    st.integers(1, 9),
    st.sampled_from(["LINEAR", "STEP", "CUBICSPLINE"]),
    st.booleans(),
)
def test_a_track_is_sampled_as_the_specification_says(seed, keys, interpolation, rotation):
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(0.05, 1, keys))
    per_key = 3 if interpolation == "CUBICSPLINE" else 1
    values = rng.normal(size=(per_key * keys, 4 if rotation else 3))
    if rotation and per_key == 1:
        values /= np.linalg.norm(values, axis=1, keepdims=True)
    elif rotation:
        values[1::3] /= np.linalg.norm(values[1::3], axis=1, keepdims=True)
        values[0::3] *= 0.1
        values[2::3] *= 0.1
    moments = np.concatenate([[0.0], times, rng.uniform(-1, times[-1] + 1, 20)])
    found = Track(times=times, values=values, interpolation=interpolation, rotation=rotation).at(
        moments
    )
    expected = sampling.Track(
        times=times, values=values, interpolation=interpolation, rotation=rotation
    ).at(moments)
    expected = np.broadcast_to(expected, (len(moments), values.shape[1]))
    found = np.broadcast_to(found, expected.shape)
    if rotation:  # q and -q are one rotation
        expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
        found = found * np.sign((found * expected).sum(axis=1, keepdims=True))
    assert np.abs(found - expected).max() < 1e-7


def test_keys_come_back_as_they_are():
    times = (np.arange(50) / 120).astype(np.float32).astype(float)
    values = np.random.default_rng(0).normal(size=(50, 3))
    assert Track(times=times, values=values).at(times) is values


@pytest.mark.parametrize(("encoding", "metres"), [("float32", 2e-6), ("int16", 3e-4)])
def test_a_written_clip_is_read_back(tmp_path, encoding, metres):
    clip = clip_of(turned_rig(), frames=40, still=("left_hip",), held=("right_hip",))
    path = tmp_path / "clip.glb"
    retarget.export(clip, path, options=retarget.Options(extra={"gltf_encoding": encoding}))
    file = gltf.read(path)
    tree = gltf.NodeTree.of(file)
    played = read_animation(file, 0)
    nodes = [tree.names.index(name) for name in clip.rig.skeleton.names]
    frames = range(0, 40, 7)
    moments = clip.times()[list(frames)].astype(float)
    world = world_of(tree, played, moments, nodes)
    truth = true_world(clip, frames)
    assert np.abs(world.positions.swapaxes(0, 1) - truth[..., :3, 3]).max() < metres
    turns = Rotation.from_quat(world.rotations.reshape(-1, 4)).as_matrix()
    turns = turns.reshape(*world.rotations.shape[:2], 3, 3).swapaxes(0, 1)
    assert np.abs(turns - truth[..., :3, :3]).max() < 1e-3


# three.js does not normalize the quaternions that it decodes.
@pytest.mark.parametrize(("encoding", "near"), [("float32", 1e-5), ("int16", 3e-4)])
def test_joints_stand_where_three_js_puts_them_between_frames_too(tmp_path, encoding, near):
    clip = clip_of(rig_at(), frames=30, fps=30.0)
    path = tmp_path / "clip.glb"
    retarget.export(clip, path, options=retarget.Options(extra={"gltf_encoding": encoding}))
    moments = np.array([0.0, 0.111, 0.5, 0.7777, 29 / 30])
    peers = three_world(path, moments)["matrices"]
    file = gltf.read(path)
    tree = gltf.NodeTree.of(file)
    names = list(peers)
    world = world_of(tree, read_animation(file, 0), moments, [tree.names.index(n) for n in names])
    for n, name in enumerate(names):
        assert np.abs(world.positions[n] - peers[name][:, :3, 3]).max() < near
        turns = Rotation.from_quat(world.rotations[n]).as_matrix()
        assert np.abs(turns - peers[name][:, :3, :3]).max() < near


def test_armatures_with_scale_and_turn_are_honoured():
    rng = np.random.default_rng(3)
    spins = Rotation.random(5, random_state=4)
    nodes = [
        {"rotation": spins[0].as_quat().tolist(), "scale": [0.01] * 3, "children": [2]},
        {"translation": [1.0, 2.0, 3.0]},
        {"translation": [10.0, 0.0, 5.0], "children": [3], "scale": [2.0] * 3},
        {"rotation": spins[1].as_quat().tolist(), "translation": [0.0, 30.0, 0.0]},
    ]
    times = [0.0, 0.5, 1.0]
    turns = spins[2:].as_quat()
    sizes = np.repeat([[1.0], [3.0], [2.0]], 3, axis=1)
    paths = rng.normal(size=(3, 3))
    file = gltf.parse(
        Animated(nodes)
        .animate(
            [
                (2, "rotation", times, turns),
                (2, "scale", times, sizes),
                (3, "translation", times, paths),
                (1, "weights", times, [0.0, 1.0, 2.0]),
            ]
        )
        .content(),
        "a.gltf",
    )
    world = world_of(gltf.NodeTree.of(file), read_animation(file, 0), np.array(times), [3, 1])

    def matrix(translation=(0, 0, 0), rotation=(0, 0, 0, 1), scale=(1, 1, 1)):
        made = np.eye(4)
        made[:3, :3] = Rotation.from_quat(rotation).as_matrix() * scale
        made[:3, 3] = translation
        return made

    for f in range(3):
        chain = (
            matrix(rotation=nodes[0]["rotation"], scale=nodes[0]["scale"])
            @ matrix(nodes[2]["translation"], turns[f], sizes[f])
            @ matrix(paths[f], nodes[3]["rotation"])
        )
        assert np.abs(world.positions[0, f] - chain[:3, 3]).max() < 1e-6
        axes = chain[:3, :3] / np.linalg.norm(chain[:3, :3], axis=0)
        assert np.abs(Rotation.from_quat(world.rotations[0, f]).as_matrix() - axes).max() < 1e-6
    assert (world.positions[1] == [1, 2, 3]).all()


def test_uneven_scales_are_refused_where_they_matter():
    nodes = [{"scale": [1, 2, 1], "children": [1], "name": "odd"}, {}, {}]
    file = gltf.parse(Animated(nodes).animate([(1, "scale", [0.0], [[1, 1, 1]])]).content(), "a")
    tree, played = gltf.NodeTree.of(file), read_animation(file, 0)
    with pytest.raises(RetargetError, match="odd is scaled unevenly"):
        world_of(tree, played, np.zeros(1), [1])
    assert world_of(tree, played, np.zeros(1), [2]).positions.shape == (1, 1, 3)


QUAT = [[0, 0, 0, 1], [0, 0, 1, 0]]


@pytest.mark.parametrize(
    ("tracks", "told"),
    [
        ([(0, "rotation", [0.5, 0.5], QUAT)], "do not rise"),
        ([(0, "rotation", [1.0, 0.0], QUAT)], "do not rise"),
        ([(0, "rotation", [0.0, np.nan], QUAT)], "holds no times"),
        ([(0, "rotation", [0.0, 1.0, 2.0], QUAT)], "3 of 4 were expected"),
        ([(0, "rotation", [0.0, 1.0], QUAT, "CUBICSPLINE")], "6 of 4 were expected"),
        ([(0, "rotation", [0.0, 1.0], QUAT, "BEZIER")], "interpolation is"),
        ([(0, "rotation", [0.0, 1.0], [QUAT[0], [0, 0, 0, 0]])], "no length"),
        ([(0, "translation", [0.0, 1.0], [[0, 0, np.inf], [0, 0, 0]])], "NaN or infinity"),
        ([(0, "translation", [0.0, 1.0], QUAT)], "2 of 3 were expected"),
        ([(7, "rotation", [0.0, 1.0], QUAT)], "has 1 nodes"),
        ([(0, "rotation", [0.0, 1.0], QUAT)] * 2, "what another channel moves"),
    ],
)
def test_what_no_animation_can_be_is_told(tracks, told):
    file = gltf.parse(Animated([{}]).animate(tracks).content(), "bad.gltf")
    with pytest.raises(FileReadError, match=told) as error:
        read_animation(file, 0)
    assert str(error.value).startswith("bad.gltf: ")


def test_names_and_extras_are_listed_without_reading_keys():
    made = Animated([{}]).animate([], name="walk", extras={"fps": 30})
    made.animate([], extras="no object")
    found = labels(gltf.parse(made.content(), "a"))
    assert found == [("walk", {"fps": 30}), ("", {})]
