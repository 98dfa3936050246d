"""The user's character out of a .blend or an FBX: a rig of the GLB that Blender makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from retarget.errors import FileReadError, RetargetError
from retarget.gltf import parse
from retarget_apose.character import rig_of
from retarget_blender.choices import armature_asked
from retarget_blender.fbx_file import is_called_fbx, is_fbx, why_no_fbx
from retarget_blender.left_out import left_out_of
from retarget_blender.opened import opened

if TYPE_CHECKING:
    from retarget.options import Options
    from retarget.values import Rig
    from retarget_blender.opened import Opened


class CharacterFbx:
    """Makes rigs of the characters in FBX files."""

    def sniff(self, spec: str) -> bool:
        """Tell whether the file begins as an FBX does, binary or text."""
        return is_fbx(Path(spec))

    def why_not(self, spec: str) -> str | None:
        """Return why a file that is called .fbx is none; None for other files."""
        return why_no_fbx(Path(spec)) if is_called_fbx(Path(spec)) else None

    def load(self, spec: str, options: Options) -> Rig:
        """Make the rig of the armature that `--rig` names, else of the one that matches best.

        Raises:
            FileReadError: no FBX, too old, or damaged.
            PluginError: no Blender is found, or it does not start.
            RetargetError: no armature, none of the name, none that deforms a mesh, or none with
                the joints that a motion needs.

        """
        path = Path(spec)
        why_not = why_no_fbx(path)
        if why_not is not None:
            raise FileReadError(f"{path}: {why_not}")
        return rig_of_character(path, opened(path, "fbx", options), options)


def rig_of_character(path: Path, file: Opened, options: Options) -> Rig:
    """Make the rig of a character that Blender has opened.

    Raises:
        RetargetError: no armature deforms a mesh, or none has the joints that a motion needs.

    """
    if file.glb is None:
        names = ", ".join(file.armatures)
        raise RetargetError(
            f"{path}: no mesh is skinned to its armature ({names}). Export the character together "
            "with its body."
        )
    named = attrs.evolve(options, rig=armature_asked(options))
    made = attrs.evolve(parse(file.glb, str(path)), warnings=left_out_of(path, file.actions))
    rig = rig_of(made, path, named)
    return attrs.evolve(rig, warnings=(*rig.warnings, *file.warnings))
