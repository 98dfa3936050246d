"""Which way is up: promised, seen, said by the user, and what is said when it is unsure."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion_sources import synthetic
from retarget import smpl

AMASS = {"mocap_framerate": 120.0, "gender": "female"}


def leaning(degrees, frames=60):
    """Arrays of a +Y-up body that stands and leans forward as a whole."""
    vectors = synthetic.rotvecs(frames, scale=0.05)
    lean = Rotation.from_euler("x", degrees, degrees=True)
    vectors[:, 0] = (lean * Rotation.from_rotvec(vectors[:, 0])).as_rotvec()
    return synthetic.arrays("amass", vectors, synthetic.trans(frames))


def in_file_axes(up, vectors):
    turned, translations = synthetic.in_axes(
        up, vectors, synthetic.trans(len(vectors)), smpl.SMPLH_T_POSE[0]
    )
    return synthetic.arrays("amass", turned, translations)


@pytest.mark.parametrize("rate", ["mocap_framerate", "mocap_frame_rate"])
@pytest.mark.parametrize("beside", ["gender", "betas"])
@pytest.mark.parametrize("layout", ["amass", "smplx", "split"])
def test_amass_is_z_up_by_its_layout(write, load, layout, rate, beside):
    arrays = synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans())
    source = load(write(**arrays, **{rate: 120.0, beside: np.zeros(16)})).source
    assert (source.up, source.up_decided_by, source.ground_at_zero) == ("z", "layout", True)
    assert source.kind in {"AMASS SMPL-H", "SMPL-X stage II"}


@pytest.mark.parametrize("keys", [{}, {"fps": 30.0, "gender": "male"}, {"mocap_framerate": 120.0}])
def test_without_amass_keys_the_motion_decides(write, load, keys):
    source = load(write(**in_file_axes("y", synthetic.rotvecs()), **keys)).source
    assert (source.up, source.up_decided_by, source.ground_at_zero) == ("y", "motion", False)


@pytest.mark.parametrize("up", synthetic.TO_Y_UP)
def test_the_user_overrules_layout_and_motion(write, load, up):
    motion = load(write(**in_file_axes("z", synthetic.rotvecs()), **AMASS), up=up)
    source = motion.source
    assert (source.up, source.up_decided_by, source.ground_at_zero) == (up, "user", False)
    assert motion.warnings == ()


@pytest.mark.parametrize("up", ["y", "-y", "-z"])
def test_an_amass_file_that_stands_otherwise_keeps_its_layout_with_a_word(write, load, up):
    motion = load(write(**in_file_axes(up, synthetic.rotvecs()), **AMASS))
    assert motion.source.up == "z"
    (warning,) = motion.warnings
    assert f"points along {up}," in warning
    assert f"--up={up}" in warning


def test_an_amass_file_that_stands_as_promised_is_no_matter_for_words(write, load):
    assert load(write(**in_file_axes("z", synthetic.rotvecs()), **AMASS)).warnings == ()


@pytest.mark.parametrize("degrees", [0, 25, -25])
def test_a_body_that_leans_a_little_is_sure(write, load, degrees):
    motion = load(write(**leaning(degrees), fps=30))
    assert motion.source.up == "y"
    assert motion.warnings == ()


@pytest.mark.parametrize("degrees", [43, 47])
def test_a_body_between_two_axes_is_unsure(write, load, degrees):
    (warning,) = load(write(**leaning(degrees), fps=30)).warnings
    assert "does not clearly stand" in warning
    assert "--up" in warning


def test_a_body_that_tumbles_is_unsure(write, load):
    vectors = synthetic.rotvecs(120, scale=0.05)
    vectors[:, 0] = np.linspace(0, 4 * np.pi, 120)[:, None] * [1, 0, 0]
    arrays = synthetic.arrays("amass", vectors, synthetic.trans(120))
    (warning,) = load(write(**arrays, fps=30)).warnings
    assert "does not clearly stand" in warning


@pytest.mark.parametrize("up", synthetic.TO_Y_UP)
def test_sitting_and_bowing_are_still_seen(write, load, up):
    seated = synthetic.rotvecs(40, scale=0.05)
    seated[:, 1:3, 0] = -1.5  # thighs forward
    seated[:, 4:6, 0] = 1.5
    bowed = synthetic.rotvecs(40, scale=0.05)
    bowed[:, 3, 0] = 1.2  # the trunk forward from the lowest spine joint
    for vectors in (seated, bowed):
        assert load(write(**in_file_axes(up, vectors))).source.up == up
