"""The header reader: what numpy wrote comes back, what is hostile ends in one kind of error."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retarget import npz as npz_module
from retarget.errors import FileReadError
from retarget.npz import Npz
from support.data import shared

ARRAYS = {
    "float64": np.arange(12.0).reshape(3, 4),
    "float32": np.linspace(0, 1, 7, dtype=np.float32),
    "fortran": np.asfortranarray(np.arange(30.0).reshape(2, 3, 5)),
    "big_endian": np.arange(5, dtype=">f8"),
    "integers": np.array([[1, -2], [3, 4]], dtype=np.int16),
    "scalar": np.array(120.00004577),
    "text": np.array("female"),
    "bytes": np.array([b"a", b"bc"]),
    "empty": np.zeros((34, 0)),
    "none": np.zeros((0, 3), dtype=np.float32),
    "structured": np.zeros(2, dtype=[("a", "<f4"), ("b", "<i2", (3,))]),
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("npz") / "clip.npz"
    np.savez(path, poses=np.arange(40.0).reshape(4, 10), gender=np.array("male"), fps=np.array(30))
    return path


def read_all(path):
    file = Npz.open(path)
    return {key: file.read(key) for key in file.members}


def survives(path):
    """Reading either works or says why it does not."""
    try:
        read_all(path)
    except FileReadError as error:
        return str(error).startswith(f"{path}: ")
    return True


def write_zip(path, content, *, name="poses.npy", method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(name, content)
    return path


def npy(header, payload=b"", version=(1, 0)):
    text = header.encode("latin1") if isinstance(header, str) else header
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + payload


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_reads_what_numpy_wrote(tmp_path, save):
    path = tmp_path / "all.npz"
    save(path, **ARRAYS)

    read = read_all(path)

    assert read.keys() == ARRAYS.keys()
    for key, array in ARRAYS.items():
        assert read[key].dtype == array.dtype
        np.testing.assert_array_equal(read[key], array)
        assert Npz.open(path).shape(key) == array.shape


def test_stored_arrays_are_mapped_and_read_only(tmp_path):
    np.savez(tmp_path / "a.npz", **ARRAYS)
    array = Npz.open(tmp_path / "a.npz").read("fortran")
    assert isinstance(array, np.memmap)
    assert array.flags.f_contiguous
    assert not array.flags.writeable


def test_mapping_allocates_nothing_of_the_arrays_size(tmp_path):
    np.savez(tmp_path / "a.npz", poses=np.zeros((10_000, 156)))
    file = Npz.open(tmp_path / "a.npz")
    tracemalloc.start()
    array = file.read("poses")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert array.shape == (10_000, 156)
    assert peak < 100_000


def test_inflating_allocates_little_more_than_the_array(tmp_path):
    array = np.random.default_rng(1).normal(size=(2000, 156))
    np.savez_compressed(tmp_path / "a.npz", poses=array)
    file = Npz.open(tmp_path / "a.npz")
    tracemalloc.start()
    read = file.read("poses")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(read, array)
    assert peak < 2.5 * array.nbytes + (8 << 20)


class Bomb:
    """Unpickling this raises what no reader catches."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


def test_pickled_arrays_are_seen_and_never_loaded(tmp_path):
    path = tmp_path / "pickled.npz"
    np.savez(path, results=np.array([Bomb()], dtype=object), betas=np.zeros(10))
    with np.load(path, allow_pickle=True) as archive, pytest.raises(SystemExit):
        archive["results"]  # the bomb is live

    file = Npz.open(path)

    assert file.members["results"].pickled
    assert file.shape("results") is None
    np.testing.assert_array_equal(file.read("betas"), np.zeros(10))
    with pytest.raises(FileReadError, match="'results' is pickled; retarget never unpickles"):
        file.read("results")


def test_headers_that_python_2_wrote_are_read_in_silence(tmp_path):
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 3L), }".ljust(117) + "\n"
    path = write_zip(tmp_path / "old.npz", npy(header, np.arange(6.0).tobytes()))
    np.testing.assert_array_equal(Npz.open(path).read("poses"), [[0, 1, 2], [3, 4, 5]])


def test_the_real_lfs_pointer_is_named():
    with pytest.raises(FileReadError, match=r"git-LFS pointer.*git lfs pull"):
        Npz.open(shared("data/not_motion/lfs_pointer_C3_-_Run_stageii.npz"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "does not begin as a zip"),
        (b"BVH HIERARCHY", "does not begin as a zip"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git-LFS pointer"),
        (b"PK\x03\x04 and then nothing", "damaged or truncated"),
    ],
)
def test_other_content_is_refused(tmp_path, content, sentence):
    path = tmp_path / "clip.npz"
    path.write_bytes(content)
    with pytest.raises(FileReadError, match=sentence):
        Npz.open(path)


def test_absent_files_and_folders_are_refused(tmp_path):
    with pytest.raises(FileReadError, match="cannot be read"):
        Npz.open(tmp_path)
    with pytest.raises(FileReadError, match="cannot be read"):
        Npz.open(tmp_path / "absent.npz")


def test_an_absent_array_is_named(clip):
    assert "trans" not in Npz.open(clip)
    assert Npz.open(clip).shape("trans") is None
    with pytest.raises(FileReadError, match="no array 'trans'"):
        Npz.open(clip).read("trans")


