"""What Blender is told of a character's clip; the other side is `in_blender/animate_character.py`.

All in Blender's axes and in the world of the user's file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import quaternions as quat
from retarget.errors import UsageError
from retarget.gltf import NodeTree
from retarget.gltf.torn import torn_joints
from retarget_blender import axes, provenance
from retarget_blender.blend_file import is_blend
from retarget_blender.choices import constraints
from retarget_blender.fbx_file import is_fbx
from retarget_blender.job import rate, turns_and_positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.options import Options
    from retarget.values import Asset, Clip

SCRIPT = Path(__file__).parent / "in_blender" / "animate_character.py"

STILL = 1e-6
"""By which a local rotation's components may leave rest in a joint that does not move."""


def character_job(clip: Clip, asset: Asset, options: Options, output: Path) -> dict[str, Any]:
    """Return the job of making the file `output` of a character's clip.

    Raises:
        UsageError: constraints that lose twist, which a skin needs.
        RetargetError: the clip's provenance has no form in JSON.

    """
    if constraints(options) != "copy":
        raise UsageError(
            f"{asset.path.name}: --constraints track loses the twist that a character's skin "
            "needs; it is for generated skeletons. Leave it out."
        )
    nodes, tree = asset.gltf.json["nodes"], NodeTree.of(asset.gltf)
    placed = [0, *torn_joints(clip.rig.skeleton, asset, tree)]
    return {
        "script": str(SCRIPT),
        "asset": str(asset.path.absolute()),
        "kind": kind_of(asset.path),
        "armature": asset.armature,
        "joints": [nodes[node].get("name") for node in asset.nodes.tolist()],
        "parents": _parents(asset, tree),
        "placed": placed,
        "moved": _moved(clip, placed),
        "output": str(output),
        "format": output.suffix,
        "clip": clip.name or "motion",
        "frames": clip.frames,
        "rate": rate(clip.fps),
        "provenance": json.dumps(provenance.asset(clip, options)),
    }


def character_arrays(clip: Clip, asset: Asset) -> dict[str, np.ndarray[Any, Any]]:
    """Return the arrays of the job by name; `in_blender/animate_character.py` tells their shapes.

    Raises:
        RetargetError: the clip holds what no file should: NaN or infinity.

    """
    turns, positions = turns_and_positions(clip)
    tree, to_file = NodeTree.of(asset.gltf), quat.conjugate(asset.turn)
    placed = [0, *torn_joints(clip.rig.skeleton, asset, tree)]
    rest = clip.rig.skeleton.rest.positions[:, 0]
    # World rotations are seen from another frame: T⁻¹ R T, so their axes are turned by T⁻¹.
    turned = np.concatenate(
        [quat.rotate(to_file, turns[..., :3].astype(np.float64)), turns[..., 3:]], axis=-1
    )
    arrays = {
        "places": axes.points(quat.rotate(to_file, rest)),
        "turns": axes.rotations(turned),
        "positions": axes.points(quat.rotate(to_file, positions[placed].astype(np.float64))),
    }
    if clip.root_motion is not None and asset.root_joint >= 0:
        travel = clip.root_motion
        place = tree.world.positions[asset.root_joint]
        gone = quat.rotate(travel.rotations, quat.rotate(asset.turn, place)) + travel.translations
        axis = quat.rotate(to_file, travel.rotations[:, :3].astype(np.float64))
        turned = np.concatenate([axis, travel.rotations[:, 3:]], axis=-1)
        arrays["root_turns"] = axes.rotations(turned)
        arrays["root_positions"] = axes.points(quat.rotate(to_file, gone))
    return arrays


def kind_of(path: Path) -> str:
    """Return what Blender opens a file as, by its content."""
    if is_blend(path):
        return "blend"
    return "fbx" if is_fbx(path) else "gltf"


def _parents(asset: Asset, tree: NodeTree) -> list[int]:
    """Return the joint from which each one hangs in the file; -1 where none before it is that."""
    joint_of: dict[int, int] = {-1: -1}
    parents = []
    for joint, node in enumerate(asset.nodes.tolist()):
        parents.append(joint_of.get(int(tree.parents[node]), -1))
        joint_of[node] = joint
    return parents


def _moved(clip: Clip, placed: Sequence[int]) -> list[bool]:
    """Tell of each joint whether it must be found: it is placed, has a role or moves."""
    skeleton = clip.rig.skeleton
    rest = skeleton.rest_rotations[:, None].astype(np.float32)
    away = np.minimum(
        np.abs(clip.rotations - rest).max(axis=(1, 2)),
        np.abs(clip.rotations + rest).max(axis=(1, 2)),
    )
    return [
        joint in placed or name in clip.rig.roles or bool(away[joint] > STILL)
        for joint, name in enumerate(skeleton.names)
    ]
