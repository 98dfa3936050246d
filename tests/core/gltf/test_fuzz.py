"""Damaged files raise RetargetError or nothing: no other exception, and no warning."""

import contextlib
import io

from hypothesis import HealthCheck, given, settings

from retarget.errors import RetargetError
from retarget.gltf import NodeTree, candidates, parse, read_accessor
from support.mutations import damaged_bytes, damaged_json
from support.stick_figure import stick_figure

FIGURE = stick_figure()

often = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.large_base_example]
)


def looked_at(content):
    """Read all there is; tell how far it went."""
    file = parse(content, "x")
    tree = NodeTree.of(file)
    _ = tree.world, tree.uneven, tree.children
    for candidate in candidates(file, tree):
        assert candidate.label in candidate.names
    for index in range(8):  # two more than there are
        with contextlib.suppress(RetargetError):
            read_accessor(file, index)


def test_the_undamaged_file_is_read_to_the_end():
    looked_at(FIGURE.bytes())


@often
@given(damaged_bytes(FIGURE.bytes()))
def test_damaged_bytes(content):
    with contextlib.suppress(RetargetError):
        looked_at(content)


@often
@given(damaged_json(FIGURE))
def test_damaged_json(glb):
    with contextlib.suppress(RetargetError):
        looked_at(glb.bytes())


def test_errors_can_be_printed_on_any_terminal():
    """A lone surrogate in a name must not break the message that tells of it."""
    glb = stick_figure()
    glb.json["buffers"][0] = {"byteLength": 4, "uri": "\ud800\x1b[2J"}
    try:
        parse(glb.bytes(), "x")
    except RetargetError as error:
        io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict").write(str(error))
    else:
        raise AssertionError
