"""What all sources share: sniff by the one recognition, load by way of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from retarget.errors import FileReadError, NotAMotionError
from retarget.npz import Npz
from retarget_motion import refusal
from retarget_motion.motion import to_motion
from retarget_motion.recognise import layout_of

if TYPE_CHECKING:
    from pathlib import Path

    from retarget.options import Options
    from retarget.values import Motion
    from retarget_motion.recording import Recording


class NpzSource:
    """A motion source for one layout of NPZ files; a layout says what it needs and where it is."""

    name: ClassVar[str]
    """The name of the source, as `recognise.layout_of` returns it."""
    needs: ClassVar[str]
    """The arrays without which the layout cannot be read, for a message."""
    suffixes: tuple[str, ...] = (".npz",)

    def recording(self, npz: Npz) -> Recording | None:
        """Return where the file has what, or None where it lacks what the layout needs."""
        raise NotImplementedError

    def sniff(self, path: Path) -> bool:
        """Tell from the arrays whether the file is of this layout; False for unreadable files."""
        try:
            return layout_of(Npz.open(path)) == self.name
        except FileReadError:
            return False

    def load(self, path: Path, options: Options) -> Motion:
        """Read the file, be it recognised or forced upon this source.

        Raises:
            NotAMotionError: the file lacks what the layout needs.
            FileReadError: the file is damaged, or its numbers are no motion; says where.

        """
        npz = Npz.open(path)
        recording = self.recording(npz)
        if recording is None:
            found = refusal.sentence(npz) or f"is of the layout {layout_of(npz)!r}."
            raise NotAMotionError(f"{path}: {self.name!r} needs {self.needs}; the file {found}")
        return to_motion(recording, options)

    def why_not(self, path: Path) -> str | None:
        """Return a sentence on why the file is not a motion, or None where one source reads it.

        Raises:
            FileReadError: the file is named like a motion, but damaged: no neighbour to skip.

        """
        return refusal.why_not(path)
