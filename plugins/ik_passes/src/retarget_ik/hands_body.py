"""What hands keep a relation to: points on the hands, and the body as capsules.

Source and target get the same points and capsules, by role; each on its own joints.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.fk import Branch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retarget.providers import FKSolver
    from retarget.values import Float64, Skeleton, World

    Array = NDArray[Any]

ARM = ("shoulder", "elbow", "wrist")
KNUCKLES = ("index1", "middle1", "ring1", "pinky1")
PADS = ("index", "middle", "thumb")
"""Fingers whose pads are followed: with the palm they tell how a hand is held to something."""

PALM = 0.6
"""Where the palm is on the way from the wrist to amid the knuckles."""

PAD = 0.3
"""How far the pad of a finger lies beyond its last joint, in lengths of the bone before it."""

ADULT_ARM = 0.51
"""Metres from shoulder to wrist of the mean body, for which radii are given."""


@attrs.frozen
class Capsule:
    """A part of the body: the line between two joints and how thick the mean body is about it."""

    begin: str
    end: str
    radius: float
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Metres from both joints at rest; turned with `begin`."""
    fingers: bool = False
    """Whether fingers touch it, or the palm alone."""


CAPSULES = (
    Capsule("pelvis", "neck", 0.12),
    Capsule("head", "head", 0.10, (0.0, 0.09, 0.03), fingers=True),
    Capsule("left_hip", "left_knee", 0.08),
    Capsule("right_hip", "right_knee", 0.08),
)


@attrs.frozen(kw_only=True, eq=False)
class Figure:
    """A skeleton seen as two hands and a body."""

    skeleton: Skeleton
    joints: Mapping[str, int]
    """Joint by role."""
    solver: FKSolver

    @cached_property
    def arm_length(self) -> float:
        """Mean length, metres, from shoulder to wrist, of the arms there are."""
        arms = [s for s in roles.SIDES if all(f"{s}_{joint}" in self.joints for joint in ARM)]
        return float(np.mean([self._length_of_arm(side) for side in arms]))

    def finger_length(self, finger: str) -> float:
        """Mean length, metres, of a finger's first two bones."""
        rest = self.skeleton.rest.positions[:, 0]
        chains = [[f"{side}_{finger}{n}" for n in (1, 2, 3)] for side in roles.SIDES]
        places = np.array(
            [
                [rest[self.joints[role]] for role in chain]
                for chain in chains
                if all(role in self.joints for role in chain)
            ]
        )
        return float(np.linalg.norm(np.diff(places, axis=1), axis=2).sum(axis=1).mean())

    def offset(self, begin: str, end: str) -> Float64:
        """Return how far (3,) one role's joint is from another's at rest, metres."""
        rest = self.skeleton.rest.positions[:, 0]
        return np.asarray(rest[self.joints[end]] - rest[self.joints[begin]])

    def palm(self, side: str, knuckles: Sequence[str], share: float = PALM) -> Float64:
        """Return (3,) `share` of the way from the wrist to amid the knuckles, at rest."""
        ways = [self.offset(f"{side}_wrist", f"{side}_{knuckle}") for knuckle in knuckles]
        return share * np.mean(ways or [np.zeros(3)], axis=0)

    def _length_of_arm(self, side: str) -> float:
        rest = self.skeleton.rest.positions[:, 0]
        places = np.array([rest[self.joints[f"{side}_{joint}"]] for joint in ARM])
        return float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())

    def walk(self, wanted: Sequence[str], rotations: Array, root: Array, frames: Any) -> Walked:
        """Solve the joints of the roles `wanted`, and those above them, on some frames."""
        branch = Branch.of(self.skeleton, [self.joints[role] for role in wanted])
        return Walked(
            figure=self,
            rows={joint: row for row, joint in enumerate(branch.joints.tolist())},
            world=self.solver.solve(branch.skeleton, *branch.tracks(rotations, root, frames)),
        )


@attrs.frozen(kw_only=True, eq=False)
class Walked:
    """Some joints of a figure in world space on some frames N."""

    figure: Figure
    rows: Mapping[int, int]
    """Row by joint."""
    world: World

    def place(self, joint: int) -> Array:
        """Return the world positions (N, 3) of a joint."""
        return self.world.positions[self.rows[joint]]

    def turn(self, joint: int) -> Array:
        """Return the world rotations (N, 4) of a joint."""
        return self.world.rotations[self.rows[joint]]

    def of(self, role: str) -> Array:
        """Return the world positions (N, 3) of a role."""
        return self.place(self.figure.joints[role])

    def carried(self, roles: Sequence[str], offsets: Float64) -> Array:
        """Return where points (P, 3) that rest so far from the joints of roles are, (P, N, 3)."""
        joints = [self.figure.joints[role] for role in roles]
        rows = [self.rows[joint] for joint in joints]
        turns = self.world.rotations[rows]
        rest = self.figure.skeleton.rest.rotations[joints]
        own = quat.rotate(quat.conjugate(rest), offsets[:, None]).astype(turns.dtype)
        return self.world.positions[rows] + quat.rotate(turns, own)

    def palms(self, sides: Sequence[str], knuckles: Sequence[str], share: float = PALM) -> Array:
        """Return the points (S, N, 3) `share` of the way from wrists to amid the knuckles."""
        offsets = np.array([self.figure.palm(side, knuckles, share) for side in sides])
        return self.carried([f"{side}_wrist" for side in sides], offsets)

    def hand(self, side: str, knuckles: Sequence[str], fingers: Sequence[str]) -> Array:
        """Return the palm and the pads of fingers (P, N, 3)."""
        bones = [self.figure.offset(f"{side}_{f}2", f"{side}_{f}3") for f in fingers]
        return self.carried(
            [f"{side}_wrist", *(f"{side}_{f}3" for f in fingers)],
            np.array([self.figure.palm(side, knuckles), *(PAD * bone for bone in bones)]),
        )

    def rigid_hand(self, side: str, knuckles: Sequence[str], fingers: Sequence[str]) -> Array:
        """Return the palm and where fingers begin (P, N, 3), from the wrist alone."""
        begins = [self.figure.offset(f"{side}_wrist", f"{side}_{f}1") for f in fingers]
        return self.carried(
            [f"{side}_wrist"] * (1 + len(fingers)),
            np.array([self.figure.palm(side, knuckles), *begins]),
        )
