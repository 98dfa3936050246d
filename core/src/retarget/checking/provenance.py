"""What a clip's provenance says of its making, as far as it can be believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEPT, WAY, HEADING = "kept", "way", "heading"
"""What became of a clip's travel: it is there; the way over the ground was taken out; that and the
heading were."""


def pass_names(said: object) -> tuple[str, ...] | None:
    """Return the names in a provenance's list of passes, "feet (retarget-ik 1.0)"; None of none."""
    if not isinstance(said, list | tuple) or not all(isinstance(one, str) for one in said):
        return None
    return tuple(one.split(" ")[0] for one in said)


def travel_of(facts: Mapping[str, Any]) -> str:
    """Return what the pass `in_place` made of a clip's travel: `KEPT`, `WAY` or `HEADING`.

    What goes over to a root joint is there: the body's place in the world is the same.
    """
    if "in_place" not in (pass_names(facts.get("passes")) or ()):
        return KEPT
    every = facts.get("passParameters")
    own = every.get("in_place") if isinstance(every, Mapping) else None
    chosen = own if isinstance(own, Mapping) else {}
    if chosen.get("mode") == "root":
        return KEPT
    return HEADING if chosen.get("turn") == "remove" else WAY
