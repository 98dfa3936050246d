"""The measures a humanoid body is drawn from: where each role stands at rest, and how large."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget import roles, smpl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.values import Float64, Rig

UP = np.array([0.0, 1.0, 0.0])
FORWARD = np.array([0.0, 0.0, 1.0])

_LENGTHS = (
    ("hip", "knee"),
    ("knee", "ankle"),
    ("hip", "shoulder"),
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
)
_MEASURED = tuple((f"{side}_{a}", f"{side}_{b}") for side in roles.SIDES for a, b in _LENGTHS)
_HUMAN: Mapping[str, Float64] = dict(zip(roles.HUMANOID, smpl.SMPLH_A_POSE, strict=True))


@attrs.frozen(kw_only=True, eq=False)
class Body:
    """A humanoid rig at rest, seen by role; see `humanoid`.

    Of the other roles the rig may lack some: their places are imagined, as the mean human has
    them, and what they would move is moved by the joint they would hang from.
    """

    rig: Rig

    def joint(self, role: str) -> int:
        """Return the joint of a role, or the nearest one the role would hang from."""
        known = self.rig.joint_of_role
        while role not in known:
            role = roles.PARENT[role] or "pelvis"
        return known[role]

    def at(self, *wanted: str) -> Float64:
        """Return (N, 3) where the joints of roles stand at rest."""
        return np.stack([self._places[role] for role in wanted])

    def distance(self, a: str, b: str) -> float:
        """Return the distance between two joints, metres."""
        return float(np.linalg.norm(self._places[a] - self._places[b]))

    @cached_property
    def scale(self) -> float:
        """Size of the body: 1 for the mean SMPL+H body, for which the tables of figures are."""
        human = sum(float(np.linalg.norm(_HUMAN[a] - _HUMAN[b])) for a, b in _MEASURED)
        return sum(_measures(self.rig)) / human

    @cached_property
    def sole(self) -> float:
        """Height of the soles: the rig's floor, unless its ankles are nowhere near it."""
        ankle = float(self.at("left_ankle", "right_ankle")[:, 1].min())
        near = 0.01 < (ankle - self.rig.floor) / self.scale < 0.25
        return self.rig.floor if near else ankle - 0.08 * self.scale

    @cached_property
    def _places(self) -> Mapping[str, Float64]:
        """(3,) place of every humanoid role, real or imagined."""
        rest = self.rig.skeleton.rest.positions[:, 0]
        places = {role: rest[joint] for role, joint in self.rig.joint_of_role.items()}
        for role in roles.HUMANOID:
            parent = roles.PARENT[role]
            if role not in places and parent is not None:
                offset = self.scale * (_HUMAN[role] - _HUMAN[parent])
                side, _, joint = role.partition("_")
                if joint.startswith(roles.FINGERS):  # the hand follows the forearm
                    elbow, wrist = f"{side}_elbow", f"{side}_wrist"
                    turn = quat.swing(_HUMAN[wrist] - _HUMAN[elbow], places[wrist] - places[elbow])
                    offset = quat.rotate(turn, offset)
                places[role] = places[parent] + offset
        return places


def humanoid(rig: Rig) -> Body | None:
    """Return the body of a rig that has all of `roles.REQUIRED`, at places apart, else None."""
    if all(role in rig.joint_of_role for role in roles.REQUIRED) and min(_measures(rig)) > 1e-3:
        return Body(rig=rig)
    return None


def unit(vector: Float64) -> Float64:
    """Scale vectors (…, 3) to length one; a zero vector stays zero."""
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    scaled: Float64 = vector / np.maximum(length, 1e-12)
    return scaled


def square_to(along: Float64, hint: Float64) -> Float64:
    """Return the unit direction (…, 3) nearest `hint` that is perpendicular to unit `along`.

    Where the hint runs along, a world axis stands in for it.
    """
    along, hint = np.broadcast_arrays(along, hint)
    off = hint - np.sum(hint * along, axis=-1, keepdims=True) * along
    least = np.eye(3)[np.argmin(np.abs(along), axis=-1)]
    spare = least - np.sum(least * along, axis=-1, keepdims=True) * along
    return unit(np.where(np.linalg.norm(off, axis=-1, keepdims=True) > 0.05, off, spare))


def _measures(rig: Rig) -> list[float]:
    at, joint = rig.skeleton.rest.positions[:, 0], rig.joint_of_role
    return [float(np.linalg.norm(at[joint[a]] - at[joint[b]])) for a, b in _MEASURED]
