"""Reading glTF: a file in memory, checked, with its buffers; what surgery and targets stand on.

Format: glTF 2.0 specification, Khronos Group.
"""

from __future__ import annotations

from retarget.gltf.accessors import read_accessor
from retarget.gltf.file import GltfFile, parse, read
from retarget.gltf.nodes import NodeTree, WorldRest
from retarget.gltf.own_files import refuse_own_files
from retarget.gltf.skins import Candidate, Skin, candidates, skins_of

__all__ = [
    "Candidate",
    "GltfFile",
    "NodeTree",
    "Skin",
    "WorldRest",
    "candidates",
    "parse",
    "read",
    "read_accessor",
    "refuse_own_files",
    "skins_of",
]
