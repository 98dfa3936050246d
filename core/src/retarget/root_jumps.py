"""Roots that jump: strays of a few frames are put back on the path, lasting jumps are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.runs import runs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.values import Float32, Motion

_JUMP, _FASTEST = 0.2, 15.0
"""Metres between two frames and m/s beyond which a root jumps; nobody runs faster than 12.4 m/s."""

_SUDDEN = 3.0
"""How many times farther than the step before, or the one after, a jump goes: a fall does not."""

_STRAY = 0.1
"""Seconds for which a root may be elsewhere between two jumps and count as a recording's error."""


def mended(motion: Motion) -> Motion:
    """Return the motion with stray frames of its root on the line between their neighbours.

    At either end of the clip they are put where the first or last good frame is. Estimation from
    video leaves such frames, most often as the first. Without any the motion itself is returned.
    Warnings name the frames, and a jump that lasts, which is left as it is.
    """
    path = motion.root_translations
    jumps = np.flatnonzero(_jumping(_steps(path), motion.fps)) + 1
    if not len(jumps):
        return motion
    told = []
    edges = np.concatenate([[0], jumps, [motion.frames]])
    longest = max(1.0, _STRAY * motion.fps)
    brief = np.diff(edges) <= longest
    if not brief.all():
        good = np.repeat(~brief, np.diff(edges))
        for first, end in runs_of(~good):
            within = first > 0 and end < motion.frames
            apart = _steps(path[[first - 1, end]]) if within else np.zeros(1)
            if end - first > longest or _far(apart, motion.fps)[0]:
                good[first:end] = True  # too long, or on the way to another place
            else:
                told.append(_strayed(first, end))
        path = _bridged(path, good)
    steps = _steps(path)
    jumping = _jumping(steps, motion.fps)
    if jumping.any():
        at = int(np.where(jumping, steps, 0).argmax())
        told.append(
            f"the root jumps by {steps[at]:.2f} m from frame {at} to the next; "
            "passes will bend what is near. Mend or cut the clip there."
        )
    return attrs.evolve(motion, root_translations=path, warnings=(*motion.warnings, *told))


def _steps(path: Float32) -> NDArray[Any]:
    """Return how far each frame (F, 3) is from the next, (F - 1,) metres."""
    return np.linalg.norm(np.diff(path, axis=0), axis=1)


def _far(steps: NDArray[Any], fps: float) -> NDArray[np.bool_]:
    """Return which steps (S,) are longer than a body can go."""
    return steps >= max(_JUMP, _FASTEST / fps)


def _jumping(steps: NDArray[Any], fps: float) -> NDArray[np.bool_]:
    """Return which steps (S,) are not only long but sudden."""
    padded = np.pad(steps, 1, constant_values=np.inf)
    beside = np.minimum(padded[:-2], padded[2:])
    return _far(steps, fps) & ((steps > _SUDDEN * beside) | np.isinf(beside))


def _bridged(path: Float32, good: NDArray[np.bool_]) -> Float32:
    frames = np.arange(len(path))
    lines = [np.interp(frames, frames[good], column[good]) for column in path.T]
    return np.where(good[:, None], path, np.stack(lines, axis=1)).astype(np.float32)


def _strayed(first: int, end: int) -> str:
    where = f"frame {first}" if end == first + 1 else f"frames {first} to {end - 1}"
    return f"the root strays at {where} and is put back on its path."
