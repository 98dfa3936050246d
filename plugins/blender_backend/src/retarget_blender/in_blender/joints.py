"""Finds the bones that are a rig's joints: by name, and always where the joint stands.

Importers rename what is unnamed, named twice or too long, so a name alone does not settle it.

Needs bpy (4.5 or 5.0) and numpy alone.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget_blender.in_blender.opening import apart, armatures, heads, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[Any]
    Job = dict[str, Any]

NEAR = 1e-3
"""How far a bone may stand from its joint, over the height of the rig."""

LISTED = 8
"""No more names than these are told."""

KEPT = 63
"""Bytes that Blender keeps of a name."""


def find(job: Job, places: Array) -> tuple[Any, list[Any], Array]:
    """Return the armature of a rig, the bone of each joint, and the armature's world (4, 4).

    `job`: `armature`, the name of the likeliest, `joints`, names in the file (None for unnamed),
    `parents`, and `moved`: joints that must be found. The others are None where they are no bones.
    `places` (J, 3) of the joints at rest in the world, +Z up, metres.

    Raises:
        LookupError: no armature has all the bones, or it is linked; says what to do.

    """
    likeliest = sorted(armatures().values(), key=lambda one: one.name != job["armature"])
    if not likeliest:
        raise LookupError("there is no armature in it")
    fewest: list[str] | None = None
    for armature in likeliest:
        with unmoved(armature), apart(armature) as scene:
            world = placed(armature, scene)
        bones = _bones(armature, heads(armature, world), job, places)
        missing = [
            str(name)
            for name, bone, moved in zip(job["joints"], bones, job["moved"], strict=True)
            if bone is None and moved
        ]
        if not missing and armature.library is not None:
            raise LookupError(
                f"its armature {armature.name} is linked from {armature.library.filepath}, where "
                "no animation can be put on it; in Blender make a library override of it, or name "
                "that file as the target"
            )
        if not missing:
            return armature, [bone and armature.pose.bones[bone] for bone in bones], world
        if fewest is None or len(missing) < len(fewest):
            fewest = missing
    names = fewest or []
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    raise LookupError(
        f"Blender has no bone where the file has the joints {', '.join(names[:LISTED])}{more}: the "
        "file has changed since it was read, or they deform no mesh, and Blender makes none of such"
    )


def _bones(armature: Any, at: Array, job: Job, places: Array) -> list[str | None]:
    """Return the names of the bones of the joints, parents before children."""
    bones = list(armature.data.bones)
    limit = NEAR * max(float(np.ptp(places, axis=0).max()), NEAR)
    found: list[str | None] = []
    free = np.ones(len(bones), bool)
    for name, parent, place in zip(job["joints"], job["parents"], places, strict=True):
        above = found[parent] if parent >= 0 else None
        near = np.flatnonzero(free & (np.linalg.norm(at - place, axis=1) < limit)).tolist()
        best = max(near, key=lambda b: _likeness(bones[b], name, above), default=None)
        if best is not None:
            free[best] = False
        found.append(None if best is None else bones[best].name)
    return found


def _likeness(bone: Any, name: str | None, above: str | None) -> tuple[bool, ...]:
    """Tell how alike a bone and a joint are, what counts most first."""
    kept = (name or "").encode()[:KEPT].decode(errors="ignore")
    without_number = re.sub(r"\.\d{3,}$", "", bone.name)  # which Blender puts to a second one
    return (
        bone.name == kept,
        bool(without_number) and kept.startswith(without_number),
        above is None or (bone.parent is not None and bone.parent.name == above),
    )


@contextlib.contextmanager
def unmoved(armature: Any) -> Iterator[None]:
    """Let no action move an armature for a while."""
    data = armature.animation_data
    if data is None or armature.library is not None:
        yield
        return
    action, slot, use_nla = data.action, data.action_slot, data.use_nla
    data.use_nla = False
    if action is not None:
        data.action = None
    try:
        yield
    finally:
        data.use_nla = use_nla
        if action is not None:
            data.action, data.action_slot = action, slot
