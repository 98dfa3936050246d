"""Options refuse what they cannot mean, and say what they can."""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np
import pytest

from retarget.errors import UsageError
from retarget.options import FRAME0, FRAME0_PLACES, MESHES, UP_AXES, Options, or_defaults


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


NUMBERS = ("source_fps", "fps", "frame_limit", "cube_size")
MAPPINGS = ("joint_map", "settings", "extra")


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        *(
            (f, v, "a positive number")
            for f in NUMBERS
            for v in ("30", [30], True, 30j, np.ones(2))
        ),
        ("cube_size", None, "a positive number"),
        ("frame_limit", 2.5, "a positive number without a fraction"),
        ("frame_limit", 3.0, "a positive number without a fraction"),
        *(
            ("cube_location", v, "three finite numbers")
            for v in (None, 1.0, "abc", ("0", "1", "2"), np.zeros((3, 1)))
        ),
        *((f, v, "a text") for f in ("rig", "format") for v in (3, b"glb", [".glb"])),
        *((f, v, "True or False") for f in ("sidecar", "force") for v in ("no", None, 2, [])),
        *((f, v, "") for f in MAPPINGS for v in (None, "feet", [("feet", 1)], 3)),
        (
            "settings",
            {"feet": 3},
            r"values by pass and parameter: \{\"feet\": \{\"release\": 0.2\}",
        ),
        ("settings", {"feet": None}, "values by pass and parameter"),
        *((f, v, "") for f in ("up", "frame0", "mesh") for v in (None, 3, ["z"])),
    ],
)
def test_what_is_of_another_type_is_refused_by_name(field, value, wanted):
    with pytest.raises(UsageError, match=rf"^{field} is .*; (it must be|choose one of).*{wanted}"):
        Options(**{field: value})


@pytest.mark.parametrize(
    "kind", [np.float16, np.float32, np.float64, np.int16, np.uint64, Fraction]
)
def test_numbers_of_any_kind_are_numbers(kind):
    options = Options(fps=kind(30), source_fps=kind(60), cube_size=kind(1))
    assert (options.fps, options.source_fps, options.cube_size) == (30, 60, 1)


def test_numpys_own_counts_points_and_truths_are_taken():
    options = Options(frame_limit=np.int32(3), cube_location=np.float32([1, 2, 3]), force=np.True_)
    assert (options.frame_limit, options.force) == (3, True)
    assert options.cube_location == (1, 2, 3)  # a tuple: exporters compare it


@pytest.mark.parametrize("given", [{"fps": 30}, {}, "fps", 30, Options])
def test_options_are_options(given):
    with pytest.raises(
        UsageError, match=r"^options is .*; give Options, such as Options\(fps=30\)"
    ):
        or_defaults(given)
    asked = Options(fps=30)
    assert or_defaults(asked) is asked
    assert or_defaults(None) == Options()


def test_a_usage_error_ends_the_command_line_with_status_2():
    assert UsageError.exit_code == 2


def test_options_are_frozen():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Options().force = True
