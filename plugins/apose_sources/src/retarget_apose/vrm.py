"""The joints that a VRM file names itself: its humanoid extension, of version 0.x and 1.0.

Formats: VRM 0.x (`extensions.VRM.humanoid.humanBones`, a list) and VRMC_vrm 1.0
(`extensions.VRMC_vrm.humanoid.humanBones`, an object), VRM Consortium. They count a thumb's joints
differently: 0.x calls the one at the palm proximal, 1.0 metacarpal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retarget.gltf import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retarget.gltf import GltfFile

MARKS = (b'"VRM"', b'"VRMC_vrm"')
"""One of these is in the JSON of every VRM file."""

_TRUNK = {
    "hips": "pelvis",
    "spine": "spine1",
    "chest": "spine2",
    "upperChest": "spine3",
    "neck": "neck",
    "head": "head",
}

_SIDE = {
    "UpperLeg": "hip",
    "LowerLeg": "knee",
    "Foot": "ankle",
    "Toes": "foot",
    "Shoulder": "collar",
    "UpperArm": "shoulder",
    "LowerArm": "elbow",
    "Hand": "wrist",
}

_FINGERS = {"Index": "index", "Middle": "middle", "Ring": "ring", "Little": "pinky"}


def _roles(thumb: tuple[str, str, str]) -> dict[str, str]:
    roles = dict(_TRUNK)
    for side in ("left", "right"):
        roles |= {f"{side}{bone}": f"{side}_{role}" for bone, role in _SIDE.items()}
        for name, finger in _FINGERS.items():
            for k, part in enumerate(("Proximal", "Intermediate", "Distal"), 1):
                roles[f"{side}{name}{part}"] = f"{side}_{finger}{k}"
        roles |= {f"{side}Thumb{part}": f"{side}_thumb{k}" for k, part in enumerate(thumb, 1)}
    return roles


_ROLES_0 = _roles(("Proximal", "Intermediate", "Distal"))
_ROLES_1 = _roles(("Metacarpal", "Proximal", "Distal"))


def stated_roles(file: GltfFile) -> dict[str, int]:
    """Return the node of each role that the file states; empty for a file that is no VRM.

    Bones that no role stands for (jaw, eyes) are passed over. Chest and upper chest may be absent;
    which of the spine's roles are left then is for matching to settle.

    Raises:
        FileReadError: the extension is not of the form it must have.

    """
    extensions = fields.child(file.name, "the document", file.json, "extensions")
    for key, table in (("VRMC_vrm", _ROLES_1), ("VRM", _ROLES_0)):
        if key in extensions:
            where = f"extensions.{key}"
            extension = fields.child(file.name, "extensions", extensions, key)
            humanoid = fields.child(file.name, where, extension, "humanoid")
            nodes = len(fields.entries(file.name, file.json, "nodes"))
            return {
                table[bone]: fields.index(file.name, f"{where}: {bone}", node, nodes, "nodes")
                for bone, node in _bones(humanoid.get("humanBones"))
                if bone in table
            }
    return {}


def _bones(held: Any) -> Iterator[tuple[str, Any]]:
    """Yield (bone, node) of either version's list; what has neither is passed over."""
    if isinstance(held, dict):
        for bone, entry in held.items():
            if isinstance(entry, dict):
                yield bone, entry.get("node")
    elif isinstance(held, list):
        for entry in held:
            if isinstance(entry, dict) and isinstance(entry.get("bone"), str):
                yield entry["bone"], entry.get("node")
