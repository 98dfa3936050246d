"""A-pose sources that are wrong in one thing each, and the check that must notice."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from conformance.toy_apose_source import Toy
from retarget import roles, smpl
from retarget.errors import RetargetError

# What it makes


class ZUpLeftUnturned(Toy):
    def turned(self, positions):
        return positions


class TurnedTheOtherWay(Toy):
    """The matrix transposed: the body stands on its head."""

    def turned(self, positions):
        x, y, z = positions.T
        return np.stack([x, -z, y], axis=1)


class FacesBackwards(Toy):
    def turned(self, positions):
        return super().turned(positions) * [-1, 1, -1]


class LeftAndRightSwapped(Toy):
    def roles(self, names):
        return {name: roles.MIRROR[name] for name in names}


class Mirrored(Toy):
    def turned(self, positions):
        return super().turned(positions) * [-1, 1, 1]


class RestPoseForgotten(Toy):
    """The bone lengths are the file's, the pose is the T-pose."""

    def offsets(self, positions, parents):
        lengths = np.linalg.norm(super().offsets(positions, parents), axis=1, keepdims=True)
        straight = super().offsets(smpl.SMPLH_T_POSE, parents)
        offsets = straight / np.linalg.norm(straight, axis=1, keepdims=True) * lengths
        offsets[0] = positions[0]
        return offsets


class PositionsTakenForOffsets(Toy):
    def offsets(self, positions, _parents):
        return positions


class Centimetres(Toy):
    def turned(self, positions):
        return super().turned(positions) * 100


class LosesRequiredRoles(Toy):
    def roles(self, names):
        return {name: name for name in names if "wrist" not in name}

    def require(self, spec, given):
        pass


class FloorAtThePelvis(Toy):
    def floor(self, positions):
        return float(positions[0, 1])


class CountsItsRigs(Toy):
    def floor(self, _positions):
        CountsItsRigs.made = getattr(CountsItsRigs, "made", 0) + 1
        return CountsItsRigs.made / 1000


# What it knows and refuses


class KnowsNothing(Toy):
    def sniff(self, _spec):
        return False


class GoesByTheName(Toy):
    def sniff(self, spec):
        return spec.endswith(".npz")


class RaisesOnNonsense(Toy):
    def sniff(self, spec):
        return Path(spec).stat().st_size > 0 and super().sniff(spec)


class RaisesWhatItMeets(Toy):
    def open(self, spec):
        zipfile.ZipFile(spec).close()
        return super().open(spec)


class NamesNoFile(Toy):
    def load(self, spec, options):
        try:
            return super().load(spec, options)
        except RetargetError as error:
            raise RetargetError("The target cannot be read.") from error


class Unpickles(Toy):
    def read(self, file, key):
        with np.load(file.path, allow_pickle=True) as arrays:
            array = arrays[key]
        if array.dtype == object:
            raise RetargetError(f"{file.path}: {key} is no array of numbers.")
        return array


class MakesSomethingOfRuins(Toy):
    def open(self, spec):
        try:
            return super().open(spec)
        except RetargetError:
            good = Path(spec).with_name("built_in.npz")
            np.savez(good, names=np.array(roles.HUMANOID), joints=smpl.SMPLH_A_POSE)
            return super().open(good)


class DoesWithoutRequiredRoles(Toy):
    def require(self, spec, given):
        pass

    def skeleton(self, names, positions):
        try:
            return super().skeleton(names, positions)
        except ValueError as error:
            raise RetargetError("Some joint is missing.") from error


JOINTS = "test_joints_rest_where_the_truth_has_them"
UPRIGHT = "test_a_humanoid_stands_upright"
FACING = "test_a_humanoid_faces_plus_z"
AGAIN = "test_loading_twice_gives_the_same"

WRONG = [
    (ZUpLeftUnturned, UPRIGHT, "head is not above pelvis|left_shoulder is not above pelvis"),
    (ZUpLeftUnturned, JOINTS, "mm off"),
    (TurnedTheOtherWay, UPRIGHT, "left_shoulder is not above pelvis"),
    (FacesBackwards, FACING, "is not on the \\+X side"),
    (LeftAndRightSwapped, FACING, "is not on the \\+X side"),
    (Mirrored, FACING, "is not on the \\+X side"),
    (RestPoseForgotten, JOINTS, "left_.* mm off"),
    (PositionsTakenForOffsets, JOINTS, "mm off"),
    (Centimetres, JOINTS, "mm off"),
    (Centimetres, "test_the_floor_is_under_the_feet", "m above the floor"),
    (LosesRequiredRoles, "test_a_humanoid_has_the_required_roles", "no joint for left_wrist"),
    (FloorAtThePelvis, "test_the_floor_is_under_the_feet", "m above the floor"),
    (CountsItsRigs, AGAIN, "the floors differ"),
    (KnowsNothing, "test_knows_its_own_specs", "does not know"),
    (GoesByTheName, "test_does_not_claim_junk", "claims empty"),
    (GoesByTheName, "test_does_not_claim_nonsense", "claims 'no/such/folder/target.npz'"),
    (RaisesOnNonsense, "test_does_not_claim_nonsense", "FileNotFoundError"),
    (RaisesWhatItMeets, "test_refuses_junk_by_name", "BadZipFile"),
    (NamesNoFile, "test_refuses_junk_by_name", "does not name target.npz"),
    (Unpickles, "test_never_unpickles", "the pickle was executed"),
    (MakesSomethingOfRuins, "test_a_truncated_file_is_never_read_quietly", "DID NOT RAISE"),
    (DoesWithoutRequiredRoles, "test_refuses_what_it_must", "does not say 'left_knee'"),
]
"""Wrong sources, each with a check that it must fail and words that the check must say."""
