"""Resampling against scipy's Slerp."""

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from retarget.errors import RetargetError
from retarget.resample import resample
from support.motions import motion


@pytest.mark.parametrize(("fps", "frames"), [(30, 20), (60, 40), (59.94, 39), (240, 157), (7, 5)])
def test_every_joint_follows_the_shortest_arc(fps, frames):
    made, _ = motion(frames=40, fps=60)
    out = resample(made, fps)
    assert (out.frames, out.fps) == (frames, fps)
    times = np.arange(out.frames) / fps
    for j in range(0, 52, 7):
        own = Rotation.from_quat(made.rotations[j])
        wanted = Slerp(np.arange(40) / 60, own)(np.minimum(times, 39 / 60))
        got = Rotation.from_quat(out.rotations[j])
        assert (got * wanted.inv()).magnitude().max() < 2e-6
    root = [
        np.interp(times, np.arange(40) / 60, made.root_translations[:, axis]) for axis in range(3)
    ]
    assert np.allclose(out.root_translations, np.stack(root, 1), atol=1e-6)


def test_the_same_rate_is_the_same_motion():
    made, _ = motion(frames=5)
    assert resample(made, made.fps) is made


def test_the_last_frame_is_kept_where_the_rates_divide():
    made, _ = motion(frames=121, fps=120)
    out = resample(made, 40)
    assert out.frames == 41
    assert np.allclose(out.rotations[:, -1], made.rotations[:, -1], atol=1e-6)


@pytest.mark.parametrize("frames", [1, 2])
def test_short_clips(frames):
    made, _ = motion(frames=frames, fps=60)
    assert resample(made, 120).frames == 2 * frames - 1
    assert resample(made, 15).frames == 1


def test_signs_are_continuous():
    made, _ = motion(frames=90, fps=30)
    out = resample(made, 50)
    assert (np.einsum("jfc,jfc->jf", out.rotations[:, 1:], out.rotations[:, :-1]) > 0).all()


def test_more_frames_than_memory_are_refused_before_they_are_made():
    made, _ = motion(frames=40, fps=60)
    slow = attrs.evolve(made, fps=0.001)  # a file that states nonsense
    with pytest.raises(RetargetError, match=r"would take [\d.]+ GiB; .*--source-fps"):
        resample(slow, 10_000)
