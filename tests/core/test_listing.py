"""Names in messages."""

import pytest

from retarget.listing import listed


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, ""), (1, "a"), (3, "a, b, c"), (4, "a, b, c and 1 more"), (6, "a, b, c and 3 more")],
)
def test_no_more_than_are_shown_are_named(count, told):
    assert listed(list("abcdef"[:count]), 3) == told
