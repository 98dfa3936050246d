"""What a pass is told besides the clip: source and target in world space, contacts, the solver."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from retarget import contacts as contact_detection
from retarget.fk import Branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import DTypeLike

    from retarget.floor import Floor
    from retarget.matching import Match
    from retarget.options import Options
    from retarget.providers import FKSolver
    from retarget.values import Clip, Contacts, Motion, World

P = TypeVar("P")


@attrs.frozen(kw_only=True, eq=False)
class PassContext:
    """Facts for passes; what is costly is computed when first asked for, once per clip."""

    motion: Motion
    """The source, at the clip's frame rate, frame for frame."""
    match: Match
    """Which source joint drives which joint of the rig."""
    floor: Floor | None
    """The source's floor; None for a source without feet."""
    root_scale: float
    """Target leg length over source leg length, by which the root's path was scaled."""
    solver: FKSolver
    options: Options
    chosen: Mapping[type[Any], Any] = attrs.field(factory=dict)
    """The parameters of the passes applied, by their class."""

    def parameters(self, declared: type[P]) -> P:
        """Return the values of a pass's parameters; the defaults where nothing was set."""
        made: P = self.chosen.get(declared) or declared()
        return made

    @cached_property
    def source_world(self) -> World:
        """World transforms of the source's joints, in metres of the source's own size."""
        motion = self.motion
        return self.solver.solve(motion.skeleton, motion.rotations, motion.root_translations)

    @cached_property
    def contacts(self) -> Contacts | None:
        """Which heels and toes of the source touch its floor; None for a source without feet."""
        if self.floor is None:
            return None
        points = contact_detection.points_of(self.motion.skeleton)
        return contact_detection.label(self.motion, self.source_world_of(points), self.floor)

    def world(self, clip: Clip) -> World:
        """Return the world transforms of a clip's joints."""
        return self.solver.solve(clip.rig.skeleton, clip.rotations, clip.root_translations)

    def world_of(
        self, clip: Clip, joints: Iterable[int], dtype: DTypeLike = "f4", frames: Any = ...
    ) -> World:
        """Return World of some joints of a clip, in their order, by FK of these and those above.

        On `frames`, a slice or indices; on all where none are given.
        """
        branch = Branch.of(clip.rig.skeleton, joints)
        root = clip.root_translations.astype(dtype, copy=False)
        return branch.solve(self.solver, clip.rotations, root, frames)

    def source_world_of(self, roles: Iterable[str]) -> World:
        """Return World of some joints of the source, in their order, likewise."""
        motion = self.motion
        branch = Branch.of(motion.skeleton, [motion.skeleton.index[role] for role in roles])
        return branch.solve(self.solver, motion.rotations, motion.root_translations)
