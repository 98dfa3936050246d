"""A correct IK solver and pass, and the wrong ones that the kit must tell from them."""

from __future__ import annotations

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

from retarget import quaternions as quat
from retarget.testing import IKPassTests, IKTests
from retarget.testing.clips import without_flips
from retarget.testing.oracle import world_of_tracks
from retarget_ik.limbs import Limb, Posed
from retarget_ik.two_bone import solve

FORWARD, BACKWARD = np.array([0.0, 0, 1]), np.array([0.0, 0, -1])


class Toy:
    """Correct: the bundled two-bone solver, on tracks."""

    bend = 1
    kept = True

    def reach(self, clip, limb, goals):
        world = world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)
        joints = range(len(world))
        turns = [Rotation.from_matrix(world[j, :, :3, :3].copy()).as_quat() for j in joints]
        posed = Posed(dict(enumerate(turns)), dict(enumerate(world[..., :3, 3])))
        leg = limb[0].endswith("hip")
        found = Limb.of(clip.rig, limb, None, self.bend * (FORWARD if leg else BACKWARD))
        upper, lower, end = (posed.position(j) for j in (found.upper, found.lower, found.end))
        swings = self.swings(upper, lower, end, goals, self.bend * found.bends(posed))
        still = np.tile(quat.IDENTITY, (clip.frames, 1))
        turned = found.turned(posed, *swings, still if self.kept else swings[1])
        return self.written(clip, turned)

    def swings(self, *where):
        return solve(*where)

    def written(self, clip, turned):
        rotations = clip.rotations.copy()
        for joint, local in turned.items():
            rotations[joint] = local
        return attrs.evolve(clip, rotations=without_flips(rotations))


class StopsShort(Toy):
    def swings(self, upper, lower, end, goals, bend):
        return solve(upper, lower, end, end + 0.9 * (goals - end), bend)


class NeverStretches(Toy):
    def swings(self, upper, lower, end, goals, bend):
        return solve(upper, lower, end, goals, bend, reach=0.9)


class GivesUpBeyondReach(Toy):
    """Leaves the limb as it was where the goal is too far."""

    def swings(self, upper, lower, end, goals, bend):
        length = np.linalg.norm(lower - upper, axis=-1) + np.linalg.norm(end - lower, axis=-1)
        far = np.linalg.norm(goals - upper, axis=-1) > length
        return solve(upper, lower, end, np.where(far[:, None], end, goals), bend)


class BendsBackward(Toy):
    bend = -1


class Divides(Toy):
    """The law of cosines as it stands in books: by bone lengths and distances that may be zero."""

    def swings(self, upper, lower, end, goals, bend):
        a, b = (np.linalg.norm(v, axis=-1) for v in (lower - upper, end - lower))
        c = np.linalg.norm(goals - upper, axis=-1)
        with np.errstate(all="ignore"):
            nan = 0 * (a * a + b * b - c * c) / (2 * a * b * c)
        return [swing + nan[:, None] for swing in super().swings(upper, lower, end, goals, bend)]


class LeansToOneSide(Toy):
    """Its limbs swing about their own line a little, to the same side left and right."""

    def swings(self, upper, lower, end, goals, bend):
        line = (goals - upper) / np.maximum(
            np.linalg.norm(goals - upper, axis=-1, keepdims=True), 1e-9
        )
        twist = Rotation.from_rotvec(0.2 * line).as_quat()
        return [quat.multiply(twist, s) for s in super().swings(upper, lower, end, goals, bend)]


class TurnsTheParent(Toy):
    def written(self, clip, turned):
        changed = super().written(clip, turned)
        rotations = changed.rotations.copy()
        rotations[1] = quat.normalize(rotations[1] + 1e-7)
        return attrs.evolve(changed, rotations=rotations)


class MovesTheRoot(Toy):
    def written(self, clip, turned):
        return attrs.evolve(
            super().written(clip, turned), root_translations=clip.root_translations + 1e-3
        )


class LongerBones(Toy):
    def written(self, clip, turned):
        rig = attrs.evolve(clip.rig, name="longer")
        return attrs.evolve(super().written(clip, turned), rig=rig)


class DragsTheEnd(Toy):
    kept = False


class AssumesAnAxis(Toy):
    """Poses the limb anew in a plane of its own, whatever was animated."""

    def swings(self, upper, lower, end, goals, bend):
        whole, turn = super().swings(upper, lower, end, goals, bend)
        line = goals - upper
        line = line / np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), 1e-9)
        twist = Rotation.from_rotvec(0.4 * line).as_quat()
        return quat.multiply(twist, whole), quat.multiply(twist, turn)


