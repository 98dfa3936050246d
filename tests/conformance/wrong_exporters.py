"""Exporters that are wrong in one thing each, and the check that must notice."""

from __future__ import annotations

import time

import numpy as np
from scipy.spatial.transform import Rotation

from conformance.toy_exporter import Toy, add
from retarget.errors import RetargetError
from retarget.values import ExportResult

# What the file says


class WxyzSwapped(Toy):
    def local(self, clip):
        return np.roll(clip.rotations, 1, axis=-1)


class MatrixTransposed(Toy):
    def local(self, clip):
        return clip.rotations * [-1, -1, -1, 1]


class RestPoseForgotten(Toy):
    def rest_rotations(self, skeleton):
        return np.tile([0.0, 0.0, 0.0, 1.0], (len(skeleton), 1))


class RestPoseIsTheFirstFrameOfAnother(Toy):
    """Rest translations of a mean body instead of the rig's own."""

    def rest_translations(self, skeleton):
        return skeleton.rest_translations * 1.001


class RestTakenOutOfTheTracks(Toy):
    """Keys relative to rest, as some formats want them and glTF does not."""

    def local(self, clip):
        rest = np.repeat(clip.rig.skeleton.rest_rotations, clip.frames, axis=0)
        keys = Rotation.from_quat(rest).inv() * Rotation.from_quat(clip.rotations.reshape(-1, 4))
        return keys.as_quat().reshape(clip.rotations.shape)


class OneFrameOff(Toy):
    def local(self, clip):
        return np.roll(clip.rotations, 1, axis=1)

    def root(self, clip):
        return np.roll(clip.root_translations, 1, axis=0)


class LastFrameLost(Toy):
    def local(self, clip):
        return clip.rotations[:, :-1]

    def root(self, clip):
        return clip.root_translations[:-1]

    def times(self, clip):
        return clip.times()[:-1]


class RateOffByOne(Toy):
    def times(self, clip):
        return np.arange(clip.frames) / (clip.fps + 1)


class RateRounded(Toy):
    def times(self, clip):
        return np.arange(clip.frames) / round(clip.fps)


class FramesCountedFromOne(Toy):
    def times(self, clip):
        return (np.arange(clip.frames) + 1) / clip.fps


class TimesSummedUp(Toy):
    def times(self, clip):
        steps = np.full(clip.frames, 1 / clip.fps, np.float32)
        steps[0] = 0
        return np.cumsum(steps, dtype=np.float32)


class HierarchyFlattened(Toy):
    def parents(self, skeleton):
        return [-1] + [0] * (len(skeleton) - 1)


class JointsRenamed(Toy):
    def names(self, skeleton):
        return [name.upper() for name in skeleton.names]


class LeftAndRightSwapped(Toy):
    def local(self, clip):
        names = clip.rig.skeleton.names
        order = [names.index(_other_side(name, names)) for name in names]
        return clip.rotations[order]


class ZUpLeftUnturned(Toy):
    def root(self, clip):
        x, y, z = clip.root_translations.T
        return np.stack([x, -z, y], axis=1)


class HalfPrecision(Toy):
    def local(self, clip):
        return clip.rotations.astype(np.float16)


class LeafRotationsDropped(Toy):
    """Nothing hangs on a leaf, so no position tells."""

    def local(self, clip):
        skeleton = clip.rig.skeleton
        leaves = [j for j in range(len(skeleton)) if not skeleton.children(j)]
        tracks = clip.rotations.copy()
        tracks[leaves] = skeleton.rest_rotations[leaves][:, None]
        return tracks


class FirstFrameSmoothedAway(Toy):
    def local(self, clip):
        tracks = clip.rotations.copy()
        tracks[:, 0] = tracks[:, :2].mean(axis=1)
        tracks[:, 0] /= np.linalg.norm(tracks[:, 0], axis=-1, keepdims=True)
        return tracks


class RestFloorForgotten(Toy):
    """The rest pose is set down elsewhere; the keys do not show it."""

    def rest_translations(self, skeleton):
        offsets = skeleton.rest_translations.copy()
        offsets[0, 1] = 0
        return offsets


class StepsInsteadOfLines(Toy):
    interpolation = "STEP"


class SignsFlip(Toy):
    def local(self, clip):
        return np.where(clip.rotations[..., 3:] < 0, -clip.rotations, clip.rotations)


class NotUnit(Toy):
    def local(self, clip):
        return clip.rotations * 1.00005


class InverseBindsTransposed(Toy):
    def inverse_binds(self, skeleton):
        return np.swapaxes(super().inverse_binds(skeleton), 1, 2)


class BindsNotInverted(Toy):
    def inverse_binds(self, skeleton):
        return self.rest_world(skeleton)


class NoPoseInOneFrame(Toy):
    """A clip of one frame is taken to have no animation."""

    def animation(self, clip, document, chunks):
        if clip.frames == 1:
            return {"samplers": [], "channels": []}
        return super().animation(clip, document, chunks)


