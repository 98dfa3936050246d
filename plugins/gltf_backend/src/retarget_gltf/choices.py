"""What the backend's own options may be, and what is taken where nothing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.errors import UsageError

if TYPE_CHECKING:
    from retarget.options import Options

ENCODINGS = ("float32", "int16")
"""What `--encoding` may be, the default first."""

ANIMATIONS = ("append", "replace")
"""What `--animations` may be, the default first."""


def encoding(options: Options) -> str:
    """Return how rotations are stored.

    Raises:
        UsageError: it is none of `ENCODINGS`.

    """
    return _one_of(options, "gltf_encoding", "--encoding", ENCODINGS)


def keeps_animations(options: Options) -> bool:
    """Tell whether a character's own animations stay.

    Raises:
        UsageError: what was asked for is none of `ANIMATIONS`.

    """
    return _one_of(options, "gltf_animations", "--animations", ANIMATIONS) == "append"


def _one_of(options: Options, name: str, flag: str, allowed: tuple[str, ...]) -> str:
    given = options.extra.get(name)
    if given is None:
        return allowed[0]
    if given not in allowed:
        raise UsageError(f"{flag} {given}: choose one of: {', '.join(allowed)}.")
    return str(given)
