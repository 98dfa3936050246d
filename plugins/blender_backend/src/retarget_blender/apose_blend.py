"""The target out of a .blend: a character, or the rest pose of an armature alone.

An armature without a body is like an A-pose NPZ: it says where the joints are; the axes are chosen
for it. Blender reads the file, in a process of its own, and never changes it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retarget import roles
from retarget.errors import FileReadError, RetargetError
from retarget.listing import listed
from retarget.matching import roles_of_names
from retarget_apose.facing import face_forward
from retarget_apose.generated import rig_from_positions
from retarget_apose.joint_names import checked_roles
from retarget_blender.blend_file import is_blend, is_called_blend, why_no_blend
from retarget_blender.character import rig_of_character
from retarget_blender.choices import armature_asked
from retarget_blender.opened import opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.options import Options
    from retarget.values import Rig
    from retarget_blender.opened import Armature, Opened

_LISTED = 12
"""No more names than these are listed: a rig may have hundreds of bones for its handles."""


class APoseBlend:
    """Makes rigs of characters, and of armatures alone whose bones carry SMPL-H names."""

    def sniff(self, spec: str) -> bool:
        """Tell whether the file begins as a .blend does, compressed or not."""
        return is_blend(Path(spec))

    def why_not(self, spec: str) -> str | None:
        """Return why a file that is called .blend is none; None for other files."""
        return why_no_blend(Path(spec)) if is_called_blend(Path(spec)) else None

    def load(self, spec: str, options: Options) -> Rig:
        """Make the rig of the only armature, or of the one that `--rig` names.

        Among several that deform a mesh the one is taken that matches best.

        Raises:
            FileReadError: no .blend, damaged, or a library that it links is missing.
            PluginError: no Blender is found, or it does not start.
            RetargetError: no armature, several and none named, none of the name; required joints
                missing, two bones for one joint, a body that stands along no axis.

        """
        path = Path(spec)
        why_not = why_no_blend(path)
        if why_not is not None:
            raise FileReadError(f"{path}: {why_not}")
        file = opened(path, "blend", options)
        if file.glb is not None:
            return rig_of_character(path, file, options)
        armature = _armature(path, file, options)
        role_of = roles_of_names(armature.bones)
        places = dict(zip(armature.bones, armature.heads, strict=True))
        joints = sorted(role_of, key=lambda bone: roles.HUMANOID.index(role_of[bone]))
        others = [bone for bone in armature.bones if bone not in role_of]
        try:
            checked_roles(str(path), joints)
        except RetargetError as error:
            also = f" Its other bones are: {listed(others, _LISTED)}." if others else ""
            raise RetargetError(f"{error}{also}") from None
        positions = np.array([places[joint] for joint in joints])
        turned, warnings = face_forward(str(path), [role_of[joint] for joint in joints], positions)
        return rig_from_positions(
            path.name, joints, turned, warnings=(*_losses(path.name, role_of, others), *warnings)
        )


def _armature(path: Path, file: Opened, options: Options) -> Armature:
    """Return the armature that is meant; raise where that is not clear."""
    asked = armature_asked(options)
    if asked is None and len(file.armatures) > 1:
        names = ", ".join(file.armatures)
        raise RetargetError(f"{path}: it has several armatures; pick one with --rig: {names}.")
    return file.armatures[asked or next(iter(file.armatures))]


def _losses(name: str, role_of: dict[str, str], others: Sequence[str]) -> list[str]:
    lost = [
        original
        for role, original in zip(roles.HUMANOID, roles.ORIGINAL_NAMES, strict=True)
        if role not in role_of.values()
    ]
    warnings = []
    if others:
        warnings.append(
            f"{name}: bones without a SMPL-H name are left out: {listed(others, _LISTED)}."
        )
    if lost:
        warnings.append(f"{name}: it has no bone for {', '.join(lost)}.")
    return warnings
