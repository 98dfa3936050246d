"""What the core offers through its own hooks, as any plugin would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.hookspecs import hookimpl
from retarget.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retarget.providers import FKSolver


@hookimpl
def retarget_fk_solvers() -> Iterable[Provider[FKSolver]]:
    """Offer the numpy solver."""
    return [Provider(name="numpy", summary="whole arrays, joint by joint, float32", load=_numpy_fk)]


def _numpy_fk() -> FKSolver:
    from retarget.fk import NumpyFK  # noqa: PLC0415 - numpy is imported only when it is used

    return NumpyFK()
