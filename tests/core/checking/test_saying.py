"""What limits may say, and what is taken of a file that does not say how it was made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retarget.checking.finished import Finished
from retarget.checking.limits import read_limits
from retarget.errors import UsageError
from support.standing import moved, places_of, same_body, standing


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e999", "much", ""])
def test_a_limit_is_a_finite_number(value):
    with pytest.raises(UsageError, match=r"--fail-on slip=.* is no number"):
        read_limits([f"slip={value}"])


def test_limits_are_read_from_several_texts():
    assert read_limits(["slip=1.5, drift=-0", "touch_recall=1e-1"]) == {
        "slip": 1.5, "drift": 0.0, "touch_recall": 0.1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("off", "said", "source_frames", "expected"),
    [
        (0.0, {}, 10, "replace"),
        (0.0005, {}, 10, "replace"),
        (0.01, {}, 10, "none"),
        (0.01, {}, 9, "insert"),
        (0.01, {"frame0": "replace"}, 10, "replace"),
        (0.0, {"frame0": "none"}, 10, "none"),
        (0.0, {"frame0": "perhaps"}, 10, "replace"),
    ],
)
def test_the_a_pose_is_told_by_a_millimetre_where_the_file_says_nothing(
    off, said, source_frames, expected
):
    """A hand that far from where it rests is of a motion that begins near the A-pose."""
    rig, world = same_body(), places_of(standing(10))
    apart = np.zeros((len(rig.skeleton), 1, 3))
    apart[rig.joint_of_role["left_wrist"]] = [0, off, 0]
    made = Finished(
        path=Path("made.glb"),
        animation="made",
        rig=rig,
        world=moved(world, apart),
        fps=60.0,
        facts=said,
    )
    assert made.frame0_for(source_frames) == expected
