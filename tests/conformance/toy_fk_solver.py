"""A correct solver, written with scipy, and the wrong ones that the kit must tell from it."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from retarget.testing import FKSolverTests
from retarget.values import World


class Toy:
    """Correct. The wrong ones each override one step."""

    def solve(self, skeleton, rotations, root_translations):
        local, root = self.local(rotations), self.root(root_translations)
        world, positions = [], np.empty((*rotations.shape[:2], 3))
        for joint, parent in enumerate(self.parents(skeleton)):
            turn = Rotation.from_quat(local[joint])
            if parent < 0:
                world.append(turn)
                positions[joint] = root
            else:
                world.append(self.compose(world[parent], turn))
                offset = self.offsets(skeleton)[joint]
                positions[joint] = positions[parent] + world[parent].apply(offset.copy())
        return self.result(np.array([turn.as_quat() for turn in world]), positions)

    def local(self, rotations):
        return rotations.astype(np.float64)

    def root(self, translations):
        return translations.astype(np.float64)

    def parents(self, skeleton):
        return skeleton.parents.tolist()

    def offsets(self, skeleton):
        return skeleton.rest_translations

    def compose(self, parent, local):
        return parent * local

    def result(self, rotations, positions):
        return World(rotations=rotations, positions=positions)


class WxyzSwapped(Toy):
    def local(self, rotations):
        return np.roll(rotations, 1, axis=-1)


class MatrixTransposed(Toy):
    def local(self, rotations):
        return rotations * [-1, -1, -1, 1]


class RestPoseForgotten(Toy):
    def offsets(self, skeleton):
        return np.zeros_like(skeleton.rest_translations)


class RestCountedTwice(Toy):
    def solve(self, skeleton, rotations, root_translations):
        rest = Rotation.from_quat(np.repeat(skeleton.rest_rotations, rotations.shape[1], axis=0))
        twice = (rest * Rotation.from_quat(rotations.reshape(-1, 4))).as_quat()
        return super().solve(skeleton, twice.reshape(rotations.shape), root_translations)


class OneFrameOff(Toy):
    def local(self, rotations):
        return np.roll(rotations, 1, axis=1)


class ParentOrderIgnored(Toy):
    def parents(self, skeleton):
        return range(-1, len(skeleton) - 1)


class ComposedInTheWrongOrder(Toy):
    def compose(self, parent, local):
        return local * parent


class HalfPrecision(Toy):
    def local(self, rotations):
        return rotations.astype(np.float16).astype(np.float64)


class SqueezesOneFrame(Toy):
    def result(self, rotations, positions):
        return World(rotations=rotations.squeeze(), positions=positions.squeeze())


class RestOfRootAdded(Toy):
    def solve(self, skeleton, rotations, root_translations):
        return super().solve(skeleton, rotations, root_translations + skeleton.rest_translations[0])


class StaysOnTheStage(Toy):
    def root(self, translations):
        return np.clip(translations, -100, 100)


class HalfTurnsLost(Toy):
    def local(self, rotations):
        w = rotations[..., 3:]
        return np.where(np.abs(w) < 1e-6, [0, 0, 0, 1], rotations)


class NotUnit(Toy):
    def result(self, rotations, positions):
        return World(rotations=rotations * 1.001, positions=positions)


class ReturnsHalfPrecision(Toy):
    def result(self, rotations, positions):
        return World(rotations=rotations.astype(np.float16), positions=positions)


class ChangesWhatItGets(Toy):
    def local(self, rotations):
        if rotations.flags.writeable:
            rotations *= np.float32(-1)
        return rotations


class TrustsTheMemoryLayout(Toy):
    def local(self, rotations):
        steps = [4 * 4 * rotations.shape[1], 4 * 4, 4]
        return np.lib.stride_tricks.as_strided(rotations, rotations.shape, steps)


class KeepsTheFirstSkeleton(Toy):
    kept = None

    def offsets(self, skeleton):
        if self.kept is None:
            self.kept = skeleton.rest_translations
        return self.kept


EVERY_JOINT = "test_every_joint_on_every_frame_is_where_the_matrices_put_it"

WRONG = [
    (WxyzSwapped, EVERY_JOINT, "mm off"),
    (MatrixTransposed, EVERY_JOINT, "mm off"),
    (RestPoseForgotten, "test_the_rest_rotations_give_the_rest_pose", "mm off"),
    (RestPoseForgotten, EVERY_JOINT, "mm off"),
    (RestCountedTwice, "test_the_rest_rotations_give_the_rest_pose", "mm off"),
    (OneFrameOff, EVERY_JOINT, "mm off"),
    (ParentOrderIgnored, EVERY_JOINT, "mm off"),
    (ComposedInTheWrongOrder, EVERY_JOINT, "mm off"),
    (HalfPrecision, EVERY_JOINT, "mm off"),
    (SqueezesOneFrame, "test_one_frame", r"\(52, 4\)"),
    (RestOfRootAdded, "test_the_root_stands_where_it_is_told", "m off its translation"),
    (StaysOnTheStage, "test_far_from_the_origin", "mm off"),
    (HalfTurnsLost, "test_arbitrary_rotations", "frame 0.* mm off"),
    (NotUnit, "test_the_result_is_finite_unit_and_floating", "not of unit length"),
    (ReturnsHalfPrecision, "test_the_result_is_finite_unit_and_floating", "dtype float16"),
    (ChangesWhatItGets, "test_the_tracks_given_are_not_changed", "rotations given were changed"),
    (TrustsTheMemoryLayout, "test_tracks_need_not_be_contiguous", "mm off"),
    (KeepsTheFirstSkeleton, "test_solving_again_gives_the_same_numbers", "the positions differ"),
]
"""Wrong solvers, each with a check that it must fail and words that the check must say."""


class Kit(FKSolverTests):
    """The kit over the toy named by `made`."""

    made = Toy

    def make(self):
        return self.made()
