"""What every class of the kit is: its author's slips are told in words, none by silence."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


class Kit:
    """The base of the kit's classes, which are abstract."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a test class that lacks something.

        Raises:
            TypeError: what is abstract was not filled in. pytest would pass over such a class
                without a word.

        """
        super().__init_subclass__(**kwargs)
        if cls.__name__.startswith("Test") and inspect.isabstract(cls):
            raise TypeError(_unfilled(cls))

    def __getattribute__(self, name: str) -> Any:
        """Watch what `make` and `other` return, wherever and however they are defined."""
        found = super().__getattribute__(name)
        if name in ("make", "other") and inspect.isroutine(found):
            return _returning_an_instance(found, f"{type(self).__name__}.{name}")
        return found


def _returning_an_instance(function: Callable[..., Any], called: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        made = function(*args, **kwargs)
        if made is None or isinstance(made, type):
            name = made.__name__ if made else None
            hint = f"the class {name}; return an instance, {name}()" if made else "None"
            pytest.fail(f"{called} returned {hint}.", pytrace=False)
        return made

    return watched


def _unfilled(cls: type) -> str:
    """Return what a class lacks, and what may have been meant as it."""
    asked = {name for base in cls.__bases__ for name in getattr(base, "__abstractmethods__", ())}
    missing = sorted(
        name for name in asked if getattr(getattr(cls, name), "__isabstractmethod__", False)
    )
    own = [name for name in vars(cls) if not name.startswith("__")]
    near = {name: difflib.get_close_matches(name, own, 1) for name in missing}
    hints = "".join(f" Is its {match[0]} meant as {name}?" for name, match in near.items() if match)
    return (
        f"{cls.__name__} lacks {', '.join(missing)}; none of its checks would run.{hints} "
        "If it is there to be subclassed, let its name not begin with Test."
    )
