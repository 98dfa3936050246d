"""The pass keeps the contract of every pass, by the conformance kit that ships with the core."""  # noqa: INP001 - tests are no package

from __future__ import annotations

from retarget.testing import PassTests
from retarget_mirror.mirror import Mirror


class TestMirror(PassTests):
    """Rig, rate, frames and bone lengths kept; clean tracks; pure; any rig, any length."""

    def make(self) -> Mirror:
        """Return the pass to try."""
        return Mirror()
