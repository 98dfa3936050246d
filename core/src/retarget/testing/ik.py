"""The checks of an inverse-kinematics solver that moves the end of a limb to a goal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from retarget.testing.clips import smooth_clip, smooth_curves, without_flips
from retarget.testing.compare import assert_continuous, assert_unit, rotation_errors
from retarget.testing.kit import Kit
from retarget.testing.mirror import mirrored, reflected
from retarget.testing.oracle import world_of_tracks
from retarget.testing.rigs import RIGS

if TYPE_CHECKING:
    from retarget.values import Clip, Float64, Rig

Limb = tuple[str, str, str]
"""Roles of the upper joint, the middle joint and the end."""

LEG: Limb = ("left_hip", "left_knee", "left_ankle")
ARM: Limb = ("right_shoulder", "right_elbow", "right_wrist")

FRAMES = 24

each_limb = pytest.mark.parametrize("limb", [LEG, ARM], ids=["leg", "arm"])
each_rig = pytest.mark.parametrize("rig", ["humanoid", "turned", "stretched"])


class IKTests(Kit, ABC):
    """Subclass as `Test…` and move a limb to its goals in `reach`.

    Limbs are legs and arms of bodies; their rest frames are turned in arbitrary ways. The middle
    joint is a hinge that has a side to which it bends, knees forward and elbows backward.
    """

    position_tolerance: ClassVar[float] = 1e-3
    """Metres by which a goal within reach may be missed."""

    rotation_tolerance: ClassVar[float] = 0.05
    """Degrees by which the end's world rotation may change."""

    extension: ClassVar[float] = 0.97
    """Share of its length to which a limb must stretch for a goal beyond its reach."""

    @abstractmethod
    def reach(self, clip: Clip, limb: Limb, goals: Float64) -> Clip:
        """Return the clip with the end of a limb moved to its goals (F, 3), metres, world."""

    def clip(self, rig: str) -> Clip:
        """Return the clip that limbs are moved in."""
        return _bent(smooth_clip(RIGS[rig](), frames=FRAMES, seed=5))

    @each_limb
    @each_rig
    def test_reach(self, rig: str, limb: Limb) -> None:
        """The end comes to goals that the limb reaches."""
        clip = self.clip(rig)
        goals = _within_reach(clip, limb)
        end = _places(self.reach(clip, limb, goals), limb)[2]
        missed = np.linalg.norm(end - goals, axis=-1)
        assert missed.max() <= self.position_tolerance, (
            f"{limb[2]} misses its goal by {missed.max() * 1000:.3g} mm "
            f"on frame {missed.argmax()}; the goal is within reach"
        )

    @each_limb
    @each_rig
    def test_no_reach(self, rig: str, limb: Limb) -> None:
        """Beyond reach the limb points at the goal and stretches, and nothing breaks."""
        clip = self.clip(rig)
        root, mid, end = _places(clip, limb)
        length = np.linalg.norm(mid - root, axis=-1) + np.linalg.norm(end - mid, axis=-1)
        way = _within_reach(clip, limb) - root
        way *= (1.4 * length / np.linalg.norm(way, axis=-1))[:, None]
        changed = self.reach(clip, limb, root + way)
        _assert_clean(changed)
        after = _places(changed, limb)
        line = after[2] - after[0]
        stretched = np.linalg.norm(line, axis=-1) / length
        assert stretched.min() >= self.extension, (
            f"stretches to {stretched.min():.3f} of its length towards a goal beyond reach"
        )
        cosine = np.sum(line * way, axis=-1) / np.linalg.norm(line, axis=-1)
        off = np.degrees(np.arccos(np.clip(cosine / np.linalg.norm(way, axis=-1), -1, 1)))
        assert off.max() <= 0.5, f"points {off.max():.2g} degrees past a goal beyond reach"

    @pytest.mark.parametrize("rig", ["humanoid", "turned"])
    def test_straight_limb(self, rig: str) -> None:
        """A leg animated straight bends forward, without a jump, when the goal is nearer."""
        clip = straightened(self.clip(rig), LEG)
        root, _, end = _places(clip, LEG)
        share = np.linspace(1, 0.7, clip.frames)[:, None]
        changed = self.reach(clip, LEG, root + share * (end - root))
        _assert_clean(changed)
        after = _places(changed, LEG)
        middle = (after[0] + after[2]) / 2
        forward = _forward(clip, LEG)
        side = np.sum((after[1] - middle) * forward, axis=-1)[clip.frames // 4 :]
        assert (side > 0).all(), f"a straight leg bends backward on {(side <= 0).sum()} frames"

    @pytest.mark.parametrize("shrunk", [(0,), (1,), (0, 1)], ids=["upper", "lower", "both"])
    def test_zero_length(self, shrunk: tuple[int, ...]) -> None:
        """Bones without length have no direction; nothing is NaN for it."""
        rig = RIGS["humanoid"]()
        offsets = rig.skeleton.rest_translations.copy()
        for bone in shrunk:
            offsets[rig.joint_of_role[LEG[bone + 1]]] = 0
        short = attrs.evolve(rig.skeleton, rest_translations=offsets)
        clip = _bent(smooth_clip(attrs.evolve(rig, skeleton=short), frames=FRAMES, seed=5))
        goals = _places(clip, LEG)[0] + [0.05, -0.2, 0.1]
        _assert_clean(self.reach(clip, LEG, goals))

    def test_goal_at_the_root(self) -> None:
        """A goal in the upper joint itself leaves open where the limb points."""
        clip = self.clip("humanoid")
        _assert_clean(self.reach(clip, LEG, _places(clip, LEG)[0]))

    @each_limb
    @each_rig
    def test_mirrored(self, rig: str, limb: Limb) -> None:
        """Of the mirror image of a body it makes the mirror image."""
        clip = self.clip(rig)
        goals = _within_reach(clip, limb)
        after = reflected(_world(self.reach(clip, limb, goals)))
        across: Limb = tuple(_other_side(role) for role in limb)  # type: ignore[assignment]
        image = _world(self.reach(mirrored(clip), across, goals * [-1, 1, 1]))
        off = np.linalg.norm(image[..., :3, 3] - after[..., :3, 3], axis=-1)
        assert off.max() <= self.position_tolerance, (
            f"{clip.rig.skeleton.names[off.max(axis=1).argmax()]} stands {off.max() * 1000:.3g} mm "
            "off in the mirror image"
        )

    @each_limb
    @each_rig
    def test_only_the_limb_turns(self, rig: str, limb: Limb) -> None:
        """Every other joint's track, and the root's, is the same to the last bit; so is the rig."""
        clip = self.clip(rig)
        changed = self.reach(clip, limb, _within_reach(clip, limb))
        assert changed.rig is clip.rig, "the rig was replaced"
        same = np.array_equal(changed.root_translations, clip.root_translations)
        assert same, "the root was moved"
        own = {clip.rig.joint_of_role[role] for role in limb}
        differs = (changed.rotations != clip.rotations).any(axis=(1, 2))
        touched = [
            name
            for joint, name in enumerate(clip.rig.skeleton.names)
            if differs[joint] and joint not in own
        ]
        assert not touched, f"turns {', '.join(touched)}, which are not of the limb"

    @each_limb
    @each_rig
    def test_the_end_keeps_its_rotation(self, rig: str, limb: Limb) -> None:
        """Foot and hand stay turned in the world as they were animated."""
        clip = self.clip(rig)
        changed = self.reach(clip, limb, _within_reach(clip, limb))
        joint = clip.rig.joint_of_role[limb[2]]
        off = rotation_errors(_world(changed)[joint], _world(clip)[joint])
        assert off.max() <= self.rotation_tolerance, f"{limb[2]} turns by {off.max():.3g} degrees"

    @each_limb
    @each_rig
    def test_a_goal_that_is_met_changes_nothing(self, rig: str, limb: Limb) -> None:
        """IK is a correction of what was animated: where the end is right, so is the limb."""
        clip = self.clip(rig)
        changed = self.reach(clip, limb, _places(clip, limb)[2])
        before, after = _places(clip, limb)[1], _places(changed, limb)[1]
        off = np.linalg.norm(after - before, axis=-1).max()
        assert off <= self.position_tolerance, (
            f"{limb[1]} moves by {off * 1000:.3g} mm though the goal was met"
        )

    def test_the_same_again(self) -> None:
        """Deterministic."""
        clip = self.clip("turned")
        goals = _within_reach(clip, LEG)
        first, second = (self.reach(clip, LEG, goals).rotations for _ in range(2))
        assert np.array_equal(first, second), "the rotations differ from one call to the next"


def _within_reach(clip: Clip, limb: Limb) -> Float64:
    """Return goals (F, 3) some centimetres from where the end is, between 50 and 95 % of reach."""
    root, mid, end = _places(clip, limb)
    length = np.linalg.norm(mid - root, axis=-1) + np.linalg.norm(end - mid, axis=-1)
    way = end + 0.12 * smooth_curves(1, clip.frames, seed=9)[0] - root
    distance = np.linalg.norm(way, axis=-1)
    goals: Float64 = (
        root + way * (np.clip(distance, 0.5 * length, 0.95 * length) / distance)[:, None]
    )
    return goals


def _bent(clip: Clip) -> Clip:
    """Bend knees and elbows as they bend: 15 to 75 degrees beyond their rest, to their own side."""
    rotations = clip.rotations.astype(np.float64)
    world = _world_of_rest(clip.rig)
    angle = np.radians(45 + 30 * np.sin(np.linspace(0, 5, clip.frames)))
    for role, axis in _HINGES.items():
        joint = clip.rig.joint_of_role.get(role)
        if joint is not None:
            own = world[joint].inv().apply(axis)
            turned = Rotation.from_quat(clip.rig.skeleton.rest_rotations[joint]) * (
                Rotation.from_rotvec(angle[:, None] * own)
            )
            rotations[joint] = turned.as_quat()
    return attrs.evolve(clip, rotations=without_flips(rotations))


_HINGES = {
    "left_knee": (1.0, 0.0, 0.0),
    "right_knee": (1.0, 0.0, 0.0),
    "left_elbow": (-0.6, -0.8, 0.0),
    "right_elbow": (-0.6, 0.8, 0.0),
}
"""World axes about which a hinge closes in the A-pose: the shin goes back, the forearm forward."""


def straightened(clip: Clip, limb: Limb) -> Clip:
    """Turn the middle joint of a limb so that it is straight on every frame."""
    index = clip.rig.joint_of_role
    rest = _world_of_rest(clip.rig)
    places = world_of_tracks(
        clip.rig.skeleton,
        clip.rig.skeleton.rest_rotations[:, None],
        clip.rig.skeleton.rest_translations[:1],
    )[:, 0, :3, 3]
    upper, lower, end = (places[index[role]] for role in limb)
    a, b = (v / np.linalg.norm(v) for v in (end - lower, lower - upper))
    axis = np.cross(a, b)
    angle = np.arctan2(np.linalg.norm(axis), a @ b)
    swing = Rotation.from_rotvec(angle * axis / max(float(np.linalg.norm(axis)), 1e-12))
    joint = index[limb[1]]
    parent = int(clip.rig.skeleton.parents[joint])
    local = (rest[parent].inv() * swing * rest[joint]).as_quat()
    rotations = clip.rotations.astype(np.float64)
    rotations[joint] = local
    return attrs.evolve(clip, rotations=without_flips(rotations))


def _forward(clip: Clip, limb: Limb) -> Float64:
    """Return (F, 3) where +Z of the rest has gone with the upper joint."""
    joint = clip.rig.joint_of_role[limb[0]]
    now = Rotation.from_matrix(_world(clip)[joint, :, :3, :3].copy())
    turned: Float64 = (now * _world_of_rest(clip.rig)[joint].inv()).apply([0.0, 0.0, 1.0])
    return turned


def _world_of_rest(rig: Rig) -> list[Rotation]:
    skeleton = rig.skeleton
    world = world_of_tracks(
        skeleton, skeleton.rest_rotations[:, None], skeleton.rest_translations[:1]
    )
    return [Rotation.from_matrix(joint[0, :3, :3].copy()) for joint in world]


def _world(clip: Clip) -> Float64:
    return world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)


def _places(clip: Clip, limb: Limb) -> Float64:
    """Return where the three joints of a limb are (3, F, 3)."""
    return _world(clip)[[clip.rig.joint_of_role[role] for role in limb], :, :3, 3]


def _assert_clean(clip: Clip) -> None:
    assert np.isfinite(clip.rotations).all(), "rotations are not finite"
    assert_unit(clip.rotations, clip.rig.skeleton.names)
    assert_continuous(clip.rotations, clip.rig.skeleton.names)


def _other_side(role: str) -> str:
    side, _, joint = role.partition("_")
    return f"{'right' if side == 'left' else 'left'}_{joint}"
