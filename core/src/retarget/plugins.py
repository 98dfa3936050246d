"""The plugin manager: finds plugins, lists what they offer, loads what was named, tells failures.

An object, never a module global: a program may hold several, with or without what is installed.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

import attrs
import pluggy

from retarget import builtin, hookspecs, kinds
from retarget.errors import PluginContractError, PluginError, RetargetError, UsageError
from retarget.providers import Provider

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterator, Mapping

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
    """A plugin that was left out, as a whole or of one hook, and why."""

    plugin: str
    """The distribution, or the name the plugin was registered under."""
    reason: str
    hook: str = ""
    """The hook it was left out of; empty where it was left out as a whole."""

    def __str__(self) -> str:
        """Return one line for the user."""
        of = f" of {self.hook}" if self.hook else ""
        return f"Plugin {self.plugin} was left out{of}: {self.reason}"


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
        self._failures: dict[Failure, None] = {}
        self._offers: dict[str, dict[str, Offer]] = {}
        self._loaded: dict[str, dict[str, Any]] = {}
        self._options: dict[str, tuple[str, argparse.Action]] = {}
        self.register(builtin, CORE)
        if installed:
            self._load_installed()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The plugins that were left out."""
        return tuple(self._failures)

    def register(self, plugin: object, name: str) -> None:
        """Add a plugin by hand: a module, or an object with hook methods, under a name of its own.

        Raises:
            PluginError: the name is taken, the plugin is there under another name, a hook is
                misspelt, has a wrong argument or lacks its `@hookimpl`.

        """
        twin = self._manager.get_name(plugin)
        if twin is not None or self._manager.has_plugin(name):
            raise PluginError(f"Plugin {name}: it is registered already, as {twin or name}.")
        try:
            self._manager.register(plugin, name=name)
            self._manager.check_pending()
            self._refuse_unmarked(plugin)
        except pluggy.PluginValidationError as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            raise PluginError(f"Plugin {name}: {error}. Mend it or uninstall it.") from error
        self._offers.clear()
        self._loaded.clear()

    def _refuse_unmarked(self, plugin: object) -> None:
        """Raise where a hook would be passed over in silence because it is not marked."""
        marked = {caller.name for caller in self._manager.get_hookcallers(plugin) or ()}
        for name, caller in sorted(vars(self._manager.hook).items()):
            if caller.has_spec() and name not in marked and callable(getattr(plugin, name, None)):
                raise pluggy.PluginValidationError(plugin, f"{name} is not marked with @hookimpl")

    def _load_installed(self) -> None:
        found = {
            (_distribution(entry), entry.name): entry
            for entry in metadata.entry_points(group=hookspecs.PROJECT)
        }
        entries = Counter(owner for owner, _ in found)
        for (owner, name), entry in sorted(found.items()):
            label = owner if entries[owner] == 1 else f"{owner}:{name}"
            try:
                plugin = entry.load()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's import
                self._leave_out(label, f"it does not import ({_told(error)})")
                continue
            self.register(plugin, label)

    def _leave_out(self, plugin: str, reason: str, hook: str = "") -> None:
        self._failures[Failure(plugin=plugin, reason=reason, hook=hook)] = None

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
                providers = list(hook())
                for provider in providers:
                    if not isinstance(provider, Provider):
                        what = f"it returned {provider!r}, which is no Provider"
                        raise PluginContractError(what)  # noqa: TRY301 - told as any failure
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code
                self._leave_out(owner, f"it failed ({_told(error)})", kind.hook)
            else:
                yield from ((owner, provider) for provider in providers)

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
        except RetargetError:
            raise
        except (Exception, SystemExit) as error:
            hint = f" It requires: {offer.provider.requires}" if offer.provider.requires else ""
            raise PluginError(
                f"{kind.option} {name}: plugin {offer.owner} does not load ({_told(error)}).{hint}"
            ) from error
        wrapper: Any = getattr(contracts, f"Checked{kind.protocol}")
        return wrapper(made, name, offer.owner)

    def load_all(self, kind: kinds.Kind) -> Mapping[str, Any]:
        """Load all providers of a kind, once, by name, to ask each whether it knows a file.

        One that does not load is left out and told in `failures`: it may be wanted by nobody.
        """
        if kind.hook not in self._loaded:
            loaded: dict[str, Any] = {}
            for name, offer in self.offers(kind).items():
                try:
                    loaded[name] = self.load(kind, name)
                except RetargetError as error:
                    self._leave_out(offer.owner, str(error), kind.hook)
            self._loaded[kind.hook] = loaded
        return self._loaded[kind.hook]

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

    def add_options(
        self, parser: argparse.ArgumentParser, of_use: Collection[kinds.Kind] | None = None
    ) -> None:
        """Let every plugin add its options to the parser; one that fails is left out.

        Each shows on an empty parser first what it would add: a plugin may neither demand an
        argument nor set what is another's. With `of_use` only those add theirs that offer a
        provider of these kinds: to a command that uses no others the rest would be idle.
        """
        offers = [offer for kind in of_use or () for offer in self.offers(kind).values()]
        useful = {offer.owner.partition(":")[0] for offer in offers}
        for owner, hook in self._implementations("retarget_add_options"):
            if of_use is not None and owner.partition(":")[0] not in useful:
                continue
            trial = type(parser)(add_help=False, allow_abbrev=False)
            try:
                hook(trial)
                _refuse_intrusion(trial, parser)
                hook(parser)
                for action in trial._actions:  # noqa: SLF001 - argparse shows no other way
                    self._options[action.dest] = owner, action
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code
                self._leave_out(owner, f"it failed ({_told(error)})", "retarget_add_options")

    def idle_options(self, extra: Mapping[str, object], backend: str) -> tuple[str, ...]:
        """Return the flags in `extra` of plugins that offer other backends and nothing else."""
        given = [(*self._options[name], value) for name, value in extra.items()]
        owners = {owner for owner, action, value in given if value != action.default}
        for kind in kinds.KINDS if owners else ():
            for name, offer in self.offers(kind).items():
                if kind is not kinds.EXPORTER or name == backend:
                    owners.discard(offer.owner)
        offered = {offer.owner for offer in self.offers(kinds.EXPORTER).values()}
        return tuple(
            action.option_strings[0]
            for owner, action, value in given
            if owner in owners & offered and value != action.default
        )

    def notify(self, hook: str, **facts: object) -> tuple[str, ...]:
        """Tell the onlookers of an event; return a warning for each that raised."""
        warnings = []
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            wanted = {name: facts[name] for name in implementation.argnames}
            try:
                implementation.function(**wanted)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - onlookers never stop the work
                warnings.append(
                    f"Plugin {implementation.plugin_name}: {hook} failed ({_told(error)})."
                )
        return tuple(warnings)


