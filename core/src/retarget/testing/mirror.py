"""Mirror images of skeletons, motions and clips in the plane x = 0: left becomes right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retarget.values import Clip, Float64, Motion, Rig, Skeleton

POINT = np.array([-1.0, 1.0, 1.0])
ROTATION = np.array([1.0, -1.0, -1.0, 1.0])
"""Of a rotation's axis a mirror keeps what is normal to it and turns the rest round."""

_SIDES = {"left": "right", "right": "left"}


def mirrored(clip: Clip) -> Clip:
    """Return the mirror image of a clip, on the mirror image of its rig; roles change sides."""
    return attrs.evolve(
        clip,
        rig=mirrored_rig(clip.rig),
        rotations=clip.rotations * ROTATION,
        root_translations=clip.root_translations * POINT,
    )


def mirrored_rig(rig: Rig) -> Rig:
    """Return the mirror image of a rig: joints keep their names and change their roles' sides."""
    roles: Mapping[str, str] = {name: _other_side(role) for name, role in rig.roles.items()}
    return attrs.evolve(rig, skeleton=_mirrored(rig.skeleton), roles=roles)


def mirrored_motion(motion: Motion) -> Motion:
    """Return the mirror image of a motion; its joints, named by role, change sides."""
    skeleton = _mirrored(motion.skeleton)
    names = [_other_side(role) for role in skeleton.names]
    return attrs.evolve(
        motion,
        skeleton=attrs.evolve(skeleton, names=names),
        rotations=motion.rotations * ROTATION,
        root_translations=motion.root_translations * POINT,
    )


def reflected(world: NDArray[Any]) -> Float64:
    """Return the mirror images of transforms (…, 4, 4)."""
    mirror = np.diag([-1.0, 1.0, 1.0, 1.0])
    images: Float64 = mirror @ world @ mirror
    return images


def _mirrored(skeleton: Skeleton) -> Skeleton:
    return attrs.evolve(
        skeleton,
        rest_translations=skeleton.rest_translations * POINT,
        rest_rotations=skeleton.rest_rotations * ROTATION,
    )


def _other_side(role: str) -> str:
    side, underscore, joint = role.partition("_")
    return f"{_SIDES[side]}_{joint}" if underscore and side in _SIDES else role
