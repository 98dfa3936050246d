"""What of a glTF file's skins Blender's bones cannot do: told before, rather than seen after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.errors import RetargetError
from retarget.gltf import NodeTree, read_accessor, skins_of
from retarget.listing import listed
from retarget_blender.opened import GLTF

if TYPE_CHECKING:
    from retarget.gltf import GltfFile, Skin
    from retarget.values import Asset, Float64

APART = np.radians(0.1), 1e-3
"""Angle, and share of the skeleton's size, within which two binds of a joint are the same."""


def refuse_uneven(asset: Asset) -> None:
    """Refuse joints that no bone can be: scaled unevenly at rest, sheared or mirrored.

    Files of other formats are what Blender made of them, and have none.

    Raises:
        RetargetError: names them and says what to do.

    """
    if asset.path.suffix.lower() not in GLTF:
        return
    tree = NodeTree.of(asset.gltf)
    joints = {joint for skin in skins_of(asset.gltf, tree) for joint in skin.joints}
    odd = [tree.label(j) for j in sorted(joints) if tree.uneven[j] or j in tree.faults]
    if odd:
        raise RetargetError(
            f"{asset.path}: joints are scaled unevenly, sheared or mirrored at rest, which "
            f"Blender's bones cannot be: {listed(odd)}. Apply the scale in the program that made "
            "the file, or use --backend gltf."
        )


def bound_anew(asset: Asset) -> list[str]:
    """Return what to tell of skins that are bound in another pose than those before them.

    Blender's bones have one rest for all meshes. Nothing for files of other formats.
    """
    if asset.path.suffix.lower() not in GLTF:
        return []
    tree, told = NodeTree.of(asset.gltf), []
    world = np.tile(np.eye(4), (len(tree), 1, 1))
    world[:, :3, :3], world[:, :3, 3] = tree.world.linear, tree.world.positions
    bound: dict[int, Float64] = {}
    for skin in skins_of(asset.gltf, tree):
        try:
            binds = np.linalg.pinv(_inverse_binds(asset.gltf, skin))
        except RetargetError:  # compressed: who reads it decides
            continue
        first = next((i for i, joint in enumerate(skin.joints) if joint in bound), 0)
        to_bound = bound.get(skin.joints[first], world[skin.joints[first]]) @ np.linalg.pinv(
            binds[first]
        )
        size = float(np.ptp(world[list(skin.joints), :3, 3], axis=0).max())
        apart = []
        for joint, bind in zip(skin.joints, to_bound @ binds, strict=True):
            if _differ(bound.setdefault(joint, bind), bind, size):
                apart.append(tree.label(joint))
        if apart:
            name = skin.name or f"number {skin.index}"
            told.append(
                f"{asset.path.name}: the skin {name} is bound to joints in another pose than the "
                f"skins before it ({listed(apart)}); Blender binds it anew, so that it deforms "
                "otherwise where vertices follow several of them. The gltf backend keeps it."
            )
    return told


def _inverse_binds(file: GltfFile, skin: Skin) -> Float64:
    """Return the inverse bind matrices (J, 4, 4)."""
    if skin.inverse_bind is None:
        return np.tile(np.eye(4), (len(skin.joints), 1, 1))
    read = read_accessor(file, skin.inverse_bind)[: len(skin.joints)].astype(np.float64)
    return read.reshape(-1, 4, 4).swapaxes(1, 2)


def _differ(one: Float64, other: Float64, size: float) -> bool:
    """Tell whether two binds (4, 4) of a joint differ by more than `APART`."""
    angle, share = APART
    linear = np.abs(one - other)[:3, :3].max() / max(float(np.abs(one[:3, :3]).max()), 1e-12)
    return bool(linear > angle or np.abs(one - other)[:3, 3].max() > share * size)
