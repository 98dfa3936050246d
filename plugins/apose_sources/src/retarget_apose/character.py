"""A character of the user's own: a rigged GLB, glTF or VRM becomes a rig; its file stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import quaternions as quat
from retarget.gltf import NodeTree, read
from retarget.gltf.torn import torn_joints
from retarget.listing import listed
from retarget.values import Asset, Rig
from retarget_apose import bind_pose, bound_mesh
from retarget_apose.character_joints import skeleton_of
from retarget_apose.choosing import chosen
from retarget_apose.facing import forward_turn
from retarget_apose.ground import floor_of, place_of
from retarget_apose.hanging import Hanging

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from retarget.gltf import GltfFile
    from retarget.options import Options
    from retarget.values import Float64, Skeleton
    from retarget_apose.choosing import Chosen

_SHOWN = 3
"""Joints whose place in the file is told."""

_MOVED = 0.5
"""Part of a mesh's weights below which it is doubted that the right joints were found."""

_UPRIGHT = 0.9
"""Cosine between the file's up and the body's above which it stands."""


def rig_from(path: Path, options: Options) -> Rig:
    """Make the rig of a .glb, .gltf or .vrm file; raises as `rig_of`."""
    return rig_of(read(path), path, options)


def rig_of(file: GltfFile, path: Path, options: Options) -> Rig:
    """Make the rig of a character.

    Args:
        file: the character as glTF, which what is animated is made of.
        path: the file as the user named it, for errors and the rig's name.
        options: `rig` and `joint_map` matter here.

    Raises:
        UsageError: no rig has the name asked for.
        MatchError: joints that a body needs are missing.
        RetargetError: the file is damaged, holds no rig, or one that cannot be animated.

    """
    name = str(path)
    tree = NodeTree.of(file)
    taken = chosen(name, file, tree, options)
    hanging = Hanging.of(name, taken.joints, taken.recognition)
    nodes, parents, names = hanging.below(hanging.carrier())
    node_of_role = taken.node_of_role
    given, at = list(node_of_role), np.array(list(node_of_role.values()))
    turn, facing_warnings = forward_turn(
        name, given, tree.world.positions[at], recognition=taken.recognition
    )
    positions = quat.rotate(turn, tree.world.positions[at])
    body = dict(zip(given, positions, strict=True))
    height = float(np.ptp(positions[:, 1]))
    low = bind_pose.lowest(file, tree, taken.candidate, node_of_role, turn)
    skeleton = skeleton_of(name, tree, nodes, parents, names, turn)
    asset = Asset(
        path=path,
        gltf=file,
        nodes=nodes,
        turn=turn,
        root_joint=_root_joint(tree, int(nodes[0]), taken),
        armature=taken.candidate.label,
    )
    share = bound_mesh.share_moved(
        file, tree, taken.candidate, nodes, parents, set(node_of_role.values())
    )
    strays = bind_pose.strays(file, tree, taken.candidate, node_of_role, height)
    return Rig(
        name=path.name,
        skeleton=skeleton,
        roles=taken.recognition.roles,
        follows={j: f for j, f in taken.recognition.follows.items() if j in skeleton.index},
        floor=floor_of(body, low),
        place=place_of(body),
        asset=asset,
        found=taken.recognition.found,
        warnings=(
            *taken.warnings,
            *(f"{name}: {told}" for told in taken.recognition.warnings),
            *facing_warnings,
            *_lying(name, turn),
            *_uneven(name, tree, nodes),
            *_torn(name, tree, asset, skeleton),
            *_unmoved(name, share),
            *_unbound(name, strays),
        ),
    )


def _root_joint(tree: NodeTree, carrier: int, taken: Chosen) -> int:
    """Return the topmost joint above the one that carries the hips' path; -1 without any."""
    above = [node for node in tree.line(carrier)[:-1] if node in taken.candidate.joints]
    return above[0] if above else -1


def _lying(name: str, turn: Float64) -> list[str]:
    if quat.rotate(turn, np.array([0.0, 1.0, 0.0]))[1] > _UPRIGHT:
        return []
    told = (
        f"{name}: the body does not stand along +Y, which is up in glTF; it lies, and its "
        "animation will. Turn it upright in the program that made the file."
    )
    return [told]


def _uneven(name: str, tree: NodeTree, nodes: NDArray[np.int32]) -> list[str]:
    carrying = set(tree.parents[nodes].tolist()) - {-1}
    for node in carrying.difference(nodes.tolist()):
        carrying |= {*tree.line(node)}
    uneven = [tree.label(node) for node in sorted(carrying) if tree.uneven[node]]
    if not uneven:
        return []
    told = (
        f"{name}: scaled unevenly: {listed(uneven)}; what hangs on it will shear as it turns. "
        "Apply the scale in the program that made the file."
    )
    return [told]


def _torn(name: str, tree: NodeTree, asset: Asset, skeleton: Skeleton) -> list[str]:
    torn = torn_joints(skeleton, asset, tree)
    if not torn:
        return []
    above = tree.parents[asset.nodes[torn]].tolist()
    places = [
        f"{skeleton.names[joint]} under {tree.label(node)} instead of "
        f"{skeleton.names[skeleton.parents[joint]]}"
        for joint, node in zip(torn, above, strict=True)
    ]
    what = "joint hangs" if len(torn) == 1 else "joints hang"
    told = (
        f"{name}: {len(torn)} {what} elsewhere in the file than in the body "
        f"({listed(places, _SHOWN)}); what carries them was told from their names, and not only "
        "their rotations but also their places are keyed."
    )
    return [told]


def _unmoved(name: str, share: float | None) -> list[str]:
    if share is None or share >= _MOVED:
        return []
    told = (
        f"{name}: only {share:.0%} of the mesh hangs on joints that were recognised, or on what "
        "these carry; the rest of it will not move. Look at the match (retarget match), and name "
        "the joints that deform the mesh with --joint-map."
    )
    return [told]


def _unbound(name: str, strays: list[str]) -> list[str]:
    if not strays:
        return []
    told = (
        f"{name}: {len(strays)} joints rest elsewhere than where the mesh was bound to them "
        f"({listed(strays)}); frame 0 is the rest of the file's nodes."
    )
    return [told]
