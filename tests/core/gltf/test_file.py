"""Reading glTF files: what is taken, and what is said of those that lie."""

import json
import struct
import tracemalloc

import pytest

from retarget.errors import FileReadError
from retarget.gltf import parse, read
from support.character_glb import Glb
from support.stick_figure import stick_figure

ASSET = {"asset": {"version": "2.0"}}


def glb(*chunks, version=2, length=None):
    content = b"".join(struct.pack("<I4s", len(c), kind) + c for kind, c in chunks)
    size = 12 + len(content) if length is None else length
    return struct.pack("<4sII", b"glTF", version, size) + content


def text(document, pad=b" "):
    content = json.dumps(document).encode()
    return content + pad * (-len(content) % 4)


def with_buffer(size, **buffer):
    return ASSET | {"buffers": [{"byteLength": size, **buffer}]}


def refused(content, told):
    with pytest.raises(FileReadError, match=f"(?s)^x: .*{told}"):
        parse(content, "x")


def test_a_glb_gives_its_json_and_its_bytes(tmp_path):
    figure = stick_figure()
    file = read(figure.save(tmp_path / "a.glb"))
    assert file.json == figure.json
    assert file.buffers == (figure.bin,)
    assert file.is_glb
    assert file.folder == tmp_path
    assert file.name == str(tmp_path / "a.glb")


def test_a_gltf_is_read_with_its_buffer_beside_it_or_in_it(tmp_path):
    figure = stick_figure()
    for file in (
        read(figure.save(tmp_path / "a.gltf")),
        read(figure.save_gltf(tmp_path / "b.gltf", embedded=True)),
    ):
        assert file.buffers == (figure.bin,)
        assert not file.is_glb


def test_content_decides_not_the_name(tmp_path):
    path = tmp_path / "a.gltf"
    path.write_bytes(stick_figure().bytes())
    assert read(path).is_glb


def test_padding_stays_and_unknown_chunks_are_kept():
    chunks = [(b"JSON", text(with_buffer(5))), (b"BIN\0", b"12345\0\0\0"), (b"XTRA", b"abcd")]
    file = parse(glb(*chunks), "x")
    assert file.buffers == (b"12345\0\0\0",)
    assert file.other_chunks == ((b"XTRA", b"abcd"),)


def test_a_byte_order_mark_is_passed_over():
    assert parse(b"\xef\xbb\xbf" + text(ASSET), "x").json == ASSET


def test_every_truncation_is_refused():
    content = stick_figure().bytes()
    (size,) = struct.unpack_from("<I", content, 12)
    near = [0, 3, 4, 11, 12, 15, 19, 20, 21, 20 + size - 1, 20 + size, 27 + size, 28 + size]
    for cut in [*near, *range(30 + size, len(content), 997), len(content) - 1]:
        with pytest.raises(FileReadError):
            parse(content[:cut], "x")
        # The same with a header that tells the truth of its length: the chunks must be found out.
        if cut >= 12:
            fixed = content[:8] + struct.pack("<I", cut) + content[12:cut]
            with pytest.raises(FileReadError):
                parse(fixed, "x")


def test_a_chunk_that_claims_more_than_there_is_is_refused():
    """Even where all that the document asks for is there."""
    content = glb((b"JSON", text(with_buffer(4))), BIN)
    lying = content[:-12] + struct.pack("<I4s", 1000, b"BIN\0") + b"1234"
    refused(lying, "chunk 1 says it has 1000 bytes; 4 are left")


def test_what_comes_after_the_stated_length_is_refused():
    refused(stick_figure().bytes() + b"\0\0\0\0", "damaged.*says it has")


