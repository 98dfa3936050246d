"""The checks of what an exported file says: joints, rest pose, frames, skin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from retarget.testing.clips import smooth_clip, without_flips
from retarget.testing.compare import assert_continuous, assert_unit, assert_world
from retarget.testing.exporting import ExportKit
from retarget.testing.oracle import world_of_rest, world_of_tracks
from retarget.testing.rigs import RIGS, fingerless

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.testing.exporting import Exported
    from retarget.values import Float64

each_rig = pytest.mark.parametrize("rig", list(RIGS))


class ExportedMotionTests(ExportKit):
    """Part of `ExporterTests`."""

    @each_rig
    def test_joints_and_hierarchy_are_kept(self, rig: str, tmp_path: Path) -> None:
        """Every joint once, under its name, below its parent."""
        done = self.exported(rig, tmp_path)
        parents = done.clip.rig.skeleton.parents.tolist()
        for joint, name in enumerate(done.names):
            above = done.file.parents[done.joints[joint]]
            while above >= 0 and above not in done.joints:
                above = done.file.parents[above]
            found = None if above < 0 else done.file.names[above]
            wanted = None if parents[joint] < 0 else done.names[parents[joint]]
            assert found == wanted, f"{name} hangs below {found}, not {wanted}"

    @each_rig
    def test_the_rest_pose_is_the_rigs(self, rig: str, tmp_path: Path) -> None:
        """Unanimated, the file shows the rig at rest."""
        done = self.exported(rig, tmp_path)
        assert_world(
            done.file.rest[done.joints][:, None],
            world_of_rest(done.clip.rig.skeleton)[:, None],
            done.names,
            metres=self.rest_tolerance,
            degrees=self.rotation_tolerance,
        )

    @each_rig
    def test_frames_are_at_k_over_fps(self, rig: str, tmp_path: Path) -> None:
        """As many frames as the clip has, from 0, evenly."""
        done = self.exported(rig, tmp_path)
        assert_times(done.file.times, done.clip.frames, done.clip.fps)

    @each_rig
    def test_joint_positions_on_every_frame(self, rig: str, tmp_path: Path) -> None:
        """World positions are the clip's."""
        done = self.exported(rig, tmp_path)
        moved = done.file.world[done.joints]
        assert_world(moved, done.truth, done.names, metres=self.position_tolerance)

    @each_rig
    def test_joint_rotations_on_every_frame(self, rig: str, tmp_path: Path) -> None:
        """World rotations are the clip's, those at the ends of limbs, too."""
        done = self.exported(rig, tmp_path)
        moved = done.file.world[done.joints]
        assert_world(moved, done.truth, done.names, degrees=self.rotation_tolerance)

    @each_rig
    def test_frame_0_is_exact(self, rig: str, tmp_path: Path) -> None:
        """The kit's clips begin in the rest pose; so does the file."""
        done = self.exported(rig, tmp_path)
        first = done.file.world[done.joints][:, :1]
        assert_world(first, done.truth[:, :1], done.names, metres=self.rest_tolerance)

    @each_rig
    def test_bone_lengths_never_change(self, rig: str, tmp_path: Path) -> None:
        """Only the root translates: every other joint stays where it is in its parent's frame."""
        done = self.exported(rig, tmp_path)
        skeleton = done.clip.rig.skeleton
        world = done.file.world[done.joints]
        for joint, parent in enumerate(skeleton.parents.tolist()):
            if parent >= 0:
                offsets = (np.linalg.inv(world[parent]) @ world[joint])[:, :3, 3]
                error = np.linalg.norm(offsets - skeleton.rest_translations[joint], axis=1).max()
                assert error <= self.rest_tolerance, (
                    f"{done.names[joint]} moves {error * 1000:.3g} mm in its parent's frame"
                )

    @each_rig
    def test_between_frames_joints_turn_evenly(self, rig: str, tmp_path: Path) -> None:
        """Halfway between frames every joint is halfway, by the shorter arc."""
        done = self.exported(rig, tmp_path)
        if done.file.between is None:
            pytest.skip("the format does not say how to interpolate")
        clip = done.clip
        turns = without_flips(clip.rotations.astype(np.float64))
        middle = turns[:, 1:] + turns[:, :-1]  # halfway, chord and arc point the same way
        middle /= np.linalg.norm(middle, axis=-1, keepdims=True)
        roots = (clip.root_translations[1:] + clip.root_translations[:-1]) / 2
        assert_world(
            done.file.between[done.joints],
            world_of_tracks(clip.rig.skeleton, middle, roots),
            done.names,
            metres=self.position_tolerance,
            degrees=self.rotation_tolerance,
        )

    @each_rig
    def test_stored_quaternions_are_clean(self, rig: str, tmp_path: Path) -> None:
        """Unit length, and no sign change from one key to the next."""
        stored = self.exported(rig, tmp_path).file.rotations
        if not stored:
            pytest.skip("the format stores no quaternions")
        for name, track in stored.items():
            assert_unit(track[None], [name], within=1e-5)
            assert_continuous(track[None], [name])

    @each_rig
    def test_the_skin_is_bound_at_rest(self, rig: str, tmp_path: Path) -> None:
        """Inverse bind matrix times rest transform is the identity, for every skinned joint."""
        file = self.exported(rig, tmp_path).file
        if not file.inverse_binds:
            pytest.skip("there is no skin")
        for name, inverse in file.inverse_binds.items():
            error = np.abs(file.rest[file.names.index(name)] @ inverse - np.eye(4)).max()
            assert error <= 1e-5, f"{name}: rest times inverse bind is {error:.3g} off the identity"

    def test_one_frame(self, tmp_path: Path) -> None:
        """A clip of one frame is a pose, at time 0."""
        self._assert_moves(self.export_and_read(smooth_clip(fingerless(), frames=1), tmp_path))

    def test_two_frames(self, tmp_path: Path) -> None:
        """The shortest movement."""
        self._assert_moves(self.export_and_read(smooth_clip(fingerless(), frames=2), tmp_path))

    @pytest.mark.parametrize("fps", [24, 59.94, 120, 1000 / 3])
    def test_frame_rates(self, tmp_path: Path, fps: float) -> None:
        """Non-integer rates are kept."""
        self._assert_moves(self.export_and_read(smooth_clip(fingerless(), fps=fps), tmp_path))

    def test_long_clips_do_not_drift(self, tmp_path: Path) -> None:
        """Half a minute on, frame k is still at k / fps."""
        clip = smooth_clip(fingerless(), frames=1800, fps=59.94)
        path = self.output(tmp_path)
        self.export(clip, path)
        assert_times(self.read(path).times, clip.frames, clip.fps)

    def _assert_moves(self, done: Exported) -> None:
        assert_times(done.file.times, done.clip.frames, done.clip.fps)
        assert_world(
            done.file.world[done.joints],
            done.truth,
            done.names,
            metres=self.position_tolerance,
            degrees=self.rotation_tolerance,
        )


def assert_times(times: Float64, frames: int, fps: float) -> None:
    """Assert that there are so many frames and frame k is at k / fps, as float32 can tell."""
    assert len(times) == frames, f"{len(times)} frames of {frames}"
    late = np.abs(times - np.arange(frames) / fps)
    worst = int(late.argmax())
    assert (late <= 1e-6 + 1e-7 * times).all(), (
        f"frame {worst} is {late[worst] * 1000:.6g} ms away from {worst} / {fps:g}"
    )
