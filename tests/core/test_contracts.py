"""What providers return is checked, and every breach names the distribution that caused it."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from retarget import kinds
from retarget.fk import NumpyFK
from retarget.options import Options
from retarget.retargeter import Retargeter
from retarget.values import Contacts, ExportResult, World
from support.contracts import Returning, a_clip, breach, checked, context
from support.plugins import motion, rig


def spoilt(array, value):
    """The array with one number changed."""
    array = np.array(array)
    array.flat[-1] = value
    return array


NOT_NUMBERS = [np.nan, np.inf, -np.inf]


# Motion sources


def test_a_good_motion_is_passed_on_as_it_is(tmp_path):
    source, made = Returning(motion()), motion()
    source.made = made
    assert checked(kinds.MOTION_SOURCE, source).load(tmp_path, Options()) is made


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: None, "returned NoneType from load\\(\\); expected Motion"),
        (lambda: {"rotations": []}, "returned dict"),
        (rig, "returned Rig"),
        (lambda: [motion()], "returned list"),
        *(
            (
                lambda n=n: attrs.evolve(motion(), rotations=spoilt(motion().rotations, n)),
                "rotations that are not unit",
            )
            for n in (*NOT_NUMBERS, 0.0, 1.01)
        ),
        *(
            (
                lambda n=n: attrs.evolve(
                    motion(), root_translations=spoilt(motion().root_translations, n)
                ),
                "root translations with NaN or infinity",
            )
            for n in NOT_NUMBERS
        ),
        (
            lambda: attrs.evolve(motion(), rotations=np.moveaxis(motion().rotations, 0, 1)),
            "what cannot be: Motion.rotations has shape",
        ),
        (
            lambda: attrs.evolve(motion(), rotations=motion().rotations[..., :3]),
            "what cannot be: Motion.rotations has shape",
        ),
        (
            lambda: attrs.evolve(motion(), root_translations=motion().root_translations[1:]),
            "what cannot be: Motion.root_translations has shape",
        ),
        (lambda: attrs.evolve(motion(), fps=0), "what cannot be: Motion.fps is 0"),
    ],
)
def test_a_motion_source_that_returns_no_motion_is_named(tmp_path, made, words):
    with breach(words):
        checked(kinds.MOTION_SOURCE, Returning(made)).load(tmp_path, Options())


def test_a_motion_source_is_told_the_joint_and_the_frame(tmp_path):
    rotations, root = motion().rotations.copy(), motion().root_translations.copy()
    rotations[motion().skeleton.index["left_knee"], 1] = 0.5, 0, 0, 0.5
    root[2] = 0, np.inf, 0
    for changed, words in (
        ({"rotations": rotations}, r"unit quaternions: left_knee at frame 1 is \(0.5, 0, 0, 0.5\)"),
        ({"root_translations": root}, r"or infinity: pelvis at frame 2 is \(0, inf, 0\)"),
    ):
        with breach(words):
            source = Returning(attrs.evolve(motion(), **changed))
            checked(kinds.MOTION_SOURCE, source).load(tmp_path, Options())


def test_rounding_to_float32_is_no_breach(tmp_path):
    rng = np.random.default_rng(0)
    q = rng.normal(size=motion().rotations.shape)
    q = (q / np.linalg.norm(q, axis=-1, keepdims=True)).astype(np.float16)
    good = attrs.evolve(motion(), rotations=q)
    assert checked(kinds.MOTION_SOURCE, Returning(good)).load(tmp_path, Options()) is good


# Targets


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: None, "returned NoneType from load\\(\\); expected Rig"),
        (motion, "returned Motion"),
        (lambda: rig().skeleton, "returned Skeleton"),
        *(
            (lambda n=n: rig(floor=n), f"what cannot be: Rig toy: floor is {n}; expected")
            for n in NOT_NUMBERS
        ),
        (
            lambda: attrs.evolve(
                rig().skeleton,
                rest_translations=spoilt(rig().skeleton.rest_translations, np.nan),
            ),
            "what cannot be: Skeleton.rest_translations holds NaN",
        ),
        (
            lambda: attrs.evolve(
                rig().skeleton, rest_rotations=spoilt(rig().skeleton.rest_rotations, 2)
            ),
            "what cannot be: Skeleton.rest_rotations must be unit",
        ),
        (
            lambda: attrs.evolve(rig().skeleton, parents=[0] * 22),
            "what cannot be: Joint 0 must be the only root",
        ),
        (lambda: attrs.evolve(rig(), roles={"tail": "tail"}), "what cannot be: .* unknown joints"),
    ],
)
def test_a_target_source_that_returns_no_rig_is_named(made, words):
    with breach(words):
        checked(kinds.APOSE_SOURCE, Returning(made)).load("spec", Options())


def test_a_good_rig_is_passed_on_as_it_is():
    made = rig()
    assert checked(kinds.APOSE_SOURCE, Returning(made)).load("spec", Options()) is made


# Solvers


def solved(change):
    """What the numpy solver returns for the toy motion, changed."""
    moving = motion()
    world = NumpyFK().solve(moving.skeleton, moving.rotations, moving.root_translations)
    return change(world.rotations, world.positions)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r, p: (r, p), "returned tuple from solve\\(\\); expected World"),
        (lambda r, p: World(rotations=r.tolist(), positions=p), "returned list from solve"),
        (lambda r, p: World(rotations=r[1:], positions=p), "array of shape \\(21, 3, 4\\)"),
        (lambda r, p: World(rotations=r, positions=p[:, 1:]), "array of shape \\(22, 2, 3\\)"),
        (
            lambda r, p: World(rotations=r.swapaxes(0, 1), positions=p),
            "shape \\(3, 22, 4\\); expected \\(22, 3, 4\\)",
        ),
        *(
            (lambda r, p, n=n: World(rotations=spoilt(r, n), positions=p), "not unit")
            for n in (*NOT_NUMBERS, 2.0)
        ),
        (
            lambda r, p: World(rotations=np.rint(r).astype(int), positions=p),
            "an array of int64; expected floating point",
        ),
        (
            lambda r, p: World(rotations=r, positions=np.rint(p).astype(np.int32)),
            "an array of int32; expected floating point",
        ),
        (
            lambda r, p: World(rotations=r, positions=p.astype(complex)),
            "an array of complex128; expected floating point",
        ),
        *(
            (lambda r, p, n=n: World(rotations=r, positions=spoilt(p, n)), "positions with NaN")
            for n in NOT_NUMBERS
        ),
    ],
)
def test_a_solver_that_returns_no_world_is_named(change, words):
    moving = motion()
    solver = checked(kinds.FK_SOLVER, Returning(solved(change)))
    with breach(words):
        solver.solve(moving.skeleton, moving.rotations, moving.root_translations)


# Exporters


class Writing:
    """An exporter whose file and account are as given."""

    formats = (".toy",)

    def __init__(self, *, content="x", **said):
        self.content, self.said = content, said

    def export(self, clip, path, options):  # noqa: ARG002
        if self.content is not None:
            path.write_text(self.content)
        told = {"path": path, "frames": clip.frames, "duration": 1.0, "bytes_written": 1}
        return ExportResult(**told | self.said)


def test_a_true_account_of_an_export_is_passed_on(tmp_path):
    exporter = checked(kinds.EXPORTER, Writing())
    assert exporter.export(a_clip(), tmp_path / "a.toy", Options()).path == tmp_path / "a.toy"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (Returning(None), "returned NoneType from export\\(\\); expected ExportResult"),
        (Returning("a.toy"), "returned str"),
        (Writing(content=None), "said it wrote .*a.toy, which is not there"),
        (Writing(content=""), "said it wrote .*a.toy, which is not there or is empty"),
        (Writing(path="elsewhere.toy"), "said it wrote elsewhere.toy; it was to write .*a.toy"),
        (Writing(frames=2), "said it wrote 2 frames of 3"),
        (Writing(animations=["a", "b"]), "named a, b as the animations of 1 clips"),
    ],
)
def test_an_exporter_whose_account_is_not_true_is_named(tmp_path, made, words):
    with breach(words):
        checked(kinds.EXPORTER, made).export(a_clip(), tmp_path / "a.toy", Options())


# Passes


def cut(clip):
    return attrs.evolve(
        clip, rotations=clip.rotations[:, 1:], root_translations=clip.root_translations[1:]
    )


def touching(given):
    return Contacts(points=["left_foot"], touching=given)


class Changing:
    """A pass that is the function it is given."""

    def __init__(self, change):
        self.change = change

    def apply(self, clip, context):  # noqa: ARG002
        return self.change(clip)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: None, "returned NoneType from apply\\(\\); expected Clip"),
        (lambda clip: clip.rotations, "returned ndarray"),
        (lambda clip: attrs.evolve(clip, rig=rig()), "changed the rig"),
        (cut, "changed 3 frames at 60 to 2 at 60"),
        (lambda clip: attrs.evolve(clip, fps=30), "changed 3 frames at 60 to 3 at 30"),
        *(
            (
                lambda clip, n=n: attrs.evolve(clip, rotations=spoilt(clip.rotations, n)),
                "rotations that are not unit",
            )
            for n in (*NOT_NUMBERS, 0.5)
        ),
        *(
            (
                lambda clip, n=n: attrs.evolve(
                    clip, root_translations=spoilt(clip.root_translations, n)
                ),
                "root translations with NaN",
            )
            for n in NOT_NUMBERS
        ),
        (
            lambda clip: attrs.evolve(clip, rotations=clip.rotations[1:]),
            "what cannot be: Clip.rotations has shape",
        ),
        (
            lambda clip: attrs.evolve(clip, contacts=touching(np.ones((3, 1)))),
            r"what cannot be: Contacts.touching has shape \(3, 1\); expected \(1, any\)",
        ),
        (
            lambda clip: attrs.evolve(clip, contacts=touching(np.ones((1, 53)))),
            r"what cannot be: Clip.contacts.touching has shape \(1, 53\); expected \(1, 3\)",
        ),
        (
            lambda clip: attrs.evolve(clip, rotations=spoilt(clip.rotations, 2)),
            r"right_wrist at frame 2 is \(0, 0, 0, 2\)",
        ),
    ],
)
def test_a_pass_that_does_more_than_change_the_clip_is_named(change, words):
    with breach(words):
        checked(kinds.PASS, Changing(change)).apply(a_clip(), context())


def test_a_pass_cannot_change_the_clip_it_is_given():
    def in_place(clip):
        clip.rotations[0] = 0
        return clip

    with breach("failed in apply\\(\\) \\(ValueError: .*read-only"):
        checked(kinds.PASS, Changing(in_place)).apply(a_clip(), context())


def test_a_breach_in_a_pass_is_found_by_the_retargeter_too():
    spoils = checked(kinds.PASS, Changing(cut))
    with breach("changed 3 frames"):
        Retargeter(rig(), passes={"odd": spoils}).retarget(motion())
