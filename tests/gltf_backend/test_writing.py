"""Writing: all or nothing, the same bytes every time, and errors that name the file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from retarget.errors import OutputExistsError, RetargetError, UsageError
from retarget.options import Options
from retarget_gltf import glb
from retarget_gltf.exporter import GltfExporter
from support.generated import clip_of, rig_at

CLIP = clip_of(rig_at(), 8)


def export(path, *, clip=CLIP, exporter=None, **options):
    return (exporter or GltfExporter()).export(clip, path, Options(**options))


def test_the_result_tells_what_was_written(tmp_path):
    path = tmp_path / "new" / "folder" / "clip.GLB"  # folders are made
    result = export(path)
    assert result.path == path
    assert (result.frames, result.duration) == (8, pytest.approx(7 / 60))
    assert result.bytes_written == path.stat().st_size
    assert [p.name for p in path.parent.iterdir()] == ["clip.GLB"]


def test_the_same_clip_gives_the_same_bytes(tmp_path):
    again = GltfExporter()
    for name, exporter in (("a", GltfExporter()), ("b", again), ("c", again)):
        export(tmp_path / f"{name}.glb", exporter=exporter)
    written = {(tmp_path / f"{name}.glb").read_bytes() for name in "abc"}
    assert len(written) == 1


def test_an_exporter_keeps_no_mesh_for_another_rig_or_wish(tmp_path):
    other = clip_of(rig_at(CLIP.rig.skeleton.rest.positions[:, 0] * 0.5, floor=0), 8)
    wishes = [{}, {"mesh": "cube"}, {"mesh": "cube", "cube_size": 0.5}, {"mesh": "none"}, {}]
    shared = GltfExporter()
    for clip in (CLIP, other):
        for k, wish in enumerate(wishes):
            export(tmp_path / "a.glb", clip=clip, exporter=shared, force=True, **wish)
            export(tmp_path / "b.glb", clip=clip, force=True, **wish)
            assert (tmp_path / "a.glb").read_bytes() == (tmp_path / "b.glb").read_bytes(), k


def test_what_exists_is_kept_unless_forced(tmp_path):
    path = tmp_path / "clip.glb"
    path.write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"clip\.glb.*--force"):
        export(path)
    assert path.read_bytes() == b"mine"
    export(path, force=True)
    assert path.read_bytes()[:4] == b"glTF"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "clip.glb"
    path.write_bytes(b"mine")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # within the BIN chunk
    try:
        with pytest.raises(RetargetError, match=r"clip\.glb.*too large"):
            export(path, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"mine"
    assert [p.name for p in tmp_path.iterdir()] == ["clip.glb"]


def test_a_rename_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EACCES, "Permission denied")

    path = tmp_path / "clip.glb"
    path.write_bytes(b"mine")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(RetargetError, match=r"clip\.glb.*Permission denied"):
        export(path, force=True)
    assert path.read_bytes() == b"mine"
    assert [p.name for p in tmp_path.iterdir()] == ["clip.glb"]


def test_an_interrupted_export_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        export(tmp_path / "clip.glb")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write anywhere"
)
def test_a_folder_that_may_not_be_written(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(RetargetError, match=r"clip\.glb.*ermission"):
        export(tmp_path / "clip.glb")


def test_paths_that_cannot_be(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder.glb").mkdir()
    for path in (
        tmp_path / "file" / "x.glb",
        tmp_path / "folder.glb",
        tmp_path / f"{300 * 'x'}.glb",
    ):
        with pytest.raises(RetargetError, match=path.name):
            export(path, force=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.glb"]


def test_the_longest_name_a_file_may_have(tmp_path):
    path = tmp_path / f"{'x' * 251}.glb"
    assert export(path).bytes_written == path.stat().st_size


def test_a_file_beyond_four_gib_is_refused_before_writing(tmp_path, monkeypatch):
    monkeypatch.setattr(glb, "MAX_BYTES", 1000)
    with pytest.raises(RetargetError, match=r"clip\.glb.*4 GiB"):
        export(tmp_path / "new" / "clip.glb")
    assert list(tmp_path.iterdir()) == []


def test_another_format_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match=r"clip\.fbx.*\.glb, \.gltf, \.vrma"):
        export(tmp_path / "clip.fbx")
