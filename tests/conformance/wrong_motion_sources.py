"""Motion sources that are wrong in one thing each, and the check that must notice."""

from __future__ import annotations

import zipfile

import attrs
import numpy as np

from conformance.toy_motion_source import KEYS, Toy
from retarget import roles
from retarget.errors import RetargetError
from retarget.values import Motion, Skeleton, Source

# What it reads


class WxyzSwapped(Toy):
    def rotations(self, angles):
        return np.roll(super().rotations(angles), 1, axis=-1)


class MatrixTransposed(Toy):
    def rotations(self, angles):
        return super().rotations(-angles)


class RestPoseForgotten(Toy):
    """The T-pose table taken for offsets, parents not subtracted."""

    def skeleton(self):
        return _with(super().skeleton(), rest_translations=super().skeleton().rest.positions[:, 0])


class OneFrameOff(Toy):
    def read(self, file, key):
        array = super().read(file, key)
        return np.concatenate([array[1:], array[-1:]]) if key == "angles" else array


class FirstFrameDropped(Toy):
    def load(self, path, options):
        motion = super().load(path, options)
        return attrs.evolve(
            motion,
            rotations=motion.rotations[:, 1:],
            root_translations=motion.root_translations[1:],
        )


class ParentOrderIgnored(Toy):
    def skeleton(self):
        right = super().skeleton()
        return _with(right, parents=[-1, *range(len(right) - 1)])


class DegreesForRadians(Toy):
    def rotations(self, angles):
        return super().rotations(np.radians(angles))


class LeftAndRightSwapped(Toy):
    def skeleton(self):
        right = super().skeleton()
        return _with(right, names=[roles.MIRROR[name] for name in right.names])


class FingersInAnotherOrder(Toy):
    def rotations(self, angles):
        angles = angles.copy()
        angles[:, 22:37] = angles[:, [*range(34, 37), *range(22, 34)]]
        return super().rotations(angles)


class ZUpLeftUnturned(Toy):
    def turned(self, local):
        return local

    def root(self, trans, skeleton):
        return trans + skeleton.rest_translations[0]


class OnlyTheRootPathTurned(Toy):
    def turned(self, local):
        return local


class J0Forgotten(Toy):
    def root(self, trans, skeleton):
        return super().root(trans - skeleton.rest_translations[0], skeleton)


class HalfPrecision(Toy):
    def root(self, trans, skeleton):
        return super().root(trans, skeleton).astype(np.float16)


class HandsLeftOut(Toy):
    def skeleton(self):
        right = super().skeleton()
        return Skeleton(
            names=right.names[:22],
            parents=right.parents[:22],
            rest_translations=right.rest_translations[:22],
            rest_rotations=right.rest_rotations[:22],
        )

    def read(self, file, key):
        array = super().read(file, key)
        return array[:, : 3 * 22] if key == "angles" else array


class NeedsAMovement(Toy):
    def signs(self, tracks):
        if tracks.shape[1] < 3:
            raise RetargetError("too short")
        return super().signs(tracks)


class SignsFlip(Toy):
    def signs(self, tracks):
        return np.where(tracks[..., 3:] < 0, -tracks, tracks)


class NotUnit(Toy):
    def signs(self, tracks):
        return super().signs(tracks) * 1.01


class RateRounded(Toy):
    def rate(self, stored, options):
        return options.source_fps or round(stored)


class RateOffByOne(Toy):
    def rate(self, stored, options):
        return options.source_fps or stored + 1


class SourceFpsIgnored(Toy):
    def rate(self, stored, _options):
        return stored


class FrameLimitIgnored(Toy):
    def limit(self, _options):
        return None


class FrameLimitOffByOne(Toy):
    def limit(self, options):
        return options.frame_limit and options.frame_limit + 1


class KeepsTheFirstFile(Toy):
    kept = None

    def root(self, trans, skeleton):
        if self.kept is None:
            self.kept = trans
        return super().root(self.kept, skeleton)


class TellsNoOrigin(Toy):
    def source(self, _path):
        return Source()


class LeavesACache(Toy):
    def load(self, path, options):
        path.with_suffix(".cache").write_bytes(b"index")
        return super().load(path, options)


class AsciiOnly(Toy):
    def open(self, path):
        str(path).encode("ascii")
        return super().open(path)


# What it knows


class ShoutedSuffix(Toy):
    suffixes = (".NPZ",)


class KnowsNothing(Toy):
    def sniff(self, _path):
        return False


class GoesByTheName(Toy):
    def sniff(self, path):
        return path.suffix == ".npz" and super().sniff(path)


class ClaimsEverything(Toy):
    def sniff(self, path):
        return path.suffix == ".npz"


class RaisesInsteadOfNo(Toy):
    def sniff(self, path):
        return self.open(path).members.keys() >= KEYS


