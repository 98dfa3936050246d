"""The transfer of rotations: one constant rotation on each side of the source's local one.

With `W_s` the source's world rotation, `S` its rest and `B` the rig's rest, both world, and `A`
the alignment, a driven joint i must have `W_t[i] = W_s[r(i)] C_i`, `C_i = S⁻¹ A⁻¹ B`. Between i
and the nearest driven joint a above it stand only joints at rest, `K = Π rest`, hence

    L_t[i] = (C_a K)⁻¹ · (W_s[r(a)]⁻¹ W_s[r(i)]) · C_i

and the middle is a product of source locals on the path from r(a) to r(i): usually the single
local rotation of r(i). No forward kinematics is needed. Joints that take a share of another's
rotation stand in place of a constant on their side; see `retarget.following`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.alignment import LIMB_CHILD, align, direction
from retarget.following import Following

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget.matching import Match
    from retarget.values import Float32, Float64, Rig, Skeleton

_SAME = 1e-12
"""Largest deviation from the identity that is rounding of the once-per-target maths in float64."""


@attrs.frozen(kw_only=True, eq=False)
class _Track:
    """How one joint of the rig gets its local rotations: `left · path · right`."""

    path: tuple[tuple[int, bool], ...]
    """Source joints whose locals multiply, in order; True where the inverse is taken."""
    matrix: NDArray[np.float32] | None
    """(4, 4) both constant rotations as one matrix on quaternions; None for the identity."""
    above: int = -1
    """The joint of the rig whose `Following` stands on the left; -1 where that is constant."""
    own: int = -1
    """The joint itself, where its `Following` stands on the right; -1 where that is constant."""


@attrs.frozen(kw_only=True, eq=False)
class Transfer:
    """The constant part of a retarget, made once per rig and source skeleton."""

    rig: Rig
    tracks: tuple[_Track | None, ...]
    """Per joint of the rig; None for a joint that keeps its rest."""
    following: Mapping[int, Following]
    """By joint of the rig: those that follow others."""

    @classmethod
    def between(cls, source: Skeleton, rig: Rig, match: Match) -> Transfer:
        """Work out the constant rotations from a source skeleton to a rig."""
        constants = _Constants(source, rig, match)
        following = constants.following()
        carrier = constants.carriers(following)
        parents = rig.skeleton.parents.tolist()
        tracks: list[_Track | None] = []
        for joint, carries in enumerate(carrier):
            if carries < 0:
                tracks.append(None)
                continue
            above, rest = parents[joint], quat.IDENTITY
            while above >= 0 and carrier[above] < 0:
                rest = quat.multiply(rig.skeleton.rest_rotations[above], rest)
                above = parents[above]
            # What follows is no constant: `apply` puts it on its side of the product.
            left = rest
            if above >= 0 and above not in following:
                left = quat.multiply(constants.of_driven(above), rest)
            right = quat.IDENTITY if joint in following else constants.of_driven(joint)
            matrix = quat.sandwich(quat.conjugate(left), right)
            same = np.abs(matrix - np.eye(4)).max() < _SAME
            tracks.append(
                _Track(
                    path=_path(source, -1 if above < 0 else carrier[above], carries),
                    matrix=None if same else matrix.astype(np.float32),
                    above=above if above in following else -1,
                    own=joint if joint in following else -1,
                )
            )
        return cls(rig=rig, tracks=tuple(tracks), following=following)

    def apply(self, rotations: Float32) -> Float32:
        """Turn source locals (Js, F, 4) into the rig's locals (Jt, F, 4), sign-continuous."""
        out = np.empty((len(self.tracks), *rotations.shape[1:]), np.float32)
        shares = {
            joint: one.apply(_along(one.path, rotations)) for joint, one in self.following.items()
        }
        for joint, track in enumerate(self.tracks):
            if track is None:
                out[joint] = self.rig.skeleton.rest_rotations[joint]
                continue
            local = _along(track.path, rotations)
            if track.above >= 0:
                local = quat.multiply(quat.conjugate(shares[track.above]), local)
            if track.own >= 0:
                local = quat.multiply(local, shares[track.own])
            if track.matrix is None:
                out[joint] = local
            else:
                np.matmul(local, track.matrix.T, out=out[joint])
            if track.above >= 0 or track.own >= 0:
                out[joint] = quat.continuous(out[joint])
        return out


