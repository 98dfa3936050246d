"""One side of a comparison: a body's joints by role, at rest and over time, on its own floor."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget import roles, soles
from retarget.fk import NumpyFK
from retarget.values import Motion, Skeleton, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.values import Float64, Rig

_LIMBS = {"leg": ("hip", "knee", "ankle"), "arm": ("shoulder", "elbow", "wrist")}


@attrs.frozen(kw_only=True, eq=False)
class Body:
    """A body in motion, +Y up, +Z forward, metres, float64."""

    index: Mapping[str, int]
    """Row of each role."""
    positions: Float64 = attrs.field(repr=False)
    """(R, F, 3) world positions."""
    rotations: Float64 = attrs.field(repr=False)
    """(R, F, 4) world rotations, xyzw."""
    rest_positions: Float64 = attrs.field(repr=False)
    """(R, 3) at rest."""
    rest_rotations: Float64 = attrs.field(repr=False)
    """(R, 4) at rest."""
    soles: Mapping[str, Float64] = attrs.field(repr=False)
    """(3, F, 3) heel, ball and tip of each side that has a foot."""

    @classmethod
    def of_motion(cls, motion: Motion, frames: slice) -> Body:
        """Make the source's body on some frames."""
        skeleton = motion.skeleton
        world = NumpyFK().solve(
            skeleton,
            motion.rotations[:, frames].astype(np.float64),
            motion.root_translations[frames].astype(np.float64),
        )
        return cls(
            index=skeleton.index,
            positions=world.positions,
            rotations=world.rotations,
            rest_positions=skeleton.rest.positions[:, 0],
            rest_rotations=skeleton.rest.rotations[:, 0],
            soles=_points(soles.soles_of_source(skeleton), world),
        )

    @classmethod
    def of_rig(cls, rig: Rig, world: World) -> Body:
        """Make the target's body from the world transforms (J, F, …) of the rig's joints."""
        joints = list(rig.joint_of_role.values())
        rest = rig.skeleton.rest
        return cls(
            index={role: row for row, role in enumerate(rig.joint_of_role)},
            positions=world.positions[joints].astype(np.float64),
            rotations=world.rotations[joints].astype(np.float64),
            rest_positions=rest.positions[joints, 0],
            rest_rotations=rest.rotations[joints, 0],
            soles=_points(soles.soles_of_rig(rig), world),
        )

    @property
    def frames(self) -> int:
        """Number of frames F."""
        return self.positions.shape[1]

    def place(self, role: str) -> Float64:
        """Return the world positions (F, 3) of a role."""
        return self.positions[self.index[role]]

    def turn(self, role: str) -> Float64:
        """Return the world rotations (F, 4) of a role."""
        return self.rotations[self.index[role]]

    def rest_place(self, role: str) -> Float64:
        """Return the rest position (3,) of a role."""
        return self.rest_positions[self.index[role]]

    def rest_turn(self, role: str) -> Float64:
        """Return the rest rotation (4,) of a role."""
        return self.rest_rotations[self.index[role]]

    def sole(self, point: str) -> Float64 | None:
        """Return the sole below a contact point, world positions (N, F, 3); None without a foot.

        Below "left_ankle" the heel, below "left_foot" the ball and the tip.
        """
        side, _, joint = point.partition("_")
        if side not in self.soles:
            return None
        return self.soles[side][1:] if joint == "foot" else self.soles[side][:1]

    def limb_length(self, limb: str) -> float | None:
        """Return the mean length of both "arm"s or "leg"s, metres; None where one lacks a joint."""
        total = 0.0
        for side in roles.SIDES:
            chain = [f"{side}_{joint}" for joint in _LIMBS[limb]]
            if not all(role in self.index for role in chain):
                return None
            places = np.array([self.rest_place(role) for role in chain])
            total += float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())
        return total / 2

    @cached_property
    def humanoid(self) -> tuple[str, ...]:
        """The humanoid roles it has, parents first."""
        return tuple(role for role in roles.HUMANOID if role in self.index)

    def as_motion(self, fps: float) -> tuple[Motion, World]:
        """Return the body as a motion of its humanoid roles, for what detects things in motions.

        Its rest is axis-aligned; the world transforms, not the motion's locals, say where it is.
        """
        rows = [self.index[role] for role in self.humanoid]
        above = [roles.nearest_above(role, set(self.humanoid)) for role in self.humanoid]
        parents = [-1 if role is None else self.humanoid.index(role) for role in above]
        places = self.rest_positions[rows]
        offsets = np.where(np.array(parents)[:, None] < 0, places, places - places[parents])
        turned = quat.multiply(
            self.rotations[rows], quat.conjugate(self.rest_rotations[rows])[:, None]
        )
        motion = Motion(
            skeleton=Skeleton(
                names=self.humanoid,
                parents=parents,
                rest_translations=offsets,
                rest_rotations=np.tile([0.0, 0.0, 0.0, 1.0], (len(rows), 1)),
            ),
            fps=fps,
            rotations=turned,
            root_translations=self.positions[rows[0]],
        )
        return motion, World(rotations=turned, positions=self.positions[rows])


def _points(found: Mapping[str, soles.Sole], world: World) -> dict[str, Float64]:
    return {
        side: sole.points(
            (world.rotations[sole.ankle], world.positions[sole.ankle]),
            (world.rotations[sole.toe], world.positions[sole.toe]),
        )
        for side, sole in found.items()
    }