class ClaimsItsNeighbours(Toy):
    def sniff(self, path):
        try:
            return "angles" in self.open(path)
        except RetargetError:
            return False


# What it refuses


class RaisesWhatItMeets(Toy):
    def open(self, path):
        try:
            zipfile.ZipFile(path).close()
        except OSError as error:
            raise RetargetError(f"{path}: {error}.") from error
        return super().open(path)


class NamesNoFile(Toy):
    def load(self, path, options):
        try:
            return super().load(path, options)
        except RetargetError as error:
            raise RetargetError("The file cannot be read.") from error


class MakesSomethingOfRuins(Toy):
    def load(self, path, options):
        try:
            return super().load(path, options)
        except RetargetError:
            skeleton = self.skeleton()
            return Motion(
                skeleton=skeleton,
                fps=60,
                rotations=skeleton.rest_rotations[:, None],
                root_translations=skeleton.rest_translations[:1],
            )


class Unpickles(Toy):
    def read(self, file, key):
        with np.load(file.path, allow_pickle=True) as arrays:
            array = arrays[key]
        if array.dtype == object:
            raise RetargetError(f"{file.path}: {key} is no array of numbers.")
        return array


class ReadsEverything(Toy):
    def open(self, path):
        file = super().open(path)
        for key in file.members:
            file.read(key)
        return file


def _with(skeleton, **changes):
    fields = ("names", "parents", "rest_translations", "rest_rotations")
    return Skeleton(**{field: getattr(skeleton, field) for field in fields} | changes)


JOINTS = "test_joints_are_where_the_truth_has_them"

WRONG = [
    (WxyzSwapped, JOINTS, "mm off"),
    (MatrixTransposed, JOINTS, "mm off"),
    (RestPoseForgotten, JOINTS, "mm off"),
    (OneFrameOff, JOINTS, "mm off"),
    (FirstFrameDropped, JOINTS, "9 frames of 10"),
    (ParentOrderIgnored, JOINTS, "mm off"),
    (DegreesForRadians, JOINTS, "mm off"),
    (LeftAndRightSwapped, JOINTS, "mm off"),
    (FingersInAnotherOrder, JOINTS, "left_.* mm off.* 10 of 52 joints"),
    (ZUpLeftUnturned, JOINTS, "mm off"),
    (OnlyTheRootPathTurned, JOINTS, "51 of 52 joints"),
    (J0Forgotten, JOINTS, "225.* mm off.* 52 of 52 joints"),
    (HalfPrecision, JOINTS, "mm off"),
    (HandsLeftOut, JOINTS, "joints differ: .*left_index1"),
    (NeedsAMovement, "test_short_motions", "too short"),
    (SignsFlip, "test_tracks_are_clean", "change sign between frames on pelvis"),
    (NotUnit, "test_tracks_are_clean", "not of unit length"),
    (RateRounded, "test_the_frame_rate", "60.* frames/s, not 59.94"),
    (RateOffByOne, "test_the_frame_rate", "60.94 frames/s, not 59.94"),
    (SourceFpsIgnored, "test_source_fps_overrides_the_rate", "59.94 frames/s, asked for 47.5"),
    (FrameLimitIgnored, "test_frame_limit", "10 frames, asked for 4"),
    (FrameLimitOffByOne, "test_frame_limit", "5 frames, asked for 4"),
    (KeepsTheFirstFile, "test_loading_again_gives_the_same", "the tracks differ"),
    (TellsNoOrigin, "test_says_where_the_motion_came_from", "source.path is None"),
    (LeavesACache, "test_the_file_is_not_changed", "left behind: .*own.cache"),
    (AsciiOnly, "test_any_path", "UnicodeEncodeError"),
    (ShoutedSuffix, "test_suffixes_are_lower_case", "'.NPZ' is not lower case"),
    (KnowsNothing, "test_knows_its_own_files", "does not know own.npz"),
    (GoesByTheName, "test_knows_its_own_files_under_any_name", "does not know copy"),
    (ClaimsEverything, "test_does_not_claim_junk", "claims empty"),
    (RaisesInsteadOfNo, "test_does_not_claim_junk", "FileReadError"),
    (ClaimsItsNeighbours, "test_does_not_claim_other_layouts", "claims near_poses.npz"),
    (RaisesWhatItMeets, "test_refuses_junk_by_name", "BadZipFile"),
    (NamesNoFile, "test_refuses_junk_by_name", "does not name clip_poses.npz"),
    (MakesSomethingOfRuins, "test_a_truncated_file_is_never_read_quietly", "DID NOT RAISE"),
    (Unpickles, "test_never_unpickles", "the pickle was executed"),
    (ReadsEverything, "test_reads_past_a_pickled_extra", "does not know clip.npz"),
]
"""Wrong sources, each with a check that it must fail and words that the check must say."""
