"""The parts a buffer is written from: arrays and bytes, where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Part: TypeAlias = "NDArray[Any] | bytes"
"""A C-contiguous array, or bytes."""


def length(parts: Iterable[Part]) -> int:
    """Return the number of bytes."""
    return sum(part.nbytes if isinstance(part, np.ndarray) else len(part) for part in parts)


def write_parts(file: BinaryIO, parts: Iterable[Part]) -> None:
    """Write the parts, one after the other, without a copy."""
    file.writelines(
        part.reshape(-1).view("u1").data if isinstance(part, np.ndarray) else part for part in parts
    )
