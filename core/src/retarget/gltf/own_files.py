"""The files a character was read from: an output must be none of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from retarget.errors import UsageError
from retarget.output import same_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retarget.gltf.file import GltfFile
    from retarget.values import Asset


def refuse_own_files(path: Path, asset: Asset) -> None:
    """Check that writing `path` does not overwrite the user's character or a part of it.

    Links count as what they lead to.

    Raises:
        UsageError: `path` is the character's file, or a buffer or image that it names.

    """
    for own in (asset.path, *_named_by(asset.gltf)):
        if same_file(path, own):
            what = (
                "the target itself" if own is asset.path else f"a part of the target {asset.path}"
            )
            raise UsageError(f"{path}: is {what}, which is never changed; name another output.")


def _named_by(file: GltfFile) -> Iterator[Path]:
    """Yield the files that buffers and images name, whether or not they are there."""
    if file.folder is None:
        return
    for kind in ("buffers", "images"):
        entries = file.json.get(kind)
        for entry in entries if isinstance(entries, list) else ():
            uri = entry.get("uri") if isinstance(entry, dict) else None
            if isinstance(uri, str) and uri[:5].lower() != "data:":
                yield file.folder / Path(unquote(uri))
