"""`retarget plugins`: what is installed, by whom, and what is not, without importing any of it."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from retarget import kinds
from retarget.plugins import Plugins, version_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(given: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="retarget plugins",
        description="List motion sources, targets, solvers, backends and passes.",
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args(given)
    with redirect_stdout(sys.stderr):  # what a plugin prints while it is imported is no listing
        listing = describe(Plugins())
    if asked.json:
        print(json.dumps(listing, indent=2))
    else:
        _print(listing)
    return 0


def describe(plugins: Plugins) -> dict[str, Any]:
    """Return JSON-able facts on what is installed, what is known but absent, what failed."""
    listing: dict[str, Any] = {"providers": [], "absent": []}
    for kind in kinds.KINDS:
        offers = plugins.offers(kind)
        listing["providers"] += [
            {
                "kind": kind.title,
                "option": kind.option,
                "name": offer.provider.name,
                "summary": offer.provider.summary,
                "distribution": offer.owner,
                "version": version_of(offer.owner),
            }
            for offer in offers.values()
        ]
        listing["absent"] += [
            {"kind": kind.title, "name": name, "install": install}
            for name, install in kind.absent.items()
            if name not in offers
        ]
    listing["failures"] = [
        {"plugin": f.plugin, "hook": f.hook, "reason": f.reason} for f in plugins.failures
    ]
    return listing


def _print(listing: dict[str, Any]) -> None:
    for kind in kinds.KINDS:
        print(f"{kind.plural} ({kind.option})")
        own = [p for p in listing["providers"] if p["kind"] == kind.title]
        for p in own:
            print(f"  {p['name']:14}{p['summary']}  [{p['distribution']} {p['version'] or ''}]")
        for p in listing["absent"]:
            if p["kind"] == kind.title:
                print(f"  {p['name']:14}not installed; get it with: {p['install']}")
        if not own:
            print("  none installed")
    for failure in listing["failures"]:
        of = f" of {failure['hook']}" if failure["hook"] else ""
        print(f"left out{of}: {failure['plugin']}: {failure['reason']}")
