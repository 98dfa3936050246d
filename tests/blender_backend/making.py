"""Rigs as they are asked for, and the .blend files that Blender makes of them."""

from __future__ import annotations

from pathlib import Path

import attrs

from retarget import roles, smpl
from retarget_blender import axes

SCRIPT = Path(__file__).parent / "make.py"


@attrs.frozen
class Armature:
    """An armature of a file: by default the original A-pose, where it stands."""

    name: str = "SMPLH_Armature"
    names: tuple[str, ...] = roles.ORIGINAL_NAMES
    places: object = attrs.field(factory=lambda: axes.points(smpl.SMPLH_A_POSE))
    """(J, 3) of the heads, in the armature's own space."""
    location: tuple[float, ...] = (0, 0, 0)
    turn: tuple[float, ...] = (0, 0, 0)
    """Euler angles, radians."""
    scale: float = 1.0
    also: tuple[str, ...] = ()
    """"parent": under an empty that is hidden; "pose": bent; "hide": hidden; "away": in a scene
    that is not shown."""

    def job(self):
        """The armature as JSON."""
        given = attrs.asdict(self)
        given["places"] = [list(map(float, place)) for place in self.places]
        return given


def make(session, path, *armatures, **more):
    """Let Blender make the file and return its path."""
    given = {"armatures": [armature.job() for armature in armatures], **more}
    session.run(
        {"script": str(SCRIPT), "path": str(path), **given}, what=f"making {path}", seconds=60
    )
    return path
