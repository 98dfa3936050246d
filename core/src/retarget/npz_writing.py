"""Writing NPZ files: undated, so that equal arrays make equal bytes, and never half of one."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from retarget.output import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays by name, uncompressed, making folders as needed.

    `path` holds the old file or the whole new one, never a part.

    Raises:
        RetargetError: the file cannot be written.

    """
    with replacing(path) as unfinished, zipfile.ZipFile(unfinished, "x") as archive:
        for name, array in arrays.items():
            undated = zipfile.ZipInfo(f"{name}.npy")  # 1980, whatever the clock says
            with archive.open(undated, "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
