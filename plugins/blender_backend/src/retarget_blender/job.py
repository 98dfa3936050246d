"""What Blender is told of a generated skeleton's clip; the other side is `in_blender/animate.py`.

All in Blender's axes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import quaternions as quat
from retarget.errors import RetargetError
from retarget.fk import NumpyFK
from retarget_blender import axes, provenance
from retarget_blender.bones import bones_of
from retarget_blender.choices import constraints

if TYPE_CHECKING:
    from retarget.mesh import Mesh
    from retarget.options import Options
    from retarget.values import Clip, Float32, Rig

SCRIPT = Path(__file__).parent / "in_blender" / "animate.py"

LARGEST_RATE = 32767
"""The largest whole number that Blender takes as a rate."""

ARMATURE = "SMPL_H_Armature"
"""Name of the armature, as the original project has it."""


def job_of(clip: Clip, mesh: Mesh | None, options: Options, output: Path) -> dict[str, Any]:
    """Return the job of making the file `output`, in whose folder the arrays lie.

    Raises:
        UsageError: the constraints asked for are none of `CONSTRAINTS`.
        RetargetError: Blender cannot keep a joint's name, or JSON the clip's provenance.

    """
    skeleton = clip.rig.skeleton
    return {
        "script": str(SCRIPT),
        "output": str(output),
        "format": output.suffix,
        "clip": clip.name or "motion",
        "rate": rate(clip.fps),
        "armature": _unlike_joints(ARMATURE, clip.rig),
        "bones": skeleton.names,
        "parents": skeleton.parents.tolist(),
        "main_children": bones_of(clip.rig).main_children,
        "mesh": _unlike_joints(mesh.name, clip.rig) if mesh is not None else None,
        "constraints": constraints(options),
        "provenance": json.dumps(provenance.asset(clip, options)),
    }


def arrays_of(clip: Clip, mesh: Mesh | None) -> dict[str, np.ndarray[Any, Any]]:
    """Return the arrays of the job by name; `in_blender/animate.py` tells their shapes.

    Raises:
        RetargetError: the clip holds what no file should: NaN or infinity.

    """
    bones = bones_of(clip.rig)
    turns, positions = turns_and_positions(clip)
    arrays = {
        "heads": axes.points(bones.heads),
        "tails": axes.points(bones.tails),
        "turns": axes.rotations(turns),
        "positions": axes.points(positions),
    }
    if mesh is not None:
        arrays |= {
            "vertices": axes.points(mesh.positions),
            "triangles": mesh.triangles,
            "joints": mesh.joints,
            "weights": mesh.weights,
        }
    return arrays


def turns_and_positions(clip: Clip) -> tuple[Float32, Float32]:
    """Return the joints' world rotations away from rest (J, F, 4) and world positions (J, F, 3).

    Raises:
        RetargetError: the clip holds what no file should: NaN or infinity.

    """
    for track, what in ((clip.rotations, "rotations"), (clip.root_translations, "translations")):
        if not np.isfinite(track).all():
            raise RetargetError(f"The clip's {what} hold NaN or infinity.")
    world = NumpyFK().solve(clip.rig.skeleton, clip.rotations, clip.root_translations)
    from_rest = quat.conjugate(clip.rig.skeleton.rest.rotations).astype(np.float32)
    turns = quat.normalize(quat.multiply(world.rotations, from_rest))
    return quat.continuous(turns), world.positions.astype(np.float32)


def rate(fps: float) -> tuple[int, float]:
    """Return frames per second as Blender has them, a whole number over a base: 60 over 1.001.

    Blender keeps the base as a float32: right to 0.2 ms in an hour.
    """
    whole = min(max(round(fps), 1), LARGEST_RATE)
    return whole, whole / fps


def _unlike_joints(name: str, rig: Rig) -> str:
    """Return a name that no joint has: in a GLB all nodes share one space of names."""
    while name in rig.skeleton.index:
        name += "_"
    return name