class _Constants:
    """The constant rotations `C = S⁻¹ A⁻¹ B`, such that a driven joint stands at `W_s C`."""

    def __init__(self, source: Skeleton, rig: Rig, match: Match) -> None:
        self._source, self._rig, self._driver = source, rig, match.driver.tolist()
        self._places = {
            role: rig.skeleton.rest.positions[j, 0] for role, j in rig.joint_of_role.items()
        }
        self._aligned = align(
            {name: source.rest.positions[j, 0] for name, j in source.index.items()}, self._places
        )
        self._role = {joint: role for role, joint in rig.joint_of_role.items()}

    def of(self, role: str, joint: int) -> Float64:
        """Return `C` (4,) of a joint of the rig as the source's joint of a role would carry it."""
        rest_s = self._source.rest.rotations[self._source.index[role], 0]
        carried = quat.multiply(self._aligned[role], rest_s)
        rest_t = self._rig.skeleton.rest.rotations[joint, 0]
        return quat.multiply(quat.conjugate(carried), rest_t)

    def of_driven(self, joint: int) -> Float64:
        """Return `C` (4,) of a joint that has a role of the source."""
        return self.of(self._role[joint], joint)

    def following(self) -> dict[int, Following]:
        """Return what follows, by joint: those whose carrier the source and the rig both have."""
        index = self._source.index
        found = {}
        for name, follow in self._rig.follows.items():
            joint = self._rig.skeleton.index[name]
            if not all(r in index and r in self._places for r in (follow.base, follow.toward)):
                continue
            axis = self._limb(follow.base, joint) if follow.twist else None
            if follow.twist and axis is None:
                continue
            found[joint] = Following(
                path=_path(self._source, index[follow.base], index[follow.toward]),
                carried=self.of(follow.base, joint),
                followed=self.of(follow.toward, joint),
                share=follow.share,
                axis=axis,
            )
        return found

    def carriers(self, following: Mapping[int, Following]) -> list[int]:
        """Return per joint of the rig the source joint that carries it; -1 for none."""
        carrier = list(self._driver)
        for joint in following:
            base = self._rig.follows[self._rig.skeleton.names[joint]].base
            carrier[joint] = self._source.index[base]
        return carrier

    def _limb(self, role: str, joint: int) -> Float64 | None:
        """Return the direction (3,) of a limb in a joint's rest axes; None where it has none."""
        along = direction(self._places, role, LIMB_CHILD.get(role, ""))
        if along is None:
            return None
        return quat.rotate(quat.conjugate(self._rig.skeleton.rest.rotations[joint, 0]), along)


def _path(skeleton: Skeleton, start: int, end: int) -> tuple[tuple[int, bool], ...]:
    """List the locals whose product is `W[start]⁻¹ W[end]`; start -1 is the world."""
    up, down = skeleton.chain(start) if start >= 0 else [], skeleton.chain(end)
    shared = sum(a == b for a, b in zip(up, down, strict=False))  # chains part once and for all
    return (*((j, True) for j in reversed(up[shared:])), *((j, False) for j in down[shared:]))


def _along(path: tuple[tuple[int, bool], ...], rotations: Float32) -> Float32:
    product: Float32 | None = None
    for joint, inverse in path:
        local = quat.conjugate(rotations[joint]) if inverse else rotations[joint]
        product = local if product is None else quat.multiply(product, local)
    if product is None:  # two joints of the rig driven by one of the source
        product = np.broadcast_to(quat.IDENTITY.astype(np.float32), rotations.shape[1:])
    return product
