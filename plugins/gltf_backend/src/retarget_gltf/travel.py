"""Travel that the rig's root joint carries: its own channels, and joint 0 without it.

With `X` the travel and `R` the root joint's world transform at rest, the root joint goes to `X R`.
Joint 0 hangs below it by a static chain; to stay at its world transform `W0` it must be placed as
`X⁻¹ W0` would be under the resting chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import quaternions as quat
from retarget_gltf.channels import Channel
from retarget_gltf.placement import Placement
from retarget_gltf.tracks import keys_needed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.gltf import NodeTree
    from retarget.values import Asset, RootMotion


def without(
    travel: RootMotion, rotations: NDArray[Any], positions: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return a joint's world rotations (F, 4) and positions (F, 3) with the travel taken out."""
    back = quat.conjugate(travel.rotations)
    left = quat.continuous(quat.multiply(back, rotations))
    return left, quat.rotate(back, positions - travel.translations)


def channels(travel: RootMotion, asset: Asset, tree: NodeTree) -> tuple[Channel, Channel]:
    """Return the rotation and the translation of the root joint's node."""
    node = asset.root_joint
    turn = asset.turn.astype(np.float32)
    rest = quat.multiply(turn, tree.world.rotations[node].astype(np.float32))
    place = quat.rotate(turn, tree.world.positions[node].astype(np.float32))
    placement = Placement.of(asset, tree, node)
    turned = placement.rotations(quat.multiply(travel.rotations, rest))
    gone = placement.translations(quat.rotate(travel.rotations, place) + travel.translations)
    rotation = quat.continuous(quat.normalize(turned))
    return (
        Channel(node, "rotation", rotation[: keys_needed(rotation)]),
        Channel(node, "translation", gone[: keys_needed(gone)]),
    )
