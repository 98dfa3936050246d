"""The pass `in_place`: takes the travel out of a clip, or gives it to the rig's root joint.

The travel is where rest has gone, frame by frame: a turn about the vertical and a way over the
ground, `T = (turn, way)`. What is left when it is taken out, `T⁻¹ · pose`, stays over the place
where the rig stands at rest. The height always stays with the hips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.parameters import parameter
from retarget.values import RootMotion

if TYPE_CHECKING:
    from retarget import Clip, PassContext
    from retarget.values import Float64

_UPRIGHT = 0.3
"""Length of the vertical twist's quaternion below which a body hangs upside down (145° from
upright, or more) and has no heading; the heading then goes over from before to after."""

_NARROW = 0.1
"""Frames below which a Gaussian takes nothing from the neighbours."""

_GROUND = np.array([1.0, 0.0, 1.0])


@attrs.frozen(kw_only=True)
class InPlaceParameters:
    """What may be set of `in_place`."""

    mode: str = parameter(
        "remove",
        "remove: the travel is lost; root: the root joint has it",
        one_of=("remove", "root"),
    )
    turn: str = parameter(
        "keep",
        "keep: the body itself turns; remove: that is travel, too",
        one_of=("keep", "remove"),
    )
    smooth: float = parameter(
        0.0,
        "the travel is the hips' path smoothed by this, the rest sways; 0: exactly the path",
        unit="s",
        at_least=0,
    )


class InPlace:
    """Removes root motion or moves it to a root joint."""

    parameters = InPlaceParameters

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Return the clip without its travel, or with it as `root_motion`."""
        chosen = context.parameters(InPlaceParameters)
        asset = clip.rig.asset
        if chosen.mode == "root" and (asset is None or asset.root_joint < 0):
            told = (
                f"in_place: {clip.rig.name} has no root joint above its hips to carry the travel; "
                "it stays on the hips. To take it out, use mode=remove."
            )
            return attrs.evolve(clip, warnings=(*clip.warnings, told))
        turn, way = _travel(clip, turns=chosen.turn == "remove", sigma=chosen.smooth * clip.fps)
        if chosen.mode == "root":
            travel = RootMotion(rotations=turn, translations=way)
            return attrs.evolve(clip, root_motion=travel)
        back = quat.conjugate(turn)
        root = quat.rotate(back, clip.root_translations - way)
        rotations = clip.rotations
        if chosen.turn == "remove":
            rotations = rotations.copy()
            turned = quat.multiply(back, rotations[0].astype(np.float64))
            rotations[0] = quat.continuous(quat.normalize(turned))
        return attrs.evolve(clip, rotations=rotations, root_translations=root.astype(np.float32))


def _travel(clip: Clip, *, turns: bool, sigma: float) -> tuple[Float64, Float64]:
    """Return the turn (F, 4) and then the way (F, 3) by which rest has travelled."""
    hips = clip.rig.joint_of_role.get("pelvis", 0)
    world, position = _along(clip, hips)
    rest = clip.rig.skeleton.rest
    yaw = np.zeros(clip.frames)
    if turns:
        yaw = _heading(quat.multiply(world, quat.conjugate(rest.rotations[hips])))
        yaw = _smoothed(yaw, sigma)
    turn = quat.from_rotvec(yaw[:, None] * np.array([0.0, 1.0, 0.0]))
    way = _smoothed(position * _GROUND, sigma)
    return turn, way - quat.rotate(turn, rest.positions[hips] * _GROUND)


def _along(clip: Clip, joint: int) -> tuple[Float64, Float64]:
    """Return world rotations (F, 4) and positions (F, 3) of a joint, from those above it alone."""
    skeleton = clip.rig.skeleton
    world = clip.rotations[0].astype(np.float64)
    position = clip.root_translations.astype(np.float64)
    for below in skeleton.chain(joint)[1:]:
        position = position + quat.rotate(world, skeleton.rest_translations[below])
        world = quat.multiply(world, clip.rotations[below].astype(np.float64))
    return world, position


def _heading(away: Float64) -> Float64:
    """Return the heading (F,), rad, unwrapped, of rotations away from rest (F, 4)."""
    upright = np.hypot(away[:, 1], away[:, 3]) > _UPRIGHT
    if not upright.any():
        return np.zeros(len(away))
    frames = np.arange(len(away))
    told = np.unwrap(2 * np.arctan2(away[upright, 1], away[upright, 3]))
    return np.interp(frames, frames[upright], told)


def _smoothed(track: Float64, sigma: float) -> Float64:
    """Return a track (F, …) through a Gaussian of `sigma` frames, ends mirrored in their value."""
    if sigma < _NARROW or len(track) < 2:
        return track
    from scipy import ndimage  # noqa: PLC0415 - scipy costs 0.1 s to import

    padding = min(len(track) - 1, int(np.ceil(4 * sigma)))
    before = 2 * track[:1] - track[padding:0:-1]
    after = 2 * track[-1:] - track[-2 : -padding - 2 : -1]
    long = np.concatenate([before, track, after])
    smooth = ndimage.gaussian_filter1d(long, sigma, axis=0, mode="nearest")
    return np.asarray(smooth[padding : padding + len(track)], np.float64)
