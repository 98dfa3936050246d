"""The retargeter: what depends on the target is done once, a motion then goes through pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from retarget import __version__, floor
from retarget import quaternions as quat
from retarget.context import PassContext
from retarget.contracts import CheckedFKSolver, made_by
from retarget.errors import UsageError, ValueShapeError
from retarget.fk import NumpyFK
from retarget.frame0 import with_apose
from retarget.matching import Match, match
from retarget.options import Options, or_defaults
from retarget.parameters import with_values
from retarget.plugins import CORE
from retarget.resample import resample
from retarget.root import RootPath
from retarget.root_jumps import mended
from retarget.soundness import fault_of_motion
from retarget.transfer import Transfer
from retarget.values import Clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.providers import FKSolver, Pass
    from retarget.values import Motion, Rig, Skeleton


@attrs.frozen(kw_only=True, eq=False)
class _Plan:
    """What depends on the rig and the source skeleton alone."""

    source: Skeleton
    """In place of all equal to it, so that what it works out of itself is worked out once."""
    match: Match
    transfer: Transfer
    root: RootPath


class Retargeter:
    """Puts motions onto one rig.

    Args:
        rig: the target.
        options: resampling, frame 0 and pass parameters are read from it; passes receive it.
        passes: by name, in the order in which they are applied.
        solver: forward kinematics; the core's own where none is given.

    """

    def __init__(
        self,
        rig: Rig,
        *,
        options: Options | None = None,
        passes: Mapping[str, Pass] | None = None,
        solver: FKSolver | None = None,
    ) -> None:
        """Keep what is given; the work is done on the first motion of each source skeleton.

        Raises:
            UsageError: `options` is no Options, or sets parameters that there are not.

        """
        self.rig = rig
        self.options = or_defaults(options)
        self.passes = dict(passes or {})
        self._parameters = _parameters(self.passes, self.options)
        self.solver = solver or CheckedFKSolver(NumpyFK(), "numpy", CORE)
        self._plans: dict[bytes, _Plan] = {}

    def retarget(self, motion: Motion) -> Clip:
        """Return the motion on the rig: transferred, passed on, frame 0 set.

        Raises:
            MatchError: rig and motion share too few roles.
            ValueShapeError: the motion holds NaN, infinity or quaternions that are not unit.

        """
        fault = fault_of_motion(motion)
        if fault is not None:
            raise ValueShapeError(f"The motion has {fault}. Mend it or leave those frames out.")
        motion = mended(motion)
        if self.options.fps is not None:
            motion = resample(motion, self.options.fps)
        plan = self._plan(motion.skeleton)
        motion = attrs.evolve(motion, skeleton=plan.source)
        ground = floor.estimate(motion, self.solver)
        clip = Clip(
            rig=self.rig,
            fps=motion.fps,
            rotations=plan.transfer.apply(motion.rotations),
            root_translations=plan.root.apply(motion.root_translations, ground),
            name=motion.source.path.stem if motion.source.path else "motion",
            provenance=self._provenance(motion, plan),
            warnings=(*self.rig.warnings, *motion.warnings, *self._losses(motion, plan)),
        )
        if self.passes:
            context = PassContext(
                motion=motion,
                match=plan.match,
                floor=ground,
                root_scale=plan.root.scale,
                solver=self.solver,
                options=self.options,
                chosen={type(made): made for made in self._parameters.values()},
            )
            for one in self.passes.values():
                clip = one.apply(clip, context)
            clip = attrs.evolve(clip, rotations=quat.continuous(clip.rotations))
        clip = with_apose(clip, mode=self.options.frame0, place=self.options.frame0_place)
        if clip.contacts is not None:
            told = {**clip.provenance, "contacts": clip.contacts.runs()}
            clip = attrs.evolve(clip, provenance=told)
        return clip

    def _plan(self, source: Skeleton) -> _Plan:
        key = b"".join(
            (
                repr(source.names).encode(),
                source.parents.tobytes(),
                source.rest_translations.tobytes(),
                source.rest_rotations.tobytes(),
            )
        )
        if key not in self._plans:
            paired = match(self.rig, source)
            transfer = Transfer.between(source, self.rig, paired)
            root = RootPath.between(source, self.rig, transfer, self.solver)
            self._plans[key] = _Plan(source=source, match=paired, transfer=transfer, root=root)
        return self._plans[key]

    def _losses(self, motion: Motion, plan: _Plan) -> tuple[str, ...]:
        losses = []
        unused = plan.match.unused_roles
        if unused:
            named = ", ".join(unused[:3]) + (" …" if len(unused) > 3 else "")
            lost = "1 track is" if len(unused) == 1 else f"{len(unused)} tracks are"
            losses.append(f"the target has no joint for {named}: {lost} lost.")
        if self.options.frame0 == "replace" and motion.frames == 1:
            lost = "the motion has one frame and the A-pose replaces it; "
            losses.append(lost + "keep it with --frame0 insert or none.")
        return tuple(losses)

    def _provenance(self, motion: Motion, plan: _Plan) -> dict[str, Any]:
        source = motion.source
        return {
            "retarget": __version__,
            "source": source.path.name if source.path else None,
            "sourceLayout": source.kind,
            "sourceUp": source.up,
            "sourceReadBy": source.read_by or None,
            "target": self.rig.name,
            "rootScale": round(plan.root.scale, 6),
            "frame0": self.options.frame0,
            "frame0Place": self.options.frame0_place,
            "fkSolver": made_by(self.solver),
            "fps": motion.fps,
            "passes": [made_by(one) for one in self.passes.values()],
            "passParameters": {name: attrs.asdict(p) for name, p in self._parameters.items()},
        }


def _parameters(passes: Mapping[str, Pass], options: Options) -> dict[str, Any]:
    """Return the values of the parameters of each pass that has any, by its name.

    Raises:
        UsageError: a parameter is set of a pass that is not applied or has no such parameter.

    """
    idle = sorted(options.settings.keys() - passes.keys())
    if idle:
        raise UsageError(
            f"Parameters are set of {', '.join(idle)}, but the passes applied are: "
            f"{', '.join(passes) or 'none'}."
        )
    made = {}
    for name, one in passes.items():
        given = options.settings.get(name, {})
        declared = getattr(one, "parameters", None)
        if declared is not None:
            made[name] = with_values(declared, given, name)
        elif given:
            raise UsageError(f"The pass {name} has no parameters; {', '.join(given)} was set.")
    return made
