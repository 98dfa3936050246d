"""The example plugin, as a stranger would get it: built, installed, named on the command line."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import zipfile

import attrs
import numpy as np
import pytest
from hatchling.builders.wheel import WheelBuilder

import retarget
from retarget import Clip, Contacts, Rig, Skeleton, roles, smpl
from retarget.testing.glb import read_glb
from support.data import ROOT
from support.oracle import quat_matrix

EXAMPLE = ROOT / "examples" / "retarget-mirror"
MIRROR = np.diag([-1.0, 1.0, 1.0])
FRAMES = 24


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder that the example's wheel was unpacked into, as an installer does."""
    folder = tmp_path_factory.mktemp("site")
    (wheel,) = WheelBuilder(str(EXAMPLE)).build(directory=str(tmp_path_factory.mktemp("dist")))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def mirror(installed):
    """The pass, imported from where it is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(installed)
        yield importlib.import_module("retarget_mirror.mirror").Mirror()


def python(*arguments, path=None):
    """Run Python in a process of its own, with the plugin installed or without."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def write_motion(path):
    """A clip in AMASS layout in which no limb does what its twin does."""
    rng = np.random.default_rng(3)
    t = np.linspace(0, 2, FRAMES)[:, None]
    swing = rng.normal(scale=0.5, size=(1, 156))
    poses = swing * np.sin(rng.uniform(1, 3, (1, 156)) * t + rng.uniform(0, 6, (1, 156)))
    poses[:, :3] = [np.pi / 2, 0, 0]  # upright in a Z-up file
    poses[:, 1] = 0.8 * t[:, 0]
    trans = np.hstack([0.4 + t, 0.3 * t, np.full_like(t, 0.95)])
    np.savez(path, poses=poses, trans=trans, mocap_framerate=30.0, gender="neutral")
    return path


def write_symmetric_target(path):
    """The mean body in its A-pose, left and right made each other's mirror image."""
    twin = [roles.HUMANOID.index(roles.MIRROR[role]) for role in roles.HUMANOID]
    positions = (smpl.SMPLH_A_POSE + smpl.SMPLH_A_POSE[twin] @ MIRROR) / 2
    parents = [roles.HUMANOID.index(p) if (p := roles.PARENT[r]) else -1 for r in roles.HUMANOID]
    offsets = positions - np.where(np.array(parents)[:, None] < 0, 0, positions[parents])
    names = np.array(roles.ORIGINAL_NAMES)
    np.savez(path, J_ABSOLUTE=positions, SMPL_OFFSETS=offsets, JOINT_NAMES=names)
    return path


class Work:
    """A folder with a clip, a target and what `convert` makes of them."""

    def __init__(self, folder):
        self.folder = folder
        write_motion(folder / "clip.npz")
        write_symmetric_target(folder / "symmetric.npz")

    def convert(self, name, *arguments, path=None):
        output = self.folder / name
        done = python(
            *("-m", "retarget", self.folder / "clip.npz", "--output", output, "--mesh", "none"),
            *("--target", self.folder / "symmetric.npz"),
            *(() if "--pass" in arguments else ("--no-passes",)),
            *arguments,
            path=path,
        )
        assert done.returncode == 0, done.stderr
        return output


@pytest.fixture
def work(tmp_path):
    return Work(tmp_path)


def world(path):
    """World transforms (F, 4, 4) by joint name, read without any code of the project's backends."""
    file = read_glb(path).read_back()
    return dict(zip(file.names, file.world, strict=True))


def twin_of(name):
    return {"L": "R", "R": "L"}[name[0]] + name[1:] if name[:2] in ("L_", "R_") else name


def test_it_is_listed_with_the_distribution_it_comes_from(installed):
    listed = json.loads(python("-m", "retarget", "plugins", "--json", path=installed).stdout)
    (found,) = [p for p in listed["providers"] if p["name"] == "mirror"]
    assert (found["kind"], found["distribution"], found["version"]) == (
        "pass",
        "retarget-mirror",
        "0.1.0",
    )
    assert listed["failures"] == []


def test_every_joint_stands_at_the_mirror_image_of_its_twin(work, installed):
    plain = world(work.convert("plain.glb", "--frame0", "none"))
    mirrored = world(
        work.convert("mirrored.glb", "--frame0", "none", "--pass", "mirror", path=installed)
    )
    assert mirrored.keys() == plain.keys()
    assert np.ptp(plain["L_Wrist"][:, :3, 3], axis=0).min() > 0.1, "the clip hardly moves"
    for name in mirrored:
        expected = plain[twin_of(name)][:, :3, 3] @ MIRROR
        error = np.linalg.norm(mirrored[name][:, :3, 3] - expected, axis=1).max()
        assert error < 1e-5, f"{name} stands {1000 * error:.3g} mm off"


def test_every_joint_turns_from_its_rest_as_its_twin_in_the_mirror(work, installed):
    plain_file = work.convert("plain.glb", "--frame0", "none")
    mirrored_file = work.convert(
        "mirrored.glb", "--frame0", "none", "--pass", "mirror", path=installed
    )
    plain, mirrored = world(plain_file), world(mirrored_file)
    file = read_glb(plain_file).read_back()
    rest = dict(zip(file.names, file.rest, strict=True))

    def turned(tracks, name):
        return tracks[name][:, :3, :3] @ rest[name][:3, :3].T

    for name in mirrored:
        expected = MIRROR @ turned(plain, twin_of(name)) @ MIRROR
        assert np.abs(turned(mirrored, name) - expected).max() < 1e-5, name


