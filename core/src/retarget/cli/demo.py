"""`retarget demo`: make a clip in AMASS layout and retarget it; needs no data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from retarget.cli.arguments import some_path

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(given: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="retarget demo",
        description="Make a clip (walking, turning, waving) in AMASS layout and retarget it.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "-o",
        "--output",
        type=some_path,
        default=Path("retarget_demo"),
        metavar="DIR",
        help="the folder to write to (default: retarget_demo)",
    )
    asked = parser.parse_args(given)

    from retarget.api import run as convert  # noqa: PLC0415 - imports numpy; help must be quick
    from retarget.demo import write_clip  # noqa: PLC0415

    clip = write_clip(asked.output / "demo_walk_turn_wave.npz")
    result = convert(clip, force=True)
    print(f"clip      {clip}")
    print(f"animation {result.path} ({result.frames} frames, {result.duration:.1f} s)")
    print("Open the .glb in Blender, Windows 3D Viewer or any glTF viewer on the web.")
    return 0
