"""A disk that is full, without filling one."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def disk_full_beyond(size: int) -> Iterator[None]:
    """Let no file of this process or its children grow beyond `size` bytes; skip on Windows.

    By the limit of POSIX on file sizes (`RLIMIT_FSIZE`), at which a write fails as it does on a
    full disk: Python ignores the signal that comes with it.
    """
    if sys.platform == "win32":
        pytest.skip("needs a POSIX system to limit the size of files")
    import resource  # noqa: PLC0415 - not there on Windows

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
