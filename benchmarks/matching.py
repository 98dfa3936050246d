"""How many joints are matched right, wrong and not at all, by naming convention; and how fast.

    uv run python benchmarks/matching.py

The rigs are those of the tests: every convention written out by hand, standing as the two shared
characters do, each through every variation (`tests/support/rig_conventions.py`,
`rig_variations.py`). The table is Markdown, as docs/matching.md shows it.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from retarget import roles
from retarget.matching import recognise

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support import rig_conventions, rig_names, rig_variations  # type: ignore[import-not-found]

UNNAMED = ("plain", "shuffled", "tumbled", "t_pose", "arms_down", "fingerless", "toeless")
"""Variations that are tried again with names that say nothing."""


class Count:
    """Roles that were found right, wrong and not at all, and what was said."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.right = self.wrong = self.missing = self.required = self.silent = 0
        self.seconds: list[float] = []

    def add(self, joints: Any) -> None:
        """Match one rig and count."""
        skeleton = rig_names.skeleton(joints)
        start = time.perf_counter()
        found = recognise(skeleton, name="rig")
        self.seconds.append(time.perf_counter() - start)
        right, wrong, lost = rig_variations.judged(joints, found)
        self.right += right
        self.wrong += len(wrong)
        self.missing += len(lost)
        self.required += len(set(lost) & set(roles.REQUIRED))
        self.silent += len(wrong) if not found.warnings else 0

    def row(self, name: str) -> str:
        """Return the count as a row of the table."""
        share = 100 * self.right / max(self.right + self.wrong + self.missing, 1)
        milliseconds = 1000 * statistics.median(self.seconds)
        return (
            f"| {name} | {self.right} | {self.wrong} | {self.missing} | {self.required} "
            f"| {share:.1f} % | {milliseconds:.1f} |"
        )


def main() -> None:
    """Print the tables."""
    bases = {which: rig_variations.base(which) for which in rig_variations.BASES}
    head = "| right | wrong | missing | required missing | right of all | median ms |"
    rule = "| --- | --- | --- | --- | --- | --- | --- |"
    silent = 0
    for title, rigs, unnamed in (
        ("by name", rig_conventions.CONVENTIONS, False),
        ("hanging elsewhere in the file", rig_conventions.HANGING_ELSEWHERE, False),
        ("names that are partly known", rig_conventions.PARTLY_KNOWN, False),
        ("names that say nothing", rig_conventions.CONVENTIONS, True),
    ):
        print(f"| {title} {head}\n{rule}")
        for convention, (text, fingers, *tears) in rigs.items():
            count = Count()
            for base in bases.values():
                rig = rig_conventions.build(text, fingers, base)
                if unnamed:
                    for name in UNNAMED:
                        varied = getattr(rig_variations, name)(rig)
                        count.add(rig_variations.nonsense(varied))
                else:
                    for vary in rig_variations.VARIATIONS.values():
                        joints = vary(rig)
                        for tear in tears:
                            joints = tear(joints)
                        count.add(joints)
            silent += count.silent
            print(count.row(convention))
        print()
    print(f"wrong without any warning: {silent}")


if __name__ == "__main__":
    main()
