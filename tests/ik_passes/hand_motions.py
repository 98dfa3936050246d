"""Motions whose hands meet or rest on the body, posed by an optimiser, and how near they are.

Nothing here shares code with the pass: poses are found by scipy on rotation matrices, distances are
taken between joints one pair at a time.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import attrs
import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation, Slerp

import retarget
from retarget import smpl
from retarget.testing.oracle import world_of_tracks
from retarget.values import Motion, Source

HAND = (
    "wrist",
    *(f"{f}{n}" for f in ("index", "middle", "ring", "pinky", "thumb") for n in (1, 3)),
)
ARM = ("shoulder", "elbow", "wrist")
HANGING = {"left_shoulder": [0, 0, -1.1], "right_shoulder": [0, 0, 1.1]}
SEATED = {"left_hip": [-1.5, 0, 0], "right_hip": [-1.5, 0, 0]} | {
    "left_knee": [1.5, 0, 0],
    "right_knee": [1.5, 0, 0],
}


def meeting(kind, *, seconds=4.0, fps=60.0, times=1):
    """A motion in which the hands go from hanging to a pose and back, `times` times."""
    frames = round(seconds * fps)
    skeleton = smpl.smplh()
    pose, base = _pose(kind)
    phase = np.linspace(0, times, frames)
    share = np.clip(1.3 * (1 - np.cos(2 * np.pi * phase)) / 2, 0, 1)
    share = share**2 * (3 - 2 * share)
    rotations = np.tile([0.0, 0, 0, 1], (len(skeleton), frames, 1))
    for role, joint in skeleton.index.items():
        ends = Rotation.from_rotvec([base.get(role, [0, 0, 0]), pose.get(role, [0, 0, 0])])
        rotations[joint] = Slerp([0, 1], ends)(share).as_quat()
    for f in range(1, frames):
        flip = (rotations[:, f] * rotations[:, f - 1]).sum(-1) < 0
        rotations[flip, f] *= -1
    root = np.tile(skeleton.rest_translations[0] + [0, 1.15, 0], (frames, 1))
    return Motion(
        skeleton=skeleton, fps=fps, rotations=rotations, root_translations=root, source=Source()
    )


@cache
def _pose(kind):
    """Rotation vectors by role in the pose, and in the one that it is come to from."""
    base = HANGING | (SEATED if kind == "knees" else {})
    skeleton = smpl.smplh()
    free = [f"{side}_{joint}" for side in ("left", "right") for joint in ARM]

    def places(x):
        turns = base | dict(zip(free, x.reshape(-1, 3), strict=True))
        local = np.tile([0.0, 0, 0, 1], (len(skeleton), 1, 1))
        for role, vector in turns.items():
            local[skeleton.index[role], 0] = Rotation.from_rotvec(vector).as_quat()
        world = world_of_tracks(skeleton, local, skeleton.rest_translations[:1])
        return {role: world[joint, 0, :3, 3] for role, joint in skeleton.index.items()}

    start = np.array([base.get(role, [0.0, 0, 0]) for role in free]).ravel()
    start[[4, 13]] = -0.9, 0.9  # elbows bend forward
    start[[1, 10]] = -0.5, 0.5  # arms come forward

    def error(x):
        return np.concatenate([10 * _wanted(kind, places(x)), 0.15 * (x - start)])

    found = least_squares(error, start).x
    return base | dict(zip(free, found.reshape(-1, 3), strict=True)), base


def _wanted(kind, at):
    """What must vanish, metres."""
    if kind == "fingertips":
        gap = at["left_index3"] - at["right_index3"]
        return np.concatenate([gap - [0.012, 0, 0], at["left_index3"] - at["spine3"] - [0, 0, 0.3]])
    if kind == "clap":
        gaps = [at[f"left_{j}"] - at[f"right_{j}"] - [0.015, 0, 0] for j in ("middle1", "wrist")]
        return np.concatenate([*gaps, at["left_middle1"] - at["spine3"] - [0, 0, 0.32]])
    if kind == "head":
        return at["right_middle1"] - at["head"] - [0, 0.21, 0.03]
    if kind == "knees":
        over = [at[f"{s}_middle1"] - at[f"{s}_knee"] - [0, 0.09, -0.03] for s in ("left", "right")]
        return np.concatenate(over)
    raise ValueError(kind)


def of_motion(motion):
    """World positions (F, 3) by role, in float64."""
    world = world_of_tracks(motion.skeleton, motion.rotations, motion.root_translations)
    return {role: world[j, :, :3, 3] for role, j in motion.skeleton.index.items()}


def of_clip(clip):
    """The same of a clip's joints."""
    world = world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)
    return {role: world[j, :, :3, 3] for role, j in clip.rig.joint_of_role.items()}


def arm_length(at):
    lengths = [
        np.linalg.norm(at[f"{side}_{b}"][0] - at[f"{side}_{a}"][0])
        for side in ("left", "right")
        for a, b in pairwise(ARM)
    ]
    return sum(lengths) / 2


def between_hands(at):
    """(F,) metres between the nearest two joints of both hands."""
    least = np.full(len(at["left_wrist"]), np.inf)
    for a in HAND:
        for b in HAND:
            if f"left_{a}" in at and f"right_{b}" in at:
                gap = np.linalg.norm(at[f"left_{a}"] - at[f"right_{b}"], axis=-1)
                least = np.minimum(least, gap)
    return least


def relation(clip, motion):
    """Mean |d_t / S_t - d_s / S_s| where d_s < 25 cm, share of touches recalled, how many."""
    target, source = of_clip(clip), of_motion(motion)
    s_t, s_s = arm_length(target), arm_length(source)
    d_t, d_s = between_hands(target), between_hands(source)
    near, touching = d_s < 0.25, d_s < 0.02
    error = np.abs(d_t / s_t - d_s / s_s)[near].mean() if near.any() else 0.0
    recalled = (d_t[touching] < 0.02 * s_t / s_s).mean() if touching.any() else 1.0
    return error, recalled, int(touching.sum())


def jerk(at):
    """Mean size of the third difference over all joints."""
    tracks = np.stack(list(at.values()))
    return np.linalg.norm(np.diff(tracks, 3, axis=1), axis=-1).mean()


def stretched_arms(upper=1.0, lower=1.0, shoulders=1.0):
    """The default target with other arms and shoulders."""
    rig = retarget.load_rig()
    offsets = rig.skeleton.rest_translations.copy()
    for side in ("left", "right"):
        for joint, factor in (
            ("collar", shoulders),
            ("shoulder", shoulders),
            ("elbow", upper),
            ("wrist", lower),
        ):
            offsets[rig.joint_of_role[f"{side}_{joint}"]] *= factor
    skeleton = attrs.evolve(rig.skeleton, rest_translations=offsets)
    return attrs.evolve(rig, name="arms", skeleton=skeleton)
