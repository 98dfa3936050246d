"""Joints that hang, in the file, from another node than the joint that carries them in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retarget.gltf.nodes import NodeTree
    from retarget.values import Asset, Skeleton


def torn_joints(skeleton: Skeleton, asset: Asset, tree: NodeTree) -> list[int]:
    """Return the joints, without joint 0, whose node is no child of their parent's node.

    What moves their parent does not move them: a file must hold where they go as well as how they
    turn. Of most rigs there are none.
    """
    carriers = asset.nodes[skeleton.parents[1:]]
    torn: list[int] = (np.flatnonzero(tree.parents[asset.nodes[1:]] != carriers) + 1).tolist()
    return torn
