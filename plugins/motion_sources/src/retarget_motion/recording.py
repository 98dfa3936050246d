"""What a file holds and where: the value every layout is brought to, made from headers alone."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from retarget import roles, smpl
from retarget.errors import FileReadError
from retarget_motion import headers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retarget.npz import Npz
    from retarget.values import Skeleton

BODY = roles.HUMANOID[:22]
"""Pelvis to right wrist, the joints that every SMPL body has in this order."""

HANDS = roles.HUMANOID[22:]
LEFT_HAND, RIGHT_HAND = HANDS[:15], HANDS[15:]

TRANSLATION_KEYS = ("trans", "transl", "global_translations", "bodyTranslation")
"""Names of the array (F, 3) that SMPL adds to the body after posing it, metres."""


@attrs.frozen(kw_only=True)
class Section:
    """Joints whose rotations lie side by side in one array of the file."""

    key: str
    joints: tuple[str, ...]
    """Roles, in the order of the array."""
    first: int = 0
    """How many joints of the array come before them."""


@attrs.frozen(kw_only=True, eq=False)
class Recording:
    """One file, understood but not read: which array moves which joints of which body."""

    npz: Npz
    kind: str
    """The layout, in a few words."""
    t_pose: NDArray[np.float64]
    """(52, 3) T-pose joint positions of the body model, in the order of `roles.HUMANOID`."""
    sections: tuple[Section, ...]
    """Together the joints of the motion, in the order of `roles.HUMANOID`."""
    matrices: bool = False
    """True for (F, J, 3, 3) rotation matrices, False for rotation vectors."""
    amass: bool = False
    """True where the file is AMASS's own: +Z up, the floor near zero."""
    warnings: tuple[str, ...] = ()

    @cached_property
    def skeleton(self) -> Skeleton:
        """The T-pose skeleton of the joints that the file moves."""
        names = tuple(name for section in self.sections for name in section.joints)
        return smpl.skeleton_at_identity(
            self.t_pose[[roles.HUMANOID.index(name) for name in names]], names
        )

    @cached_property
    def pose_keys(self) -> tuple[str, ...]:
        """Names of the arrays of rotations, each once."""
        return tuple(dict.fromkeys(section.key for section in self.sections))

    @cached_property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of rotations by name, read once; mapped where they are not compressed.

        Raises:
            FileReadError: an array is damaged.

        """
        return {key: self.npz.read(key) for key in self.pose_keys}

    @cached_property
    def translation_key(self) -> str | None:
        """Name of the array of root translations, or None where the file has none."""
        return next((key for key in TRANSLATION_KEYS if key in self.npz), None)

    @cached_property
    def frames(self) -> int:
        """Number of frames.

        Raises:
            FileReadError: the arrays hold none, or not equally many, or the translations are
                not (F, 3) numbers.

        """
        path, trans = self.npz.path, self.translation_key
        if trans is not None and headers.width(self.npz, trans) != 3:
            raise FileReadError(
                f"{path}: expected root translations (frames, 3), "
                f"found {headers.describe(self.npz, trans)}."
            )
        keys = (*self.pose_keys, *([trans] if trans else []))
        counts = {key: self.npz.members[key].shape[0] for key in keys}
        if len(set(counts.values())) > 1:
            each = ", ".join(f"{key!r} {count}" for key, count in counts.items())
            raise FileReadError(f"{path}: the arrays differ in their number of frames: {each}.")
        if counts[keys[0]] == 0:
            raise FileReadError(f"{path}: {keys[0]!r} holds no frames.")
        return counts[keys[0]]