class RollsDice(Toy):
    dice = np.random.default_rng()

    def swings(self, upper, lower, end, goals, bend):
        noise = self.dice.normal(size=goals.shape, scale=1e-5)
        return super().swings(upper, lower, end, goals + noise, bend)


WRONG = [
    (StopsShort, "test_reach", "misses its goal by .* mm"),
    (NeverStretches, "test_reach", "misses its goal by .* mm"),
    (NeverStretches, "test_no_reach", "stretches to 0.9"),
    (GivesUpBeyondReach, "test_no_reach", "stretches to|points .* past a goal"),
    (BendsBackward, "test_straight_limb", "bends backward"),
    (Divides, "test_zero_length", "not finite"),
    (Divides, "test_goal_at_the_root", "not finite"),
    (LeansToOneSide, "test_mirrored", "off in the mirror image"),
    (TurnsTheParent, "test_only_the_limb_turns", "which are not of the limb"),
    (MovesTheRoot, "test_only_the_limb_turns", "the root was moved"),
    (LongerBones, "test_only_the_limb_turns", "the rig was replaced"),
    (DragsTheEnd, "test_the_end_keeps_its_rotation", "turns by .* degrees"),
    (AssumesAnAxis, "test_a_goal_that_is_met_changes_nothing", "though the goal was met"),
    (RollsDice, "test_the_same_again", "the rotations differ"),
]
"""Wrong solvers, each with a check that it must fail and words that the check must say."""


class Kit(IKTests):
    """The kit over the toy named by `made`."""

    made = Toy

    def reach(self, clip, limb, goals):
        return self.made().reach(clip, limb, goals)


class ToyPass:
    """Correct: lifts both wrists by some centimetres where the target is not the source's size."""

    lift = (0.05, 0.05)
    toy = Toy()

    def apply(self, clip, context):
        if abs(context.root_scale - 1) < 0.02 or "left_wrist" not in clip.rig.joint_of_role:
            return clip
        for side, lift in zip(("left", "right"), self.lift, strict=True):
            world = world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)
            goals = world[clip.rig.joint_of_role[f"{side}_wrist"], :, :3, 3] + [0, lift, 0]
            limb = tuple(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist"))
            clip = self.toy.reach(clip, limb, goals)
        return clip


class PassTurnsTheParent(ToyPass):
    toy = TurnsTheParent()


class PassMovesTheRoot(ToyPass):
    toy = MovesTheRoot()


class PassDragsTheEnd(ToyPass):
    toy = DragsTheEnd()


class PassLiftsOneSide(ToyPass):
    lift = (0.05, 0.02)


class PassIdles(ToyPass):
    def apply(self, clip, context):  # noqa: ARG002 - does nothing, on purpose
        return clip


class PassNeedsBends(ToyPass):
    """Takes the plane of an arm from the arm alone, which a straight one has not."""

    def apply(self, clip, context):
        world = world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)
        index = clip.rig.joint_of_role
        names = ("shoulder", "elbow", "wrist")
        if "left_wrist" not in index:
            return clip
        a, b, c = (world[index[f"left_{joint}"], :, :3, 3] for joint in names)
        normal = np.round(np.cross(b - a, c - b), 6)
        with np.errstate(all="ignore"):
            nan = 0 * np.linalg.norm(normal, axis=-1, keepdims=True)
            nan = nan / np.linalg.norm(normal, axis=-1, keepdims=True)
        changed = super().apply(clip, context)
        rotations = changed.rotations.copy()
        rotations[index["left_elbow"]] += nan
        return attrs.evolve(changed, rotations=rotations)


WRONG_PASSES = [
    (PassTurnsTheParent, "test_other_joints_are_bit_equal", "which it does not own"),
    (PassMovesTheRoot, "test_other_joints_are_bit_equal", "moves the root"),
    (PassIdles, "test_it_does_something", "nothing was turned"),
    (PassDragsTheEnd, "test_ends_keep_their_world_rotation", "turns by .* degrees"),
    (PassLiftsOneSide, "test_mirrored", "off in the mirror image"),
    (PassNeedsBends, "test_straight_limbs", "not finite|not of unit length"),
    (PassNeedsBends, "test_zero_length", "not finite|not of unit length"),
]
"""Wrong passes, likewise."""


class PassKit(IKPassTests):
    """The kit for passes over the toy named by `made`."""

    made = ToyPass
    turns = ("*_shoulder", "*_elbow", "*_wrist")
    keeps = ("left_wrist", "right_wrist")

    def make(self):
        return self.made()
