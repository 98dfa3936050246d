"""Bodies on the floor: what rests on it in the source neither sinks into the target's nor hovers.

Soles are not all that touches a floor: somebody kneels, crawls, sits, lies or rolls. The root's
path, scaled by leg length, brings thick and thin bodies to the floor alike, but not their knees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.floor import SKIN, SOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import Clip, PassContext

    Array = NDArray[Any]

BODY = ("pelvis", "spine3", "head", "left_elbow", "right_elbow", "left_knee", "right_knee")
"""Joints that rest on a floor; feet and hands have passes of their own."""

HANDS, TIPS = ("left_wrist", "right_wrist"), ("left_middle3", "right_middle3")

TOUCHES, LEAVES = 0.03, 0.08
"""Metres above its flesh below which a joint of the source rests on the floor, and above which it
does not."""

SINKS = 0.005
"""Metres by which flesh may be pressed flat."""

HOLD, SMOOTH = 0.2, 0.08
"""Seconds: window of the sliding maximum over the lift, deviation of the Gaussian after it."""

CARRIED = 0.12
"""Seconds: deviation of the Gaussian over the height of a body that its hands carry."""

LOOKS = 10.0
"""Moments per second at which the first look is taken, at the least."""


def raised(clip: Clip, context: PassContext) -> Array | None:
    """Return by how much (F,), metres, the clip is raised so that its body rests on the floor.

    Down, too, where the body rests and hovers. None where it comes near no floor.
    """
    from scipy import ndimage  # noqa: PLC0415 - scipy costs 0.1 s to import

    floor, joints = context.floor, clip.rig.joint_of_role
    index = context.motion.skeleton.index
    if floor is None:
        return None
    never = floor.found_by == "lowest point"
    wanted = (*BODY, *HANDS, *(TIPS if never else ()))
    roles = [role for role in wanted if role in joints and role in index]
    if not roles:
        return None
    size = _size(clip, context)
    flesh = np.array([[SKIN[role]] for role in roles])
    if not never and not _comes_near(context, roles, flesh):
        return None
    above = context.source_world_of(roles).positions[..., 1] - (floor.toe_level - SOLE)
    heights = context.world_of(clip, [joints[r] for r in roles]).positions[..., 1] - clip.rig.floor
    # A target's flesh is not known: as much as the source's, or what the source's is pressed to.
    lacking = size * np.minimum(above, flesh) - heights
    if never:
        return np.full(clip.frames, max(0.0, float(lacking.max())))
    share = np.clip((flesh + LEAVES - above) / (LEAVES - TOUCHES), 0, 1)
    hands = np.array([role in HANDS for role in roles])
    rise = _resting(share[~hands], lacking[~hands])
    window = 2 * round(HOLD / 2 * clip.fps) + 1
    rise = ndimage.grey_closing(rise, size=(window,), mode="nearest")
    rise = ndimage.gaussian_filter1d(rise, SMOOTH * clip.fps, mode="nearest")
    # Hands carry the body where nothing else does; else the arms give way, not the body.
    carried = share[hands] * (1 - share[~hands].max(axis=0, initial=0)) * ~_on_feet(context)
    if carried.any():
        arms = _resting(carried, lacking[hands] - rise, up=False)
        rise = rise + ndimage.gaussian_filter1d(arms, CARRIED * clip.fps, mode="nearest")
    return rise if np.abs(rise).max() > SINKS else None


def _resting(share: Array, lacking: Array, *, up: bool = True) -> Array:
    """Return (F,) by how much what rests (P, F) is raised; where nothing does, by what sinks."""
    if not len(share):
        return np.zeros(share.shape[1])
    rests = share.max(axis=0)
    most = np.where(share > 0, lacking, -np.inf).max(axis=0)
    rise = rests * np.where(rests > 0, most, 0.0)
    sinks = lacking.max(axis=0)
    return np.where(sinks > 0, np.maximum(rise, sinks), rise) if up else rise


def _on_feet(context: PassContext) -> NDArray[np.bool_]:
    """Tell (F,) where a foot carries the body."""
    if context.contacts is None or not len(context.contacts.touching):
        return np.zeros(context.motion.frames, bool)
    return np.asarray(context.contacts.touching.any(axis=0))


def _comes_near(context: PassContext, roles: list[str], flesh: Array) -> bool:
    """Tell by a few moments whether a body may touch its floor."""
    motion = context.motion
    step = max(1, int(motion.fps / LOOKS))
    few = attrs.evolve(
        context,
        motion=attrs.evolve(
            motion,
            rotations=motion.rotations[:, ::step],
            root_translations=motion.root_translations[::step],
        ),
    )
    if context.floor is None:
        return False
    above = few.source_world_of(roles).positions[..., 1] - (context.floor.toe_level - SOLE)
    return bool((above < flesh + 2 * LEAVES).any())


def _size(clip: Clip, context: PassContext) -> float:
    """Return how thick the target is against the source: as its trunk is long."""
    index, joints = context.motion.skeleton.index, clip.rig.joint_of_role
    if not all(role in index and role in joints for role in ("pelvis", "neck")):
        return context.root_scale
    lengths = [
        float(np.linalg.norm(rest[j["neck"], 0] - rest[j["pelvis"], 0]))
        for rest, j in (
            (clip.rig.skeleton.rest.positions, joints),
            (context.motion.skeleton.rest.positions, index),
        )
    ]
    return lengths[0] / lengths[1] if lengths[1] > 0 else context.root_scale