JSON = (b"JSON", text(ASSET))
BIN = (b"BIN\0", b"1234")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"glTF", "truncated"),
        (glb(JSON, version=1), "version 1; only glTF 2.0"),
        (glb(JSON, version=3), "version 3"),
        (glb(JSON, length=1 << 31), "truncated: the GLB says it has 2147483648 bytes"),
        (glb(JSON, length=(1 << 32) - 1), "truncated: the GLB says it has 4294967295 bytes"),
        (glb(JSON, length=20), "damaged"),
        (glb(), "first chunk is not JSON"),
        (glb(BIN, JSON), "first chunk is not JSON"),
        (glb(JSON, JSON), "two chunks"),
        (glb(JSON, BIN, BIN), "two chunks"),
        (glb(JSON, (b"XTRA", b""), BIN), "BIN chunk is not the second"),
        (glb((b"JSON", b"[1]")), "no asset"),
        (glb((b"JSON", b'"a"')), "no asset"),
        (glb((b"JSON", b"")), "neither"),
        (glb((b"JSON", text(ASSET).strip()[:-1])), "neither"),
        (glb((b"JSON", b'{"asset": "\xff"}')), "UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        (text({"version": "2.0"}), "no asset"),
        (text({"asset": 2}), "no asset"),
        (text({"asset": {}}), r"asset.version is None; only glTF 2.0"),
        (text({"asset": {"version": 2.0}}), r"asset.version is 2.0"),
        (text({"asset": {"version": "1.0"}}), r"asset.version is '1.0'"),
        (text({"asset": {"version": "2.1", "minVersion": "2.1"}}), "minVersion is '2.1'"),
        (b'{"asset": {"version": "2.0"}, "nodes": [{"scale": [NaN, 1, 1]}]}', "NaN is no JSON"),
        (b'{"asset": {"version": "2.0"}, "n": -Infinity}', "Infinity is no JSON"),
        (b'{"asset": {"version": "2.0"}, "n": ' + b"9" * 5000 + b"}", "neither"),
        (b'{"asset": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested without end"),
        (b'{"asset": {"version": "2.0"}, "n": ' + b"[" * 150 + b"]" * 150 + b"}", "100 levels"),
        (text(with_buffer(4)), "no content"),
        (glb((b"JSON", text(with_buffer(4)))), "no content"),
        (glb((b"JSON", text(with_buffer(5))), BIN), "should have 5 bytes; it has 4"),
        (glb((b"JSON", text(with_buffer(1 << 32))), BIN), "should have 4294967296 bytes"),
        (glb((b"JSON", text(with_buffer(-1))), BIN), "byteLength is -1"),
        (glb((b"JSON", text(with_buffer("4"))), BIN), "byteLength is '4'"),
        (glb((b"JSON", text(with_buffer(1e300))), BIN), "byteLength"),
        (text(ASSET | {"buffers": {}}), "buffers is not a list"),
        (text(ASSET | {"buffers": [1]}), "buffers is not a list of objects"),
        (text(with_buffer(1, uri=7)), "no content"),
        (text(with_buffer(4, uri="data:application/octet-stream,abcd")), "not base64"),
        (text(with_buffer(4, uri="data:;base64,YWJj!ZGVm")), "damaged base64"),
        (text(with_buffer(4, uri="data:;base64,abcde")), "damaged base64"),
        (text(with_buffer(4, uri="data:;base64,YWJj")), "should have 4 bytes; it has 3"),
        (text(with_buffer(4, uri="a.bin")), "no folder"),
    ],
)
def test_what_is_wrong_is_told(content, told):
    refused(content, told)


def test_files_that_are_none_are_told(tmp_path):
    with pytest.raises(FileReadError, match="no such file"):
        read(tmp_path / "a.glb")
    with pytest.raises(FileReadError, match="is no file"):
        read(tmp_path)


