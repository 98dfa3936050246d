"""What a clip moves and how: one channel per joint, no key too many, none dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.errors import RetargetError
from retarget_gltf.tracks import keys_needed, sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retarget.values import Float32


@attrs.frozen(eq=False)
class Channel:
    """The keys of one property of one node; the last holds to the end."""

    node: int
    path: str
    """"rotation", "translation" or "scale"."""
    keys: Float32
    """(K, 4) or (K, 3), one per frame from frame 0."""


@attrs.frozen(kw_only=True, eq=False)
class Moves:
    """What an animation is made of."""

    name: str
    fps: float
    frames: int
    channels: tuple[Channel, ...]


@attrs.frozen(eq=False)
class Turn:
    """The rotation of a joint as a clip has it."""

    node: int
    whose: str
    """The joint's name, for errors."""
    track: Float32
    """(F, 4)"""
    plain: bool = False
    """Known to be sound, and all of it needed: see `tracks.plain`."""


def moves(
    name: str,
    fps: float,
    turns: Iterable[Turn],
    root: tuple[int, Float32],
    held: Sequence[Channel] = (),
    places: Sequence[tuple[int, Float32]] = (),
) -> Moves:
    """Return a clip's channels: its rotations, then the translations, then what is held.

    Tracks that hold still are cut to the one or two keys that tell all of them, never dropped: an
    importer that lacks a channel may fall back to another rest.

    Args:
        name: the clip's, for errors and for the animation.
        fps: frames per second.
        turns: the joints' rotations.
        root: node and track (F, 3) of the root's translation.
        held: channels of one key each, as they are.
        places: nodes and tracks (F, 3) of further translations.

    Raises:
        RetargetError: the clip holds NaN, infinity or a zero quaternion.

    """
    node, path = root
    frames = len(path)
    if not np.isfinite(path).all():
        raise RetargetError(f"{name}: the root translations hold NaN or infinity.")
    rotations = [Channel(turn.node, "rotation", _keys(turn, name)) for turn in turns]
    others = [Channel(at, "translation", way[: keys_needed(way)]) for at, way in places]
    keys = keys_needed(path)
    if max((len(channel.keys) for channel in (*rotations, *others)), default=0) < frames:
        keys = frames  # some channel must say how long the clip is
    channels = (*rotations, Channel(node, "translation", path[:keys]), *others, *held)
    return Moves(name=name, fps=fps, frames=frames, channels=channels)


def _keys(turn: Turn, name: str) -> Float32:
    if turn.plain:
        return turn.track
    track = sound(turn.track, f"{name}, joint {turn.whose}")
    return track[: keys_needed(track)]
