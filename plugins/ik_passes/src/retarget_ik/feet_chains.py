"""Toe and heel that rest together are a foot's length apart: so are their anchors.

Else the foot, which is rigid, would shift as one of them lets go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retarget_ik.vectors import dot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget_ik.easing import Runs

    Array = NDArray[Any]
    Indices = NDArray[np.intp]

_NO_LENGTH = 1e-6


def apart(
    toe: tuple[Array, Runs, Array], heel: tuple[Array, Runs, Array], sole: Array, *, turns: bool
) -> tuple[Array, Array]:
    """Move the places (R, 3) of toes and heels as far apart as the foot is long, where both rest.

    Toe and heel are each places, rests, and how far (F, 2) places have gone over the floor.
    A foot that turns now on its heel, now on its toe, makes a chain: each rest is set off the one
    of the other end that it finds, that way which the line from toe to heel, `sole` (F, 3), has on
    average while both rest. Places that are means over other frames lie askew. Then each chain is
    moved as one, so that the rests in its middle stay on average, and of a mere pair the toe.
    `turns` tells whether the foot turns or slides anywhere while it rests.
    """
    (toes, toe_rests, toe_course), (heels, heel_rests, heel_course) = toe, heel
    places = np.concatenate([toes, heels])
    starts, ends = (
        np.concatenate(both)
        for both in (
            (toe_rests.starts, heel_rests.starts),
            (toe_rests.ends, heel_rests.ends),
        )
    )
    is_heel = np.arange(len(places)) >= len(toes)
    found = _found(toe_rests, heel_rests)
    links = _links(found)
    # Of a foot that keeps its heading all frames of a heel tell the same, and more tell it better.
    of_heel = np.where(is_heel, np.arange(len(places)), found)
    all_of_heel = (links[of_heel] == 1) & (not turns)
    first = np.where(all_of_heel, starts[of_heel], starts)
    end = np.where(all_of_heel, ends[of_heel], np.minimum(ends, ends[found]))
    onward = np.where(is_heel, 1, -1)[:, None]
    way = onward * _sums(sole[:, ::2], first, end)
    away = np.linalg.norm(way, axis=1)
    found[away < _NO_LENGTH] = -1
    rises = places[:, 1] - places[found, 1]
    level = np.sqrt(np.maximum(dot(sole[0], sole[0]) - rises**2, 0))
    steps = way * (level / np.maximum(away, _NO_LENGTH))[:, None]
    if turns:
        gone = _sums(heel_course - toe_course, first, end)
        steps -= onward * gone / np.maximum(end - first, 1)[:, None]

    laid, chain = np.copy(places), np.arange(len(places))
    for rest in np.lexsort((is_heel, starts)):
        if found[rest] >= 0:
            laid[rest, ::2] = laid[found[rest], ::2] + steps[rest]
            chain[rest] = chain[found[rest]]
    laid[:, ::2] += _back(places - laid, chain, _stay(links, chain, is_heel))
    return laid[: len(toes)], laid[len(toes) :]


def _found(toe_rests: Runs, heel_rests: Runs) -> Indices:
    """Return which rest (R,) of the other end, toes' before heels', lasts as each begins, or -1.

    Of two that begin at once the heel's finds the toe's.
    """
    heel = np.searchsorted(heel_rests.starts, toe_rests.starts, "left") - 1
    toe = np.searchsorted(toe_rests.starts, heel_rests.starts, "right") - 1
    heel_lasts = (heel >= 0) & (heel_rests.ends[heel] > toe_rests.starts)
    toe_lasts = (toe >= 0) & (toe_rests.ends[toe] > heel_rests.starts)
    return np.concatenate(
        [np.where(heel_lasts, heel + len(toe_rests), -1), np.where(toe_lasts, toe, -1)]
    )


def _sums(values: Array, first: Indices, end: Indices) -> Array:
    """Return the sums (R, C) of values (F, C) from first frames (R,) up to ends (R,)."""
    start = np.zeros((1, values.shape[1]))
    total = np.concatenate([start, np.cumsum(values, axis=0, dtype=np.float64)])
    return np.asarray(total[end] - total[first])


def _links(found: Indices) -> Indices:
    """Return with how many of the other end (R,) each rest overlaps."""
    linked = found >= 0
    return np.asarray(linked + np.bincount(found[linked], minlength=len(found)))


def _stay(links: Indices, chain: Indices, is_heel: NDArray[np.bool_]) -> Array:
    """Return 1 (R,) for the rests by whose places their chain is placed, else 0."""
    pair = np.bincount(chain)[chain] == 2
    return np.where(pair, ~is_heel, links != 1).astype(np.float64)


def _back(off: Array, chain: Indices, weights: Array) -> Array:
    """Return the mean (R, 2) of how far off, over the floor, the rests of each chain are."""
    sums = [np.bincount(chain, weights * off[:, c]) for c in (0, 2)]
    return np.asarray((np.stack(sums) / np.maximum(np.bincount(chain, weights), 1))[:, chain].T)
