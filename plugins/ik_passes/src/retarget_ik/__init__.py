"""The first-party passes: feet on the floor, hands that meet, smoothing, limits, root motion.

Offers names alone; what a pass needs is imported when somebody applies it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from retarget.hookspecs import hookimpl
from retarget.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from retarget.providers import Pass

_PASSES = (
    ("floor", "the target's soles on its own floor", "Floor"),
    ("feet", "contacts held still: foot lock, pelvis step, toe roll, swing feet above", "Feet"),
    ("hands", "what hands do to each other and to the body, whatever the proportions", "Hands"),
    ("smooth", "rotations and the root's path without jitter: Butterworth or One-Euro", "Smooth"),
    ("limits", "joints within their range, by swing and twist, softly", "Limits"),
    ("in_place", "root motion removed, or moved to the root joint", "InPlace"),
)
"""Name, which is the module's, summary, and class."""


@hookimpl
def retarget_passes() -> Iterable[Provider[Pass]]:
    """Offer the passes."""
    return [
        Provider(name=name, summary=summary, load=_loader(name, made))
        for name, summary, made in _PASSES
    ]


def _loader(name: str, made: str) -> Callable[[], Pass]:
    def load() -> Pass:
        module = importlib.import_module(f"retarget_ik.{name}")
        return cast("Pass", getattr(module, made)())

    return load