def test_claims_cost_no_memory():
    claims = [
        glb((b"JSON", text(with_buffer((1 << 32) - 1))), BIN),
        glb((b"JSON", text(with_buffer(1 << 40))), BIN),
        struct.pack("<4sIII4s", b"glTF", 2, 24, (1 << 32) - 1, b"JSON") + b"{}  ",
    ]
    tracemalloc.start()
    for content in claims:
        with pytest.raises(FileReadError):
            parse(content, "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_buffer_that_only_an_extension_fills_is_empty():
    """As the fallback buffer of a file compressed with EXT_meshopt_compression."""
    fallback = {"byteLength": 1 << 20, "extensions": {"EXT_meshopt_compression": {"fallback": 1}}}
    document = ASSET | {"buffers": [{"byteLength": 4}, fallback]}
    assert parse(glb((b"JSON", text(document)), BIN), "x").buffers == (b"1234", b"")


class TestExternalBuffers:
    """Buffers in files of their own: of the document's folder, and of no other place."""

    def gltf(self, folder, uri, size=4):
        path = folder / "a.gltf"
        path.write_bytes(text(with_buffer(size, uri=uri)))
        return path

    @pytest.mark.parametrize(
        ("uri", "name"),
        [
            ("a.bin", "a.bin"),
            ("sub/a.bin", "sub/a.bin"),
            ("./sub/../a.bin", "a.bin"),
            ("my%20b%C3%BCffer.bin", "my büffer.bin"),
            ("my büffer.bin", "my büffer.bin"),
            ("a%252e.bin", "a%2e.bin"),
        ],
    )
    def test_relative_names_are_read(self, tmp_path, uri, name):
        (tmp_path / "sub").mkdir()
        (tmp_path / name).write_bytes(b"1234 and more")
        assert read(self.gltf(tmp_path, uri)).buffers == (b"1234",)

    @pytest.mark.parametrize(
        "uri",
        [
            "../secret.bin",
            "sub/../../secret.bin",
            "%2e%2e/secret.bin",
            "..%2Fsecret.bin",
            "link.bin",
            "folder/secret.bin",
            "..\\secret.bin",
            "{outside}/secret.bin",
            "//{outside}/secret.bin",
            "file://{outside}/secret.bin",
            "FILE:{outside}/secret.bin",
            "http://example.org/secret.bin",
            "C:\\secret.bin",
            "a\0.bin",
            "x" * 5000,
            "\ud800.bin",
            "loop",
        ],
    )
    def test_nothing_else_is(self, tmp_path, uri):
        home = tmp_path / "home"
        (home / "sub").mkdir(parents=True)
        (tmp_path / "secret.bin").write_bytes(b"secret")
        (home / "link.bin").symlink_to(tmp_path / "secret.bin")
        (home / "folder").symlink_to(tmp_path)
        (home / "loop").symlink_to(home / "loop")
        with pytest.raises(FileReadError, match=r"buffers\[0\]"):
            read(self.gltf(home, uri.format(outside=tmp_path)))

    def test_a_link_within_the_folder_is_followed(self, tmp_path):
        (tmp_path / "a.bin").write_bytes(b"1234")
        (tmp_path / "link.bin").symlink_to(tmp_path / "a.bin")
        assert read(self.gltf(tmp_path, "link.bin")).buffers == (b"1234",)

    def test_a_missing_one_is_named(self, tmp_path):
        with pytest.raises(FileReadError, match=r"buffers\[0\] is missing: .*'gone.bin'"):
            read(self.gltf(tmp_path, "gone.bin"))

    def test_one_that_is_too_short_is_told(self, tmp_path):
        (tmp_path / "a.bin").write_bytes(b"123")
        with pytest.raises(FileReadError, match="should have 4 bytes; it has 3"):
            read(self.gltf(tmp_path, "a.bin"))

    def test_only_what_the_document_claims_is_read(self, tmp_path):
        with (tmp_path / "big.bin").open("wb") as stream:
            stream.truncate(1 << 40)  # sparse: a terabyte that takes no room
        assert read(self.gltf(tmp_path, "big.bin")).buffers == (b"\0\0\0\0",)
        with pytest.raises(FileReadError, match="more than 2 GiB"):
            read(self.gltf(tmp_path, "big.bin", 1 << 33))

    def test_one_file_named_often_is_held_once(self, tmp_path):
        (tmp_path / "a.bin").write_bytes(bytes(1 << 20))
        path = tmp_path / "a.gltf"
        path.write_bytes(text(ASSET | {"buffers": [{"byteLength": 1 << 20, "uri": "a.bin"}] * 500}))
        file = read(path)
        assert len(file.buffers) == 500
        assert len({id(buffer) for buffer in file.buffers}) == 1

    def test_a_pipe_is_no_buffer(self, tmp_path):
        import os  # noqa: PLC0415

        os.mkfifo(tmp_path / "a.bin")
        with pytest.raises(FileReadError, match="missing"):
            read(self.gltf(tmp_path, "a.bin"))


def test_real_characters_read_as_struct_and_json_read_them():
    from support import characters  # noqa: PLC0415
    from support.data import shared  # noqa: PLC0415

    for name in ("mixamo", "game_engine"):
        file = read(shared(f"characters/makehuman_{name}.glb"))
        expected = getattr(characters, name)()
        assert isinstance(expected, Glb)
        assert file.json == expected.json
        assert file.buffers == (expected.bin,)
