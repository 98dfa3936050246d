"""Frame rate, gender, body shape and hands, in every spelling a file may have."""

from __future__ import annotations

import numpy as np
import pytest

from motion_sources import synthetic
from retarget.errors import FileReadError


@pytest.fixture
def clip(write):
    """Write a clip with these keys beside poses and trans."""
    arrays = synthetic.arrays("amass", synthetic.rotvecs(), synthetic.trans())
    return lambda **keys: write(**arrays, **keys)


RATE_KEYS = ("mocap_framerate", "mocap_frame_rate", "fps", "frameRate", "frame_rate", "framerate")


@pytest.mark.parametrize("key", RATE_KEYS)
@pytest.mark.parametrize(
    "value", [59.94, np.array(59.94), np.array([59.94]), np.array([[59.94]]), np.float64(59.94)]
)
def test_every_name_and_shape_of_a_frame_rate(clip, load, key, value):
    motion = load(clip(**{key: value}))
    assert motion.fps == 59.94
    assert motion.warnings == ()


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        (120.00004577, 120.0),
        (119.9995, 120.0),
        (np.float32(30), 30.0),
        (np.int32(24), 24.0),
        (29.97, 29.97),
        (120.002, 120.002),
        (0.1005, 0.1005),
    ],
)
def test_rates_near_a_whole_number_are_that_number(clip, load, stored, read):
    assert load(clip(fps=stored)).fps == read


def test_a_missing_rate_is_sixty_with_a_word(clip, load):
    motion = load(clip())
    assert motion.fps == 60
    (warning,) = motion.warnings
    assert "no frame rate" in warning
    assert "--source-fps" in warning


@pytest.mark.parametrize("keys", [{}, {"fps": 30.0}, {"fps": -1.0}])
def test_the_user_overrules_the_rate_and_the_word(clip, load, keys):
    motion = load(clip(**keys), source_fps=25.0)
    assert motion.fps == 25
    assert motion.warnings == ()


@pytest.mark.parametrize(
    "value",
    [0.0, -30.0, np.nan, np.inf, 10_001.0, "30", np.zeros(2), np.array([30, None], dtype=object)],
)
def test_an_absurd_rate_is_refused_by_name(clip, load, value):
    with pytest.raises(FileReadError, match=r"clip\.npz: 'mocap_framerate'.*--source-fps"):
        load(clip(mocap_framerate=value))


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("female", "female"),
        (b"female", "female"),
        ("Male ", "male"),
        (np.array(["neutral"]), "neutral"),
        (np.int32(0), "neutral"),
        (np.int32(1), "male"),
        (np.int32(2), "female"),
        (np.int32(9), None),
        ("", None),
        (np.array(None), None),  # pickled
        ("x" * 10_000, None),
    ],
)
def test_every_spelling_of_a_gender(clip, load, stored, read):
    assert load(clip(gender=stored)).source.gender == read


def test_no_gender_no_betas(clip, load):
    source = load(clip()).source
    assert source.gender is None
    assert source.betas is None
    assert source.subject is None


@pytest.mark.parametrize("shape", [(10,), (16,), (1, 10), (7, 16), (7, 1, 10)])
@pytest.mark.parametrize("key", ["betas", "shapeParameters"])
def test_betas_of_every_shape_are_one_row(clip, load, key, shape):
    betas = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    read = load(clip(**{key: betas})).source.betas
    np.testing.assert_array_equal(read, np.arange(shape[-1]))


@pytest.mark.parametrize(
    "betas", [np.zeros(0), np.full(10, np.nan), np.full(10, 1e300), "none", np.array([None])]
)
def test_betas_that_say_nothing_are_left_out(clip, load, betas):
    assert load(clip(betas=betas)).source.betas is None


@pytest.mark.parametrize(
    ("moving", "said"), [(None, "constant"), (22, "animated"), (51, "animated")]
)
def test_hands_are_constant_or_animated(write, load, moving, said):
    vectors = synthetic.rotvecs(40)
    vectors[:, 22:] = vectors[:1, 22:]  # as MANO's mean pose is stored
    if moving is not None:
        vectors[30:, moving, 2] += 1e-3
    motion = load(write(**synthetic.arrays("amass", vectors, synthetic.trans(40))))
    assert motion.source.hands == said


@pytest.mark.parametrize("layout", synthetic.FINGERLESS)
def test_bodies_without_fingers_have_no_hands(write, load, layout):
    arrays = synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans())
    assert load(write(**arrays)).source.hands == "none"


def test_a_missing_translation_moves_in_place_with_a_word(load, write):
    arrays = synthetic.arrays("amass", synthetic.rotvecs(), synthetic.trans())
    motion = load(write(poses=arrays["poses"], fps=30), up="y")
    at_zero = load(write(poses=arrays["poses"], trans=np.zeros((7, 3)), fps=30), up="y")
    np.testing.assert_array_equal(motion.root_translations, at_zero.root_translations)
    assert ["trans" in warning for warning in motion.warnings] == [True]
    assert at_zero.warnings == ()
