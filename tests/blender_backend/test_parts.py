"""Rates, bones and axes, by themselves."""

from __future__ import annotations

import argparse

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import retarget
import retarget_blender
from retarget.testing.oracle import world_of_rest
from retarget.testing.rigs import chain, quadruped, single
from retarget_blender import axes
from retarget_blender.bones import bones_of
from retarget_blender.job import rate


@pytest.mark.parametrize(
    ("fps", "whole", "base"),
    [(24, 24, 1), (120, 120, 1), (60 / 1.001, 60, 1.001), (12.5, 12, 0.96), (0.5, 1, 2)],
)
def test_familiar_rates_look_familiar(fps, whole, base):
    assert rate(fps) == (whole, pytest.approx(base, rel=1e-15))


@given(st.floats(0.01, 100_000))
def test_every_rate_is_met(fps):
    whole, base = rate(fps)
    assert 1 <= whole <= 32767
    assert whole / float(np.float32(base)) == pytest.approx(fps, rel=6e-8)


def test_axes_are_turned_about_x():
    rng = np.random.default_rng(0)
    turns, v = Rotation.random(50, rng), rng.normal(size=(50, 3))
    quarter = Rotation.from_euler("x", 90, degrees=True)
    np.testing.assert_allclose(axes.points(v), quarter.apply(v), atol=1e-12)
    moved = Rotation.from_quat(axes.rotations(turns.as_quat())[:, [1, 2, 3, 0]])
    np.testing.assert_allclose(
        moved.apply(quarter.apply(v)), quarter.apply(turns.apply(v)), atol=1e-12
    )


def tail_of(rig):
    bones = bones_of(rig)
    names = rig.skeleton.names
    return {
        name: names[child] if child >= 0 else None
        for name, child in zip(names, bones.main_children, strict=True)
    }


def test_a_bone_points_where_the_limb_goes_on():
    tails = tail_of(retarget.load_rig())
    assert tails["Pelvis"] == "Spine1"
    assert tails["Spine3"] == "Neck"
    assert tails["L_Wrist"] == "L_Hand_3"
    assert tails["R_Wrist"] == "R_Hand_3"
    assert tails["Head"] is None
    animal = tail_of(quadruped())
    assert animal["hips"] == "loin"
    assert animal["withers"] == "poll"
    assert animal["dock"] == "tail"


@pytest.mark.parametrize("rig", [chain(), quadruped(), single()], ids=lambda rig: rig.name)
def test_every_bone_has_its_joint_as_head_and_some_length(rig):
    bones = bones_of(rig)
    np.testing.assert_allclose(bones.heads, world_of_rest(rig.skeleton)[:, :3, 3], atol=1e-12)
    lengths = np.linalg.norm(bones.tails - bones.heads, axis=1)
    leaves = [not rig.skeleton.children(joint) for joint in range(len(rig.skeleton))]
    assert lengths[leaves] == pytest.approx(0.05)
    assert (lengths > 0.001).all()


def test_the_options_carry_the_plugins_name_and_have_defaults():
    plugins, parser = retarget.Plugins(installed=False), argparse.ArgumentParser()
    plugins.register(retarget_blender, "retarget-blender")
    plugins.add_options(parser)
    assert not plugins.failures
    given = vars(parser.parse_args([]))
    assert all(name.startswith("blender_") for name in given)
    asked = ("blender_path", "blender_constraints", "blender_timeout")
    assert [given[name] for name in asked] == [None, "copy", None]
