"""`retarget inspect FILE`: tell what a motion file is, for people or as JSON."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from retarget.cli.arguments import add_reading, some_path
from retarget.cli.with_plugins import errors_as_json
from retarget.options import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

_UP = {"layout": "as the layout says", "motion": "decided from the motion", "user": "as told"}


def run(given: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="retarget inspect", description="Tell what a motion file is.", allow_abbrev=False
    )
    parser.add_argument("file", type=some_path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_reading(parser.add_argument_group("reading the motion"))
    asked = parser.parse_args(given)

    from retarget.inspection import inspect  # noqa: PLC0415 - imports numpy; help must be quick
    from retarget.loading import load_motion  # noqa: PLC0415

    with errors_as_json(wanted=asked.json):
        options = Options(up=asked.up, source_fps=asked.source_fps, frame_limit=asked.frame_limit)
        motion = load_motion(asked.file, source=asked.motion_source, options=options)
        facts = inspect(motion)
    if asked.json:
        print(json.dumps(facts, indent=2))
    else:
        _print(facts)
    return 0


def _print(facts: dict[str, Any]) -> None:
    betas = facts["betas"]
    rows = {
        "file": facts["file"],
        "layout": facts["layout"],
        "frames": f"{facts['frames']} at {facts['frame_rate']:g} per second, "
        f"{facts['seconds']:.2f} s",
        "up axis": f"{facts['up']} ({_UP.get(facts['up_decided_by'], facts['up_decided_by'])})",
        "subject": facts["subject"] or "not stated",
        "gender": facts["gender"] or "not stated",
        "betas": f"{len(betas)}: {', '.join(f'{b:.2f}' for b in betas[:5])} …"
        if betas
        else "not stated",
        "hands": facts["hands"],
    }
    for name, value in rows.items():
        print(f"{name:10}{value}")
    _print_floor(facts["floor"])
    for warning in facts["warnings"]:
        print(f"warning: {warning}")


def _print_floor(floor: dict[str, Any] | None) -> None:
    if floor is None:
        print(f"{'floor':10}no feet to find it by")
        return
    print(f"{'floor':10}at {floor['height']:.3f} m (found by {floor['found_by']})")
    for point, contact in floor["feet"].items():
        name = point.replace("_ankle", " heel").replace("_foot", " toes")
        runs = f"{contact['contacts']} contact{'' if contact['contacts'] == 1 else 's'}"
        print(f"  {name:12}on it {contact['share']:4.0%} of the time, {runs}")
    for part, share in floor["near"].items():
        if share >= 0.005:
            print(f"  {part.replace('_', ' '):12}near it {share:4.0%} of the time")
