"""The naming conventions by name, and how to tell which one a rig follows.

What a name means is settled word by word (see `vocabulary`); the convention as a whole makes it
certain, and is what the user wants to be told. `~` stands for a side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CONVENTIONS: dict[str, tuple[str, ...]] = {
    "SMPL-H": ("pelvis", "~collar", "~hip", "spine 3", "~hand 14", "~hand 0"),
    "smplx": ("pelvis", "~collar", "~hip", "spine 3", "~elbow", "~index 1", "~ankle"),
    "MakeHuman": ("spine 5", "~shoulder 1", "~upper arm 2", "~upper leg 1", "~finger 1 1"),
    "CMU": ("hips", "lower back", "~hip", "~up leg", "~fore arm", "~toe"),
    "HumanIK": ("hips", "reference", "~up leg", "~fore arm roll", "~arm roll", "~toe"),
    "Mixamo": ("hips", "spine 2", "~up leg", "~fore arm", "~toe", "~arm", "~hand index 1"),
    "Unreal": ("pelvis", "spine 1", "~thigh", "~calf", "~lower arm", "~ball", "~clavicle"),
    "VRoid": ("hips", "upper chest", "~upper leg", "~lower arm", "~toe", "~index 1"),
    "VRM or Unity": ("hips", "upper chest", "~upper leg", "~lower arm", "~toes", "~little"),
    "Rigify": ("spine 1", "spine 4", "spine 6", "~upper arm", "~shin", "~shoulder", "~thigh"),
    "3ds Max Biped": ("pelvis", "spine 1", "~thigh", "~calf", "~upper arm", "~fore arm", "~toe 0"),
    "Character Creator": ("hip", "waist", "spine 2", "neck twist 1", "~thigh", "~fore arm"),
    "Daz": ("hip", "abdomen lower", "chest upper", "~shldr", "~shin", "~collar", "~fore arm"),
    "Daz Genesis 9": ("hip", "pelvis", "spine 4", "neck 2", "~upper arm", "~fore arm", "~shin"),
}
"""Keys (see `naming.Name`) that together tell a convention."""

MEANS: dict[str, dict[str, str]] = {
    "SMPL-H": {"shoulder": "shoulder", "foot": "foot", "hand": ""},
    "smplx": {"shoulder": "shoulder", "foot": "foot", "hand": ""},
    "MakeHuman": {"shoulder": ""},
    "CMU": {"leg": "knee", "shoulder": "collar", "hip": ""},
    "HumanIK": {"leg": "knee", "shoulder": "collar"},
    "Mixamo": {"leg": "knee", "shoulder": "collar"},
    "VRoid": {"shoulder": "collar"},
    "VRM or Unity": {"shoulder": "collar"},
    "Rigify": {"shoulder": "collar"},
    "Daz Genesis 9": {"shoulder": "collar"},
}
"""Joints that ambiguous words mean in a convention ("" for none), where it differs from the rule
that the first free one is taken. See `vocabulary.AMBIGUOUS`."""

_ENOUGH = 0.7
"""Part of a convention's keys that a rig must have: a missing foot or finger is not another rig."""


def convention(keys: Iterable[str]) -> str:
    """Return the convention that a rig's names follow; empty where none fits."""
    present = set(keys)
    fits = {
        name: sum(key in present for key in tells) / len(tells)
        for name, tells in CONVENTIONS.items()
    }
    best = max(fits, key=lambda name: fits[name])
    return best if fits[best] >= _ENOUGH else ""