@given(st.data())
def test_truncated_at_any_byte(clip, tmp_path_factory, data):
    content = clip.read_bytes()
    cut = data.draw(st.integers(0, len(content) - 1))
    path = tmp_path_factory.mktemp("cut") / "clip.npz"
    path.write_bytes(content[:cut])
    with pytest.raises(FileReadError):
        read_all(path)


@settings(max_examples=300)
@given(st.data())
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_any_bytes_overwritten(tmp_path_factory, save, data):
    buffer = io.BytesIO()
    save(buffer, poses=np.arange(40.0).reshape(4, 10), gender=np.array("male"))
    content = bytearray(buffer.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("flipped") / "clip.npz"
    path.write_bytes(content)
    assert survives(path)


_DIMENSION = st.one_of(st.integers(-3, 8), st.integers(-(10**30), 10**30), st.just(10**4000))
_DESCR = st.sampled_from(
    ["<f8", "|O", "<U0", "|V0", "<U500000000", "?", "no", ("<f8", (10**6,)), [("a", "|O")], 7]
)


@settings(max_examples=200)
@given(shape=st.lists(_DIMENSION, max_size=70), descr=_DESCR, fortran=st.booleans())
def test_absurd_headers(tmp_path_factory, shape, descr, fortran):
    dims = "".join(f"{n}, " for n in shape)
    header = f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': ({dims})}}\n"
    path = tmp_path_factory.mktemp("absurd") / "clip.npz"
    write_zip(path, npy(header[:65535], bytes(64)))
    assert survives(path)


@settings(max_examples=200)
@given(content=st.binary(max_size=200), version=st.sampled_from([(1, 0), (2, 0), (3, 0), (9, 9)]))
def test_headers_of_noise(tmp_path_factory, content, version):
    path = tmp_path_factory.mktemp("noise") / "clip.npz"
    write_zip(path, npy(content, version=version))
    assert survives(path)


def allocated_by(path):
    tracemalloc.start()
    assert survives(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_bomb_in_place_of_a_header_stays_small(tmp_path):
    bomb = b"\x93NUMPY\x02\x00" + struct.pack("<I", 200 << 20) + b" " * (200 << 20)
    path = write_zip(tmp_path / "bomb.npz", bomb)
    assert path.stat().st_size < 1 << 20
    assert allocated_by(path) < 2 << 20


def test_a_bomb_behind_a_small_header_stays_small(tmp_path):
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n"
    path = write_zip(tmp_path / "bomb.npz", npy(header, bytes(100 << 20)))
    with pytest.raises(FileReadError, match="the file is damaged"):
        Npz.open(path).read("poses")
    assert allocated_by(path) < 2 << 20


def test_a_lying_size_allocates_what_is_there_and_no_more(tmp_path):
    claimed = 1 << 30
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({claimed},), }}\n"
    content = npy(header, bytes(1000))
    path = write_zip(tmp_path / "lies.npz", content)
    raw = bytearray(path.read_bytes())
    size = struct.pack("<I", len(content) - 1000 + claimed)
    local, central = raw.index(b"PK\x03\x04"), raw.index(b"PK\x01\x02")
    raw[local + 22 : local + 26] = raw[central + 24 : central + 28] = size
    path.write_bytes(raw)
    with pytest.raises(FileReadError, match="damaged or truncated"):
        Npz.open(path).read("poses")
    assert allocated_by(path) < 2 << 20


@pytest.mark.parametrize("size", [npz_module.MAX_BYTES + 1, 1 << 47])
def test_more_than_the_limit_is_refused(tmp_path, size):
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({size},), }}\n"
    path = write_zip(tmp_path / "huge.npz", npy(header))
    with pytest.raises(FileReadError, match="claims more than 4 GiB"):
        Npz.open(path).read("poses")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_without_a_bound_are_refused(tmp_path, method):
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n"
    path = write_zip(tmp_path / "other.npz", npy(header, bytes(50 << 20)), method=method)
    with pytest.raises(FileReadError, match=r"poses\.npy is compressed as numpy never does"):
        Npz.open(path)
    assert allocated_by(path) < 2 << 20


def test_encrypted_members_are_named(clip, tmp_path):
    raw = bytearray(clip.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    raw[raw.index(b"PK\x03\x04") + 6] |= 1
    path = tmp_path / "secret.npz"
    path.write_bytes(raw)
    with pytest.raises(FileReadError, match=r"poses\.npy is encrypted"):
        Npz.open(path)


def test_names_that_climb_are_only_names(tmp_path):
    content = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n", b"\x01\x02")
    path = write_zip(tmp_path / "climb.npz", content, name="../../poses.npy")
    assert list(Npz.open(path).members) == ["../../poses"]
    np.testing.assert_array_equal(Npz.open(path).read("../../poses"), [1, 2])
    assert list(tmp_path.iterdir()) == [path]


def test_too_many_members_are_refused(tmp_path):
    path = tmp_path / "many.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(npz_module.MAX_MEMBERS + 1):
            archive.writestr(f"{i}.npy", b"")
    with pytest.raises(FileReadError, match="4097 members"):
        Npz.open(path)


def test_members_that_are_no_arrays_are_passed_over(tmp_path):
    path = tmp_path / "mixed.npz"
    np.savez(path, fps=np.array(30))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("README.txt", "not an array")
    assert list(Npz.open(path).members) == ["fps"]
