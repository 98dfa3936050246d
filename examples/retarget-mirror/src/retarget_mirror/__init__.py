"""A plugin for retarget: offers the pass `mirror` and its option; imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from retarget.providers import Pass


@hookimpl
def retarget_passes() -> Iterable[Provider[Pass]]:
    """Offer the pass; it is loaded only when somebody names it."""
    return [Provider(name="mirror", summary="the clip mirrored, left for right", load=_load)]


@hookimpl
def retarget_add_options(parser: argparse.ArgumentParser) -> None:
    """Let the user say where the mirror stands."""
    parser.add_argument_group("mirror").add_argument(
        "--mirror-about",
        choices=("origin", "start"),
        default="origin",
        help="the mirror stands at x = 0, or where the clip begins (default: origin)",
    )


def _load() -> Pass:
    from retarget_mirror.mirror import Mirror  # noqa: PLC0415 - imports numpy

    return Mirror()
