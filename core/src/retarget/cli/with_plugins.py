"""What the commands that use plugins share: their options among ours, their failures told."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING

from retarget import kinds
from retarget.errors import RetargetError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterator, Sequence

    from retarget.plugins import Plugins


READING = (kinds.MOTION_SOURCE, kinds.APOSE_SOURCE)
"""What plugins must offer for their options to be of use where nothing is converted."""


def parsed(
    parser: argparse.ArgumentParser,
    given: Sequence[str],
    plugins: Plugins,
    *,
    of_use: Collection[kinds.Kind] | None = None,
) -> tuple[argparse.Namespace, dict[str, object]]:
    """Add the plugins' options and parse; return all that was asked, and the plugins' part of it.

    The latter is what `Options.extra` holds. `of_use`: see `Plugins.add_options`.
    """
    own = {action.dest for action in parser._actions}  # noqa: SLF001 - argparse shows no other way
    plugins.add_options(parser, of_use)
    asked = parser.parse_args(given)
    return asked, {name: value for name, value in vars(asked).items() if name not in own}


@contextlib.contextmanager
def failures_told(plugins: Plugins) -> Iterator[None]:
    """Tell on stderr, whatever comes of the work, which plugins were left out of it."""
    try:
        yield
    finally:
        for failure in plugins.failures:
            print(f"warning: {failure}", file=sys.stderr)


@contextlib.contextmanager
def errors_as_json(*, wanted: bool) -> Iterator[None]:
    """Print an error that ends the command as JSON, too: a program may read stdout alone."""
    try:
        yield
    except RetargetError as error:
        if wanted:
            print(json.dumps({"error": str(error)}, indent=2))
        raise
