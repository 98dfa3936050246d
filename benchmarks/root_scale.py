"""What scaling the root's path by the leg ratio saves: foot slip with and without, as Markdown.

    uv run python benchmarks/root_scale.py > table.md

The demo's clip goes without passes onto the built-in target with longer or shorter legs; then once
more with the source's own way over the ground. It needs no data. For docs/maths.md.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from quality import with_legs

import retarget
from retarget import demo
from retarget.checking import measure_clip

if TYPE_CHECKING:
    from retarget.values import Motion, Rig

LEGS = (1.0, 0.85, 0.6, 1.2)
"""Length of thigh and shin, in those of the source."""


def slips(rig: Rig, motion: Motion) -> tuple[float | None, ...]:
    """Return the slip, cm/s, of the source, of the target, and of it with the root unscaled."""
    scaled = retarget.Retargeter(rig, options=retarget.Options(frame0="none")).retarget(motion)
    path = scaled.root_translations.copy()
    path[:, [0, 2]] = motion.root_translations[:, [0, 2]]  # the height is the legs' in any case
    unscaled = attrs.evolve(scaled, root_translations=path)
    report = measure_clip(scaled, motion)
    return report.source("slip"), report["slip"], measure_clip(unscaled, motion)["slip"]


def main() -> int:
    """Print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        motion = retarget.load_motion(demo.write_clip(Path(scratch) / "demo.npz"))
    print("| legs | source | root scaled by k | root left unscaled |\n| --- | --- | --- | --- |")
    for legs in LEGS:
        rig = with_legs(retarget.load_rig(), f"legs x {legs:g}", thigh=legs, shin=legs)
        found = slips(rig, motion)
        print(f"| × {legs:g} | {' | '.join(f'{value:.3g}' for value in found)} |")  # noqa: RUF001
    return 0


if __name__ == "__main__":
    sys.exit(main())
