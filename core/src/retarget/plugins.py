"""The plugin manager: finds plugins, lists what they offer, loads what was named, tells failures.

An object, never a module global: a program may hold several, with or without what is installed.
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

import attrs
import pluggy

from retarget import builtin, hookspecs, kinds
from retarget.errors import PluginContractError, PluginError, UsageError
from retarget.providers import Provider

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from retarget.contracts import (
        CheckedAPoseSource,
        CheckedExporter,
        CheckedFKSolver,
        CheckedMotionSource,
        CheckedPass,
    )

CORE = "retarget-core"


@attrs.frozen(kw_only=True)
class Failure:
    """A plugin that was left out, and why."""

    plugin: str
    """The distribution, or the name the plugin was registered under."""
    reason: str

    def __str__(self) -> str:
        """Return one line for the user."""
        return f"Plugin {self.plugin} was left out: {self.reason}"


@attrs.frozen(kw_only=True)
class Offer:
    """A provider and the distribution that offers it."""

    kind: kinds.Kind
    provider: Provider[Any]
    owner: str


class Plugins:
    """The installed plugins and those a program registers itself.

    Args:
        installed: look for the entry points of installed distributions.

    Raises:
        PluginError: a plugin implements a hook that does not exist (a misspelt name).

    """

    def __init__(self, *, installed: bool = True) -> None:
        """Load the core's own plugin and, in the order of their names, the installed ones."""
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._failures: dict[str, Failure] = {}
        self._offers: dict[str, dict[str, Offer]] = {}
        self.register(builtin, CORE)
        if installed:
            self._load_installed()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The plugins that were left out."""
        return tuple(self._failures.values())

    def register(self, plugin: object, name: str) -> None:
        """Add a plugin by hand: a module, or an object with hook methods, under a name of its own.

        Raises:
            PluginError: the name is taken, a hook is misspelt or has a wrong argument.

        """
        try:
            self._manager.register(plugin, name=name)
            self._manager.check_pending()
        except (ValueError, pluggy.PluginValidationError) as error:
            if self._manager.get_plugin(name) is plugin:
                self._manager.unregister(name=name)
            raise PluginError(f"Plugin {name}: {error}") from error
        self._offers.clear()

    def _load_installed(self) -> None:
        found = {
            (entry.dist.name if entry.dist else "?", entry.name): entry
            for entry in metadata.entry_points(group=hookspecs.PROJECT)
        }
        for (owner, name), entry in sorted(found.items()):
            label = owner if self._manager.get_plugin(owner) is None else f"{owner}:{name}"
            try:
                plugin = entry.load()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's import
                reason = f"it does not import ({type(error).__name__}: {error})"
                self._failures[label] = Failure(plugin=label, reason=reason)
                continue
            self.register(plugin, label)

    def offers(self, kind: kinds.Kind) -> dict[str, Offer]:
        """Return what is offered of a kind, by name, in the order of names.

        A hook that raises, or returns what is no Provider, leaves its plugin out.

        Raises:
            PluginError: two plugins offer the same name.

        """
        if kind.hook not in self._offers:
            offers: dict[str, Offer] = {}
            for owner, provider in self._provided(kind):
                twin = offers.get(provider.name)
                if twin is not None:
                    raise PluginError(
                        f"Two plugins offer a {kind.title} named {provider.name!r}: "
                        f"{twin.owner} and {owner}. Uninstall one of them."
                    )
                offers[provider.name] = Offer(kind=kind, provider=provider, owner=owner)
            self._offers[kind.hook] = dict(sorted(offers.items()))
        return self._offers[kind.hook]

    def _provided(self, kind: kinds.Kind) -> Iterator[tuple[str, Provider[Any]]]:
        for owner, hook in self._implementations(kind.hook):
            try:
                for provider in hook():
                    if not isinstance(provider, Provider):
                        what = f"{kind.hook} returned {provider!r}, which is no Provider"
                        raise PluginContractError(what)  # noqa: TRY301 - told as any failure
                    yield owner, provider
            except Exception as error:  # noqa: BLE001 - a stranger's code
                reason = f"{kind.hook} failed ({type(error).__name__}: {error})"
                self._failures[owner] = Failure(plugin=owner, reason=reason)

    def _implementations(self, hook: str) -> Iterator[tuple[str, Any]]:
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            yield implementation.plugin_name, implementation.function

    def load(self, kind: kinds.Kind, name: str) -> Any:
        """Load a provider by name, wrapped so that what it returns is checked.

        Raises:
            UsageError: there is none of that name; says what there is and how to get what is not.
            PluginError: it does not load; says what it requires.

        """
        from retarget import contracts  # noqa: PLC0415 - numpy is imported only when it is used

        offer = self.offers(kind).get(name)
        if offer is None:
            raise UsageError(self._unknown(kind, name))
        try:
            made = offer.provider.load()
        except ImportError as error:
            hint = f" It requires: {offer.provider.requires}" if offer.provider.requires else ""
            raise PluginError(
                f"{kind.option} {name}: plugin {offer.owner} does not load ({error}).{hint}"
            ) from error
        wrapper: Any = getattr(contracts, f"Checked{kind.protocol}")
        return wrapper(made, name, offer.owner)

    def _unknown(self, kind: kinds.Kind, name: str) -> str:
        installed = ", ".join(self.offers(kind)) or "none"
        message = f"{kind.option} {name}: no such {kind.title}. Installed: {installed}."
        if name in kind.absent:
            message = (
                f"{kind.option} {name}: this {kind.title} is not installed. "
                f"Get it with: {kind.absent[name]}. Installed: {installed}."
            )
        broken = "; ".join(str(failure) for failure in self.failures)
        return f"{message} {broken}" if broken else message

    def motion_source(self, name: str) -> CheckedMotionSource:
        """Load a motion source by name; raises as `load`."""
        source: CheckedMotionSource = self.load(kinds.MOTION_SOURCE, name)
        return source

    def apose_source(self, name: str) -> CheckedAPoseSource:
        """Load an A-pose source by name; raises as `load`."""
        source: CheckedAPoseSource = self.load(kinds.APOSE_SOURCE, name)
        return source

    def fk_solver(self, name: str) -> CheckedFKSolver:
        """Load a forward-kinematics solver by name; raises as `load`."""
        solver: CheckedFKSolver = self.load(kinds.FK_SOLVER, name)
        return solver

    def exporter(self, name: str) -> CheckedExporter:
        """Load a backend by name; raises as `load`."""
        exporter: CheckedExporter = self.load(kinds.EXPORTER, name)
        return exporter

    def pass_(self, name: str) -> CheckedPass:
        """Load a pass by name; raises as `load`."""
        one: CheckedPass = self.load(kinds.PASS, name)
        return one

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Let every plugin add its options to the parser; one that fails is left out."""
        for owner, hook in self._implementations("retarget_add_options"):
            try:
                hook(parser)
            except Exception as error:  # noqa: BLE001 - a stranger's code
                reason = f"retarget_add_options failed ({type(error).__name__}: {error})"
                self._failures[owner] = Failure(plugin=owner, reason=reason)

    def notify(self, hook: str, **facts: object) -> tuple[str, ...]:
        """Tell the onlookers of an event; return a warning for each that raised."""
        warnings = []
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            wanted = {name: facts[name] for name in implementation.argnames}
            try:
                implementation.function(**wanted)
            except Exception as error:  # noqa: BLE001 - onlookers never stop the work
                warnings.append(
                    f"Plugin {implementation.plugin_name}: {hook} failed "
                    f"({type(error).__name__}: {error})."
                )
        return tuple(warnings)
