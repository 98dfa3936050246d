"""The errors a user may meet: each names the file or option, what was wrong and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retarget.matching import Recognition


class RetargetError(Exception):
    """Base of what retarget raises on purpose; the command line prints it without a traceback.

    The message is written for the person at the keyboard: it names the file, plugin or option,
    says what was wrong and, where there is something to do, what to do.
    """

    exit_code = 1
    """Exit status of the command line when this error ends it."""


class UsageError(RetargetError):
    """What was asked for cannot be done as asked: an unknown name, an impossible option."""

    exit_code = 2


class NotAMotionError(RetargetError):
    """The file holds no motion that any source knows. A batch skips and counts it."""


class FileReadError(RetargetError):
    """The file should be readable but is not: truncated, pickled, a pointer, an absurd size."""


class OutputExistsError(RetargetError):
    """The output is already there and overwriting was not asked for."""


class ValueShapeError(RetargetError, ValueError):
    """An array or name given to a value does not have the shape or form the value needs."""


class MatchError(RetargetError):
    """The rig lacks joints without which a motion cannot be put on it."""

    recognition: Recognition | None = None
    """What was found all the same, where the rig's joints were looked for."""


class PluginError(RetargetError):
    """A plugin is absent, in conflict with another, or does not load."""


class PluginContractError(PluginError):
    """A plugin returned something its hook does not allow. The message names the distribution."""
