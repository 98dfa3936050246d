"""Accessor values against struct, and every way in which one may reach where nothing is."""

import copy
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retarget.errors import FileReadError, RetargetError
from retarget.gltf import GltfFile, read_accessor
from support import characters

FORMATS = {5120: "b", 5121: "B", 5122: "h", 5123: "H", 5125: "I", 5126: "f"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}


def file(accessors, views, *buffers):
    document = {"accessors": accessors, "bufferViews": views}
    return GltfFile(name="x", json=document, buffers=buffers)


@given(st.data())
def test_values_are_those_that_struct_reads(data):
    component = data.draw(st.sampled_from(sorted(FORMATS)))
    kind = data.draw(st.sampled_from(["SCALAR", "VEC2", "VEC3", "VEC4"]))
    count = data.draw(st.integers(0, 5))
    content = data.draw(st.binary(min_size=400, max_size=400))
    one = struct.Struct(f"<{WIDTHS[kind]}{FORMATS[component]}")
    stride = data.draw(st.none() | st.integers(one.size, one.size + 8))
    view = {"buffer": 0, "byteOffset": 7, "byteLength": 390}
    view |= {} if stride is None else {"byteStride": stride}
    accessor = {"bufferView": 0, "byteOffset": 3, "count": count}
    accessor |= {"componentType": component, "type": kind}
    values = read_accessor(file([accessor], [view], content), 0)
    step = stride or one.size
    expected = [one.unpack_from(content, 10 + k * step) for k in range(count)]
    assert values.shape == (count, WIDTHS[kind])
    np.testing.assert_array_equal(values, np.array(expected, float).reshape(values.shape))


def test_matrices_of_small_integers_have_padded_columns():
    content = bytes(range(24))
    for kind, columns, rows in (("MAT3", 3, 3), ("MAT2", 2, 2)):
        accessor = {"bufferView": 0, "componentType": 5121, "type": kind, "count": 2}
        size = columns * 4
        values = read_accessor(file([accessor], [{"buffer": 0, "byteLength": 24}], content), 0)
        expected = [
            [m * size + c * 4 + r for c in range(columns) for r in range(rows)] for m in (0, 1)
        ]
        assert values.tolist() == expected


@pytest.mark.parametrize(
    ("component", "held", "expected"),
    [
        (5120, [-128, -127, 0, 127], [-1, -1, 0, 1]),
        (5121, [0, 51, 255], [0, 0.2, 1]),
        (5122, [-32768, -32767, 16384], [-1, -1, 16384 / 32767]),
        (5123, [0, 65535], [0, 1]),
    ],
)
def test_normalized_integers_become_floats(component, held, expected):
    content = struct.pack(f"<{len(held)}{FORMATS[component]}", *held)
    accessor = {"bufferView": 0, "componentType": component, "type": "SCALAR", "normalized": True}
    accessor["count"] = len(held)
    view = {"buffer": 0, "byteLength": len(content)}
    values = read_accessor(file([accessor], [view], content), 0)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values[:, 0], expected, atol=1e-7)


SPARSE = {
    "count": 2,
    "indices": {"bufferView": 1, "componentType": 5123},
    "values": {"bufferView": 2},
}
SPARSE_CONTENT = struct.pack("<4f2H2f", 1, 2, 3, 4, 1, 3, 20, 40)
SPARSE_VIEWS = [
    {"buffer": 0, "byteLength": 16},
    {"buffer": 0, "byteOffset": 16, "byteLength": 4},
    {"buffer": 0, "byteOffset": 20, "byteLength": 8},
]
SPARSE_ACCESSOR = {"componentType": 5126, "type": "SCALAR", "count": 4, "sparse": SPARSE}


def test_sparse_values_replace_those_of_the_view_or_zeros():
    over = file([SPARSE_ACCESSOR | {"bufferView": 0}], SPARSE_VIEWS, SPARSE_CONTENT)
    assert read_accessor(over, 0)[:, 0].tolist() == [1, 20, 3, 40]
    alone = file([SPARSE_ACCESSOR], SPARSE_VIEWS, SPARSE_CONTENT)
    assert read_accessor(alone, 0)[:, 0].tolist() == [0, 20, 0, 40]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"count": 5}, "replaces 5 of 4"),
        ({"indices": {"bufferView": 2, "componentType": 5123}}, "replaces value"),
        ({"indices": {"bufferView": 1, "componentType": 5126}}, "componentType is 5126"),
        ({"indices": {"bufferView": 9, "componentType": 5123}}, "has 3 bufferViews"),
        ({"indices": 3}, "indices is not an object"),
        ({"values": {"bufferView": 1}}, "needs 8 bytes"),
        ({"values": {}}, "bufferView is None"),
        ({"count": 1 << 60}, "whole number"),
    ],
)
def test_sparse_lies_are_told(change, told):
    accessor = SPARSE_ACCESSOR | {"sparse": SPARSE | change}
    with pytest.raises(FileReadError, match=told):
        read_accessor(file([accessor], SPARSE_VIEWS, SPARSE_CONTENT), 0)


