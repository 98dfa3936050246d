"""Targets of other proportions, made from the default one."""

from __future__ import annotations

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

import retarget
from retarget import roles, smpl
from retarget.values import Rig, Skeleton


def scaled(factor):
    """The default target, larger or smaller as a whole."""
    rig = retarget.load_rig()
    skeleton = attrs.evolve(rig.skeleton, rest_translations=rig.skeleton.rest_translations * factor)
    return attrs.evolve(rig, name=f"scaled{factor}", skeleton=skeleton)


def child(legs=0.6):
    """The default target with legs shortened, standing on the floor."""
    rig = retarget.load_rig()
    offsets = rig.skeleton.rest_translations.copy()
    before = rig.skeleton.rest.positions[:, 0, 1].min()
    for side in ("left", "right"):
        for joint in ("knee", "ankle"):
            offsets[rig.joint_of_role[f"{side}_{joint}"]] *= legs
    skeleton = attrs.evolve(rig.skeleton, rest_translations=offsets)
    offsets[0, 1] -= skeleton.rest.positions[:, 0, 1].min() - before
    skeleton = attrs.evolve(rig.skeleton, rest_translations=np.array(offsets))
    return attrs.evolve(rig, name="child", skeleton=skeleton)


def scrambled(skeleton, *, seed=0, name="scrambled"):
    """The same joints in the same places, with arbitrary axes at rest."""
    rng = np.random.default_rng(seed)
    axes = Rotation.random(len(skeleton), rng=rng)
    places = skeleton.rest.positions[:, 0]
    parents = skeleton.parents
    rest_rotations = axes.as_quat()
    rest_translations = places.copy()
    for j, parent in enumerate(parents):
        if parent >= 0:
            rest_rotations[j] = (axes[parent].inv() * axes[j]).as_quat()
            rest_translations[j] = axes[parent].inv().apply(places[j] - places[parent])
    rest = Skeleton(
        names=skeleton.names,
        parents=parents,
        rest_translations=rest_translations,
        rest_rotations=rest_rotations,
    )
    return Rig(name=name, skeleton=rest, roles={n: n for n in rest.names})


def a_posed():
    return smpl.skeleton_at_identity(smpl.SMPLH_A_POSE, roles.HUMANOID)
