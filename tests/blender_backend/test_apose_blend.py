"""The armature of a .blend as a target: where it stands, and what is said of what is wrong."""

from __future__ import annotations

import gzip

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from blender_backend.making import SCRIPT, Armature, make
from retarget import roles, smpl
from retarget.errors import FileReadError, PluginError, RetargetError, UsageError
from retarget.options import Options
from retarget.testing import APoseSourceTests
from retarget_apose.apose_npz import APoseNpz
from retarget_blender.apose_blend import APoseBlend
from retarget_blender.locate import locate
from retarget_blender.session import Session
from support.data import shared

A_POSE = smpl.SMPLH_A_POSE
FLOAT32 = 2e-6
"""Metres that the float32 of Blender's bones and matrices may cost."""


@pytest.fixture(scope="module")
def maker(blender):  # noqa: ARG001 - without it there is nothing to make with
    session = Session(locate())
    yield session
    session.close()


def load(path, **extra):
    return APoseBlend().load(str(path), Options(extra=extra))


def rest(rig):
    return {rig.roles[n]: rig.skeleton.rest.positions[j, 0]
            for j, n in enumerate(rig.skeleton.names)}  # fmt: skip


def assert_stands_as(rig, positions=A_POSE):
    found = rest(rig)
    assert list(found) == list(roles.HUMANOID)
    assert np.abs(np.array(list(found.values())) - positions).max() < FLOAT32


class TestConformance(APoseSourceTests):
    """The kit; the file is made once."""

    @pytest.fixture(autouse=True)
    def _made(self, maker, tmp_path_factory):
        folder = tmp_path_factory.getbasetemp() / "kit"
        folder.mkdir(exist_ok=True)
        self.file, self.few = folder / "rig.blend", folder / "few.blend"
        if not self.few.exists():
            make(maker, self.file, Armature(), compress=True)
            kept = [j for j, name in enumerate(roles.HUMANOID) if name != "left_knee"]
            names = tuple(roles.ORIGINAL_NAMES[j] for j in kept)
            make(maker, self.few, Armature(names=names, places=Armature().places[kept]))

    def make(self):
        return APoseBlend()

    def spec(self, folder):
        path = folder / "rig.blend"
        path.write_bytes(self.file.read_bytes())
        return str(path)

    def expected(self):
        return dict(zip(roles.HUMANOID, A_POSE, strict=True))

    def refused(self, folder):  # noqa: ARG002
        return {str(self.few): "L_Knee"}


# Where it stands


def test_the_original_blend_is_the_original_npz(blender):  # noqa: ARG001
    blend = load(shared("data/skeletons/A-Pose.blend"))
    npz = APoseNpz().load(str(shared("data/skeletons/A-Pose.npz")), Options())
    assert blend.skeleton.names == npz.skeleton.names
    assert np.abs(blend.skeleton.rest.positions - npz.skeleton.rest.positions).max() < 1e-6
    assert np.abs(blend.skeleton.rest_rotations - npz.skeleton.rest_rotations).max() < 1e-6
    assert (blend.floor, blend.warnings) == (npz.floor, npz.warnings)


CENTIMETRES = 100 * Armature().places


@pytest.mark.parametrize(
    "also", [(), ("parent",), ("hide",), ("away", "pose"), ("away", "parent", "hide")]
)
def test_the_objects_place_turn_and_scale_count_and_the_pose_does_not(maker, tmp_path, also):
    turn = Rotation.from_euler("xyz", [0, 0, 90], degrees=True)
    local = turn.inv().apply(CENTIMETRES)
    armature = Armature(
        places=local, turn=tuple(turn.as_euler("xyz")), scale=0.01, location=(0.5, 0.25, 0),
        also=also,
    )  # fmt: skip
    rig = load(make(maker, tmp_path / "rig.blend", armature))
    moved = np.array([0.5, 0.25, 0]) + ([1, 2, 3] if "parent" in also else [0, 0, 0])
    # x, -z, y: as Blender's axes are seen from ours
    shift = moved[[0, 2, 1]] * [1, 1, -1]
    assert_stands_as(rig, A_POSE + shift)
    assert rig.warnings == ()
    lowest = (A_POSE + shift)[:, 1].min()
    assert rig.floor == pytest.approx(lowest - 0.02 if "parent" in also else 0, abs=1e-3)


