"""A correct pass, and the wrong ones that the kit must tell from it."""

from __future__ import annotations

import attrs
import numpy as np
from scipy.ndimage import gaussian_filter1d

from retarget import quaternions as quat
from retarget.errors import RetargetError
from retarget.testing import PassTests
from retarget.testing.rigs import humanoid
from retarget.values import Contacts


class Toy:
    """Correct: smooths the root's path and every joint's turning over time."""

    def apply(self, clip, context):
        rotations, root = self.change(clip, context)
        return attrs.evolve(
            clip,
            rotations=self.clean(rotations),
            root_translations=root,
            provenance=self.provenance(clip),
        )

    def change(self, clip, _context):
        rotations = gaussian_filter1d(clip.rotations, 1.0, axis=1, mode="nearest")
        root = gaussian_filter1d(clip.root_translations, 1.0, axis=0, mode="nearest")
        return rotations, root

    def clean(self, rotations):
        return quat.normalize(rotations)

    def provenance(self, clip):
        return {**clip.provenance, "toy": "smoothed"}


class SmoothsInPlace(Toy):
    def apply(self, clip, context):
        changed = super().apply(clip, context)
        for track, value in (
            (clip.rotations, changed.rotations),
            (clip.root_translations, changed.root_translations),
        ):
            if track.base is not None and track.base.flags.writeable:
                track.base[...] = value
        return changed


class WritesIntoTheProvenance(Toy):
    def provenance(self, clip):
        clip.provenance["toy"] = "smoothed"
        return clip.provenance


class UsesTheSourceUp(Toy):
    def change(self, clip, context):
        track = context.motion.root_translations.base
        if track is not None and track.flags.writeable:
            track[...] = 0
        return super().change(clip, context)


class ReplacesTheRig(Toy):
    def apply(self, clip, context):
        return attrs.evolve(super().apply(clip, context), rig=attrs.evolve(clip.rig))


class StretchesBones(Toy):
    """Reaches a target by longer bones: a rig with the same joints, but not the same."""

    def apply(self, clip, context):
        skeleton = clip.rig.skeleton
        longer = attrs.evolve(skeleton, rest_translations=skeleton.rest_translations * 1.01)
        rig = attrs.evolve(clip.rig, skeleton=longer)
        return attrs.evolve(super().apply(clip, context), rig=rig)


class DropsTheLastFrame(Toy):
    def change(self, clip, context):
        rotations, root = super().change(clip, context)
        return rotations[:, :-1], root[:-1]


class ChangesTheRate(Toy):
    def apply(self, clip, context):
        return attrs.evolve(super().apply(clip, context), fps=clip.fps * 2)


class ForgetsTheProvenance(Toy):
    def provenance(self, _clip):
        return {"toy": "smoothed"}


class ForgetsTheContacts(Toy):
    def apply(self, clip, context):
        return attrs.evolve(super().apply(clip, context), contacts=None)


class NamesContactsByJointsOfTheRig(Toy):
    def apply(self, clip, context):
        contacts = Contacts(points=["L_Foot"], touching=np.ones((1, clip.frames)))
        return attrs.evolve(super().apply(clip, context), contacts=contacts)


class TransposesTheContacts(Toy):
    def apply(self, clip, context):
        touching = np.ones((clip.frames, 2))
        contacts = Contacts(points=["left_foot", "right_foot"], touching=touching)
        return attrs.evolve(super().apply(clip, context), contacts=contacts)


class CountsContactsOnward(Toy):
    def apply(self, clip, context):
        contacts = Contacts(points=["left_foot"], touching=np.ones((1, clip.frames + 1)))
        return attrs.evolve(super().apply(clip, context), contacts=contacts)


class NotUnit(Toy):
    def clean(self, rotations):
        return rotations


class HalfPrecision(Toy):
    def clean(self, rotations):
        return super().clean(rotations).astype(np.float16)


class SignsFlip(Toy):
    def clean(self, rotations):
        rotations = super().clean(rotations)
        return np.where(rotations[..., 3:] < 0, -rotations, rotations)


