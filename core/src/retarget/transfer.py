"""The transfer of rotations: one constant rotation on each side of the source's local one.

With `W_s` the source's world rotation, `S` its rest and `B` the rig's rest, both world, and `A`
the alignment, a driven joint i must have `W_t[i] = W_s[r(i)] C_i`, `C_i = S⁻¹ A⁻¹ B`. Between i
and the nearest driven joint a above it stand only joints at rest, `K = Π rest`, hence

    L_t[i] = (C_a K)⁻¹ · (W_s[r(a)]⁻¹ W_s[r(i)]) · C_i

and the middle is a product of source locals on the path from r(a) to r(i): usually the single
local rotation of r(i). No forward kinematics is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.alignment import align

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.matching import Match
    from retarget.values import Float32, Float64, Rig, Skeleton

_SAME = 1e-12
"""Largest deviation from the identity that is rounding of the once-per-target maths in float64."""


@attrs.frozen(kw_only=True, eq=False)
class _Track:
    """How one joint of the rig gets its local rotations."""

    path: tuple[tuple[int, bool], ...]
    """Source joints whose locals multiply, in order; True where the inverse is taken."""
    matrix: NDArray[np.float32] | None
    """(4, 4) both constant rotations as one matrix on quaternions; None for the identity."""


@attrs.frozen(kw_only=True, eq=False)
class Transfer:
    """The constant part of a retarget, made once per rig and source skeleton."""

    rig: Rig
    tracks: tuple[_Track | None, ...]
    """Per joint of the rig; None for a joint that keeps its rest."""

    @classmethod
    def between(cls, source: Skeleton, rig: Rig, match: Match) -> Transfer:
        """Work out the constant rotations from a source skeleton to a rig."""
        constants = _constants(source, rig, match)
        driver = match.driver.tolist()
        parents = rig.skeleton.parents.tolist()
        tracks: list[_Track | None] = []
        for joint, drives in enumerate(driver):
            if drives < 0:
                tracks.append(None)
                continue
            above, rest = parents[joint], quat.IDENTITY
            while above >= 0 and driver[above] < 0:
                rest = quat.multiply(rig.skeleton.rest_rotations[above], rest)
                above = parents[above]
            left = rest if above < 0 else quat.multiply(constants[above], rest)
            matrix = quat.sandwich(quat.conjugate(left), constants[joint])
            same = np.abs(matrix - np.eye(4)).max() < _SAME
            tracks.append(
                _Track(
                    path=_path(source, -1 if above < 0 else driver[above], drives),
                    matrix=None if same else matrix.astype(np.float32),
                )
            )
        return cls(rig=rig, tracks=tuple(tracks))

    def apply(self, rotations: Float32) -> Float32:
        """Turn source locals (Js, F, 4) into the rig's locals (Jt, F, 4), sign-continuous."""
        out = np.empty((len(self.tracks), *rotations.shape[1:]), np.float32)
        for joint, track in enumerate(self.tracks):
            if track is None:
                out[joint] = self.rig.skeleton.rest_rotations[joint]
                continue
            local = _along(track.path, rotations)
            if track.matrix is None:
                out[joint] = local
            else:
                np.matmul(local, track.matrix.T, out=out[joint])
        return out


def _constants(source: Skeleton, rig: Rig, match: Match) -> Float64:
    """Return `C = S⁻¹ A⁻¹ B` (J, 4) for the driven joints; the others' rows are the identity."""
    rest_s, rest_t = source.rest, rig.skeleton.rest
    aligned = align(
        {name: rest_s.positions[j, 0] for name, j in source.index.items()},
        {role: rest_t.positions[j, 0] for role, j in rig.joint_of_role.items()},
    )
    constants = np.tile(quat.IDENTITY, (len(rig.skeleton), 1))
    for role, joint in rig.joint_of_role.items():
        drives = match.driver[joint]
        if drives >= 0:
            carried = quat.multiply(aligned[role], rest_s.rotations[drives, 0])
            constants[joint] = quat.multiply(quat.conjugate(carried), rest_t.rotations[joint, 0])
    return constants


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