def test_any_spelling_and_order_of_the_bones_will_do(maker, tmp_path):
    order = np.random.default_rng(1).permutation(52)
    names = tuple(roles.HUMANOID[j].upper() if j % 2 else roles.HUMANOID[j] for j in order)
    armature = Armature(names=names, places=Armature().places[order])
    rig = load(make(maker, tmp_path / "rig.blend", armature))
    assert_stands_as(rig)
    assert rig.warnings == ()


@pytest.mark.parametrize("compressed", ["zstd", "gzip"])
def test_compressed_files_are_read_too(maker, tmp_path, compressed):
    path = make(maker, tmp_path / "rig.blend", Armature(), compress=compressed == "zstd")
    if compressed == "gzip":
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert path.read_bytes()[:7] != b"BLENDER"
    assert APoseBlend().sniff(str(path))
    assert_stands_as(load(path))


def test_a_linked_armature_is_read_where_its_override_stands(maker, tmp_path):
    make(maker, tmp_path / "library.blend", Armature())
    links = {"library": str(tmp_path / "library.blend"), "name": "SMPLH_Armature"}
    assert_stands_as(load(make(maker, tmp_path / "linked.blend", links=links)))
    path = make(maker, tmp_path / "own.blend", links=links | {"override": True})
    assert_stands_as(load(path), A_POSE + np.array([5, 0, 0]))


# Which one


def test_among_several_one_is_picked_by_name(maker, tmp_path):
    low = attrs.evolve(Armature(name="low"), scale=0.5)
    path = make(maker, tmp_path / "rig.blend", Armature(name="high"), low)
    with pytest.raises(RetargetError, match=r"rig\.blend: .*several.*--rig: high, low\."):
        load(path)
    with pytest.raises(UsageError, match=r"rig\.blend: no armature is named 'mid'.*high, low\."):
        load(path, blender_armature="mid")
    assert_stands_as(load(path, blender_armature="high"))
    assert_stands_as(load(path, blender_armature="low"), A_POSE / 2)


def test_a_file_without_an_armature_is_told(maker, tmp_path):
    path = make(maker, tmp_path / "rig.blend")
    with pytest.raises(RetargetError, match=r"rig\.blend: there is no armature in it\."):
        load(path)


# Its bones


def test_bones_that_are_none_of_smplh_are_left_out_and_told(maker, tmp_path):
    names = ("Root", *roles.ORIGINAL_NAMES, *(f"twist{n}" for n in range(20)))
    places = np.vstack([np.zeros(3), Armature().places, np.zeros((20, 3))])
    rig = load(make(maker, tmp_path / "rig.blend", Armature(names=names, places=places)))
    assert_stands_as(rig)
    (told,) = rig.warnings
    assert told.startswith("rig.blend: bones without a SMPL-H name are left out: ")
    assert "Root" in told
    assert told.endswith(" and 9 more.")


def test_bones_that_it_may_lack_are_told(maker, tmp_path):
    body = len(roles.BODY)
    armature = Armature(names=roles.ORIGINAL_NAMES[:body], places=Armature().places[:body])
    rig = load(make(maker, tmp_path / "rig.blend", armature))
    assert rig.skeleton.names == roles.ORIGINAL_NAMES[:body]
    (told,) = rig.warnings
    assert all(name in told for name in roles.ORIGINAL_NAMES[body:])


