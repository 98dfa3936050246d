"""The targets `glb` and `vrm`: which files they are, told by content, and what near misses are."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from retarget.gltf import container, read
from retarget.gltf.file import MAX_JSON
from retarget_apose.character import rig_from
from retarget_apose.vrm import MARKS

if TYPE_CHECKING:
    from retarget.options import Options
    from retarget.values import Rig

SUFFIXES = (".glb", ".gltf", ".vrm")

_HEAD = 64
"""Bytes by which JSON is told from what is none."""

_KEYS = (b'"asset"', b'"nodes"')
"""What is in the JSON of every glTF file that can hold a rig."""


@attrs.frozen
class CharacterTarget:
    """Makes rigs from rigged characters: VRM avatars, or all other glTF."""

    vrm: bool
    """True for the source of VRM files, False for that of the others."""

    def sniff(self, spec: str) -> bool:
        """Tell whether the file is glTF of this kind; what is wrong in it is `load`'s to say."""
        try:
            with_mark = _gltf_marked(Path(spec))
        except (OSError, ValueError):  # ValueError: no path at all, as with a NUL in it
            return False
        return with_mark is not None and with_mark == self.vrm

    def why_not(self, spec: str) -> str | None:
        """Return why a file called .glb, .gltf or .vrm is no character; None for other files.

        Raises:
            FileReadError: it is not even glTF, or damaged.

        """
        path = Path(spec)
        if self.vrm or path.suffix.lower() not in SUFFIXES or not path.is_file():
            return None
        read(path)
        return "is glTF without nodes: there is no rig in it."

    def load(self, spec: str, options: Options) -> Rig:
        """Make the rig.

        Raises:
            RetargetError: the file is damaged, holds no rig, or not the one asked for, or one
                without the joints that a body needs.

        """
        return rig_from(Path(spec), options)


def _gltf_marked(path: Path) -> bool | None:
    """Return whether a glTF file bears the mark of VRM; None where it is none, or without nodes.

    The JSON is searched, not parsed: a mark in the wrong place costs nothing, for both sources
    load both kinds.
    """
    if not path.is_file():
        return None
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if head.startswith(container.MAGIC):
            said = int.from_bytes(head[12:16], "little")
            text = head[20:] + stream.read(min(said, size, MAX_JSON))
        else:
            if not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") or size > MAX_JSON:
                return None
            text = head + stream.read(size)
    if not all(key in text for key in _KEYS):
        return None
    return any(mark in text for mark in MARKS)
