"""The conversion command in this process, on toys: what a run came to, as values."""

from __future__ import annotations

from pathlib import Path

import attrs

from retarget.cli import main
from support.plugins import toy_plugins


@attrs.frozen
class Told:
    """What a run came to."""

    status: int
    out: str
    err: str

    @property
    def last(self):
        """The last line of stdout."""
        return self.out.splitlines()[-1]


def clip(path, text="toy 4 30"):
    """Write a file for the toy source, and the folders it lies in."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def convert_command(monkeypatch, capsys):
    """Return the command with the toys alone installed, and whatever plugins a run adds."""

    def run(*arguments, plugins=()):
        made = toy_plugins(*plugins)
        monkeypatch.setattr("retarget.cli.convert.Plugins", lambda: made)
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as done:  # argparse
            status = done.code
        told = Told(status, *capsys.readouterr())
        assert "-v" in arguments or "Traceback" not in told.err
        return told

    return run
