"""Writes the A-pose of any target as an NPZ file, in the layout of the original project's.

Z-up, facing -Y, metres: Blender's axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import roles
from retarget.errors import RetargetError, UsageError
from retarget.npz_writing import write_npz
from retarget.output import refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from retarget.values import Rig


def apose_arrays(rig: Rig) -> dict[str, NDArray[Any]]:
    """Return the arrays of the A-pose by name, one row per joint that has a humanoid role.

    `J_ABSOLUTE` (J, 3) float64 positions, rounded to float32 as Blender keeps them, so that a file
    written anew is the same; `SMPL_OFFSETS` (J, 3) from the parent's, and the pelvis' position;
    `JOINT_NAMES` (J,) the rig's own where they are SMPL-H's, else the original ones.

    Raises:
        RetargetError: required joints are missing, so nothing could be put on it.

    """
    role_of = {name: role for name, role in rig.roles.items() if role in roles.PARENT}
    missing = [role for role in roles.REQUIRED if role not in role_of.values()]
    if missing:
        raise RetargetError(
            f"{rig.name}: an A-pose file cannot be made of it, for it has no joint for "
            f"{', '.join(missing)}."
        )
    kept = [j for j, name in enumerate(rig.skeleton.names) if name in role_of]
    parents = [_parent_among(kept, joint, rig.skeleton.parents.tolist()) for joint in kept]
    x, y, z = rig.skeleton.rest.positions[kept, 0].astype(np.float32).T
    positions = np.stack([x, -z, y], axis=-1).astype(np.float64)
    above = np.where(np.array(parents)[:, None] >= 0, positions[parents], 0.0)
    names = [rig.skeleton.names[joint] for joint in kept]
    return {
        "J_ABSOLUTE": positions,
        "SMPL_OFFSETS": positions - above,
        "JOINT_NAMES": np.array([_smplh_name(name, role_of[name]) for name in names]),
    }


def write_apose(rig: Rig, path: Path, *, force: bool = False) -> tuple[str, ...]:
    """Write the arrays of `apose_arrays`; return names of the joints that are not in them.

    The same rig gives the same bytes. `path` holds the old file or the whole new one.

    Raises:
        UsageError: `path` is a folder, or is not called .npz.
        OutputExistsError: `path` exists and `force` is not set.
        RetargetError: required joints are missing, or the file cannot be written.

    """
    if path.suffix.lower() != ".npz":
        raise UsageError(f"{path}: name a file that ends in .npz as the output.")
    refuse(path, overwrite=force)
    write_npz(path, apose_arrays(rig))
    return tuple(n for n in rig.skeleton.names if rig.roles.get(n) not in roles.PARENT)


def _parent_among(kept: list[int], joint: int, parents: list[int]) -> int:
    """Return the place in `kept` of the nearest joint above that is there; -1 without any."""
    above = parents[joint]
    while above >= 0 and above not in kept:
        above = parents[above]
    return kept.index(above) if above >= 0 else -1


def _smplh_name(name: str, role: str) -> str:
    if roles.role_of_name(name) == role:
        return name
    return roles.ORIGINAL_NAMES[roles.HUMANOID.index(role)]
