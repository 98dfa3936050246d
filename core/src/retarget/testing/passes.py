"""The checks of a pass."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import numpy as np
import pytest

from retarget import smpl
from retarget.contacts import points_of
from retarget.errors import RetargetError, ValueShapeError
from retarget.options import Options
from retarget.retargeter import Retargeter
from retarget.testing.compare import assert_continuous, assert_unit
from retarget.testing.kit import Kit
from retarget.testing.motions import as_motion, true_motion
from retarget.testing.oracle import world_of_tracks
from retarget.testing.rigs import RIGS
from retarget.values import Clip, Contacts, Skeleton

if TYPE_CHECKING:
    from retarget.context import PassContext
    from retarget.providers import Pass
    from retarget.values import Motion, Rig

each_rig = pytest.mark.parametrize("rig", list(RIGS))
FRAMES = 24


class PassTests(Kit, ABC):
    """Subclass as `Test…` and return your pass from `make`.

    The pass is tried on the clips that the retargeter makes of the kit's motions. On a rig that is
    no body, or has no fingers, it may do nothing, or refuse with a `RetargetError`.
    """

    options: ClassVar[Options] = Options()
    """What the pass finds in its context.

    Put the values of its own options into `extra`, those of its parameters into `settings`: under
    one name, by which the pass is then called.
    """

    @abstractmethod
    def make(self) -> Pass:
        """Return the pass to try."""

    def given(self, rig: str, *, frames: int = FRAMES, seed: int = 0) -> tuple[Clip, PassContext]:
        """Return a clip and its context as the pipeline would hand them to a pass."""
        made = RIGS[rig]()
        truth = true_motion(_source_of(made), frames=frames, fps=30.0, seed=seed)
        return self.scene(made, as_motion(truth))

    def scene(self, rig: Rig, motion: Motion) -> tuple[Clip, PassContext]:
        """Return a motion on a rig, and its context, as the pipeline would hand them to a pass."""
        if len(self.options.settings) > 1:
            named = ", ".join(self.options.settings)
            fault = f"settings of several passes, {named}; give those of the one that is tried."
            pytest.fail(f"{type(self).__name__}.options holds {fault}", pytrace=False)
        name = next(iter(self.options.settings), "tap")
        tap = Tap(getattr(self.make(), "parameters", None))
        options = attrs.evolve(self.options, frame0="none")
        Retargeter(rig, options=options, passes={name: tap}).retarget(motion)
        return tap.given[0]

    def applied(self, clip: Clip, context: PassContext) -> Clip:
        """Return what the pass makes of a clip; skip the check where the pass refuses it."""
        try:
            changed = self.make().apply(clip, context)
        except ValueShapeError as fault:  # told to users as the plugin's fault, not as a refusal
            pytest.fail(f"apply made what cannot be: {fault}")
        except RetargetError as refusal:
            self._assert_may_refuse(clip.rig, refusal)
            pytest.skip(f"refused: {refusal}")
        assert isinstance(changed, Clip), f"apply returned {type(changed).__name__}"
        return changed

    @each_rig
    def test_rig_rate_and_frames_are_kept(self, rig: str) -> None:
        """A pass changes the movement alone."""
        clip, context = self.given(rig)
        changed = self.applied(clip, context)
        assert changed.rig is clip.rig, "the rig was replaced"
        assert changed.fps == clip.fps, f"{changed.fps} frames/s, not {clip.fps}"
        assert changed.frames == clip.frames, f"{changed.frames} frames of {clip.frames}"
        assert changed.name == clip.name, f"the clip is called {changed.name}, not {clip.name}"
        lost = clip.provenance.keys() - changed.provenance.keys()
        assert not lost, f"the provenance lost {', '.join(sorted(lost))}"

    @each_rig
    def test_tracks_stay_clean(self, rig: str) -> None:
        """Finite, unit quaternions, no sign changes."""
        clip, context = self.given(rig)
        changed = self.applied(clip, context)
        names = clip.rig.skeleton.names
        assert np.isfinite(changed.root_translations).all(), "root translations are not finite"
        assert_unit(changed.rotations, names)
        assert_continuous(changed.rotations, names)

    @each_rig
    def test_contacts_are_of_the_source_and_not_lost(self, rig: str) -> None:
        """What a pass before it found stays told; points are called by roles of the source."""
        clip, context = self.given(rig)
        skeleton = context.motion.skeleton
        points = points_of(skeleton)
        touching = np.indices((len(points), clip.frames)).sum(axis=0) % 3 > 0
        found = Contacts(points=points, touching=touching)
        told = self.applied(attrs.evolve(clip, contacts=found), context).contacts
        assert told is not None, "the contacts that a pass before had found are lost"
        strange = [point for point in told.points if point not in skeleton.index]
        assert not strange, f"contacts of {', '.join(strange)}, which the source does not have"

    @each_rig
    def test_bone_lengths_never_change(self, rig: str) -> None:
        """In world space every joint keeps its distance from its parent, and all is finite."""
        clip, context = self.given(rig)
        changed = self.applied(clip, context)
        skeleton = changed.rig.skeleton
        world = world_of_tracks(skeleton, changed.rotations, changed.root_translations)
        assert np.isfinite(world).all(), "world transforms are not finite"
        bones = world[1:, :, :3, 3] - world[clip.rig.skeleton.parents[1:], :, :3, 3]
        rest = np.linalg.norm(clip.rig.skeleton.rest_translations[1:], axis=-1)
        error = np.abs(np.linalg.norm(bones, axis=-1) - rest[:, None]).max(axis=1)
        worst = int(error.argmax())
        assert error[worst] <= 1e-5, (
            f"the bone of {skeleton.names[worst + 1]} changes by {error[worst] * 1000:.3g} mm"
        )

    @each_rig
    def test_the_clip_given_is_not_changed(self, rig: str) -> None:
        """Pure: the arrays of a value are shared with others."""
        clip, context = self.given(rig)
        tracks = clip.rotations.copy(), clip.root_translations.copy()
        facts = dict(clip.provenance)
        writable = attrs.evolve(
            clip, rotations=clip.rotations.copy(), root_translations=clip.root_translations.copy()
        )
        self.applied(writable, context)
        assert np.array_equal(writable.rotations, tracks[0]), "the rotations were changed"
        assert np.array_equal(writable.root_translations, tracks[1]), "the root was changed"
        assert writable.provenance == facts, "the provenance was changed"

    @each_rig
    def test_the_source_motion_is_not_changed(self, rig: str) -> None:
        """Pure: the passes that follow see the same source."""
        clip, context = self.given(rig)
        motion = attrs.evolve(
            context.motion,
            rotations=context.motion.rotations.copy(),
            root_translations=context.motion.root_translations.copy(),
        )
        self.applied(clip, attrs.evolve(context, motion=motion))
        before = context.motion
        assert np.array_equal(motion.rotations, before.rotations), "the rotations were changed"
        same = np.array_equal(motion.root_translations, before.root_translations)
        assert same, "the root was changed"

    @each_rig
    def test_applying_again_gives_the_same(self, rig: str) -> None:
        """Deterministic, and nothing is kept from one clip to the next."""
        clip, context = self.given(rig)
        other, other_context = self.given(rig, seed=1)
        fresh = self.applied(clip, context)
        used = self.make()
        used.apply(other, other_context)
        again = used.apply(clip, context)
        assert np.array_equal(fresh.rotations, again.rotations), "the rotations differ"
        assert np.array_equal(fresh.root_translations, again.root_translations), "the root differs"

    @pytest.mark.parametrize("frames", [1, 2])
    @each_rig
    def test_short_clips(self, rig: str, frames: int) -> None:
        """One frame, and two, are clips as well."""
        clip, context = self.given(rig, frames=frames)
        changed = self.applied(clip, context)
        assert changed.frames == frames, f"{changed.frames} frames of {frames}"
        assert_unit(changed.rotations, clip.rig.skeleton.names)
        assert np.isfinite(changed.root_translations).all(), "root translations are not finite"

    def _assert_may_refuse(self, rig: Rig, refusal: RetargetError) -> None:
        may = rig.name in ("fingerless", "quadruped")
        assert may, f"refuses a whole human body ({rig.name}): {refusal}"


class Tap:
    """A pass that keeps what it was given."""

    def __init__(self, parameters: type[Any] | None = None) -> None:
        """Keep nothing yet; have the parameters of the pass that it stands in for."""
        self.parameters = parameters
        self.given: list[tuple[Clip, PassContext]] = []

    def apply(self, clip: Clip, context: PassContext) -> Clip:
        """Keep both and change nothing."""
        self.given.append((clip, context))
        return clip


def _source_of(rig: Rig) -> Skeleton:
    """Return a source skeleton for a rig: a mean human body, or the rig's own, named by role."""
    if "pelvis" in rig.joint_of_role:
        return smpl.smplh()
    own = rig.skeleton
    return attrs.evolve(own, names=[rig.roles[name] for name in own.names])
