"""A finished file as the judge sees it: whose joints move where, at which rate, made of what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import gltf
from retarget import quaternions as quat
from retarget.checking.provenance import pass_names, travel_of
from retarget.checking.targets import Target, target_of
from retarget.errors import RetargetError, UsageError
from retarget.frame0 import PLACE
from retarget.gltf.animation import Animation, labels, read_animation, world_of
from retarget.npz import MAX_BYTES
from retarget.values import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.gltf import GltfFile
    from retarget.options import Options
    from retarget.plugins import Plugins
    from retarget.values import Float64, Rig

_SNAP = 1e-3
"""Frames per second within which a measured rate is a whole one."""

_BYTES = 56
"""Of one joint's world transform in float64."""

_APOSE = 1e-3
"""Metres from the rest pose within which a file's first frame is the A-pose."""


@attrs.frozen(kw_only=True, eq=False)
class Finished:
    """One animation of a finished file."""

    path: Path
    animation: str
    rig: Rig
    world: World
    """World transforms (J, F, …) of the rig's joints in the rig's space, float64."""
    fps: float
    facts: Mapping[str, Any] = attrs.field(repr=False)
    """The file's provenance: what its asset and the animation say of their making."""

    @property
    def frames(self) -> int:
        """Number of frames F, the A-pose among them."""
        return self.world.positions.shape[1]

    @property
    def frame0(self) -> str | None:
        """What the A-pose did, if the file says so."""
        said = self.facts.get("frame0")
        return said if said in (*PLACE, "none") else None

    @property
    def place(self) -> str | None:
        """Where frame 0 stands, if the file says so."""
        said = self.facts.get("frame0Place")
        return said if isinstance(said, str) else None

    @property
    def rests_in_apose(self) -> bool:
        """Whether the file's own rest pose can be the A-pose: a .vrma rests in the T-pose."""
        return self.path.suffix.lower() != ".vrma"

    @property
    def passes(self) -> tuple[str, ...] | None:
        """Names of the passes applied, if the file says so."""
        return pass_names(self.facts.get("passes"))

    @property
    def travel(self) -> str:
        """What became of the clip's travel, as the file says: see `provenance.travel_of`."""
        return travel_of(self.facts)

    @property
    def source(self) -> str | None:
        """Name of the clip that it was made from, if the file says so."""
        said = self.facts.get("source")
        return said if isinstance(said, str) and said else None

    def frame0_for(self, frames: int) -> str:
        """Return what the A-pose did to a source of so many frames: as said, else as it looks."""
        if self.frame0 is not None:
            return self.frame0
        if self.frames == frames + 1:
            return "insert"
        rest = self.rig.skeleton.rest.positions[:, 0]
        apart = np.linalg.norm(self.world.positions[:, 0] - rest, axis=1).max()
        return "replace" if apart < _APOSE else "none"


def read_finished(
    path: Path,
    *,
    clip: str | None = None,
    animation: str | None = None,
    target: str | None = None,
    options: Options,
    plugins: Plugins,
) -> Finished:
    """Read a finished file.

    Args:
        path: a .glb or .gltf file, as a backend wrote it.
        clip: file name of the clip, to pick an animation by.
        animation: name of the animation to take, where there are several.
        target: what the file was made with as `--target`; None to ask the file itself.
        options: say how the target is to be understood.
        plugins: where targets come from.

    Raises:
        UsageError: no such animation, or several and nothing that picks one.
        RetargetError: no animation, or joints that are not there or that it does not move.
        FileReadError: the file is damaged.

    """
    file = gltf.read(path)
    tree = gltf.NodeTree.of(file)
    index = _picked(file, clip, animation)
    played = read_animation(file, index)
    facts = {**_extras(file.json.get("asset")), **played.extras}
    if not played.tracks:
        raise RetargetError(f"{path}: its animation {played.name!r} moves nothing.")
    found = target_of(file, tree, played, target, options=options, plugins=plugins)
    fps = _rate(path, played, facts)
    frames = _frames(path, played.last * fps, len(found.nodes))
    # The times that a backend writes, so that keys are taken as they are.
    moments = (np.arange(frames) / fps).astype(np.float32).astype(np.float64)
    try:
        world = world_of(tree, played, moments, found.nodes)
    except RetargetError as error:
        raise RetargetError(f"{path}: {error}") from error
    return Finished(
        path=path,
        animation=played.name,
        rig=found.rig,
        world=_turned(found, world),
        fps=fps,
        facts=facts,
    )


