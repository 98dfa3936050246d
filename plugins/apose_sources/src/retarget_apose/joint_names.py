"""The joints a target names: every one known, none twice, none missing that a body needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget import roles
from retarget.errors import RetargetError
from retarget.matching import roles_of_names

if TYPE_CHECKING:
    from collections.abc import Sequence


def checked_roles(name: str, joints: Sequence[str]) -> dict[str, str]:
    """Return the role of every joint, by joint name; `name` is what errors call the file.

    Raises:
        RetargetError: a joint named twice, unknown, or two names for one; required ones missing.

    """
    repeated = sorted({joint for joint in joints if joints.count(joint) > 1})
    if repeated:
        raise RetargetError(f"{name}: joints named twice: {', '.join(repeated)}.")
    found = roles_of_names(joints)
    unknown = [joint for joint in joints if joint not in found]
    if unknown:
        raise RetargetError(
            f"{name}: unknown joints: {', '.join(unknown)}. Joints carry the SMPL-H names, "
            "original (L_Hip, L_Hand_0) or smplx's (left_hip, left_index1)."
        )
    given = list(found.values())
    twice = [joint for joint in joints if given.count(found[joint]) > 1]
    if twice:
        raise RetargetError(f"{name}: two names for the same joint among: {', '.join(twice)}.")
    missing = [
        f"{roles.ORIGINAL_NAMES[roles.HUMANOID.index(role)]} ({role})"
        for role in roles.REQUIRED
        if role not in given
    ]
    if missing:
        raise RetargetError(f"{name}: required joints are missing: {', '.join(missing)}.")
    return found
