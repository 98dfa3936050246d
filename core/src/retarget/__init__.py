"""retarget: put motion capture onto other skeletons.

    import retarget
    retarget.run("clip.npz", target="A-Pose.npz", output="out.glb")

Names are imported when first used, so that `import retarget` and `retarget --help` stay light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retarget.api import export, load_motion, load_passes, load_rig, run
    from retarget.context import PassContext
    from retarget.errors import (
        NotAMotionError,
        RetargetError,
        UsageError,
    )
    from retarget.hookspecs import hookimpl
    from retarget.options import Options
    from retarget.plugins import Plugins
    from retarget.providers import (
        APoseSource,
        Exporter,
        FKSolver,
        MotionSource,
        Pass,
        Provider,
    )
    from retarget.retargeter import Retargeter
    from retarget.values import (
        Clip,
        Contacts,
        ExportResult,
        Motion,
        Rig,
        RootMotion,
        Skeleton,
        Source,
        World,
    )

__version__ = "0.1.0"

_HOME = {
    "api": ("export", "load_motion", "load_passes", "load_rig", "run"),
    "context": ("PassContext",),
    "errors": ("NotAMotionError", "RetargetError", "UsageError"),
    "hookspecs": ("hookimpl",),
    "options": ("Options",),
    "plugins": ("Plugins",),
    "providers": ("APoseSource", "Exporter", "FKSolver", "MotionSource", "Pass", "Provider"),
    "retargeter": ("Retargeter",),
    "values": (
        "Clip",
        "Contacts",
        "ExportResult",
        "Motion",
        "Rig",
        "RootMotion",
        "Skeleton",
        "Source",
        "World",
    ),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "APoseSource",
    "Clip",
    "Contacts",
    "ExportResult",
    "Exporter",
    "FKSolver",
    "Motion",
    "MotionSource",
    "NotAMotionError",
    "Options",
    "Pass",
    "PassContext",
    "Plugins",
    "Provider",
    "RetargetError",
    "Retargeter",
    "Rig",
    "RootMotion",
    "Skeleton",
    "Source",
    "UsageError",
    "World",
    "export",
    "hookimpl",
    "load_motion",
    "load_passes",
    "load_rig",
    "run",
]


def __getattr__(name: str) -> object:
    """Import the module that holds `name` and return it from there (PEP 562)."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'retarget' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only when a name is first used

    value = getattr(import_module(f"retarget.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