def test_a_sparse_index_one_too_far_is_told():
    content = struct.pack("<4f2H2f", 1, 2, 3, 4, 1, 4, 20, 40)
    with pytest.raises(FileReadError, match="replaces value 4 of 4"):
        read_accessor(file([SPARSE_ACCESSOR], SPARSE_VIEWS, content), 0)


ACCESSOR = {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 2}
VIEW = {"buffer": 0, "byteLength": 24}


@pytest.mark.parametrize(
    ("accessor", "view", "told"),
    [
        ({"count": 3}, {}, "needs 36 bytes .* which has 24"),
        ({"byteOffset": 4}, {}, "needs 28 bytes"),
        ({"count": (1 << 32) - 1}, {}, "claims 4294967295"),
        ({"count": 1 << 26}, {}, "needs"),
        ({"count": -1}, {}, "count is -1"),
        ({"count": None}, {}, "count is None"),
        ({"count": True}, {}, "count is True"),
        ({"componentType": 5124}, {}, "componentType is 5124"),
        ({"componentType": [5126]}, {}, "componentType is a list"),
        ({"type": "VEC5"}, {}, "type is 'VEC5'"),
        ({"type": ["VEC3"]}, {}, "type is a list"),
        ({"bufferView": 1}, {}, "has 1 bufferViews"),
        ({"bufferView": -1}, {}, "is -1"),
        ({"bufferView": None}, {}, "is None"),
        ({}, {"byteLength": 1 << 40}, "buffer of 24"),
        ({}, {"byteOffset": 1}, "from byte 1 of a buffer of 24"),
        ({}, {"byteStride": 8}, "needs"),
        ({"count": 3}, {"byteStride": 1}, "needs"),
        ({"count": 2}, {"byteStride": 1 << 40}, "needs"),
        ({}, {"buffer": 2}, "has 1 buffers"),
        ({}, {"byteLength": 1.5}, "whole number"),
        ({}, {"extensions": []}, "not an object"),
    ],
)
def test_what_reaches_too_far_is_told(accessor, view, told):
    with pytest.raises(FileReadError, match=f"(?s)x: .*{told}"):
        read_accessor(file([ACCESSOR | accessor], [VIEW | view], bytes(24)), 0)


@pytest.mark.parametrize("index", [1, -1, "0", None, 10**30, "long" * 1000])
def test_an_accessor_that_is_not_there_is_told(index):
    with pytest.raises(FileReadError, match="has 1 accessors") as raised:
        read_accessor(file([ACCESSOR], [VIEW], bytes(24)), index)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("extension", ["EXT_meshopt_compression", "KHR_meshopt_compression"])
def test_meshopt_data_are_refused(extension):
    view = VIEW | {"extensions": {extension: {"buffer": 0}}}
    with pytest.raises(RetargetError, match="compressed"):
        read_accessor(file([ACCESSOR], [view], bytes(24)), 0)


def test_draco_data_are_refused():
    accessor = {k: v for k, v in ACCESSOR.items() if k != "bufferView"}
    with pytest.raises(RetargetError, match="absent or compressed"):
        read_accessor(file([accessor], [], bytes(24)), 0)


def test_claims_cost_no_memory():
    sparse = {"count": 0, "indices": {}, "values": {}}
    claims = [
        ACCESSOR | {"count": 1 << 27},
        ACCESSOR | {"count": 1 << 50},
        {"componentType": 5126, "type": "MAT4", "count": 1 << 23, "sparse": sparse},
    ]
    tracemalloc.start()
    for accessor in claims:
        with pytest.raises(FileReadError):
            read_accessor(file([accessor], [VIEW], bytes(24)), 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_the_file_is_not_changed_by_reading():
    document = file([SPARSE_ACCESSOR | {"bufferView": 0}], SPARSE_VIEWS, SPARSE_CONTENT)
    before = copy.deepcopy(document.json)
    values = read_accessor(document, 0)
    values[:] = 0  # a sparse one is a copy
    assert document.json == before
    assert document.buffers == (SPARSE_CONTENT,)
    plain = read_accessor(file([ACCESSOR], [VIEW], bytes(24)), 0)
    assert not plain.flags.writeable


def test_a_real_character_reads_as_struct_reads_it():
    hero = characters.mixamo()
    document = GltfFile(name="x", json=hero.json, buffers=(hero.bin,))
    for i in range(len(hero.json["accessors"])):
        np.testing.assert_array_equal(read_accessor(document, i), hero.values(i))
