"""Files that are no motion and no target, whatever they are called; every reader meets them."""

from __future__ import annotations

import json
import os
import pickle
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def _npz(**arrays: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as file:  # given a name, savez would add its own suffix
            np.savez(file, **arrays)

    return write


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _nothing(_: Path) -> None:
    """Write no file at all."""


def _folder(path: Path) -> None:
    path.mkdir()


_GLTF = json.dumps({"asset": {"version": "2.0"}}).encode().ljust(40)

JUNK: Mapping[str, Callable[[Path], None]] = {
    "absent": _nothing,
    "folder": _folder,
    "empty": _bytes(b""),
    "text": _bytes("Nichts weiter als Text, ä ö ü.\n".encode() * 40),
    "noise": _bytes(np.random.default_rng(0).bytes(4096)),
    "json": _bytes(b'{"poses": [0, 1, 2], "trans": null}'),
    "broken zip": _bytes(b"PK\x03\x04" + bytes(200)),
    "git-lfs pointer": _bytes(
        b"version https://git-lfs.example/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    ),
    "glb without animation": _bytes(
        struct.pack("<4sIIII", b"glTF", 2, 20 + len(_GLTF), len(_GLTF), 0x4E4F534A) + _GLTF
    ),
    "npz of something else": _npz(unrelated=np.zeros((7, 5)), count=np.array(3)),
    "npz of a body shape": _npz(betas=np.zeros(16), gender=np.array("neutral")),
    "npz of a robot": _npz(joint_pos=np.zeros((9, 29)), joint_vel=np.zeros((9, 29)), fps=[50]),
}
"""Writers of junk by name; each makes, or does not make, what lies at the path it is given."""


class Trap:
    """An object that, when it is unpickled, makes the folder `marker`."""

    def __init__(self, marker: Path) -> None:
        """Point at a folder that does not exist."""
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a careless reader will call."""
        return (os.mkdir, (str(self.marker),))


def write_pickle(path: Path, marker: Path) -> None:
    """Write a pickled trap."""
    path.write_bytes(pickle.dumps({"poses": Trap(marker), "trans": Trap(marker)}))


def is_npz(path: Path) -> bool:
    """Tell whether a file is a zip of arrays."""
    return zipfile.is_zipfile(path)


def with_pickles(own: Path, path: Path, marker: Path, *, keep: bool) -> None:
    """Copy an NPZ file, every array pickled, or with `keep` every array kept and one added."""
    with np.load(own) as file:
        arrays: dict[str, Any] = {name: file[name] for name in file.files}
    trap = np.array([Trap(marker)], dtype=object)
    _npz(**(arrays | {"a_pickled_note": trap} if keep else dict.fromkeys(arrays, trap)))(path)
