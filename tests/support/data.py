"""Finds the real clips beside the repository; a test skips, with a reason, without them."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


def shared(relative: str) -> Path:
    """Return a path under ../shared, or skip the test where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs ../shared/{relative}, which is not on this machine")
    return path