def _distribution(entry: metadata.EntryPoint) -> str:
    """Return the name of the distribution of an entry point, or "?" where it states none."""
    if entry.dist is None or "Name" not in entry.dist.metadata:
        return "?"
    return entry.dist.metadata["Name"] or "?"


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _refuse_intrusion(trial: argparse.ArgumentParser, parser: argparse.ArgumentParser) -> None:
    """Raise where what was added to `trial` would change what `parser` means without it."""
    taken = {action.dest for action in parser._actions}  # noqa: SLF001 - argparse shows no other way
    flags = {flag for action in parser._actions for flag in action.option_strings}  # noqa: SLF001
    for action in trial._actions:  # noqa: SLF001
        name = "/".join(action.option_strings) or action.dest
        if not action.option_strings or action.required:
            raise PluginContractError(f"{name} would have to be given; options must be optional")
        if flags.intersection(action.option_strings) or action.dest in taken:
            raise PluginContractError(f"{name} (destination {action.dest!r}) is another's already")
    if trial._defaults:  # noqa: SLF001
        raise PluginContractError("set_defaults may not be used")


@lru_cache
def version_of(owner: str) -> str | None:
    """Return the version of a plugin's distribution; None for one registered by hand."""
    try:
        return metadata.version(owner.partition(":")[0])
    except metadata.PackageNotFoundError:
        return None
