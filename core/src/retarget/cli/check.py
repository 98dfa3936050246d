"""`retarget check OUT --source CLIP`: measure finished files against their clips."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from retarget import __version__
from retarget.cli.arguments import add_reading, add_target, some_path, target_options
from retarget.cli.warned import Warnings
from retarget.cli.with_plugins import READING, failures_told, parsed
from retarget.errors import RetargetError
from retarget.options import Options
from retarget.plugins import Plugins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from retarget.checking.files import Checked
    from retarget.checking.pairing import Pair
    from retarget.checking.summary import Summary

_DESCRIPTION = """Measure finished GLB or glTF files against the clips that they were made from:
feet, hands, directions, smoothness, frame 0. The file is read as any viewer reads it."""


def run(given: Sequence[str]) -> int:
    """Run the command; return its exit status: 1 where a limit is passed or a file failed."""
    plugins = Plugins()
    asked, extra = parsed(_parser(), given, plugins, of_use=READING)
    checks = _Checks(asked)
    try:
        checks.all(extra, plugins)
    except RetargetError as error:
        if asked.json:
            checks.print_json({"error": str(error)})
        raise
    return checks.close()


class _Checks:
    """Checks file after file, tells each one's figures, sums up at the end."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._limits: Mapping[str, float] = {}
        self._warnings = Warnings(quiet=asked.quiet)
        self._found: list[Checked] = []
        self._told: list[dict[str, Any]] = []
        self._failures: list[RetargetError] = []
        self._beyond = self._skipped = 0
        self._many = self._headed = False
        self._files: Counter[Path] = Counter()

    def all(self, extra: Mapping[str, object], plugins: Plugins) -> None:
        """Find what there is to check and check it.

        Raises:
            RetargetError: something was asked for that cannot be, or there is nothing.

        """
        from retarget.checking.limits import read_limits  # noqa: PLC0415 - numpy; help is quick
        from retarget.checking.pairing import pairs_of  # noqa: PLC0415
        from retarget.loading import motion_suffixes  # noqa: PLC0415

        asked = self._asked
        self._limits = read_limits(asked.fail_on)
        options = Options(
            up=asked.up,
            source_fps=asked.source_fps,
            frame_limit=asked.frame_limit,
            **target_options(asked),
            extra=extra,
        )
        with failures_told(plugins):
            suffixes = motion_suffixes(plugins)
            pairs = pairs_of(asked.output, asked.source, suffixes, animation=asked.animation)
        if not pairs:
            raise RetargetError(f"no .glb, .gltf or .vrma files in {asked.output}")
        self._many = asked.output.is_dir() or len(pairs) > 1
        self._files.update(pair.file for pair in pairs)
        for pair in pairs:
            self._check(pair, options, plugins)

    def _check(self, pair: Pair, options: Options, plugins: Plugins) -> None:
        """Check one file; of many, one that cannot be checked does not stop the others."""
        from retarget.checking.files import check_file  # noqa: PLC0415 - as above

        if pair.problem is not None and self._many and not pair.output:
            self._skipped += 1
            if not self._asked.quiet:
                print(f"skipped {pair.file}: no output of a conversion", file=sys.stderr)
            return
        try:
            checked = check_file(
                pair.file,
                pair.clip(),
                target=self._asked.target,
                animation=pair.animation,
                motion_source=self._asked.motion_source,
                options=options,
                plugins=plugins,
            )
        except RetargetError as error:
            self._fail(pair, error)
        else:
            self._tell(checked)

    def _fail(self, pair: Pair, error: RetargetError) -> None:
        self._failures.append(error)
        reason = str(error).removeprefix(f"{pair.file}: ")
        source = None if pair.source is None else str(pair.source)
        named = pair.animation is not None and self._files[pair.file] > 1
        which = {"animation": pair.animation} if named else {}
        self._told.append({"file": str(pair.file), "source": source, **which, "error": reason})
        label = f" [{pair.animation}]" if named else ""
        print(f"failed  {pair.file}{label}: {reason}", file=sys.stderr)

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
        for about, warnings in checked.warnings.items():
            self._warnings.tell(about, warnings)
        if self._asked.json or (self._asked.quiet and not passed):
            return
        if not (self._many or self._asked.quiet):
            print("\n".join(tables.of_one(checked, self._limits)))
            return
        if not self._headed:
            print(tables.header(self._limits))
            self._headed = True
        named = self._files[checked.file] > 1
        print(tables.line(checked, self._limits, named=named), flush=True)

    def close(self) -> int:
        """Tell what all files came to; return the exit status."""
        from retarget.checking import tables  # noqa: PLC0415 - as above

        self._warnings.close()
        quiet = self._asked.quiet
        if self._asked.json:
            self.print_json({})
        elif self._many or quiet:
            if self._found and not quiet:
                print("\n".join(tables.totals(self._summary(), self._limits)))
            said = [f"{len(self._found)} checked", f"{len(self._failures)} failed"]
            said += [f"{self._skipped} skipped"] * bool(self._skipped)
            said += [f"{self._beyond} beyond a limit"] * bool(self._limits)
            print(", ".join(said))
        if not self._found:
            # Nothing checked, for a mistyped folder, is no reason for a pipeline to go on.
            return min((error.exit_code for error in self._failures), default=1)
        return int(bool(self._failures or self._beyond))

    def print_json(self, more: Mapping[str, object]) -> None:
        """Print what was found as one object, and more of it."""
        summary = self._summary()
        facts = {
            "retarget": __version__,
            "files": self._told,
            "worst": summary.worst,
            "mean": summary.mean,
            "checked": len(self._found),
            "failed": len(self._failures),
            "beyond": self._beyond,
        }
        print(json.dumps({**facts, **more}, indent=2))

    def _summary(self) -> Summary:
        from retarget.checking.summary import summary_of  # noqa: PLC0415 - as above

        return summary_of([checked.report for checked in self._found])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retarget check", description=_DESCRIPTION, allow_abbrev=False
    )
    parser.add_argument(
        "output", type=some_path, metavar="OUT", help="a finished .glb, .gltf or .vrma, or a folder"
    )
    parser.add_argument(
        "--source",
        type=some_path,
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
    parser.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        help="only failures, what is beyond a limit, and the last line",
    )
    add_reading(parser.add_argument_group("reading the clips"))
    return parser
