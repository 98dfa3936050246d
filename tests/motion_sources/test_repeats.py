"""Motions whose frames are stored several times over."""

from __future__ import annotations

import numpy as np
import pytest

from motion_sources import synthetic


def walked(frames, *, still_root=False):
    """An AMASS clip of distinct frames."""
    trans = synthetic.trans(frames) * (0 if still_root else 1)
    return synthetic.arrays("amass", synthetic.rotvecs(frames), trans)


def stored(arrays, each, fps):
    """The clip with every frame as often in a row as told, at the rate that the file tells."""
    frames = len(arrays["poses"])
    index = np.repeat(np.arange(frames), np.resize(each, frames))
    return {
        **{key: arrays[key][index] if key in ("poses", "trans") else arrays[key] for key in arrays},
        "mocap_framerate": float(fps),
    }


def told(motion):
    return [line for line in motion.warnings if "repeat the one before" in line]


@pytest.mark.parametrize("still_root", [False, True])
@pytest.mark.parametrize(
    ("each", "fps", "rate"), [([4], 120, "30"), ([5], 120, "24"), ([4], 50, "12.5")]
)
def test_a_slow_capture_in_a_fast_file_is_told_with_its_rate(
    write, load, each, fps, rate, still_root
):
    arrays = stored(walked(60, still_root=still_root), each, fps)
    (line,) = told(load(write(**arrays)))
    assert f"about {rate} frames/s is stored as {fps}" in line
    assert line.endswith(f"pass --fps {rate}.")


def test_a_rate_that_divides_no_other_is_told_and_not_advised(write, load):
    (line,) = told(load(write(**stored(walked(60), [2, 3], 60))))  # 24 in 60, as films are
    assert "a capture of about 24" in line
    assert "--fps" not in line


def test_every_frame_twice_stillness_and_few_frames_are_no_matter(write, load):
    once = walked(60)
    assert not told(load(write(**stored(once, [1], 120))))
    assert not told(load(write(**stored(once, [2], 60))))
    stops = np.ones(60, int)
    stops[::6] = 60  # stands as still as stone, then moves on
    assert not told(load(write(**stored(once, stops, 60))))
    assert not told(load(write(**stored(walked(1), [90], 60))))
    assert not told(load(write(**stored(walked(5), [4], 120))))


def test_fingers_that_move_on_every_frame_are_motion(write, load):
    arrays = stored(walked(60, still_root=True), [4], 120)
    arrays["poses"][:, -3:] = np.linspace(0, 1, len(arrays["poses"]))[:, None]
    assert not told(load(write(**arrays)))
