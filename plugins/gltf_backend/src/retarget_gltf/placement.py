"""From the rig's space to a user's file: what its nodes must hold for the clip to be seen.

A joint whose node hangs from its parent's has the clip's local rotation, for the scale above a
joint is uniform. Joint 0, and a joint that is torn from its parent (see `torn`), is placed in the
world. Above it stands a chain with world transform `x -> p + L x` at rest in the file's world, of
rotation `Q`. With `turn` the rotation from the file's world to the rig's, `W` and `P` the joint,

    rotation = Q⁻¹ · turn⁻¹ · W        translation = L⁻¹ (turn⁻¹ P - p)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.errors import RetargetError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.gltf import NodeTree
    from retarget.values import Asset, Float32, Float64

_SAME = 1e-12
"""Largest deviation from the identity that is rounding in float64."""


@attrs.frozen(kw_only=True, eq=False)
class Placement:
    """The constants of what stands above a node, worked out once per rig in float64."""

    turn: NDArray[np.float32] | None
    """(4, 4) on quaternions; None for the identity."""
    linear: Float64
    """(3, 3)"""
    offset: Float64
    """(3,)"""

    @classmethod
    def of(cls, asset: Asset, tree: NodeTree, node: int) -> Placement:
        """Work out what stands above a node.

        Raises:
            RetargetError: it is flattened to nothing, or not finite.

        """
        above = int(tree.parents[node])
        back = quat.conjugate(asset.turn)
        rotation, position, linear = quat.IDENTITY, np.zeros(3), np.eye(3)
        if above >= 0:
            world = tree.world
            rotation, position = world.rotations[above], world.positions[above]
            linear = world.linear[above]
        left = quat.multiply(quat.conjugate(rotation), back)
        try:
            inverse = np.linalg.inv(linear)
        except np.linalg.LinAlgError:
            inverse = np.full((3, 3), np.nan)
        if not np.isfinite([*inverse, position]).all():
            raise RetargetError(
                f"{asset.path}: {tree.label(above)}, above {tree.label(node)}, has a scale that "
                "cannot be undone; apply its transform in the program the file comes from."
            )
        plain = abs(abs(left[3]) - 1) < _SAME
        return cls(
            turn=None if plain else quat.sandwich(left, quat.IDENTITY).astype(np.float32),
            linear=inverse @ quat.to_matrix(back),
            offset=-inverse @ position,
        )

    def rotations(self, world: NDArray[Any]) -> Float32:
        """Turn a joint's world rotations (F, 4) into its node's."""
        return world if self.turn is None else world @ self.turn.T

    def translations(self, world: NDArray[Any]) -> Float32:
        """Turn a joint's world positions (F, 3), metres, into its node's translations."""
        placed = world.astype(np.float64) @ self.linear.T + self.offset
        return placed.astype(np.float32)
