"""What a pass is told besides the clip: source and target in world space, contacts, the solver."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from retarget import contacts as contact_detection

if TYPE_CHECKING:
    from retarget.floor import Floor
    from retarget.matching import Match
    from retarget.options import Options
    from retarget.providers import FKSolver
    from retarget.values import Clip, Contacts, Motion, World


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
        return contact_detection.detect(self.motion, self.source_world, self.floor)

    def world(self, clip: Clip) -> World:
        """Return the world transforms of a clip's joints."""
        return self.solver.solve(clip.rig.skeleton, clip.rotations, clip.root_translations)