def test_bones_that_it_must_have_are_listed_with_what_there_is(maker, tmp_path):
    names = tuple(f"mixamorig:{n}" if n in ("L_Hip", "R_Knee") else n for n in roles.ORIGINAL_NAMES)
    path = make(maker, tmp_path / "rig.blend", Armature(names=names))
    with pytest.raises(RetargetError, match=r"rig\.blend: required.*missing: (.*)") as refusal:
        load(path)
    told, _, others = str(refusal.value).partition("Its other bones")
    assert "L_Hip" in told
    assert "R_Knee" in told
    assert "L_Knee" not in told
    assert "mixamorig:L_Hip, mixamorig:R_Knee" in others


# What is wrong with the file


def test_a_library_that_is_missing_is_told(maker, tmp_path):
    library = make(maker, tmp_path / "library.blend", Armature())
    links = {"library": str(library), "name": "SMPLH_Armature"}
    path = make(maker, tmp_path / "rig.blend", links=links)
    library.unlink()
    with pytest.raises(FileReadError, match=r"rig\.blend: a library .* is missing: .*library\.ble"):
        load(path)


@pytest.mark.parametrize("compress", [False, True])
def test_a_damaged_file_is_told(maker, tmp_path, compress):
    path = make(maker, tmp_path / "rig.blend", Armature(), compress=compress)
    content = bytearray(path.read_bytes())
    del content[len(content) // 2 :]
    path.write_bytes(content)
    assert APoseBlend().sniff(str(path))
    with pytest.raises(FileReadError, match=r"rig\.blend: Blender cannot open it: damaged"):
        load(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"version https://git-lfs", "begins with b'version https://"),
        (b"PK\x03\x04", "begins with b'PK"),
        (gzip.compress(b"a text"), "is no .blend file"),
        (b"\x1f\x8bBLENDER", "is no .blend file"),
        (b"", "is empty"),
        (None, "no such file"),
    ],
)
def test_what_is_no_blend_is_told_without_blender(tmp_path, monkeypatch, content, words):
    monkeypatch.delattr("retarget_blender.opened.Session")
    path = tmp_path / "rig.blend"
    if content is not None:
        path.write_bytes(content)
        assert words in APoseBlend().why_not(str(path))
    assert not APoseBlend().sniff(str(path))
    with pytest.raises(FileReadError) as refusal:
        load(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content", "claims"),
    [
        ("rig.bin", b"BLENDER-v405", True),
        ("rig.BLEND", b"\x28\xb5\x2f\xfd`", True),
        ("rig.blend1", b"\x28\xb5\x2f\xfd`", True),
        ("rig.zst", b"\x28\xb5\x2f\xfd`", False),
        ("rig.tar.gz", gzip.compress(b"a tar"), False),
        ("rig.gz", gzip.compress(b"BLENDER17-01v0500"), True),
        ("rig.npz", b"PK\x03\x04", False),
    ],
)
def test_content_decides_without_blender(tmp_path, monkeypatch, name, content, claims):
    monkeypatch.delattr("retarget_blender.opened.Session")
    (tmp_path / name).write_bytes(content)
    assert APoseBlend().sniff(str(tmp_path / name)) is claims


def test_nothing_is_said_of_files_that_claim_to_be_no_blend(tmp_path):
    (tmp_path / "rig.npz").write_text("?")
    assert APoseBlend().why_not(str(tmp_path / "rig.npz")) is None


def test_without_a_blender_the_file_and_what_to_install_are_told(tmp_path):
    (tmp_path / "rig.blend").write_bytes(b"BLENDER-v405")
    with pytest.raises(PluginError, match=r"rig\.blend: a \.blend is read by Blender\. .*no/such"):
        load(tmp_path / "rig.blend", blender_path="no/such")


# Scripts in the file


def test_a_script_that_runs_on_load_does_not_run(maker, tmp_path):
    marker = tmp_path / "marker"
    path = make(maker, tmp_path / "rig.blend", Armature(), marker=str(marker))
    assert_stands_as(load(path))
    assert not list(tmp_path.glob("marker*"))
    # The traps are set: a careless user does run into them.
    maker.run({"script": str(SCRIPT), "opens": str(path)}, what="", seconds=300)
    assert {p.name for p in tmp_path.glob("marker*")} == {"marker.text", "marker.driver"}
