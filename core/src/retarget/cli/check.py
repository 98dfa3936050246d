"""`retarget check OUT --source CLIP`: measure finished files against their clips."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retarget import __version__
from retarget.cli.arguments import add_reading, add_target, target_options
from retarget.cli.with_plugins import failures_told, parsed
from retarget.errors import RetargetError
from retarget.options import Options
from retarget.plugins import Plugins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.checking.files import Checked
    from retarget.checking.pairing import Pair

_DESCRIPTION = """Measure finished GLB or glTF files against the clips that they were made from:
feet, hands, directions, smoothness, frame 0. The file is read as any viewer reads it."""


def run(given: Sequence[str]) -> int:
    """Run the command; return its exit status: 1 where a limit is passed or a file failed."""
    parser = _parser()
    plugins = Plugins()
    asked, extra = parsed(parser, given, plugins)

    from retarget.checking.limits import read_limits  # noqa: PLC0415 - numpy; help must be quick
    from retarget.checking.pairing import pairs_of  # noqa: PLC0415
    from retarget.loading import motion_suffixes  # noqa: PLC0415

    limits = read_limits(asked.fail_on)
    options = Options(
        up=asked.up,
        source_fps=asked.source_fps,
        frame_limit=asked.frame_limit,
        **target_options(asked),
        extra=extra,
    )
    with failures_told(plugins):
        pairs = pairs_of(asked.output, asked.source, motion_suffixes(plugins))
    if not pairs:
        print(f"retarget: no .glb, .gltf or .vrma files in {asked.output}", file=sys.stderr)
        return 1
    checks = _Checks(asked, limits, options, plugins, pairs)
    for pair in pairs:
        checks.check(pair)
    return checks.close()


class _Checks:
    """Checks file after file, tells each one's figures, sums up at the end."""

    def __init__(
        self,
        asked: argparse.Namespace,
        limits: Mapping[str, float],
        options: Options,
        plugins: Plugins,
        pairs: Sequence[Pair],
    ) -> None:
        self._asked, self._limits, self._options, self._plugins = asked, limits, options, plugins
        self._many = asked.output.is_dir() or len(pairs) > 1
        self._files = Counter(pair.file for pair in pairs)
        self._found: list[Checked] = []
        self._told: list[dict[str, Any]] = []
        self._failed = self._beyond = self._skipped = 0

    def check(self, pair: Pair) -> None:
        """Check one file; of many, one that cannot be checked does not stop the others."""
        from retarget.checking.files import check_file  # noqa: PLC0415 - as above

        if pair.source is None:
            if not self._many:
                raise RetargetError(f"{pair.file}: {pair.problem}")
            if pair.output:
                self._fail(pair, pair.problem)
            else:
                self._skipped += 1
                print(f"skipped {pair.file}: no output of a conversion", file=sys.stderr)
            return
        try:
            checked = check_file(
                pair.file,
                pair.source,
                target=self._asked.target,
                animation=self._asked.animation,
                motion_source=self._asked.motion_source,
                options=self._options,
                plugins=self._plugins,
            )
        except RetargetError as error:
            if not self._many and not self._asked.json:
                raise
            self._fail(pair, str(error).removeprefix(f"{pair.file}: "))
        else:
            self._tell(checked)

    def _fail(self, pair: Pair, reason: str) -> None:
        self._failed += 1
        source = None if pair.source is None else str(pair.source)
        self._told.append({"file": str(pair.file), "source": source, "error": reason})
        print(f"failed  {pair.file}: {reason}", file=sys.stderr)

    def _tell(self, checked: Checked) -> None:
        from retarget.checking import tables  # noqa: PLC0415 - as above
        from retarget.checking.limits import beyond, keeps  # noqa: PLC0415

        self._found.append(checked)
        passed = beyond(checked.report, self._limits)
        self._beyond += bool(passed)
        facts = checked.as_json()
        for name, limit in self._limits.items():
            ok = keeps(checked.report.figures[name], limit)
            facts["figures"][name] |= {"limit": limit, "ok": ok}
        self._told.append(facts)
        for warning in checked.report.warnings:
            print(f"warning: {checked.file}: {warning}", file=sys.stderr)
        if self._asked.json:
            return
        if not self._many:
            print("\n".join(tables.of_one(checked, self._limits)))
            return
        if len(self._found) == 1:
            print(tables.header(self._limits))
        named = self._files[checked.file] > 1
        print(tables.line(checked, self._limits, named=named), flush=True)

    def close(self) -> int:
        """Tell what all files came to; return the exit status."""
        from retarget.checking import tables  # noqa: PLC0415 - as above
        from retarget.checking.summary import summary_of  # noqa: PLC0415

        summary = summary_of([checked.report for checked in self._found])
        if self._asked.json:
            print(
                json.dumps(
                    {
                        "retarget": __version__,
                        "files": self._told,
                        "worst": summary.worst,
                        "mean": summary.mean,
                        "checked": len(self._found),
                        "failed": self._failed,
                        "beyond": self._beyond,
                    },
                    indent=2,
                )
            )
        elif self._many:
            if self._found:
                print("\n".join(tables.totals(summary, self._limits)))
            said = [f"{len(self._found)} checked", f"{self._failed} failed"]
            said += [f"{self._skipped} skipped"] * bool(self._skipped)
            said += [f"{self._beyond} beyond a limit"] * bool(self._limits)
            print(", ".join(said))
        # Nothing checked, for a mistyped folder, is no reason for a pipeline to go on.
        return int(bool(self._failed or self._beyond or not self._found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retarget check", description=_DESCRIPTION, allow_abbrev=False
    )
    parser.add_argument(
        "output", type=Path, metavar="OUT", help="a finished .glb, .gltf or .vrma, or a folder"
    )
    parser.add_argument(
        "--source",
        type=Path,
        required=True,
        metavar="CLIP",
        help="the clip it was made from, or a folder in which each file's clip is found",
    )
    parser.add_argument(
        "--target",
        metavar="SPEC",
        help="what it was made on; without it the file's own rest pose tells",
    )
    add_target(parser.add_argument_group("understanding the target"))
    parser.add_argument(
        "--animation", metavar="NAME", help="the animation to check, where the file has several"
    )
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="METRIC=LIMIT,…",
        help="exit with status 1 where a figure is beyond its limit",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_reading(parser.add_argument_group("reading the clips"))
    return parser
