"""The humanoid bones of VRM 1.0 and the roles they are.

Source: VRM specification, VRMC_vrm-1.0, "Humanoid bones".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget import roles

if TYPE_CHECKING:
    from collections.abc import Container

_SPINE = (("spine1", "spine2", "spine3"), ("spine", "chest", "upperChest"))

_LIMBS = {
    "collar": "Shoulder",
    "shoulder": "UpperArm",
    "elbow": "LowerArm",
    "wrist": "Hand",
    "hip": "UpperLeg",
    "knee": "LowerLeg",
    "ankle": "Foot",
    "foot": "Toes",
}

_PHALANGES = ("Proximal", "Intermediate", "Distal")
_THUMB = ("Metacarpal", "Proximal", "Distal")

_REQUIRED = (
    "hips",
    "spine",
    "head",
    *(f"{side}{_LIMBS[limb]}" for side in roles.SIDES for limb in _LIMBS if limb[0] not in "cf"),
)
"""Every bone a VRM must have; collars and toes may be missing."""


def bones(present: Container[str]) -> dict[str, str]:
    """Return the VRM bone of each role that is present, in the order of the roles.

    The bones of the spine and of a finger are handed out from the base: VRM knows no upper chest
    without a chest and no distal phalanx without an intermediate one.
    """
    found = {"pelvis": "hips", "neck": "neck", "head": "head"}
    found |= _from_the_base(*_SPINE, present)
    for side in roles.SIDES:
        found |= {f"{side}_{limb}": f"{side}{bone}" for limb, bone in _LIMBS.items()}
        for finger in roles.FINGERS:
            joints = tuple(f"{side}_{finger}{n}" for n in (1, 2, 3))
            name = "Little" if finger == "pinky" else finger.capitalize()
            kinds = _THUMB if finger == "thumb" else _PHALANGES
            found |= _from_the_base(joints, tuple(f"{side}{name}{k}" for k in kinds), present)
    return {role: found[role] for role in roles.HUMANOID if role in present}


def missing(named: Container[str]) -> list[str]:
    """Return the bones that a VRM must have and that are not named."""
    return [bone for bone in _REQUIRED if bone not in named]


def _from_the_base(
    joints: tuple[str, ...], names: tuple[str, ...], present: Container[str]
) -> dict[str, str]:
    return dict(zip((joint for joint in joints if joint in present), names, strict=False))
