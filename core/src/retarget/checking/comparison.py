"""Target and source frame for frame: what every metric is given."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import contacts as contact_detection
from retarget import floor
from retarget import quaternions as quat
from retarget.checking.body import Body
from retarget.checking.provenance import HEADING, KEPT
from retarget.errors import MatchError, RetargetError
from retarget.fk import NumpyFK
from retarget.frame0 import PLACE
from retarget.options import Options
from retarget.resample import resample
from retarget.retargeter import Retargeter
from retarget.root_jumps import mended
from retarget.values import World

if TYPE_CHECKING:
    from retarget.values import Contacts, Float64, Motion, Rig


@attrs.frozen(kw_only=True, eq=False)
class Comparison:
    """A target in motion beside its source, at one rate, without the A-pose of frame 0."""

    rig: Rig
    whole: World
    """World transforms (J, F, …) of the rig's joints on all frames, frame 0 among them."""
    motion: Motion
    """The source at the target's rate, every frame."""
    original: Motion
    """The source as it was read."""
    frame0: str
    """What the A-pose did: "replace", "insert" or "none"."""
    passes: tuple[str, ...] | None
    """Names of the passes applied; None where nobody says."""
    place: str | None = None
    """Where frame 0 stands, "authored" or "motion"; None where nobody says."""
    rests_in_apose: bool = True
    """False where the rig's rest is another pose than frame 0 has."""
    travel: str = KEPT
    """What was taken out of the target's motion, as `provenance.travel_of` has it."""

    @classmethod
    def between(
        cls,
        rig: Rig,
        world: World,
        motion: Motion,
        *,
        fps: float | None = None,
        frame0: str = "none",
        passes: tuple[str, ...] | None = None,
        place: str | None = None,
        rests_in_apose: bool = True,
        travel: str = KEPT,
    ) -> Comparison:
        """Bring the source to the target's rate and check that the frames correspond.

        Raises:
            RetargetError: the source has another number of frames.

        """
        original = motion = mended(motion)
        if fps is not None:
            motion = resample(motion, fps)
        frames = world.positions.shape[1]
        expected = motion.frames + (frame0 == "insert")
        if frames != expected:
            raise RetargetError(
                f"the target has {frames} frames, the source makes {expected} at "
                f"{motion.fps:g} per second; is it the right clip?"
            )
        return cls(
            rig=rig,
            whole=world,
            motion=motion,
            original=original,
            frame0=frame0,
            passes=passes,
            place=place,
            rests_in_apose=rests_in_apose,
            travel=travel,
        )

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.motion.fps

    @cached_property
    def moving(self) -> slice:
        """The target's frames that are motion."""
        return slice(0 if self.frame0 == "none" else 1, None)

    @cached_property
    def source_frames(self) -> slice:
        """The source's frames that they show."""
        return slice(PLACE.get(self.frame0, 0), None)

    @cached_property
    def floor(self) -> floor.Floor | None:
        """The source's floor; None for a source without feet."""
        return floor.estimate(self.motion, NumpyFK())

    @cached_property
    def shown(self) -> Motion | None:
        """The source's frames that the target shows; None where the A-pose took the only one."""
        if self.source_frames.start >= self.motion.frames:
            return None
        return attrs.evolve(
            self.motion,
            rotations=self.motion.rotations[:, self.source_frames],
            root_translations=self.motion.root_translations[self.source_frames],
        )

    @cached_property
    def source(self) -> Body:
        """The source's body on the frames shown."""
        return Body.of_motion(self.motion, self.source_frames)

    @cached_property
    def target(self) -> Body:
        """The target's body on the frames that are motion."""
        return Body.of_rig(self.rig, self.world)

    @cached_property
    def world(self) -> World:
        """World transforms (J, F, …) of the rig's joints on the frames that are motion.

        Travel that was taken out is put back: the hips stand, and face, as without passes.
        """
        rotations = self.whole.rotations[:, self.moving]
        positions = self.whole.positions[:, self.moving]
        if self.travel != KEPT and self.plain is not None:
            hips = self.rig.joint_of_role["pelvis"]
            if self.travel == HEADING:
                away = quat.multiply(self.plain.rotations[hips], quat.conjugate(rotations[hips]))
                turn = quat.heading(away)
                rotations, positions = quat.multiply(turn, rotations), quat.rotate(turn, positions)
            way = (self.plain.positions[hips] - positions[hips]) * [1.0, 0.0, 1.0]
            positions = positions + way
        return World(rotations=rotations, positions=positions)

    @cached_property
    def source_levels(self) -> Float64:
        """Heights (L,), rising, on which the source's soles stand: its floor, and stairs."""
        if self.floor is None:
            return np.zeros(1)
        return np.array(self.floor.levels) - floor.SOLE

    @cached_property
    def target_levels(self) -> Float64:
        """The same of the target: its floor, and stairs scaled as the root's path is."""
        legs = [body.limb_length("leg") for body in (self.target, self.source)]
        scale = legs[0] / legs[1] if legs[0] and legs[1] else 1.0
        return self.rig.floor + scale * (self.source_levels - self.source_levels[0])

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Roles that both have, in the source's order."""
        return tuple(role for role in self.source.index if role in self.target.index)

    def both(self, *wanted: str) -> bool:
        """Tell whether target and source have all these roles."""
        return all(r in self.source.index and r in self.target.index for r in wanted)

    @cached_property
    def contacts(self) -> Contacts | None:
        """Which heels and toes of the source touch its floor, on the frames shown."""
        if self.floor is None or self.shown is None:
            return None
        source = self.source
        world = World(rotations=source.rotations, positions=source.positions)
        return contact_detection.detect(self.shown, world, self.floor)

    @cached_property
    def plain(self) -> World | None:
        """World transforms of the rig's joints with the same motion and no pass, frame for frame.

        None where rig and motion share too few roles for that.
        """
        try:
            clip = Retargeter(self.rig, options=Options(frame0="none")).retarget(self.motion)
        except MatchError:
            return None
        world = NumpyFK().solve(
            self.rig.skeleton,
            clip.rotations.astype(np.float64),
            clip.root_translations.astype(np.float64),
        )
        return World(
            rotations=world.rotations[:, self.source_frames],
            positions=world.positions[:, self.source_frames],
        )
