"""Targets of other proportions, made from the default one."""

from __future__ import annotations

import attrs
import numpy as np

import retarget


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
