"""Settings every test shares."""

from __future__ import annotations


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their number: what they hold may change from one worker to the next.

    A gzip stream holds the time, say, and workers that find other names refuse to run.
    """
    return f"{len(val)} bytes" if isinstance(val, bytes) else None
