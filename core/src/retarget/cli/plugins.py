"""`retarget plugins`: what is installed, by whom, and what is not, without importing any of it.

Of one that is named, more is told, for which it is loaded; so one that does not load says so.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import attrs

from retarget import kinds
from retarget.errors import UsageError
from retarget.parameters import parameters_of
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
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="tell of this one alone, with its parameters"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args(given)
    if asked.name is not None:
        _tell(asked.name, as_json=asked.json)
        return 0
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


def _tell(name: str, *, as_json: bool) -> None:
    """Tell of the providers of a name, and of a pass its parameters; each must load."""
    plugins = Plugins()
    with redirect_stdout(sys.stderr):
        own = [p for p in describe(plugins)["providers"] if p["name"] == name]
    if not own:
        raise UsageError(f"No plugin offers {name!r}; `retarget plugins` lists what there is.")
    for provider in own:
        (kind,) = (kind for kind in kinds.KINDS if kind.title == provider["kind"])
        with redirect_stdout(sys.stderr):
            loaded = plugins.load(kind, name)
        if kind is kinds.PASS:
            declared = loaded.parameters
            of_pass = () if declared is None else parameters_of(declared)
            provider["parameters"] = [attrs.asdict(one) for one in of_pass]
    if as_json:
        print(json.dumps(own, indent=2))
        return
    for provider in own:
        by = f"{provider['distribution']} {provider['version'] or ''}".strip()
        print(f"{provider['name']}: {provider['summary']}  [{provider['kind']} of {by}]")
        for one in provider.get("parameters", ()):
            default = one["default"]
            if isinstance(default, bool):
                default = "yes" if default else "no"
            value = f"{default} {one['unit']}".strip()
            choice = f" ({', '.join(one['one_of'])})" if one["one_of"] else ""
            print(f"  --set {name}.{one['name']}=…  {one['summary']}{choice} (default: {value})")


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
