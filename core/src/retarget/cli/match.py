"""`retarget match RIG`: show which joint of a target has which role, or write it as a joint map."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

import attrs

from retarget import kinds
from retarget.cli.arguments import add_target, some_path, target_options
from retarget.cli.with_plugins import errors_as_json, failures_told, parsed
from retarget.errors import MatchError
from retarget.options import Options
from retarget.plugins import Plugins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retarget.matching import Recognition


def run(given: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    plugins = Plugins()
    asked, extra = parsed(_parser(), given, plugins, of_use=(kinds.APOSE_SOURCE,))
    with errors_as_json(wanted=asked.json), failures_told(plugins):
        if asked.output is not None:
            from retarget import output  # noqa: PLC0415 - help must be quick

            output.refuse(asked.output, overwrite=asked.force)
            output.refuse_own(asked.output, asked.target)
        recognition, facts, lack = _matched(asked, extra, plugins)
    _tell(recognition, asked, facts)
    if lack is not None:
        raise lack
    return 0


def _matched(
    asked: argparse.Namespace, extra: dict[str, object], plugins: Plugins
) -> tuple[Recognition, dict[str, Any], MatchError | None]:
    """Return what was found, more facts, and, where that is not enough, what is missing."""
    from retarget.loading import load_rig  # noqa: PLC0415 - imports numpy; help must be quick
    from retarget.matching import Recognition  # noqa: PLC0415

    options = Options(**target_options(asked), extra=extra)
    try:
        rig = load_rig(asked.target, options=options, plugins=plugins)
    except MatchError as error:
        if error.recognition is None:
            raise
        told = str(error).partition("\n")[0]
        return error.recognition, {"error": told}, MatchError(told)
    armature = rig.asset.armature if rig.asset else None
    return Recognition.of_rig(rig), {"rig": rig.name, "armature": armature}, None


def _tell(recognition: Recognition, asked: argparse.Namespace, facts: dict[str, Any]) -> None:
    """Print the match, and write it as a joint map where that was asked for."""
    if asked.json:
        print(json.dumps(facts | _facts(recognition), indent=2))
    else:
        print(recognition.table())
    for warning in recognition.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if asked.output is not None:
        from retarget import output  # noqa: PLC0415 - as above

        joint_map = {f.role: f.joint for f in recognition.found}
        joint_map |= dict.fromkeys(recognition.missing, "")  # left out stays left out
        with output.replacing(asked.output) as unfinished:
            unfinished.write_text(json.dumps(joint_map, indent=2) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retarget match",
        description="Show which joint of a target has which role, and how that was found.",
        allow_abbrev=False,
    )
    parser.add_argument("target", metavar="RIG", help="what --target takes: a character, …")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "-o",
        "--output",
        type=some_path,
        metavar="FILE",
        help="write the match as a joint map, to edit and to give to --joint-map",
    )
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")
    add_target(parser.add_argument_group("understanding the target"))
    return parser


def _facts(recognition: Recognition) -> dict[str, Any]:
    return {
        "joints": [attrs.asdict(found) for found in recognition.found],
        "missing": list(recognition.missing),
        "follows": {joint: attrs.asdict(f) for joint, f in recognition.follows.items()},
        "unmapped": list(recognition.unmapped),
        "score": round(recognition.score, 4),
        "warnings": list(recognition.warnings),
    }
