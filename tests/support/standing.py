"""A body that stands still, and targets that differ from it in one known way."""

from __future__ import annotations

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

from retarget import roles, smpl
from retarget.values import Motion, Rig, World
from support.bodies import upright
from support.generated import rig_at

GROUNDED = smpl.SMPLH_T_POSE - [0, smpl.SMPLH_T_POSE[[10, 11], 1].mean() - 0.02, 0]
"""(52, 3) the mean body in its T-pose, the toe joints 2 cm above y = 0 on the mean."""


def standing(frames=60, fps=60.0, x=None):
    """A source that stands on y = 0 in its T-pose."""
    return upright(np.full(frames, 0.02), fps=fps, x=x, ground_at_zero=True)


def same_body() -> Rig:
    """A target that is the source's body at rest in the source's own pose."""
    return rig_at(GROUNDED)


def places_of(motion: Motion) -> World:
    """World transforms of a motion, by matrices, one joint and all frames at a time."""
    skeleton = motion.skeleton
    turns, places = [], []
    for j, parent in enumerate(skeleton.parents.tolist()):
        local = Rotation.from_quat(motion.rotations[j].astype(np.float64))
        if parent < 0:
            turns.append(local)
            places.append(motion.root_translations.astype(np.float64))
        else:
            turns.append(turns[parent] * local)
            offset = skeleton.rest_translations[j].copy()
            places.append(places[parent] + turns[parent].apply(offset))
    return World(rotations=np.array([turn.as_quat() for turn in turns]), positions=np.array(places))


def turned(motion: Motion, role: str, degrees, axis) -> Motion:
    """The motion with one joint's local rotation turned further, by (F,) degrees or one number."""
    j = motion.skeleton.index[role]
    angles = np.broadcast_to(np.radians(degrees), motion.frames)
    turn = Rotation.from_rotvec(angles[:, None] * np.asarray(axis, float))
    rotations = motion.rotations.copy()
    rotations[j] = (Rotation.from_quat(rotations[j]) * turn).as_quat()
    return attrs.evolve(motion, rotations=rotations)


def moved(world: World, by) -> World:
    """The world with every joint moved by (3,) or (F, 3) metres."""
    return attrs.evolve(world, positions=world.positions + np.asarray(by, float))


def scattered(seed, frames=25, spread=0.3):
    """World transforms of all humanoid roles at random, wandering slowly; no body at all."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.02, (len(roles.HUMANOID), frames, 3)).cumsum(axis=1)
    places = rng.normal(0, spread, (len(roles.HUMANOID), 1, 3)) + steps
    turns = Rotation.random(len(roles.HUMANOID) * frames, random_state=seed).as_quat()
    places[..., 1] += 1
    return World(rotations=turns.reshape(len(roles.HUMANOID), frames, 4), positions=places)
