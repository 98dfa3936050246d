"""Tries an implementation with the kit: runs checks by pytest itself and tells how they ended."""

from __future__ import annotations

from collections import defaultdict

import pytest

HEAD = "from {kit.__module__} import {kit.__name__}"
TRIAL = """
from {made.__module__} import {made.__name__}

class Test{made.__name__}({kit.__name__}):
    made = {made.__name__}
"""

SETTINGS = """\
[pytest]
addopts = --strict-config --strict-markers --import-mode=importlib
filterwarnings = error
"""


class Outcomes:
    """A pytest plugin that keeps how every test ended."""

    def __init__(self):
        self.ran, self.failures, self.broken = set(), defaultdict(list), []

    def pytest_collectreport(self, report):
        if report.failed:
            self.broken.append(str(report.longrepr))

    def pytest_runtest_logreport(self, report):
        _, trial, check = report.nodeid.split("::")
        key = trial.removeprefix("Test"), check.partition("[")[0]
        self.ran.add(key)
        if report.failed:
            self.failures[key].append(report.longrepr.reprcrash.message)


def failures_of(kit, wrong, folder):
    """Run checks of `kit`; return the messages of failures by (name of what is wrong, check).

    `wrong` holds (class, check, words): the class makes what is tried.
    """
    module = folder / f"test_{kit.__module__.rpartition('.')[2]}_{kit.__name__}.py"
    classes = dict.fromkeys(made for made, _, _ in wrong)
    module.write_text(
        HEAD.format(kit=kit) + "".join(TRIAL.format(kit=kit, made=m) for m in classes)
    )
    settings = folder / "pytest.ini"
    settings.write_text(SETTINGS)
    outcomes = Outcomes()
    options = [
        f"--config-file={settings}",
        f"--rootdir={folder}",
        f"--basetemp={folder / 'temporary'}",
        "-pno:cacheprovider",
        "-pno:terminal",
    ]
    checks = [f"{module}::Test{made.__name__}::{check}" for made, check, _ in wrong]
    pytest.main([*checks, *options], plugins=[outcomes])
    assert not outcomes.broken, outcomes.broken[0]
    missing = {(made.__name__, check) for made, check, _ in wrong} - outcomes.ran
    assert not missing, f"did not run: {missing}"
    return outcomes.failures


def checks_of(kit):
    """Return the names of the checks of a kit class."""
    return {name for name in dir(kit) if name.startswith("test_")}
