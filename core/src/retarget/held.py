"""How values hold what they are given: arrays locked and of one type, texts in tuples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retarget.errors import ValueShapeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def read_only(array: Any, dtype: type[np.generic]) -> NDArray[Any]:
    """Return a read-only array of `dtype`; copies only where the dtype differs.

    One that is read-only already stays the same object: what is known of it stays known.
    """
    locked = np.asarray(array, dtype=dtype)
    if locked.flags.writeable:
        locked = locked.view()
        locked.flags.writeable = False
    return locked


# One named function per converter: mypy's attrs plugin knows no others.
def float32(array: Any) -> NDArray[np.float32]:
    """Return a read-only array of float32."""
    return read_only(array, np.float32)


def float64(array: Any) -> NDArray[np.float64]:
    """Return a read-only array of float64."""
    return read_only(array, np.float64)


def int32(array: Any) -> NDArray[np.int32]:
    """Return a read-only array of int32."""
    return read_only(array, np.int32)


def boolean(array: Any) -> NDArray[np.bool_]:
    """Return a read-only array of truth values."""
    return read_only(array, np.bool_)


def strings(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts as a tuple.

    Raises:
        ValueShapeError: one text, whose letters would be taken for texts.

    """
    if isinstance(texts, str):
        raise ValueShapeError(f"The text {texts!r} stands for a list of texts; put it into one.")
    return tuple(texts)


def expect_shape(what: str, array: NDArray[Any], expected: tuple[int | None, ...]) -> None:
    """Refuse an array of another shape; None stands for any length.

    Raises:
        ValueShapeError: it has another; `what` is named.

    """
    fits = array.ndim == len(expected) and all(
        e is None or e == n for e, n in zip(expected, array.shape, strict=False)
    )
    if not fits:
        wanted = ", ".join("any" if e is None else str(e) for e in expected)
        raise ValueShapeError(f"{what} has shape {array.shape}; expected ({wanted}).")