class NeedsThreeFrames(Toy):
    def root(self, clip):
        if clip.frames == 2:
            return clip.root_translations[[0, 0]]
        return clip.root_translations


# How it treats files and values


class FormatWithoutDot(Toy):
    formats = ("GLB",)


class SizeEstimated(Toy):
    def result(self, clip, path, size):
        return super().result(clip, path, size - 8)


class DurationOneFrameLong(Toy):
    def result(self, clip, path, size):
        duration = clip.frames / clip.fps
        return ExportResult(path=path, frames=clip.frames, duration=duration, bytes_written=size)


class StampsTheTime(Toy):
    def extras(self, clip):
        return {**clip.provenance, "made": time.perf_counter_ns()}


class KeepsTheFirstClip(Toy):
    kept = None

    def root(self, clip):
        if self.kept is None or len(self.kept) != clip.frames:
            self.kept = clip.root_translations
        return self.kept


class WritesIntoTheClip(Toy):
    def extras(self, clip):
        clip.provenance["backend"] = "toy"
        return clip.provenance


class TurnsTheTracksInPlace(Toy):
    def root(self, clip):
        if clip.root_translations.base is not None:
            track = clip.root_translations.base
            if track.flags.writeable:
                track *= 2
                return track / 2
        return clip.root_translations


class AsciiOnly(Toy):
    def write(self, path, content):
        str(path).encode("ascii")
        super().write(path, content)


class OverwritesWithoutForce(Toy):
    def refuse_existing(self, path, options):
        pass


class NeverOverwrites(Toy):
    def refuse_existing(self, path, options):
        if path.exists():
            raise RetargetError(f"{path} is already there{' anyway' * options.force}.")


class WritesOverTheOldFile(Toy):
    """Opens what is there and writes: the tail of a longer file stays."""

    def write(self, path, content):
        with path.open("r+b" if path.exists() else "wb") as file:
            file.write(content)


class ReplacesFolders(Toy):
    def export(self, clip, path, options):
        if path.is_dir():
            path.rmdir()
        return super().export(clip, path, options)


class WritesNaN(Toy):
    def refuse_nan(self, clip):
        pass


class WritesInPlace(Toy):
    def write(self, path, content):
        try:
            path.write_bytes(content)
        except OSError as error:
            raise RetargetError(f"{path} cannot be written ({error}).") from error


class RemovesWhatItCouldNotFinish(Toy):
    """Leaves no half file, but has destroyed the whole one that was there."""

    def write(self, path, content):
        try:
            path.write_bytes(content)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise RetargetError(f"{path} cannot be written ({error}).") from error


class LeavesItsPartBehind(Toy):
    def write(self, path, content):
        part = path.with_suffix(".part")
        try:
            part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            raise RetargetError(f"{path} cannot be written ({error}).") from error


class RaisesWhatItMeets(Toy):
    def write(self, path, content):
        path.write_bytes(content)


class NamesNoFile(Toy):
    def write(self, path, content):
        try:
            super().write(path, content)
        except RetargetError as error:
            raise RetargetError("The disk said no.") from error


class ForgetsTravel(Toy):
    def refuse_travel(self, clip):
        pass


class LeavesTheRootBehind(ForgetsTravel):
    def document(self, clip):
        document, binary = super().document(clip)
        document["nodes"].append({"name": "Root"})
        return document, binary


class TakesTravelAlongTwice(LeavesTheRootBehind):
    """The root joint goes, and the hips keep all of the way that they are carried."""

    def animation(self, clip, document, chunks):
        animation = super().animation(clip, document, chunks)
        if clip.root_motion is not None:
            tracks = [
                ("translation", clip.root_motion.translations, "VEC3"),
                ("rotation", clip.root_motion.rotations, "VEC4"),
            ]
            for path, track, kind in tracks:
                target = {"node": len(clip.rig.skeleton), "path": path}
                animation["channels"].append(
                    {"sampler": len(animation["samplers"]), "target": target}
                )
                animation["samplers"].append(
                    {
                        "input": animation["samplers"][0]["input"],
                        "output": add(document, chunks, track, kind),
                        "interpolation": "LINEAR",
                    }
                )
        return animation

    def document(self, clip):
        document, binary = super().document(clip)
        document["nodes"][-1]["children"] = document["scenes"][0]["nodes"]
        document["scenes"][0]["nodes"] = [len(document["nodes"]) - 1]
        return document, binary


def _other_side(name, names):
    for here, there in (("L_", "R_"), ("R_", "L_"), ("left_", "right_"), ("right_", "left_")):
        if name.startswith(here) and there + name.removeprefix(here) in names:
            return there + name.removeprefix(here)
    return name


POSITIONS = "test_joint_positions_on_every_frame"
ROTATIONS = "test_joint_rotations_on_every_frame"
TIMES = "test_frames_are_at_k_over_fps"
REST = "test_the_rest_pose_is_the_rigs"
TRAVEL = "test_travel_of_a_root_joint_is_written_or_refused"
QUATERNIONS = "test_stored_quaternions_are_clean"