class DividesBySpeed(Toy):
    def change(self, clip, context):
        rotations, root = super().change(clip, context)
        root = root.copy()
        root[-1] = np.nan
        return rotations, root


class RollsDice(Toy):
    dice = np.random.default_rng()

    def change(self, clip, context):
        rotations, root = super().change(clip, context)
        return rotations, root + self.dice.normal(size=3, scale=1e-3)


class KeepsTheFirstClip(Toy):
    kept = None

    def change(self, clip, context):
        if self.kept is None:
            self.kept = super().change(clip, context)
        return self.kept


class NeedsNeighbours(Toy):
    def change(self, clip, context):
        rotations, root = super().change(clip, context)
        speed = np.diff(clip.root_translations, axis=0)
        return rotations, root + 0 * speed[[0]]


class NeedsFingers(Toy):
    def change(self, clip, context):
        clip.rig.joint_of_role["left_index1"]
        return super().change(clip, context)


class RefusesWithAnError(Toy):
    def change(self, clip, _context):
        raise RetargetError(f"{clip.rig.name}: not today.")


class ReturnsNothing(Toy):
    def apply(self, clip, context):
        super().apply(clip, context)


KEPT = "test_rig_rate_and_frames_are_kept"
CLEAN = "test_tracks_stay_clean"
PURE = "test_the_clip_given_is_not_changed"
LENGTHS = "test_bone_lengths_never_change"
CONTACTS = "test_contacts_are_of_the_source_and_not_lost"

WRONG = [
    (SmoothsInPlace, PURE, "the rotations were changed"),
    (WritesIntoTheProvenance, PURE, "the provenance was changed"),
    (UsesTheSourceUp, "test_the_source_motion_is_not_changed", "the root was changed"),
    (ReplacesTheRig, KEPT, "the rig was replaced"),
    (StretchesBones, LENGTHS, "the bone of .* changes by"),
    (NotUnit, LENGTHS, "the bone of .* changes by"),
    (DropsTheLastFrame, KEPT, "23 frames of 24"),
    (ChangesTheRate, KEPT, "60.0 frames/s, not 30.0"),
    (ForgetsTheProvenance, KEPT, "the provenance lost .*target"),
    (ForgetsTheContacts, CONTACTS, "the contacts .* are lost"),
    (NamesContactsByJointsOfTheRig, CONTACTS, "contacts of L_Foot, which the source does not have"),
    (TransposesTheContacts, CONTACTS, r"what cannot be: Contacts.touching has shape \(24, 2\)"),
    (CountsContactsOnward, CONTACTS, r"what cannot be: Clip.contacts.touching has shape \(1, 25\)"),
    (TransposesTheContacts, CLEAN, r"what cannot be: Contacts.touching has shape \(24, 2\)"),
    (NotUnit, CLEAN, "not of unit length"),
    (HalfPrecision, CLEAN, "not of unit length"),
    (SignsFlip, CLEAN, "change sign between frames on Pelvis"),
    (DividesBySpeed, CLEAN, "not finite"),
    (DividesBySpeed, LENGTHS, "not finite"),
    (RollsDice, "test_applying_again_gives_the_same", "the root differs"),
    (KeepsTheFirstClip, "test_applying_again_gives_the_same", "the rotations differ"),
    (NeedsNeighbours, "test_short_clips", "IndexError"),
    (NeedsFingers, CLEAN, "KeyError: 'left_index1'"),
    (RefusesWithAnError, CLEAN, "refuses a whole human body"),
    (ReturnsNothing, KEPT, "apply returned NoneType"),
]
"""Wrong passes, each with a check that it must fail and words that the check must say."""


class Kit(PassTests):
    """The kit over the toy named by `made`."""

    made = Toy

    def make(self):
        return self.made()


class Refuses(Toy):
    """Correct, too: says what it cannot do."""

    def apply(self, clip, context):
        if not clip.rig.joint_of_role.keys() >= humanoid().joint_of_role.keys():
            raise RetargetError(f"{clip.rig.name}: has no fingers to work on.")
        return super().apply(clip, context)
