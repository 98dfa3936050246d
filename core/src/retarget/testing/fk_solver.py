"""The checks of an FK solver."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget.testing.clips import smooth_clip
from retarget.testing.compare import assert_unit, assert_world
from retarget.testing.kit import Kit
from retarget.testing.oracle import matrix, transform, world_of_rest, world_of_tracks
from retarget.testing.rigs import TREES

if TYPE_CHECKING:
    from retarget.providers import FKSolver
    from retarget.values import Float32, Float64, Skeleton, World

each_tree = pytest.mark.parametrize("rig", list(TREES))


class FKSolverTests(Kit, ABC):
    """Subclass as `Test…` and return your solver from `make`."""

    position_tolerance: ClassVar[float] = 1e-5
    """Metres, near the origin; float32 gives 1e-6."""
    rotation_tolerance: ClassVar[float] = 0.005
    """Degrees."""

    @abstractmethod
    def make(self) -> FKSolver:
        """Return the solver to try."""

    def solve(self, skeleton: Skeleton, rotations: Float32, root: Float32) -> World:
        """Solve and return what came back, its shapes checked."""
        world = self.make().solve(skeleton, rotations, root)
        joints, frames = rotations.shape[:2]
        assert world.rotations.shape == (joints, frames, 4), world.rotations.shape
        assert world.positions.shape == (joints, frames, 3), world.positions.shape
        return world

    def assert_solves(self, skeleton: Skeleton, rotations: Float32, root: Float32) -> None:
        """Assert that the solver agrees with the kit's own matrices."""
        world = self.solve(skeleton, rotations, root)
        expected = world_of_tracks(skeleton, rotations, root)
        # What float32 can tell so far out, added up along a limb.
        reach = 4 * np.spacing(np.float32(np.abs(root).max()))
        assert_world(
            _transforms(world),
            expected,
            skeleton.names,
            metres=self.position_tolerance + float(reach),
            degrees=self.rotation_tolerance,
        )

    @each_tree
    def test_every_joint_on_every_frame_is_where_the_matrices_put_it(self, rig: str) -> None:
        """The whole contract, on many frames."""
        clip = smooth_clip(TREES[rig]())
        self.assert_solves(clip.rig.skeleton, clip.rotations, clip.root_translations)

    @each_tree
    def test_one_frame(self, rig: str) -> None:
        """One frame keeps its axis."""
        clip = smooth_clip(TREES[rig](), frames=3, seed=5)
        last = clip.rotations[:, -1:], clip.root_translations[-1:]
        self.assert_solves(clip.rig.skeleton, *last)

    @each_tree
    def test_the_rest_rotations_give_the_rest_pose(self, rig: str) -> None:
        """Local rotations replace the rest rotations; they are not counted twice or left out."""
        skeleton = TREES[rig]().skeleton
        rotations = skeleton.rest_rotations[:, None].astype(np.float32)
        root = skeleton.rest_translations[:1].astype(np.float32)
        assert_world(
            _transforms(self.solve(skeleton, rotations, root)),
            world_of_rest(skeleton)[:, None],
            skeleton.names,
            metres=self.position_tolerance,
            degrees=self.rotation_tolerance,
        )

    @each_tree
    def test_the_root_stands_where_it_is_told(self, rig: str) -> None:
        """`root_translations` is the root's world position; its rest translation is not added."""
        clip = smooth_clip(TREES[rig]())
        world = self.solve(clip.rig.skeleton, clip.rotations, clip.root_translations)
        error = np.abs(world.positions[0] - clip.root_translations).max()
        assert error <= self.position_tolerance, f"joint 0 is {error:g} m off its translation"

    def test_far_from_the_origin(self) -> None:
        """A kilometre away the pose is the same, as far as float32 can tell."""
        clip = smooth_clip(TREES["humanoid"](), root_reach=1000.0)
        self.assert_solves(clip.rig.skeleton, clip.rotations, clip.root_translations)

    def test_arbitrary_rotations(self) -> None:
        """Every rotation there is, half turns among them; not those near rest alone."""
        skeleton = TREES["chain"]().skeleton
        joints, frames = len(skeleton), 20
        spread = Rotation.random(joints * frames, np.random.default_rng(7)).as_quat()
        rotations = spread.reshape(joints, frames, 4).astype(np.float32)
        rotations[:, 0] = [1, 0, 0, 0]
        self.assert_solves(skeleton, rotations, np.zeros((frames, 3), np.float32))

    def test_the_result_is_finite_unit_and_floating(self) -> None:
        """World rotations are unit quaternions; nothing is rounded below float32."""
        clip = smooth_clip(TREES["humanoid"]())
        world = self.solve(clip.rig.skeleton, clip.rotations, clip.root_translations)
        for array in (world.rotations, world.positions):
            assert array.dtype in (np.float32, np.float64), f"dtype {array.dtype}"
            assert np.isfinite(array).all(), "NaN or infinity"
        assert_unit(world.rotations, clip.rig.skeleton.names)

    def test_the_tracks_given_are_not_changed(self) -> None:
        """A solver only reads; it gets the arrays of a value that others hold, too."""
        clip = smooth_clip(TREES["humanoid"]())
        rotations, root = clip.rotations.copy(), clip.root_translations.copy()
        self.solve(clip.rig.skeleton, rotations, root)
        assert np.array_equal(rotations, clip.rotations), "the rotations given were changed"
        assert np.array_equal(root, clip.root_translations), "the translations given were changed"

    def test_tracks_need_not_be_contiguous(self) -> None:
        """Every second frame of a track is a track."""
        clip = smooth_clip(TREES["humanoid"]())
        tracks = clip.rotations[:, ::2], clip.root_translations[::2]
        self.assert_solves(clip.rig.skeleton, *tracks)

    def test_solving_again_gives_the_same_numbers(self) -> None:
        """Deterministic, and nothing is kept from one skeleton to the next."""
        clip = smooth_clip(TREES["turned"]())
        tracks = clip.rotations, clip.root_translations
        fresh = self.make().solve(clip.rig.skeleton, *tracks)
        used = self.make()
        used.solve(TREES["humanoid"]().skeleton, *tracks)
        again = used.solve(clip.rig.skeleton, *tracks)
        assert np.array_equal(fresh.rotations, again.rotations), "the rotations differ"
        assert np.array_equal(fresh.positions, again.positions), "the positions differ"


def _transforms(world: World) -> Float64:
    return transform(matrix(world.rotations), world.positions)
