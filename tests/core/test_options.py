"""Options refuse what they cannot mean, and say what they can."""

from __future__ import annotations

import attrs
import pytest

from retarget.errors import UsageError
from retarget.options import FRAME0, FRAME0_PLACES, MESHES, UP_AXES, Options


def test_the_defaults_are_allowed_and_ask_for_nothing_special():
    options = Options()
    assert (options.up, options.frame0, options.frame0_place) == ("auto", "replace", "authored")
    assert options.source_fps is options.fps is options.frame_limit is None
    assert not options.force


@pytest.mark.parametrize(
    ("field", "choices"),
    [("up", UP_AXES), ("frame0", FRAME0), ("frame0_place", FRAME0_PLACES), ("mesh", MESHES)],
)
def test_a_choice_is_one_of_its_choices(field, choices):
    for choice in choices:
        assert getattr(Options(**{field: choice}), field) == choice
    with pytest.raises(UsageError, match=f"{field} is 'x'; choose one of: {', '.join(choices)}"):
        Options(**{field: "x"})


@pytest.mark.parametrize("field", ["source_fps", "frame_limit", "fps", "cube_size"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_rate_or_count_is_a_positive_number(field, value):
    with pytest.raises(UsageError, match=f"{field} is {value}; it must be a positive number"):
        Options(**{field: value})


@pytest.mark.parametrize("place", [(0, 1), (0, 1, 2, 3), (0, float("nan"), 0)])
def test_the_cube_lies_at_three_finite_coordinates(place):
    assert Options(cube_location=(1, 2, 3)).cube_location == (1, 2, 3)
    with pytest.raises(UsageError, match="it must be three finite numbers"):
        Options(cube_location=place)


def test_a_usage_error_ends_the_command_line_with_status_2():
    assert UsageError.exit_code == 2


def test_options_are_frozen():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Options().force = True