def sources_said(path: Path, animation: str | None = None) -> tuple[str, ...]:
    """Return the names of the clips that a file, or one animation of it, says it was made from.

    Raises:
        UsageError: no such animation, or several.
        FileReadError: the file is damaged.

    """
    file = gltf.read(path)
    asset, own = _extras(file.json.get("asset")), [extras for _, extras in labels(file)]
    if animation is None:
        every = [asset, *own]
    else:
        every = [{**asset, **own[_picked(file, None, animation)]}]
    said = (facts.get("source") for facts in every)
    return tuple(dict.fromkeys(one for one in said if isinstance(one, str) and one))


def animations_from(path: Path, clip: str) -> tuple[str, ...]:
    """Return the names of a file's animations that say they were made from a clip of that name.

    Raises:
        FileReadError: the file is damaged.

    """
    held = labels(gltf.read(path))
    return tuple(dict.fromkeys(held[i][0] for i in _made_from(held, clip)))


def _extras(holder: object) -> Mapping[str, Any]:
    held = holder.get("extras") if isinstance(holder, Mapping) else None
    return held if isinstance(held, Mapping) else {}


def _picked(file: GltfFile, clip: str | None, wanted: str | None) -> int:
    """Return the index of the animation named, of the one made from the clip, or of the only."""
    held = labels(file)
    if not held:
        raise RetargetError(f"{file.name}: there is no animation in it.")
    listed = ", ".join(repr(name) for name, _ in held)
    if wanted is not None:
        named = [i for i, (name, _) in enumerate(held) if name == wanted]
        if len(named) != 1:
            several = "several are called" if named else "there is no animation"
            raise UsageError(f"{file.name}: {several} {wanted!r}. It holds: {listed}.")
        return named[0]
    if len(held) == 1:
        return 0
    made_from = _made_from(held, clip) if clip else []
    if len(made_from) == 1:
        return made_from[0]
    why = f"several animations, and nothing says which is {clip or 'meant'}"
    if made_from:
        why = f"{len(made_from)} of its animations were made from a clip called {clip}"
    raise UsageError(f"{file.name}: {why}; name one with --animation. It holds: {listed}.")


def _made_from(held: Sequence[tuple[str, Mapping[str, Any]]], clip: str) -> list[int]:
    """Return the indices of the animations that say they were made from a clip, by their name."""
    said = [i for i, (_, extras) in enumerate(held) if extras.get("source") == clip]
    return said or [i for i, (name, _) in enumerate(held) if name == Path(clip).stem]


def _rate(path: Path, animation: Animation, facts: Mapping[str, Any]) -> float:
    """Return the frames per second that the file states, else that its keys have."""
    said = facts.get("fps")
    if isinstance(said, int | float) and not isinstance(said, bool) and 0 < said < 1e5:
        return float(said)
    times = animation.times
    if len(times) < 2:
        raise RetargetError(f"{path}: it does not state its frame rate, and no track has two keys.")
    rate = (len(times) - 1) / (times[-1] - times[0])
    return float(round(rate)) if abs(rate - round(rate)) < _SNAP * rate else float(rate)


def _frames(path: Path, last: float, joints: int) -> int:
    """Return the number of frames up to the last; refuse what memory would not hold."""
    if last * joints * _BYTES > MAX_BYTES:
        raise RetargetError(f"{path}: its last key is at frame {last:.3g}; that is no clip.")
    return round(max(0.0, last)) + 1


def _turned(target: Target, world: World) -> World:
    """Turn from the file's world to the one in which the rig stands upright, facing +Z."""
    turn: Float64 = target.turn
    if (turn == quat.IDENTITY).all():
        return world
    return World(
        rotations=quat.multiply(turn, world.rotations),
        positions=quat.rotate(turn, world.positions),
    )