def test_frame_0_stays_the_apose(work, installed):
    plain = world(work.convert("plain.glb"))
    mirrored = world(work.convert("mirrored.glb", "--pass", "mirror", path=installed))
    for name in mirrored:
        assert np.abs(mirrored[name][0] - plain[name][0]).max() < 1e-6, name


def test_about_start_the_clip_begins_where_it_began(work, installed):
    plain = world(work.convert("plain.glb", "--frame0", "none"))["Pelvis"][:, :3, 3]
    options = ("--frame0", "none", "--pass", "mirror", "--mirror-about", "start")
    mirrored = world(work.convert("mirrored.glb", *options, path=installed))["Pelvis"][:, :3, 3]
    assert np.abs(mirrored[0] - plain[0]).max() < 1e-6
    assert np.abs((mirrored - mirrored[0]) - (plain - plain[0]) @ MIRROR).max() < 1e-6


def test_installing_it_without_naming_it_changes_no_byte(work, installed):
    default = ("--pass", "floor", "--pass", "feet", "--pass", "hands")
    without = work.convert("without.glb", *default)
    with_it = work.convert("with.glb", *default, path=installed)
    assert with_it.read_bytes() == without.read_bytes()


def test_its_own_tests_pass(installed, tmp_path):
    done = python(
        *("-m", "pytest", EXAMPLE / "tests", "-q", "-W", "error", "-p", "no:cacheprovider"),
        *("--import-mode=importlib", f"--rootdir={tmp_path}", "--config-file=/dev/null"),
        path=installed,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# In memory


def tripod():
    """A rig with a joint of no role inside an arm, a role without its twin, and turned rests."""
    straight, quarter = [0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.5**0.5, 0.5**0.5]
    joints = {
        "root": (-1, [0, 1, 0], straight),
        "trunk": (0, [0, 0.5, 0], straight),
        "arm_l": (1, [0.2, 0.1, 0], quarter),
        "hat_l": (2, [0.1, 0, 0], straight),
        "arm_r": (1, [-0.2, 0.1, 0], straight),
        "tail": (0, [0, 0, -0.3], quarter),
        "hand_l": (3, [0.2, 0, 0], quarter),
        "hand_r": (4, [-0.2, 0, 0], straight),
    }
    parents, translations, rotations = zip(*joints.values(), strict=True)
    return Rig(
        name="tripod",
        skeleton=Skeleton(
            names=joints,
            parents=parents,
            rest_translations=translations,
            rest_rotations=rotations,
        ),
        roles={
            "trunk": "trunk",
            "arm_l": "left_arm",
            "arm_r": "right_arm",
            "tail": "left_tail",
            "hand_l": "left_hand",
            "hand_r": "right_hand",
        },
    )


def clip_of(rig, seed=0):
    """Every joint tumbles on its own."""
    rng = np.random.default_rng(seed)
    q = rng.normal(size=(len(rig.skeleton), 1, 4)) + 0.2 * rng.normal(
        size=(len(rig.skeleton), FRAMES, 4)
    )
    q /= np.linalg.norm(q, axis=-1, keepdims=True)
    return Clip(rig=rig, fps=30.0, rotations=q, root_translations=rng.normal(size=(FRAMES, 3)))


def applied(one, clip, **extra):
    """The clip after the pass, in a context of the real kind."""
    context = retarget.PassContext(
        motion=None,
        match=None,
        floor=None,
        root_scale=1.0,
        solver=retarget.Plugins(installed=False).fk_solver("numpy"),
        options=retarget.Options(extra=extra),
    )
    return one.apply(clip, context)


def matrices(clip, joint):
    return np.array([quat_matrix(q) for q in clip.rotations[clip.rig.skeleton.index[joint]]])


@pytest.mark.parametrize("about", ["origin", "start"])
def test_twice_is_the_clip_itself(mirror, about):
    clip = clip_of(tripod())
    twice = applied(mirror, applied(mirror, clip, mirror_about=about), mirror_about=about)
    for joint in clip.rig.skeleton.names:
        assert np.abs(matrices(twice, joint) - matrices(clip, joint)).max() < 1e-5, joint
    assert np.abs(twice.root_translations - clip.root_translations).max() < 1e-6


def test_joints_without_a_twin_ride_along_with_what_they_hang_on(mirror):
    clip = clip_of(tripod())
    mirrored = applied(mirror, clip)
    for joint in ("hat_l", "tail"):
        assert np.abs(matrices(mirrored, joint) - matrices(clip, joint)).max() < 1e-6, joint
    assert np.abs(matrices(mirrored, "arm_l") - matrices(clip, "arm_l")).max() > 0.1


def test_joint_0_is_mirrored_whatever_its_role(mirror):
    clip = clip_of(tripod())
    expected = MIRROR @ matrices(clip, "root") @ MIRROR
    assert np.abs(matrices(applied(mirror, clip), "root") - expected).max() < 1e-6


def test_contacts_change_sides(mirror):
    touching = np.arange(2 * FRAMES).reshape(2, FRAMES) % 3 == 0
    contacts = Contacts(points=("left_foot", "right_ankle"), touching=touching)
    mirrored = applied(mirror, attrs.evolve(clip_of(tripod()), contacts=contacts))
    assert mirrored.contacts.points == ("right_foot", "left_ankle")
    assert np.array_equal(mirrored.contacts.touching, touching)


def test_the_other_side_is_the_cores(mirror):
    other_side = sys.modules[type(mirror).__module__]._other_side
    assert {role: other_side(role) for role in roles.HUMANOID} == roles.MIRROR
