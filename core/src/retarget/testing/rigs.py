"""The rigs every provider is tried on: bodies of several builds, and what is no body at all."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from retarget import roles, smpl
from retarget.testing.oracle import world_of_rest
from retarget.values import Rig, Skeleton

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@cache
def humanoid() -> Rig:
    """Return 52 joints in the A-pose, under their original names, all rest rotations identity."""
    skeleton = smpl.skeleton_at_identity(smpl.SMPLH_A_POSE, roles.HUMANOID)
    named = Skeleton(
        names=roles.ORIGINAL_NAMES,
        parents=skeleton.parents,
        rest_translations=skeleton.rest_translations,
        rest_rotations=skeleton.rest_rotations,
    )
    given = dict(zip(roles.ORIGINAL_NAMES, roles.HUMANOID, strict=True))
    return Rig(name="humanoid", skeleton=named, roles=given)


@cache
def turned() -> Rig:
    """Return the humanoid in the same pose, every joint's rest frame turned some arbitrary way."""
    rig = humanoid()
    return Rig(name="turned", skeleton=_with_turned_rests(rig.skeleton, seed=1), roles=rig.roles)


@cache
def stretched() -> Rig:
    """Return the humanoid with other proportions: long legs and neck, short arms."""
    rig = humanoid()
    factors = {"Hip": 0.8, "Knee": 1.25, "Ankle": 1.15, "Neck": 1.5, "Elbow": 0.75, "Wrist": 0.8}
    offsets = rig.skeleton.rest_translations.copy()
    for joint, name in enumerate(rig.skeleton.names):
        offsets[joint] *= factors.get(name.removeprefix("L_").removeprefix("R_"), 1.0)
    skeleton = _with_offsets(rig.skeleton, offsets)
    offsets[0, 1] -= world_of_rest(skeleton)[:, 1, 3].min() - 0.01  # soles on the floor again
    return Rig(name="stretched", skeleton=_with_offsets(skeleton, offsets), roles=rig.roles)


@cache
def fingerless() -> Rig:
    """Return the 22 body joints of the humanoid, under smplx's names."""
    names = roles.HUMANOID[: len(roles.BODY)]
    skeleton = smpl.skeleton_at_identity(smpl.SMPLH_A_POSE[: len(names)], names)
    return Rig(name="fingerless", skeleton=skeleton, roles={name: name for name in names})


@cache
def quadruped() -> Rig:
    """Return a four-legged animal with a tail, roles of its own, and turned rest frames."""
    rows: list[tuple[str, str | None, tuple[float, float, float]]] = [
        ("hips", None, (0, 0.70, 0)),
        ("loin", "hips", (0, 0.02, 0.25)),
        ("withers", "loin", (0, 0.03, 0.30)),
        ("poll", "withers", (0, 0.25, 0.25)),
        ("muzzle", "poll", (0, -0.08, 0.20)),
        ("dock", "hips", (0, 0.02, -0.15)),
        ("tail", "dock", (0, -0.15, -0.10)),
        ("tail_tip", "tail", (0, -0.20, -0.02)),
    ]
    for side, x in (("near", 0.12), ("off", -0.12)):
        for end, trunk in (("fore", "withers"), ("hind", "hips")):
            leg = [f"{side}_{end}_{part}" for part in ("thigh", "shank", "hoof")]
            rows.append((leg[0], trunk, (x, -0.10, 0.02)))
            rows.append((leg[1], leg[0], (0, -0.30, 0.03)))
            rows.append((leg[2], leg[1], (0, -0.25, -0.03)))
    names = tuple(name for name, _, _ in rows)
    skeleton = Skeleton(
        names=names,
        parents=[names.index(parent) if parent else -1 for _, parent, _ in rows],
        rest_translations=[offset for _, _, offset in rows],
        rest_rotations=np.tile([0.0, 0.0, 0.0, 1.0], (len(rows), 1)),
    )
    skeleton = _with_turned_rests(skeleton, seed=2)
    return Rig(name="quadruped", skeleton=skeleton, roles={name: name for name in names})


@cache
def chain() -> Rig:
    """Return 12 joints in one line, with turned rest frames: errors add up along it."""
    names = tuple(f"link_{i}" for i in range(12))
    skeleton = Skeleton(
        names=names,
        parents=range(-1, 11),
        rest_translations=np.tile([0.05, 0.2, 0.1], (12, 1)),
        rest_rotations=np.tile([0.0, 0.0, 0.0, 1.0], (12, 1)),
    )
    skeleton = _with_turned_rests(skeleton, seed=3)
    return Rig(name="chain", skeleton=skeleton, roles={name: name for name in names})


@cache
def single() -> Rig:
    """Return one joint alone."""
    skeleton = Skeleton(
        names=("only",),
        parents=[-1],
        rest_translations=[[0.3, 1.0, -0.2]],
        rest_rotations=[[0.5, 0.5, 0.5, 0.5]],
    )
    return Rig(name="single", skeleton=skeleton, roles={"only": "only"})


RIGS: Mapping[str, Callable[[], Rig]] = {
    make.__name__: make for make in (humanoid, turned, stretched, fingerless, quadruped)
}
"""The rigs that passes and exporters are tried on, by name."""

TREES: Mapping[str, Callable[[], Rig]] = {**RIGS, "chain": chain, "single": single}
"""The rigs whose skeletons solvers are tried on: shapes of trees that are no character, too."""


def _with_offsets(
    skeleton: Skeleton, offsets: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> Skeleton:
    return Skeleton(
        names=skeleton.names,
        parents=skeleton.parents,
        rest_translations=offsets,
        rest_rotations=skeleton.rest_rotations,
    )


def _with_turned_rests(skeleton: Skeleton, *, seed: int) -> Skeleton:
    """Keep where the joints of an identity-rest skeleton are; turn their rest frames at random."""
    frames = Rotation.random(len(skeleton), np.random.default_rng(seed))
    parents = skeleton.parents[1:]
    above = frames[parents].inv()
    rotations = np.concatenate([frames[:1].as_quat(), (above * frames[1:]).as_quat()])
    offsets = skeleton.rest_translations.copy()
    offsets[1:] = above.apply(offsets[1:])
    return Skeleton(
        names=skeleton.names,
        parents=skeleton.parents,
        rest_translations=offsets,
        rest_rotations=rotations,
    )
