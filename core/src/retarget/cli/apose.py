"""`retarget apose TARGET`: write the A-pose of any target as an NPZ file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from retarget import kinds
from retarget.cli.arguments import add_target, some_path, target_options
from retarget.cli.with_plugins import failures_told, parsed
from retarget.options import Options
from retarget.plugins import Plugins

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(given: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    parser = _parser()
    plugins = Plugins()
    asked, extra = parsed(parser, given, plugins, of_use=(kinds.APOSE_SOURCE,))

    from retarget.apose_npz import write_apose  # noqa: PLC0415 - imports numpy; help must be quick
    from retarget.loading import load_rig  # noqa: PLC0415
    from retarget.output import refuse_own  # noqa: PLC0415

    with failures_told(plugins):
        options = Options(**target_options(asked), extra=extra)
        rig = load_rig(asked.target, options=options, plugins=plugins)
    output = asked.output or Path(f"{Path(rig.name).stem}_apose.npz")
    refuse_own(output, asked.target)
    left_out = write_apose(rig, output, force=asked.force)
    for warning in rig.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if left_out:
        told = f"joints that are none of SMPL-H's are left out: {', '.join(left_out)}"
        print(f"warning: {rig.name}: {told}.", file=sys.stderr)
    print(f"A-pose  {output} ({len(rig.skeleton) - len(left_out)} joints)")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retarget apose",
        description="Write the A-pose of a target as an NPZ file that --target takes.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="what --target takes: a character, an A-pose NPZ, 'default'",
    )
    add_target(parser.add_argument_group("understanding the target"))
    parser.add_argument(
        "-o",
        "--output",
        type=some_path,
        metavar="FILE",
        help="the .npz file to write (default: <target>_apose.npz in this folder)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")
    return parser
