"""`retarget apose`: the A-pose of any target as an NPZ file."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import retarget
from retarget import roles, smpl
from retarget.apose_npz import apose_arrays, write_apose
from retarget.cli import main
from retarget.errors import OutputExistsError, RetargetError, UsageError
from retarget.hookspecs import hookimpl
from retarget.values import Rig, Skeleton
from support.data import shared
from support.plugins import Toys, ToyTarget, offer, rig, toy_plugins

PARENTS = [roles.HUMANOID.index(p) if (p := roles.PARENT[r]) else -1 for r in roles.HUMANOID]


def run(capsys, *arguments):
    """Status, stdout and stderr of a run."""
    try:
        status = main(["apose", *map(str, arguments)])
    except SystemExit as done:
        status = done.code
    return status, *capsys.readouterr()


def read(path):
    with np.load(path, allow_pickle=False) as npz:
        return dict(npz)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def toys(monkeypatch):
    def use(*extra, **more):
        made = toy_plugins(*extra, **more)
        monkeypatch.setattr("retarget.cli.apose.Plugins", lambda: made)

    use()
    return use


# What is written


@pytest.mark.parametrize("output", ["A.npz", "new/../A.npz"])
def test_the_target_itself_is_never_written_to(tmp_path, capsys, output):
    write_apose(retarget.load_rig(), tmp_path / "A.npz")
    before = (tmp_path / "A.npz").read_bytes()
    status, out, err = run(capsys, "A.npz", "-o", output, "--force")
    assert (status, out, "the target itself" in err) == (2, "", True)
    assert (tmp_path / "A.npz").read_bytes() == before


def test_the_original_file_comes_out_as_it_went_in(tmp_path, capsys):
    original = shared("data/skeletons/A-Pose.npz")
    status, out, err = run(capsys, original, "-o", "B.npz")
    assert (status, out, err) == (0, "A-pose  B.npz (52 joints)\n", "")
    made, wanted = read("B.npz"), read(original)
    assert made.keys() == wanted.keys()
    for name, array in wanted.items():
        assert made[name].dtype == array.dtype
        assert np.array_equal(made[name], array)
    assert run(capsys, "B.npz", "--output", tmp_path / "C.npz")[0] == 0
    assert (tmp_path / "C.npz").read_bytes() == (tmp_path / "B.npz").read_bytes()


def test_the_built_in_target_in_blenders_axes(capsys):
    status, out, err = run(capsys, "default")
    assert (status, out, err) == (0, "A-pose  default_apose.npz (52 joints)\n", "")
    made = read("default_apose.npz")
    assert tuple(made["JOINT_NAMES"]) == roles.ORIGINAL_NAMES
    x, y, z = smpl.SMPLH_A_POSE.T
    assert np.abs(made["J_ABSOLUTE"] - np.stack([x, -z, y], axis=1)).max() < 1e-6
    offsets = made["J_ABSOLUTE"].copy()
    offsets[1:] -= made["J_ABSOLUTE"][PARENTS[1:]]
    assert np.array_equal(made["SMPL_OFFSETS"], offsets)
    again = retarget.load_rig("default_apose.npz")
    before = retarget.load_rig("default")
    assert np.abs(again.skeleton.rest.positions - before.skeleton.rest.positions).max() < 1e-6
    assert again.warnings == ()


def test_a_character_is_named_as_smplh_and_stripped_of_the_rest(capsys, toys):
    names = ("Armature", *(f"bone {n}" for n in range(22)), "tail")
    places = np.vstack([[0, 0, 0], smpl.SMPLH_A_POSE[:22], [0, 1, 0]])
    parents = [-1, *(p + 1 for p in PARENTS[:22]), 1]
    offsets = places.copy()
    offsets[1:] -= places[parents[1:]]
    character = Rig(
        name="hero.glb",
        skeleton=Skeleton(
            names=names,
            parents=parents,
            rest_translations=offsets,
            rest_rotations=np.tile([0.0, 0, 0, 1], (24, 1)),
        ),
        roles={f"bone {n}": roles.HUMANOID[n] for n in range(22)},
        warnings=("it has an odd face.",),
    )

    class Hero(ToyTarget):
        def load(self, spec, options):  # noqa: ARG002
            return character

    toys(targets=[offer("hero", Hero("hero"))])
    status, out, err = run(capsys, "hero")
    assert (status, out) == (0, "A-pose  hero_apose.npz (22 joints)\n")
    assert err.splitlines() == [
        "warning: it has an odd face.",
        "warning: hero.glb: joints that are none of SMPL-H's are left out: Armature, tail.",
    ]
    made = read("hero_apose.npz")
    assert tuple(made["JOINT_NAMES"]) == roles.ORIGINAL_NAMES[:22]
    assert np.array_equal(made["SMPL_OFFSETS"][0], made["J_ABSOLUTE"][0])
    lengths = np.linalg.norm(made["SMPL_OFFSETS"][1:], axis=1)
    assert np.abs(lengths - np.linalg.norm(offsets[2:-1], axis=1)).max() < 1e-6
    assert retarget.load_rig("hero_apose.npz").warnings == ()


def test_what_is_no_human_is_refused():
    horse = attrs.evolve(rig("horse"), roles={"pelvis": "pelvis", "head": "muzzle"})
    with pytest.raises(RetargetError, match=r"horse: .*no joint for left_hip.*right_wrist\."):
        apose_arrays(horse)


# Where it goes


def test_a_file_that_is_there_stays_unless_forced(tmp_path, capsys, toys):  # noqa: ARG001
    path = tmp_path / "new" / "A.npz"
    assert run(capsys, "default", "-o", path)[0] == 0
    whole = path.read_bytes()
    path.write_text("mine")
    assert run(capsys, "default", "-o", path) == (
        1, "", f"retarget: {path} is already there; --force overwrites it.\n",
    )  # fmt: skip
    assert path.read_text() == "mine"
    assert run(capsys, "default", "-o", path, "--force")[0] == 0
    assert path.read_bytes() == whole
    assert [p.name for p in path.parent.iterdir()] == ["A.npz"]


@pytest.mark.parametrize(
    ("output", "error"),
    [("A.glb", UsageError), (".", UsageError), ("file/A.npz", RetargetError)],
)
def test_where_nothing_can_be_written_is_told(tmp_path, output, error):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(error, match=output.replace(".", r"\.")):
        write_apose(rig(), tmp_path / output)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_an_interrupted_file_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "A.npz"
    path.write_text("mine")
    with pytest.raises(OutputExistsError):
        write_apose(rig(), path)

    def full(*given, **named):  # noqa: ARG001
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(RetargetError, match=r"A\.npz: cannot be written \(No space left"):
        write_apose(rig(), path, force=True)
    assert path.read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["A.npz"]


# What may be asked


def test_the_options_of_plugins_reach_the_target(capsys, toys):
    asked = []

    class Choosy(ToyTarget):
        def load(self, spec, options):
            asked.append(options.extra)
            return super().load(spec, options)

    class Chooser(Toys):
        @hookimpl
        def retarget_add_options(self, parser):
            parser.add_argument("--armature", dest="chooser_armature")

    toys(Chooser(targets=[offer("choosy", Choosy("choosy"))]))
    assert run(capsys, "choosy", "--armature", "Rig.001")[0] == 0
    assert asked == [{"chooser_armature": "Rig.001"}]
    assert "--armature" in run(capsys, "--help")[1]


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ([], 2, "TARGET"),
        (["absent.npz"], 2, "absent.npz: not found"),
        (["default", "more"], 2, "unrecognized"),
        (["default", "-o", "x.glb"], 2, "x.glb: name a file that ends in .npz"),
    ],
)
def test_what_cannot_be_done_is_told(capsys, toys, given, status, words):  # noqa: ARG001
    found, out, err = run(capsys, *given)
    assert (found, out) == (status, "")
    assert words in err


def test_a_plugin_that_was_left_out_is_told(capsys, toys):
    toys(Toys(targets=3))
    status, _, err = run(capsys, "default")
    assert status == 0
    assert err.startswith("warning: Plugin extra1 was left out of retarget_apose_sources")
