"""What Blender tells of a target's file: its armatures at rest, and a character as a GLB."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from retarget.errors import FileReadError, PluginError, RetargetError, UsageError
from retarget_blender.choices import armature_asked, time_limit
from retarget_blender.locate import locate
from retarget_blender.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.options import Options

SCRIPT = Path(__file__).parent / "in_blender" / "target.py"

GLTF = (".glb", ".gltf", ".vrm")
"""Files that need no Blender to be animated."""

SECONDS = 120.0
"""Time limit; a scene of a gigabyte opens in a tenth of it."""


@attrs.frozen(kw_only=True, eq=False)
class Armature:
    """An armature at rest."""

    bones: list[str]
    heads: list[list[float]]
    """Where the bones begin, in Blender's world: +Z up, metres."""
    meshes: int
    """How many meshes it deforms."""


@attrs.frozen(kw_only=True, eq=False)
class Opened:
    """A file as Blender opened it."""

    armatures: Mapping[str, Armature]
    """By name, in the order of the file."""
    glb: bytes | None
    """All of the file at rest, where the armatures asked for deform a mesh."""
    actions: list[str]
    """Names of the actions in it, which the GLB holds none of; of an FBX none is ever read."""
    warnings: tuple[str, ...]


def opened(path: Path, kind: str, options: Options) -> Opened:
    """Let Blender, in a process of its own, open a file of the kind "blend" or "fbx".

    Raises:
        FileReadError: damaged, or a library that it links is missing.
        PluginError: no Blender is found, or it does not start.
        UsageError: no armature has the name asked for.
        RetargetError: there is no armature.

    """
    asked = armature_asked(options)
    try:
        session = Session(locate(options.extra.get("blender_path")))
    except PluginError as error:
        raise PluginError(f"{path}: a .{kind} is read by Blender. {error}") from None
    try:
        with tempfile.TemporaryDirectory(prefix="retarget-target-") as folder:
            glb = Path(folder) / "target.glb"
            job = {
                "script": str(SCRIPT),
                "path": str(path.absolute()),
                "kind": kind,
                "named": asked,
                "glb": str(glb),
            }
            told = session.run(job, what=str(path), seconds=time_limit(options, SECONDS))
            content = glb.read_bytes() if glb.exists() else None
    finally:
        session.close()
    refuse_damage(path, told)
    armatures = {name: Armature(**one) for name, one in told["armatures"].items()}
    _refuse_unknown(path, asked, armatures)
    warnings = tuple(f"{path.name}: {warning}." for warning in told["warnings"])
    return Opened(armatures=armatures, glb=content, actions=told["actions"], warnings=warnings)


def refuse_damage(path: Path, told: Mapping[str, Any]) -> None:
    """Raise where Blender could not open a file whole.

    Raises:
        FileReadError: says what is wrong.

    """
    if "damaged" in told:
        other = " --backend gltf does not open the meshes." if path.suffix.lower() in GLTF else ""
        raise FileReadError(
            f"{path}: Blender cannot open it: damaged, of a newer version, or beyond this Blender "
            f"({told['damaged']}).{other}"
        )
    if "missing" in told:
        raise FileReadError(
            f"{path}: a library that it links is missing: {', '.join(told['missing'])}. Put it "
            "there, or open the file in Blender and find it (File > External Data > Find Missing "
            "Files) or make all local."
        )


def _refuse_unknown(path: Path, asked: str | None, armatures: Mapping[str, Armature]) -> None:
    if not armatures:
        raise RetargetError(f"{path}: there is no armature in it.")
    if asked is not None and asked not in armatures:
        raise UsageError(
            f"{path}: no armature is named {asked!r}; there is: {', '.join(armatures)}."
        )
