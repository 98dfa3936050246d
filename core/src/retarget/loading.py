"""Reading what the user gave: the motion and the target, by content or by the source named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from retarget import kinds
from retarget.errors import FileReadError, NotAMotionError, PluginError, UsageError
from retarget.options import Options
from retarget.plugins import Plugins

if TYPE_CHECKING:
    from os import PathLike

    from retarget.contracts import CheckedMotionSource
    from retarget.values import Motion, Rig

DEFAULT_TARGET = "default"
"""The A-pose source, and its spec, that is taken when no target is given."""


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
        RetargetError: the file cannot be used, or two sources claim it.

    """
    path, options, plugins = Path(path), options or Options(), plugins or Plugins()
    if not path.is_file():
        raise FileReadError(f"{path}: no such file.")
    reader = plugins.motion_source(source) if source else _sniffed(path, plugins)
    motion = reader.load(path, options)
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
        RetargetError: the file cannot be used, or two sources claim it.

    """
    text = DEFAULT_TARGET if spec is None else str(Path(spec))
    options, plugins = options or Options(), plugins or Plugins()
    if text == DEFAULT_TARGET:
        rig = plugins.apose_source(DEFAULT_TARGET).load(text, options)
    else:
        offers = plugins.offers(kinds.APOSE_SOURCE)
        claims = [name for name in offers if plugins.apose_source(name).sniff(text)]
        _refuse_two(text, claims, kinds.APOSE_SOURCE)
        if not claims:
            what = "is nothing that any target source knows" if Path(text).exists() else "not found"
            known = ", ".join(offers) or "none"
            raise UsageError(f"--target {text}: {what}. Target sources installed: {known}.")
        rig = plugins.apose_source(claims[0]).load(text, options)
    told = plugins.notify("retarget_rig_loaded", rig=rig)
    return attrs.evolve(rig, warnings=(*rig.warnings, *told)) if told else rig


def motion_suffixes(plugins: Plugins) -> tuple[str, ...]:
    """Return the file suffixes by which a folder is searched for motions."""
    sources = [plugins.motion_source(name) for name in plugins.offers(kinds.MOTION_SOURCE)]
    return tuple(sorted({suffix.lower() for source in sources for suffix in source.suffixes}))


def _sniffed(path: Path, plugins: Plugins) -> CheckedMotionSource:
    sources = {name: plugins.motion_source(name) for name in plugins.offers(kinds.MOTION_SOURCE)}
    if not sources:
        get = next(iter(kinds.MOTION_SOURCE.absent.values()))
        raise PluginError(f"No motion source is installed. Get the usual ones with: {get}.")
    claims = [name for name, source in sources.items() if source.sniff(path)]
    _refuse_two(str(path), claims, kinds.MOTION_SOURCE)
    if claims:
        return sources[claims[0]]
    told = dict.fromkeys(source.why_not(path) for source in sources.values())
    reasons = " ".join(reason for reason in told if reason)
    raise NotAMotionError(f"{path}: {reasons or 'no motion source knows its content.'}")


def _refuse_two(what: str, claims: list[str], kind: kinds.Kind) -> None:
    if len(claims) > 1:
        pick = f" Pick one with {kind.option}." if kind is kinds.MOTION_SOURCE else ""
        raise UsageError(f"{what}: claimed by two {kind.title}s, {' and '.join(claims)}.{pick}")
