"""Which joint of the source drives which joint of the rig: by role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import roles
from retarget.errors import MatchError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from retarget.values import Rig, Skeleton


@attrs.frozen(kw_only=True, eq=False)
class Match:
    """The pairing of a rig with the skeleton of a motion."""

    driver: NDArray[np.int32]
    """(J,) for each joint of the rig the source joint that drives it; -1 where none does."""
    undriven_roles: tuple[str, ...]
    """Roles of the rig that the motion does not have: these joints keep their rest."""
    unused_roles: tuple[str, ...]
    """Roles of the motion that the rig does not have: this movement is lost."""


def roles_of_names(names: Iterable[str]) -> dict[str, str]:
    """Return the role of every joint whose name states one in a spelling of SMPL-H."""
    return {name: role for name in names if (role := roles.role_of_name(name)) is not None}


def match(rig: Rig, source: Skeleton) -> Match:
    """Pair the rig's joints with the source's by role.

    Raises:
        MatchError: no role is shared, or a required one that the motion has is missing on the rig.

    """
    wanted = set(source.names)
    missing = [role for role in roles.REQUIRED if role in wanted - rig.joint_of_role.keys()]
    if missing:
        raise MatchError(
            f"Rig {rig.name}: no joint for {', '.join(missing)}. "
            f"Its joints are: {', '.join(rig.skeleton.names)}."
        )
    driver = np.full(len(rig.skeleton), -1, np.int32)
    for role, joint in rig.joint_of_role.items():
        driver[joint] = source.index.get(role, -1)
    if (driver < 0).all():
        raise MatchError(
            f"Rig {rig.name}: none of its roles is a joint of the motion "
            f"({', '.join(source.names[:8])} …)."
        )
    return Match(
        driver=driver,
        undriven_roles=tuple(r for r in rig.joint_of_role if r not in wanted),
        unused_roles=tuple(r for r in source.names if r not in rig.joint_of_role),
    )
