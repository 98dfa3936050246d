"""Warnings told once each: thousands of clips often share one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Warnings:
    """Tells each warning with the first file that it is about, and at the end of how many more."""

    def __init__(self, *, quiet: bool, verbose: bool = False) -> None:
        """Tell nothing where quiet, everything where verbose."""
        self._quiet, self._verbose = quiet, verbose
        self._files: dict[str, set[str]] = {}

    def tell(self, file: Path | str, warnings: Iterable[str]) -> None:
        """Print what is new of the warnings about a file."""
        for warning in warnings:
            files = self._files.setdefault(warning, set())
            if self._verbose or not (files or self._quiet):
                print(f"warning: {file}: {warning}", file=sys.stderr)
            files.add(str(file))

    def close(self) -> None:
        """Print what was held back."""
        if self._verbose or self._quiet:
            return
        for warning, files in self._files.items():
            if len(files) > 1:
                print(f"warning: for {len(files) - 1} more: {warning}", file=sys.stderr)
