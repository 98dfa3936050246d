"""The path of the root: scaled by leg length, set on the target's floor.

    p_t = k (p_s - floor_s) + floor_t + c

`k` is the ratio of leg lengths; it alone removes most foot sliding. `c` is the standing height
that differs by ankle and sole, and the place where the rig stands. Both floors are taken where the
toe joints rest, so what the soles measure below them enters through the target alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.floor import stance_roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.floor import Floor
    from retarget.providers import FKSolver
    from retarget.transfer import Transfer
    from retarget.values import Float32, Float64, Rig, Skeleton

_LEG = (("left_hip", "left_knee", "left_ankle"), ("right_hip", "right_knee", "right_ankle"))


@attrs.frozen(kw_only=True, eq=False)
class RootPath:
    """How the source's root path becomes the target's; made once per rig and source skeleton."""

    scale: float
    """k, target leg length over source leg length."""
    standing: float
    """World height (metres) of the target's hips when it stands with the source's legs straight
    down on its own floor."""
    source_standing: float
    """Height of the source's hips above its toes at rest."""
    hips_to_root: Float64
    """(3,) from the rig's hips to its joint 0 at rest; zero where the hips are the root."""
    place: Float64
    """(2,) x and z, metres, where the source's origin goes."""

    @classmethod
    def between(cls, source: Skeleton, rig: Rig, transfer: Transfer, solver: FKSolver) -> RootPath:
        """Measure both skeletons, the target posed as the source rests."""
        at_rest = {name: source.rest.positions[j, 0] for name, j in source.index.items()}
        rest = rig.skeleton.rest.positions[:, 0]
        target_rest = {role: rest[j] for role, j in rig.joint_of_role.items()}
        like_source = solver.solve(
            rig.skeleton,
            transfer.apply(source.rest_rotations[:, None].astype(np.float32)),
            rest[:1].astype(np.float32),
        ).positions[:, 0]
        posed = {role: like_source[j] for role, j in rig.joint_of_role.items()}
        shared = at_rest.keys() & posed.keys()
        points = stance_roles(shared) or (min(shared, key=lambda r: at_rest[r][1]),)
        hips = "pelvis" if "pelvis" in shared else source.names[0]
        if hips not in shared:
            hips = min(shared, key=source.index.__getitem__)
        sole = _height(target_rest, points) - rig.floor
        return cls(
            scale=_leg_ratio(at_rest, target_rest),
            standing=float(posed[hips][1] - _height(posed, points) + sole + rig.floor),
            source_standing=float(at_rest[hips][1] - _height(at_rest, points)),
            hips_to_root=rest[0] - target_rest[hips],
            place=rig.place,
        )

    def apply(self, root_translations: Float32, floor: Floor | None) -> Float32:
        """Turn the source's root path (F, 3) into the position (F, 3) of the rig's joint 0."""
        level = 0.0 if floor is None else floor.toe_level
        x, z = self.place
        shift = np.array([x, self.standing - self.scale * (level + self.source_standing), z])
        return (self.scale * root_translations + (shift + self.hips_to_root)).astype(np.float32)


def _height(positions: Mapping[str, Float64], points: tuple[str, ...]) -> float:
    return float(np.mean([positions[p][1] for p in points]))


def _leg_ratio(source: Mapping[str, Float64], target: Mapping[str, Float64]) -> float:
    """Return target over source leg length; 1 where either has no legs."""
    lengths = []
    for positions in (target, source):
        if not all(joint in positions for leg in _LEG for joint in leg):
            return 1.0
        lengths.append(
            sum(
                np.linalg.norm(positions[leg[n + 1]] - positions[leg[n]])
                for leg in _LEG
                for n in (0, 1)
            )
        )
    return float(lengths[0] / lengths[1])
