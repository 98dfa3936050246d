"""Torn joints: their nodes hang elsewhere than the joints that carry them in the body.

So do the limbs of rigs whose hierarchy was flattened, or was left to constraints. Above such a node
stands a chain that rests, up to a joint of the skeleton, to the root joint or to the file's world.
With `X` what that has gone through since rest, the node is seen at the joint's world transform `W`
where it is placed as `X⁻¹ W` would be under the chain at rest; see `placement`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.fk import Branch, NumpyFK
from retarget.gltf.torn import torn_joints
from retarget_gltf import travel
from retarget_gltf.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget.gltf import NodeTree
    from retarget.values import Asset, Clip, Float32, Skeleton, World


@attrs.frozen(kw_only=True, eq=False)
class TornJoint:
    """A joint, and what its node hangs from."""

    joint: int
    anchor: int
    """The nearest joint of the skeleton above the node; -1 where there is none."""
    travels: bool
    """Whether the asset's root joint is above the node."""
    placement: Placement


@attrs.frozen(kw_only=True, eq=False)
class Torn:
    """The torn joints of a rig, worked out once; of most rigs there are none."""

    skeleton: Skeleton
    joints: tuple[TornJoint, ...]
    branch: Branch | None
    """The joints, then their anchors, and all that carries them; None without torn joints."""
    anchors: Mapping[int, int]
    """Row of each anchor in the branch."""
    nodes: frozenset[int]
    """Above the joints' nodes, joints or not."""

    @classmethod
    def of(cls, skeleton: Skeleton, asset: Asset, tree: NodeTree) -> Torn:
        """Find them; raises as `Placement.of`."""
        joint_of = {node: joint for joint, node in enumerate(asset.nodes.tolist())}
        found, nodes = [], set()
        for joint in torn_joints(skeleton, asset, tree):
            node = int(asset.nodes[joint])
            above = tree.line(node)[:-1]
            nodes.update(above)
            found.append(
                TornJoint(
                    joint=joint,
                    anchor=next((joint_of[n] for n in reversed(above) if n in joint_of), -1),
                    travels=asset.root_joint in above,
                    placement=Placement.of(asset, tree, node),
                )
            )
        anchors = sorted({one.anchor for one in found} - {-1})
        asked = [*(one.joint for one in found), *anchors]
        return cls(
            skeleton=skeleton,
            joints=tuple(found),
            branch=Branch.of(skeleton, asked) if asked else None,
            anchors={anchor: row for row, anchor in enumerate(anchors, len(found))},
            nodes=frozenset(nodes),
        )

    def tracks(self, clip: Clip) -> dict[int, tuple[Float32, Float32]]:
        """Return rotations (F, 4) and translations (F, 3) of the nodes, by joint."""
        if self.branch is None:
            return {}
        # About joint 0 instead of the origin, so that far from it float32 loses nothing.
        about = np.zeros_like(clip.root_translations)
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is told by `sound`
            world = self.branch.solve(NumpyFK(), clip.rotations, about)
            backs = {anchor: self._back(anchor, world) for anchor in self.anchors}
            return {
                one.joint: self._placed(one, row, world, clip, backs)
                for row, one in enumerate(self.joints)
            }

    def _back(self, anchor: int, world: World) -> NDArray[Any]:
        """Return the rotations of `X⁻¹` (F, 4) of an anchor."""
        rest = self.skeleton.rest.rotations[anchor, 0].astype(np.float32)
        return quat.multiply(rest, quat.conjugate(world.rotations[self.anchors[anchor]]))

    def _placed(
        self,
        one: TornJoint,
        row: int,
        world: World,
        clip: Clip,
        backs: Mapping[int, NDArray[Any]],
    ) -> tuple[Float32, Float32]:
        rotations, positions = world.rotations[row], world.positions[row]
        if one.anchor >= 0:
            back, at = backs[one.anchor], world.positions[self.anchors[one.anchor]]
            rotations = quat.multiply(back, rotations)
            positions = quat.rotate(back, positions - at)
            positions = positions + self.skeleton.rest.positions[one.anchor, 0]
        else:
            positions = positions + clip.root_translations.astype(np.float64)
            if one.travels and clip.root_motion is not None:
                rotations, positions = travel.without(clip.root_motion, rotations, positions)
        return one.placement.rotations(rotations), one.placement.translations(positions)
