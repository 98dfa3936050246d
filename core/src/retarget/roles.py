"""The humanoid vocabulary: what a joint is, whatever a file calls it.

A *role* is the field's word for a joint. The 52 SMPL-H joints are the humanoid roles, under the
names that smplx gives them; `ORIGINAL_NAMES` are the names the SMPL-H A-pose files use for the
same joints in the same order.

Source of order and parents: SMPL+H as distributed with AMASS (Mahmood et al., ICCV 2019), MANO
finger order index, middle, pinky, ring, thumb (Romero et al., SIGGRAPH Asia 2017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

BODY: tuple[tuple[str, str, str | None], ...] = (
    ("pelvis", "Pelvis", None),
    ("left_hip", "L_Hip", "pelvis"),
    ("right_hip", "R_Hip", "pelvis"),
    ("spine1", "Spine1", "pelvis"),
    ("left_knee", "L_Knee", "left_hip"),
    ("right_knee", "R_Knee", "right_hip"),
    ("spine2", "Spine2", "spine1"),
    ("left_ankle", "L_Ankle", "left_knee"),
    ("right_ankle", "R_Ankle", "right_knee"),
    ("spine3", "Spine3", "spine2"),
    ("left_foot", "L_Foot", "left_ankle"),
    ("right_foot", "R_Foot", "right_ankle"),
    ("neck", "Neck", "spine3"),
    ("left_collar", "L_Collar", "spine3"),
    ("right_collar", "R_Collar", "spine3"),
    ("head", "Head", "neck"),
    ("left_shoulder", "L_Shoulder", "left_collar"),
    ("right_shoulder", "R_Shoulder", "right_collar"),
    ("left_elbow", "L_Elbow", "left_shoulder"),
    ("right_elbow", "R_Elbow", "right_shoulder"),
    ("left_wrist", "L_Wrist", "left_elbow"),
    ("right_wrist", "R_Wrist", "right_elbow"),
)
"""The 22 body joints as (role, original name, parent role)."""

FINGERS: tuple[str, ...] = ("index", "middle", "pinky", "ring", "thumb")
"""The finger order of SMPL-H, on both hands; three joints each, counted from the palm."""

SIDES: tuple[str, ...] = ("left", "right")


def _hands() -> list[tuple[str, str, str | None]]:
    rows: list[tuple[str, str, str | None]] = []
    for side in SIDES:
        for f, finger in enumerate(FINGERS):
            for joint in (1, 2, 3):
                parent = f"{side}_wrist" if joint == 1 else f"{side}_{finger}{joint - 1}"
                original = f"{side[0].upper()}_Hand_{3 * f + joint - 1}"
                rows.append((f"{side}_{finger}{joint}", original, parent))
    return rows


_TABLE = (*BODY, *_hands())

HUMANOID: tuple[str, ...] = tuple(role for role, _, _ in _TABLE)
"""The 52 humanoid roles, parents before children, in SMPL-H order."""

ORIGINAL_NAMES: tuple[str, ...] = tuple(original for _, original, _ in _TABLE)
"""The joint names of the SMPL-H A-pose files, in the order of `HUMANOID`."""

PARENT: dict[str, str | None] = {role: parent for role, _, parent in _TABLE}
"""The parent role of every humanoid role; None for the pelvis."""

REQUIRED: tuple[str, ...] = (
    "pelvis",
    *(f"{side}_{joint}" for side in SIDES for joint in ("hip", "knee", "ankle")),
    *(f"{side}_{joint}" for side in SIDES for joint in ("shoulder", "elbow", "wrist")),
)
"""The roles without which a humanoid motion cannot be put on a rig."""

MIRROR: dict[str, str] = {
    role: (
        role.replace("left_", "right_", 1)
        if role.startswith("left_")
        else role.replace("right_", "left_", 1)
    )
    for role in HUMANOID
}
"""The role on the other side of the body; a role on the midline is its own mirror."""


def nearest_above(role: str, present: Container[str]) -> str | None:
    """Return the nearest role above a humanoid one that is present; None without any."""
    parent = PARENT.get(role)
    while parent is not None and parent not in present:
        parent = PARENT[parent]
    return parent


def role_of_name(name: str) -> str | None:
    """Return the humanoid role that a joint name states, or None.

    Knows the two spellings of SMPL-H: the original (`L_Hip`, `L_Hand_0`) and smplx's (`left_hip`,
    `left_index1`), without regard to case.
    """
    return _ROLE_OF_NAME.get(name.lower())


_ROLE_OF_NAME = {role: role for role in HUMANOID} | {
    original.lower(): role for role, original, _ in _TABLE
}
