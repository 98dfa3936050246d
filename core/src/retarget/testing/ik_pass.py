"""The checks of a pass that moves limbs by inverse kinematics."""

from __future__ import annotations

import difflib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import numpy as np
import pytest

from retarget import roles, smpl
from retarget.errors import RetargetError
from retarget.testing.compare import assert_continuous, assert_unit, rotation_errors
from retarget.testing.ik import straightened
from retarget.testing.mirror import mirrored_motion, mirrored_rig, reflected
from retarget.testing.motions import as_motion, true_motion
from retarget.testing.oracle import world_of_tracks
from retarget.testing.passes import FRAMES, PassTests
from retarget.testing.rigs import RIGS

if TYPE_CHECKING:
    from retarget.context import PassContext
    from retarget.values import Clip, Float64, Motion

each_body = pytest.mark.parametrize("rig", ["humanoid", "turned", "stretched"])

_LIMBS = [
    (f"{side}_{upper}", f"{side}_{lower}", f"{side}_{end}")
    for side in ("left", "right")
    for upper, lower, end in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
]


class IKPassTests(PassTests):
    """Subclass as `Test…`, return your pass from `make`, and say what it may turn.

    Besides these, all checks of `PassTests`.
    """

    turns: ClassVar[tuple[str, ...]] = ()
    """Roles of the joints that the pass turns; `*` and `?` stand for any text and character."""

    keeps: ClassVar[tuple[str, ...]] = ()
    """Roles of ends whose world rotation it keeps, such as wrists."""

    moves_root: ClassVar[bool] = False
    """Whether it moves the root."""

    mirror_tolerance: ClassVar[float] = 1e-3
    """Metres by which the mirror image of a body may be moved otherwise."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse to keep what no body of the kit has.

        Raises:
            TypeError: `keeps` names what is no role.

        """
        super().__init_subclass__(**kwargs)
        for role in cls.keeps:
            if role not in roles.HUMANOID:
                near = difflib.get_close_matches(role, roles.HUMANOID, 1)
                hint = f"; did you mean {near[0]}?" if near else "."
                raise TypeError(f"{cls.__name__}.keeps names {role!r}, which is no role{hint}")

    def motion(self) -> Motion:
        """Return a motion in which your pass has something to do; the kit's own unless told."""
        return as_motion(true_motion(smpl.smplh(), frames=FRAMES, fps=30.0))

    @each_body
    def test_other_joints_are_bit_equal(self, rig: str) -> None:
        """What the pass has no reason to touch it leaves alone to the last bit."""
        clip, context = self.scene(RIGS[rig](), self.motion())
        changed = self.applied(clip, context)
        differs = (changed.rotations != clip.rotations).any(axis=(1, 2))
        touched = [
            role
            for name, role in clip.rig.roles.items()
            if differs[clip.rig.skeleton.index[name]]
            and not any(fnmatchcase(role, pattern) for pattern in self.turns)
        ]
        assert not touched, f"turns {', '.join(touched)}, which it does not own"
        same = np.array_equal(changed.root_translations, clip.root_translations)
        assert self.moves_root or same, "moves the root"

    def test_it_does_something(self) -> None:
        """On a body of other proportions it turns a joint: what is checked is not idleness."""
        clip, context = self.scene(RIGS["stretched"](), self.motion())
        changed = self.applied(clip, context)
        assert not np.array_equal(changed.rotations, clip.rotations), "nothing was turned"

    @each_body
    def test_ends_keep_their_world_rotation(self, rig: str) -> None:
        """Hands and feet stay turned in the world as they were animated."""
        clip, context = self.scene(RIGS[rig](), self.motion())
        before, after = _world(clip), _world(self.applied(clip, context))
        for role in self.keeps:
            joint = clip.rig.joint_of_role[role]
            off = rotation_errors(after[joint], before[joint]).max()
            assert off <= 0.05, f"{role} turns by {off:.3g} degrees"

    @each_body
    def test_mirrored(self, rig: str) -> None:
        """Of the mirror image of a body it makes the mirror image."""
        made, motion = RIGS[rig](), self.motion()
        image = self.applied(*self.scene(mirrored_rig(made), mirrored_motion(motion)))
        expected = reflected(_world(self.applied(*self.scene(made, motion))))
        off = np.linalg.norm(_world(image)[..., :3, 3] - expected[..., :3, 3], axis=-1)
        joint = made.skeleton.names[int(off.max(axis=1).argmax())]
        assert off.max() <= self.mirror_tolerance, (
            f"{joint} stands {off.max() * 1000:.3g} mm off in the mirror image"
        )

    @each_body
    def test_straight_limbs(self, rig: str) -> None:
        """Limbs that are straight on every frame have no plane to bend in; nothing breaks."""
        clip, context = self.scene(RIGS[rig](), self.motion())
        for limb in _LIMBS:
            clip = straightened(clip, limb)
        self._assert_survives(clip, context)

    @pytest.mark.parametrize("bone", [0, 1], ids=["upper", "lower"])
    def test_zero_length(self, bone: int) -> None:
        """Bones without length have no direction; nothing is NaN for it."""
        rig = RIGS["humanoid"]()
        offsets = rig.skeleton.rest_translations.copy()
        for limb in _LIMBS:
            offsets[rig.joint_of_role[limb[bone + 1]]] = 0
        skeleton = attrs.evolve(rig.skeleton, rest_translations=offsets)
        self._assert_survives(*self.scene(attrs.evolve(rig, skeleton=skeleton), self.motion()))

    def _assert_survives(self, clip: Clip, context: PassContext) -> None:
        try:
            changed = self.make().apply(clip, context)
        except RetargetError:
            return
        assert np.isfinite(changed.rotations).all(), "rotations are not finite"
        assert np.isfinite(changed.root_translations).all(), "root translations are not finite"
        assert_unit(changed.rotations, clip.rig.skeleton.names)
        assert_continuous(changed.rotations, clip.rig.skeleton.names)


def _world(clip: Clip) -> Float64:
    return world_of_tracks(clip.rig.skeleton, clip.rotations, clip.root_translations)
