"""Puts animations into a document: one time line for all channels, all keys in one view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget_gltf.encoding import encoded
from retarget_gltf.names import importer_safe, unique

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retarget_gltf.appendix import Appendix
    from retarget_gltf.channels import Moves


def add_animations(
    appendix: Appendix,
    clips: Sequence[Moves],
    facts: Sequence[Mapping[str, Any]],
    *,
    encoding: str,
) -> list[dict[str, Any]]:
    """Append each clip's times and keys; return the animations, one per clip, as glTF has them.

    Clips of one frame rate share the times. `facts` are what each says in its `extras`.
    """
    longest: dict[float, int] = {}
    for clip in clips:
        longest[clip.fps] = max(clip.frames, longest.get(clip.fps, 0))
    timelines = {fps: _Timeline(appendix, fps, frames) for fps, frames in longest.items()}
    return [
        {
            **_animation(appendix, clip, timelines[clip.fps], encoding),
            "name": clip.name,
            "extras": dict(extras),
        }
        for clip, extras in zip(clips, facts, strict=True)
    ]


def renamed(clips: Sequence[Moves], taken: Sequence[str]) -> list[Moves]:
    """Return clips by names that importers keep, none of them given twice or `taken`."""
    names = list(taken)
    for clip in clips:
        names.append(unique(importer_safe(clip.name, "motion"), names))
    called = names[len(taken) :]
    return [attrs.evolve(clip, name=name) for clip, name in zip(clips, called, strict=True)]


def _animation(
    appendix: Appendix, clip: Moves, timeline: _Timeline, encoding: str
) -> dict[str, Any]:
    stored = [
        encoded(channel.keys, encoding) if channel.path == "rotation" else channel.keys
        for channel in clip.channels
    ]
    view, offset = appendix.view(stored), 0
    channels: list[dict[str, Any]] = []
    samplers: list[dict[str, int]] = []
    for channel, keys in zip(clip.channels, stored, strict=True):
        kind = "VEC4" if channel.path == "rotation" else "VEC3"
        output = appendix.accessor(view, keys, kind, offset=offset)
        offset += keys.nbytes
        target = {"node": channel.node, "path": channel.path}
        channels.append({"sampler": len(samplers), "target": target})
        samplers.append({"input": timeline.of(len(keys)), "output": output})
    return {"channels": channels, "samplers": samplers}


class _Timeline:
    """One buffer view of frame times; tracks of fewer keys use its beginning."""

    def __init__(self, appendix: Appendix, fps: float, frames: int) -> None:
        self._appendix = appendix
        self._times: NDArray[np.float32] = (np.arange(frames) / fps).astype(np.float32)[:, None]
        self._view = appendix.view([self._times])
        self._accessors: dict[int, int] = {}

    def of(self, keys: int) -> int:
        """Return the accessor of the first so many times."""
        if keys not in self._accessors:
            times = self._times[:keys]
            self._accessors[keys] = self._appendix.accessor(
                self._view, times, "SCALAR", bounds=times
            )
        return self._accessors[keys]