WRONG = [
    (WxyzSwapped, ROTATIONS, "degrees off"),
    (WxyzSwapped, POSITIONS, "mm off"),
    (MatrixTransposed, ROTATIONS, "degrees off"),
    (MatrixTransposed, POSITIONS, "mm off"),
    (RestPoseForgotten, REST, "mm off"),
    (RestPoseIsTheFirstFrameOfAnother, REST, "mm off"),
    (RestPoseIsTheFirstFrameOfAnother, "test_bone_lengths_never_change", "in its parent's frame"),
    (RestTakenOutOfTheTracks, "test_frame_0_is_exact", "mm off"),
    (OneFrameOff, POSITIONS, "mm off"),
    (OneFrameOff, "test_frame_0_is_exact", "mm off"),
    (LastFrameLost, TIMES, "11 frames of 12"),
    (RateOffByOne, TIMES, "ms away from 11 / 30"),
    (RateRounded, "test_frame_rates", "ms away from 11 / 59.94"),
    (FramesCountedFromOne, TIMES, "ms away"),
    (FramesCountedFromOne, "test_one_frame", "frame 0 is"),
    (TimesSummedUp, "test_long_clips_do_not_drift", "ms away"),
    (HierarchyFlattened, "test_joints_and_hierarchy_are_kept", "hangs below Pelvis, not L_Hip"),
    (JointsRenamed, "test_joints_and_hierarchy_are_kept", "is 0 times there"),
    (LeftAndRightSwapped, ROTATIONS, "degrees off"),
    (ZUpLeftUnturned, POSITIONS, "mm off"),
    (HalfPrecision, ROTATIONS, "degrees off"),
    (HalfPrecision, POSITIONS, "mm off"),
    (LeafRotationsDropped, ROTATIONS, "degrees off"),
    (FirstFrameSmoothedAway, "test_frame_0_is_exact", "frame 0: .* mm off"),
    (RestFloorForgotten, REST, "mm off"),
    (StepsInsteadOfLines, "test_between_frames_joints_turn_evenly", "mm off"),
    (SignsFlip, QUATERNIONS, "change sign between frames on Pelvis"),
    (NotUnit, QUATERNIONS, "not of unit length"),
    (InverseBindsTransposed, "test_the_skin_is_bound_at_rest", "off the identity"),
    (BindsNotInverted, "test_the_skin_is_bound_at_rest", "off the identity"),
    (NoPoseInOneFrame, "test_one_frame", "0 frames of 1"),
    (NeedsThreeFrames, "test_two_frames", "mm off"),
    (FormatWithoutDot, "test_formats_are_suffixes", "does not begin with a dot"),
    (SizeEstimated, "test_the_result_is_true", "bytes said"),
    (DurationOneFrameLong, "test_the_result_is_true", r"0\.2\d* s"),
    (StampsTheTime, "test_exporting_again_gives_the_same", "the files differ"),
    (KeepsTheFirstClip, "test_exporting_again_gives_the_same", "the files differ"),
    (WritesIntoTheClip, "test_the_clip_is_not_changed", "provenance was changed"),
    (TurnsTheTracksInPlace, "test_the_clip_is_not_changed", "translations were changed"),
    (AsciiOnly, "test_any_path", "UnicodeEncodeError"),
    (OverwritesWithoutForce, "test_refuses_to_overwrite", "DID NOT RAISE"),
    (NeverOverwrites, "test_force_overwrites", "already there anyway"),
    (WritesOverTheOldFile, "test_force_overwrites", "over an old file"),
    (ReplacesFolders, "test_a_folder_in_the_way_is_refused", "DID NOT RAISE"),
    (RaisesWhatItMeets, "test_a_file_where_the_folder_should_be_is_refused", "NotADirectoryError"),
    (NamesNoFile, "test_a_file_where_the_folder_should_be_is_refused", "does not name clip.glb"),
    (WritesNaN, "test_a_clip_that_is_not_finite_is_refused", "DID NOT RAISE"),
    (ForgetsTravel, TRAVEL, "Root is not in the file"),
    (LeavesTheRootBehind, TRAVEL, "Root, frame 11: .* mm off"),
    (TakesTravelAlongTwice, TRAVEL, "(pelvis|left|right|spine|head|neck).*mm off"),
    (WritesInPlace, "test_a_full_disk_leaves_nothing", "left behind"),
    (LeavesItsPartBehind, "test_a_full_disk_leaves_nothing", "left behind"),
    (WritesInPlace, "test_a_full_disk_leaves_the_old_file", "the old file is gone"),
    (RemovesWhatItCouldNotFinish, "test_a_full_disk_leaves_the_old_file", "FileNotFoundError"),
]
"""Wrong exporters, each with a check that it must fail and words that the check must say."""
