"""Feet measured by matrices, one frame and joint at a time, from rest poses and tracks alone."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np

import retarget
from retarget import demo
from support.data import shared
from support.oracle import forward, quat_matrix
from support.rigs import child

CLIPS = {
    "amass_sample": "data/amass/amass_sample.npz",
    "A1_-_Stand": "data/amass/A1_-_Stand_poses.npz",
    "apose_to_catwalk_001": "data/smplx/apose_to_catwalk_001.npz",
    "aist_demo": "data/smpl24/aist_demo.npz",
}
OTHER = "data/skeletons/target_reference_other_proportions.npz"


def motion_of(name, folder):
    """The demo clip, or a real one."""
    if name == "demo":
        path = Path(folder) / "demo.npz"
        np.savez(path, **demo.make_clip())
        return retarget.load_motion(path)
    return retarget.load_motion(shared(CLIPS[name]))


def long_legs(thigh=1.4, shin=1.1):
    """The default target on legs a quarter longer, the thighs more than the shins."""
    rig = child(1.0)
    offsets = rig.skeleton.rest_translations.copy()
    before = rig.skeleton.rest.positions[:, 0, 1].min()
    for side in ("left", "right"):
        offsets[rig.joint_of_role[f"{side}_knee"]] *= thigh
        offsets[rig.joint_of_role[f"{side}_ankle"]] *= shin
    skeleton = attrs.evolve(rig.skeleton, rest_translations=offsets)
    offsets[0, 1] -= skeleton.rest.positions[:, 0, 1].min() - before
    skeleton = attrs.evolve(rig.skeleton, rest_translations=np.array(offsets))
    return attrs.evolve(rig, name="long legs", skeleton=skeleton)


TARGETS = {
    "default": retarget.load_rig,
    "other proportions": lambda: retarget.load_rig(shared(OTHER)),
    "child": child,
    "long legs": long_legs,
    "mixamo": lambda: retarget.load_rig(shared("characters/makehuman_mixamo.glb")),
    "game engine": lambda: retarget.load_rig(shared("characters/makehuman_game_engine.glb")),
}


def world(skeleton, rotations, root, joints=None):
    """(F, J, 4, 4) world matrices; of some joints and those above them, the others left zero."""
    wanted = range(len(skeleton)) if joints is None else joints
    rows = sorted({above for j in wanted for above in skeleton.chain(j)})
    new = {j: n for n, j in enumerate(rows)}
    local = [[quat_matrix(q) for q in frame] for frame in np.swapaxes(rotations[rows], 0, 1)]
    parents = [new.get(int(skeleton.parents[j]), -1) for j in rows]
    offsets = skeleton.rest_translations[rows]
    out = np.zeros((len(root), len(skeleton), 4, 4))
    out[:, rows] = forward(parents, offsets, local, root.astype(np.float64))
    return out


@attrs.frozen
class Soles:
    """Heights and places of both feet's soles over time, and the legs' bones."""

    heel: np.ndarray
    """(2, F, 3) left and right, below the ankle and behind it, on the floor at rest."""
    ball: np.ndarray
    """(2, F, 3) below the toe joint, moved by it."""
    tip: np.ndarray
    bones: np.ndarray
    """(4, F, 3) both thighs, both shins."""
    knees: np.ndarray
    """(2, F, 3, 3) shins in the axes of the thighs."""


def soles(skeleton, of_role, floor, rotations, root):
    """Measure a body that stands flat on `floor` at rest."""
    sides = ("left", "right")
    joints = [of_role[f"{s}_{j}"] for s in sides for j in ("hip", "knee", "ankle", "foot")]
    rest = world(skeleton, skeleton.rest_rotations[:, None], skeleton.rest_translations[:1], joints)
    moved = world(skeleton, rotations, root, joints)
    found = {"heel": [], "ball": [], "tip": [], "thigh": [], "shin": [], "knee": []}
    for n in (0, 4):
        hip, knee, ankle, toe = joints[n : n + 4]
        below_ankle, below_toe = (
            rest[0, j, :3, 3] * [1, 0, 1] + [0, floor, 0] for j in (ankle, toe)
        )
        ahead = below_toe - below_ankle
        for name, joint, point in (
            ("heel", ankle, below_ankle - 0.35 * ahead),
            ("ball", toe, below_toe),
            ("tip", toe, below_toe + 0.5 * ahead),
        ):
            own = np.linalg.inv(rest[0, joint]) @ [*point, 1]
            found[name].append([(matrix @ own)[:3] for matrix in moved[:, joint]])
        found["thigh"].append(moved[:, knee, :3, 3] - moved[:, hip, :3, 3])
        found["shin"].append(moved[:, ankle, :3, 3] - moved[:, knee, :3, 3])
        found["knee"].append(
            [a[:3, :3].T @ b[:3, :3] for a, b in zip(moved[:, hip], moved[:, knee], strict=True)]
        )
    a = {name: np.array(values) for name, values in found.items()}
    bones = np.concatenate([a["thigh"], a["shin"]])
    return Soles(a["heel"], a["ball"], a["tip"], bones, a["knee"])
