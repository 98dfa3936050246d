"""Puts a clip's tracks into the document: one time line, one channel per joint, no key too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pygltflib as gltf

from retarget.errors import RetargetError
from retarget_gltf.names import importer_safe
from retarget_gltf.tracks import keys_needed, sound

if TYPE_CHECKING:
    from retarget.values import Clip, Float32
    from retarget_gltf.document import Document


def add_animation(document: Document, clip: Clip) -> None:
    """Add the clip: a rotation per joint, a translation on the root alone.

    Joint j is node j. Tracks that hold still are cut to the one or two keys that tell all of them,
    never dropped: an importer that lacks a channel may fall back to another rest.

    Raises:
        RetargetError: the clip holds NaN, infinity or a zero quaternion.

    """
    names = clip.rig.skeleton.names
    rotations = [
        sound(track, f"{clip.name}, joint {name}")
        for track, name in zip(clip.rotations, names, strict=True)
    ]
    root = clip.root_translations
    if not np.isfinite(root).all():
        raise RetargetError(f"{clip.name}: the root translations hold NaN or infinity.")
    keys = [keys_needed(track) for track in rotations]
    root_keys = keys_needed(root)
    if max(keys) < clip.frames:
        root_keys = clip.frames  # some channel must say how long the clip is

    timeline = _Timeline(document, clip)
    tracks = [
        *(
            (j, "rotation", track[:n])
            for j, (track, n) in enumerate(zip(rotations, keys, strict=True))
        ),
        (0, "translation", root[:root_keys]),
    ]
    view = document.view([track for _, _, track in tracks])
    animation = gltf.Animation(name=importer_safe(clip.name, "motion"))
    offset = 0
    for node, path, track in tracks:
        kind = "VEC4" if path == "rotation" else "VEC3"
        output = document.accessor(view, track, kind, offset=offset)
        offset += track.nbytes
        target = gltf.AnimationChannelTarget(node=node, path=path)
        animation.channels.append(
            gltf.AnimationChannel(sampler=len(animation.samplers), target=target)
        )
        animation.samplers.append(gltf.AnimationSampler(input=timeline.of(track), output=output))
    document.gltf.animations.append(animation)


class _Timeline:
    """One buffer view of frame times; tracks of few keys use its beginning."""

    def __init__(self, document: Document, clip: Clip) -> None:
        self._document = document
        self._times = clip.times()[:, None]
        self._view = document.view([self._times])
        self._accessors: dict[int, int] = {}

    def of(self, track: Float32) -> int:
        """Return the accessor of the first `len(track)` times."""
        keys = len(track)
        if keys not in self._accessors:
            times = self._times[:keys]
            self._accessors[keys] = self._document.accessor(
                self._view, times, "SCALAR", bounds=times
            )
        return self._accessors[keys]
