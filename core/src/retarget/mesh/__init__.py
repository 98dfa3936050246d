"""The body that a generated skeleton carries, drawn from the rig's own rest pose.

A skeleton without a skinned mesh is lost on most importers: they see no bones, or nothing at all.
It lies in the core because every backend puts the same body on the same rig.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.mesh.cube import cube
from retarget.mesh.mannequin import mannequin
from retarget.mesh.value import Mesh

if TYPE_CHECKING:
    from retarget.options import Options
    from retarget.values import Rig

__all__ = ["Mesh", "make_mesh"]


def make_mesh(rig: Rig, options: Options) -> Mesh | None:
    """Make the mesh that `options.mesh` names, in the world space of the rig's rest pose.

    Returns None for "none". Every joint of the rig carries at least one vertex. Pure: the same rig
    and options give the same arrays.
    """
    if options.mesh == "none":
        return None
    if options.mesh == "cube":
        return cube(rig, options.cube_size, options.cube_location)
    return mannequin(rig)
