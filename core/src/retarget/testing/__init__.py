"""The conformance kit for plugin authors: base classes whose checks every provider must pass.

Subclass the class of your provider's kind in a test module, name the subclass `Test…`, and fill in
what is abstract; pytest does the rest. The truth that the checks compare with is computed by the
kit itself, by matrices one joint and one frame at a time, sharing no code with the core.
"""

from __future__ import annotations

try:
    import pytest  # noqa: F401 - asked for here, so that its absence is told in words
except ImportError as error:
    raise ImportError(
        "retarget.testing needs pytest, which retarget itself does not: add pytest to the "
        "requirements of your plugin's tests."
    ) from error

from retarget.testing.apose_source import APoseSourceTests
from retarget.testing.cross_backend import CrossBackendTests
from retarget.testing.exporter import ExporterTests
from retarget.testing.fk_solver import FKSolverTests
from retarget.testing.ik import IKTests
from retarget.testing.ik_pass import IKPassTests
from retarget.testing.motion_source import MotionSourceTests
from retarget.testing.motions import MotionTruth
from retarget.testing.passes import PassTests
from retarget.testing.readback import ReadBack

__all__ = [
    "APoseSourceTests",
    "CrossBackendTests",
    "ExporterTests",
    "FKSolverTests",
    "IKPassTests",
    "IKTests",
    "MotionSourceTests",
    "MotionTruth",
    "PassTests",
    "ReadBack",
]
