"""Reading what the user gave: the motion and the target, by content or by the source named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from retarget import kinds
from retarget.errors import (
    FileReadError,
    NotAMotionError,
    PluginError,
    RetargetError,
    UsageError,
)
from retarget.options import Options, or_defaults
from retarget.plugins import Plugins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from retarget.contracts import CheckedAPoseSource, CheckedMotionSource, CheckedPass
    from retarget.values import Motion, Rig

DEFAULT_TARGET = "default"
"""The A-pose source, and its spec, that is taken when no target is given."""

DEFAULT_PASSES = ("floor", "feet", "hands")
"""The passes applied where none are named, in this order."""


def load_motion(
    path: str | PathLike[str],
    *,
    source: str | None = None,
    options: Options | None = None,
    plugins: Plugins | None = None,
) -> Motion:
    """Read a motion file.

    Args:
        path: the file; its content decides who reads it.
        source: the motion source that must read it, not asked whether it knows the file.
        options: `up`, `source_fps` and `frame_limit` matter here.
        plugins: the plugins to choose from; by default those installed.

    Raises:
        NotAMotionError: no source knows the file; says what it is instead where that is known.
        FileReadError: the file is damaged, or not there.
        RetargetError: the file cannot be used, or several sources claim it.

    """
    path, options, plugins = Path(path), or_defaults(options), plugins or Plugins()
    if not path.is_file():
        raise FileReadError(f"{path}: {_no_file(path)}.")
    reader = plugins.motion_source(source) if source else _sniffed(path, plugins)
    motion = reader.load(path, options)
    motion = attrs.evolve(motion, source=attrs.evolve(motion.source, read_by=reader.made_by))
    told = plugins.notify("retarget_motion_loaded", motion=motion)
    return attrs.evolve(motion, warnings=(*motion.warnings, *told)) if told else motion


def load_rig(
    spec: str | PathLike[str] | None = None,
    *,
    options: Options | None = None,
    plugins: Plugins | None = None,
) -> Rig:
    """Make the target.

    Args:
        spec: a file, or the name of a source that needs none; the built-in target where None.
        options: passed on to the source.
        plugins: the plugins to choose from; by default those installed.

    Raises:
        UsageError: no source knows the spec.
        RetargetError: the file cannot be used, or several sources claim it.

    """
    text = DEFAULT_TARGET if spec is None else os.fspath(spec)
    options, plugins = or_defaults(options), plugins or Plugins()
    if text == DEFAULT_TARGET:
        rig = plugins.apose_source(DEFAULT_TARGET).load(text, options)
    else:
        rig = _claiming(text, plugins).load(text, options)
    told = plugins.notify("retarget_rig_loaded", rig=rig)
    return attrs.evolve(rig, warnings=(*rig.warnings, *told)) if told else rig


def load_passes(
    names: Sequence[str] | None = None, *, plugins: Plugins | None = None
) -> dict[str, CheckedPass]:
    """Load passes by name, in the order in which a `Retargeter` is to apply them.

    None stands for those of `DEFAULT_PASSES` that are installed.

    Raises:
        UsageError: a name that no plugin offers, or one named twice.

    """
    plugins = plugins or Plugins()
    if isinstance(names, str):
        raise UsageError(f"passes is the text {names!r}; give a list of names.")
    if names is None:
        offered = plugins.offers(kinds.PASS)
        names = [name for name in DEFAULT_PASSES if name in offered]
    chosen = {name: plugins.pass_(name) for name in names}
    if len(chosen) < len(names):
        raise UsageError(f"passes {', '.join(names)}: one is named twice; name it once.")
    return chosen


def motion_suffixes(plugins: Plugins) -> tuple[str, ...]:
    """Return the file suffixes by which a folder is searched for motions.

    Raises:
        PluginError: no motion source is installed.

    """
    sources = _motion_sources(plugins).values()
    return tuple(sorted({suffix for source in sources for suffix in source.suffixes}))


def _no_file(path: Path) -> str:
    if not path.is_dir():
        return "no such file"
    readable = os.access(path, os.R_OK | os.X_OK)
    return "is a folder; name a file" if readable else "this folder cannot be read"


def _motion_sources(plugins: Plugins) -> Mapping[str, CheckedMotionSource]:
    sources: Mapping[str, CheckedMotionSource] = plugins.load_all(kinds.MOTION_SOURCE)
    if not sources:
        get = next(iter(kinds.MOTION_SOURCE.absent.values()))
        raise PluginError(
            f"No motion source is installed. Get the usual ones with: {get}."
            f"{_left_out(kinds.MOTION_SOURCE, plugins)}"
        )
    return sources


def _sniffed(path: Path, plugins: Plugins) -> CheckedMotionSource:
    sources = _motion_sources(plugins)
    claims = [name for name, source in sources.items() if source.sniff(path)]
    _refuse_several(str(path), claims, kinds.MOTION_SOURCE)
    if claims:
        return sources[claims[0]]
    told = dict.fromkeys(source.why_not(path) for source in sources.values())
    reasons = " ".join(reason for reason in told if reason)
    said = "--target" in reasons or not _is_target(str(path), plugins)
    hint = "" if said else " It is a target: name it with --target."
    raise NotAMotionError(
        f"{path}: {reasons or 'no motion source knows its content.'}{hint}"
        f"{_left_out(kinds.MOTION_SOURCE, plugins)}"
    )


def _is_target(spec: str, plugins: Plugins) -> bool:
    sources: Mapping[str, CheckedAPoseSource] = plugins.load_all(kinds.APOSE_SOURCE)
    try:
        return any(source.sniff(spec) for source in sources.values())
    except RetargetError:  # a source that fails here is nobody's concern yet
        return False


def _claiming(spec: str, plugins: Plugins) -> CheckedAPoseSource:
    sources: Mapping[str, CheckedAPoseSource] = plugins.load_all(kinds.APOSE_SOURCE)
    claims = [name for name, source in sources.items() if source.sniff(spec)]
    _refuse_several(spec, claims, kinds.APOSE_SOURCE)
    if claims:
        return sources[claims[0]]
    if Path(spec).exists():
        told = dict.fromkeys(source.why_not(spec) for source in sources.values())
        reasons = " ".join(reason for reason in told if reason)
        what = reasons or "is nothing that any target source knows."
    else:
        what = "not found."
    absent = {get for name, get in kinds.APOSE_SOURCE.absent.items() if name not in sources}
    raise UsageError(
        f"--target {spec}: {what} Target sources installed: {', '.join(sources) or 'none'}."
        + "".join(f" More come with: {get}." for get in sorted(absent))
        + _left_out(kinds.APOSE_SOURCE, plugins)
    )


def _left_out(kind: kinds.Kind, plugins: Plugins) -> str:
    """Return what to add to an error that a plugin left out may be the reason of."""
    failures = (f for f in plugins.failures if f.hook in ("", kind.hook))
    return "".join(f" {failure}" for failure in failures)


def _refuse_several(what: str, claims: list[str], kind: kinds.Kind) -> None:
    if len(claims) > 1:
        pick = f" Pick one with {kind.option}." if kind is kinds.MOTION_SOURCE else ""
        raise UsageError(f"{what}: claimed by several {kind.plural}: {', '.join(claims)}.{pick}")
