"""Comparisons that fail in the field's words: which joint, which frame, how far off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retarget.values import Float64


def position_errors(actual: NDArray[Any], expected: NDArray[Any]) -> Float64:
    """Return distances (…) between transforms (…, 4, 4), metres."""
    distances: Float64 = np.linalg.norm(actual[..., :3, 3] - expected[..., :3, 3], axis=-1)
    return distances


def rotation_errors(actual: NDArray[Any], expected: NDArray[Any]) -> Float64:
    """Return angles (…) between the rotations of transforms (…, 4, 4), degrees.

    From the Frobenius norm of the difference, 2 √2 sin(angle / 2), which is exact near zero where
    the usual arc cosine of the trace is not; a scale counts as an error, too.
    """
    difference = actual[..., :3, :3] - expected[..., :3, :3]
    chord = np.linalg.norm(difference, axis=(-2, -1)) / (2 * np.sqrt(2))
    angles: Float64 = np.degrees(2 * np.arcsin(np.minimum(chord, 1)))
    return angles


def assert_world(
    actual: NDArray[Any],
    expected: NDArray[Any],
    names: Sequence[str],
    *,
    metres: float = np.inf,
    degrees: float = np.inf,
) -> None:
    """Assert that world transforms (J, F, 4, 4) are as expected, within the tolerances given."""
    assert actual.shape == expected.shape, (
        f"{actual.shape[1]} frames of {actual.shape[0]} joints, expected {expected.shape[1]} of "
        f"{expected.shape[0]}"
    )
    if np.isfinite(metres):
        _assert_small(position_errors(actual, expected) * 1000, names, metres * 1000, "mm")
    if np.isfinite(degrees):
        _assert_small(rotation_errors(actual, expected), names, degrees, "degrees")


def _assert_small(errors: Float64, names: Sequence[str], within: float, unit: str) -> None:
    joint, frame = divmod(int(np.argmax(errors)), errors.shape[1])  # the first NaN, if there is one
    worst = errors[joint, frame]
    assert worst <= within, (
        f"{names[joint]}, frame {frame}: {worst:.6g} {unit} off, allowed are {within:.6g}; "
        f"{int((~(errors <= within).all(axis=1)).sum())} of {len(names)} joints are off"
    )


def assert_unit(rotations: NDArray[Any], names: Sequence[str], *, within: float = 1e-4) -> None:
    """Assert that quaternions (J, F, 4) are of unit length."""
    lengths = np.linalg.norm(rotations.astype(np.float64), axis=-1)
    off = ~(np.abs(lengths - 1) <= within)
    assert not off.any(), f"quaternions are not of unit length on {_named(off, names)}"


def assert_continuous(rotations: NDArray[Any], names: Sequence[str]) -> None:
    """Assert that no quaternion (J, F, 4) changes sign from one frame to the next."""
    dots = np.einsum("jfi,jfi->jf", rotations[:, 1:], rotations[:, :-1], dtype=np.float64)
    off = dots < 0
    assert not off.any(), f"quaternions change sign between frames on {_named(off, names)}"


def _named(off: NDArray[np.bool_], names: Sequence[str]) -> str:
    return ", ".join(names[j] for j in np.flatnonzero(off.any(axis=1)).tolist())
