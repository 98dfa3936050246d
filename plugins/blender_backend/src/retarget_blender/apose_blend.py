"""The target out of a .blend: the rest pose of its armature, read by Blender, apart.

Like an A-pose NPZ, it says where the joints are; the axes are chosen for it. The armature in the
file is never changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import roles
from retarget.errors import FileReadError, PluginError, RetargetError
from retarget.matching import roles_of_names
from retarget_apose.facing import face_forward
from retarget_apose.generated import rig_from_positions
from retarget_apose.joint_names import checked_roles
from retarget_blender.blend_file import is_blend, is_called_blend, why_no_blend
from retarget_blender.choices import time_limit
from retarget_blender.locate import locate
from retarget_blender.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.options import Options
    from retarget.values import Rig

SCRIPT = Path(__file__).parent / "in_blender" / "rest_pose.py"

SECONDS = 120.0
"""Time limit; a scene of a gigabyte opens in a tenth of it."""

_LISTED = 12
"""No more names than these are listed: a rig may have hundreds of bones for its handles."""


class APoseBlend:
    """Makes rigs from armatures whose bones carry SMPL-H names."""

    def sniff(self, spec: str) -> bool:
        """Tell whether the file begins as a .blend does, compressed or not."""
        return is_blend(Path(spec))

    def why_not(self, spec: str) -> str | None:
        """Return why a file that is called .blend is none; None for other files."""
        return why_no_blend(Path(spec)) if is_called_blend(Path(spec)) else None

    def load(self, spec: str, options: Options) -> Rig:
        """Make the rig of the only armature, or of the one that `--armature` names.

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
        asked = options.extra.get("blender_armature")
        told = _told(path, asked, options)
        _refuse_unclear(path, asked, told)
        role_of = roles_of_names(told["bones"])
        places = dict(zip(told["bones"], told["heads"], strict=True))
        joints = sorted(role_of, key=lambda bone: roles.HUMANOID.index(role_of[bone]))
        others = [bone for bone in told["bones"] if bone not in role_of]
        try:
            checked_roles(str(path), joints)
        except RetargetError as error:
            also = f" Its other bones are: {_listed(others)}." if others else ""
            raise RetargetError(f"{error}{also}") from None
        positions = np.array([places[joint] for joint in joints])
        turned, warnings = face_forward(str(path), [role_of[joint] for joint in joints], positions)
        return rig_from_positions(
            path.name, joints, turned, warnings=(*_losses(path.name, role_of, others), *warnings)
        )


def _told(path: Path, armature: str | None, options: Options) -> dict[str, Any]:
    """Let Blender tell of the file; raise where it could not be opened whole."""
    try:
        session = Session(locate(options.extra.get("blender_path")))
    except PluginError as error:
        raise PluginError(f"{path}: a .blend is read by Blender. {error}") from None
    job = {"script": str(SCRIPT), "blend": str(path.absolute()), "armature": armature}
    try:
        told = session.run(job, what=str(path), seconds=time_limit(options, SECONDS))
    finally:
        session.close()
    if "damaged" in told:
        raise FileReadError(
            f"{path}: Blender cannot open it: damaged, or of a newer version ({told['damaged']})."
        )
    if "missing" in told:
        raise FileReadError(
            f"{path}: a library that it links is missing: {', '.join(told['missing'])}. Put it "
            "there, or open the file in Blender and find it (File > External Data > Find Missing "
            "Files) or make all local."
        )
    return told


def _refuse_unclear(path: Path, asked: str | None, told: dict[str, Any]) -> None:
    """Raise where it is not clear which armature is meant."""
    if "bones" in told:
        return
    names = ", ".join(told["armatures"])
    if not names:
        raise RetargetError(f"{path}: there is no armature in it.")
    if asked is None:
        raise RetargetError(f"{path}: it has several armatures; pick one with --armature: {names}.")
    raise RetargetError(f"{path}: no armature is named {asked!r}; there is: {names}.")


def _losses(name: str, role_of: dict[str, str], others: Sequence[str]) -> list[str]:
    lost = [
        original
        for role, original in zip(roles.HUMANOID, roles.ORIGINAL_NAMES, strict=True)
        if role not in role_of.values()
    ]
    warnings = []
    if others:
        warnings.append(f"{name}: bones without a SMPL-H name are left out: {_listed(others)}.")
    if lost:
        warnings.append(f"{name}: it has no bone for {', '.join(lost)}.")
    return warnings


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}"
