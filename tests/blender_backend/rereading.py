"""Opens written files in Blender again and brings what they say to the pipeline's axes."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np

from retarget_blender.locate import locate
from retarget_blender.session import Session

SCRIPT = Path(__file__).parent / "reread.py"

UPRIGHT = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])
"""Blender's axes to +Y up."""


@attrs.frozen
class Reread:
    world: np.ndarray
    """(J, F, 4, 4), +Y up, in the rig's order of joints."""
    rest: np.ndarray
    """(J, 4, 4)"""
    said: dict


def reread(path, clip, rate, *, session=None, armature=None):
    """What Blender makes of a file, for the joints of a clip's rig.

    Of several armatures the one named; with a session of the caller's no Blender is started.
    """
    own = session or Session(locate())
    arrays = {name: str(path.with_name(f"{path.name}.{name}.npy")) for name in ("world", "rest")}
    job = {"script": str(SCRIPT), "path": str(path), "frames": clip.frames, "rate": rate}
    try:
        told = {**job, **arrays, "armature": armature}
        said = own.run(told, what=str(path), seconds=300)
    finally:
        if session is None:
            own.close()
    names = clip.rig.skeleton.names
    world = UPRIGHT @ np.load(arrays["world"]).astype(float)
    rest = UPRIGHT @ np.load(arrays["rest"]).astype(float)
    return Reread(
        world=world[:, [said["names"].index(name) for name in names]].swapaxes(0, 1),
        rest=rest[[said["rest_names"].index(name) for name in names]],
        said=said,
    )
