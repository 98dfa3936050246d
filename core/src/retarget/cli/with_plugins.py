"""What the commands that use plugins share: their options among ours, their failures told."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from retarget.plugins import Plugins


def parsed(
    parser: argparse.ArgumentParser, given: Sequence[str], plugins: Plugins
) -> tuple[argparse.Namespace, dict[str, object]]:
    """Add the plugins' options and parse; return all that was asked, and the plugins' part of it.

    The latter is what `Options.extra` holds.
    """
    own = {action.dest for action in parser._actions}  # noqa: SLF001 - argparse shows no other way
    plugins.add_options(parser)
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
