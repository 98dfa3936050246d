"""A whole body out of a tree of joints: two legs, two arms, and what lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from retarget import roles
from retarget.matching import symmetry
from retarget.matching.claims import ARM, LEG, Claim
from retarget.matching.frame import frame, unit, up_of
from retarget.matching.limbs import Limb, consistent, solve_arm, solve_leg
from retarget.matching.sides import decide
from retarget.matching.spreading import Branches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.matching.frame import Frame
    from retarget.matching.naming import Name
    from retarget.matching.tree import Tree
    from retarget.values import Float64

    Pair = tuple[Limb, Limb]

_ASIDE = 0.9
"""Cosine to the way from one leg to the other above which two branches lie on either side."""


@attrs.define(kw_only=True, eq=False)
class Body:
    """The limbs of a rig, by names or else by symmetry, each on its side."""

    tree: Tree
    names: Sequence[Name]
    claims: Mapping[str, Claim]
    """What names, the file and the user say, by role."""
    skipped: set[int]
    """Joints that are none of the body's, by their names, or as they come in pairs like wings."""
    branches: Branches = attrs.field(init=False)
    legs: Pair | None = None
    arms: Pair | None = None
    frame: Frame | None = None
    warnings: list[str] = attrs.field(factory=list)
    others: Sequence[symmetry.Pair] = ()
    """Pairs of like branches that are no limbs: wings, hair, a cape."""

    def __attrs_post_init__(self) -> None:
        """Find the limbs and the body's axes."""
        self.branches = Branches(self.tree, self.skipped)
        self.legs, self.arms = self._pair(LEG), self._pair(ARM)
        if self.legs is None or self.arms is None:
            self._by_symmetry()
        for limb in self.arms or ():
            solve_arm(self.tree, limb, self.branches.partings(limb.path))
        if self.legs is not None:
            up = up_of(self.tree, self.legs, self.arms)
            for limb in self.legs:
                solve_leg(self.tree, limb, up)
                self._leave_digits(limb)
        self.frame = frame(self.tree, self.legs, self.arms)
        if self.frame is not None:
            self.legs, said = decide(self.tree, "legs", self.legs, self.frame)
            self.warnings += said
            self.arms, said = decide(self.tree, "arms", self.arms, self.frame)
            self.warnings += said
            self._leave_wings(self.frame)

    @property
    def chest(self) -> int:
        """The fork of the arms; without arms the first joint called neck, head or spine."""
        if self.arms is not None:
            return self.tree.fork([limb.path[0] for limb in self.arms])
        for part in ("neck", "head", "spine"):
            for joint, name in enumerate(self.names):
                if name.part == part:
                    return joint
        return 0

    def limbs(self) -> list[Limb]:
        """Return the limbs that were found."""
        return [limb for pair in (self.legs, self.arms) if pair for limb in pair]

    def _pair(self, slots: Sequence[str]) -> Pair | None:
        """Return the pair of limbs that claims tell on both sides."""
        kept: dict[str, dict[str, Claim]] = {}
        for side in roles.SIDES:
            kept[side], stray = consistent(self.tree, self.claims, side, slots)
            for slot in stray:
                name = self.tree.names[self.claims[f"{side}_{slot}"].joint]
                self.warnings.append(
                    f"{name} is called {side} {slot} but does not hang where one does."
                )
        if not all(kept.values()):
            return None
        fork = self.tree.fork([c.joint for claims in kept.values() for c in claims.values()])
        pair = tuple(self._limb(side, claims, fork) for side, claims in kept.items())
        return pair[0], pair[1]

    def _limb(self, side: str, claims: dict[str, Claim], fork: int) -> Limb:
        joints = [claim.joint for claim in claims.values()]
        line = self.tree.path(fork, joints[-1])[1:]
        if not set(joints) <= set(line):  # loose joints: they are the path themselves
            line = joints
        return Limb(side=side, path=[*line, *self.branches.onward(joints[-1])[1:]], claims=claims)

    def _by_symmetry(self) -> None:
        """Take pairs of like branches for the limbs that no name tells."""
        found = self._pairs()
        if len(found) < (self.legs is None) + (self.arms is None):
            found = self._pairs(partly=True)
        known = [self._known(pair) if pair else None for pair in (self.legs, self.arms)]
        best = symmetry.legs_and_arms(self.branches, found, *known)
        if best is None:
            return
        legs, arms = best
        doubted = symmetry.doubtful(self.tree, best, found)
        if self.legs is None:
            self.legs = self._unnamed(legs, doubted=doubted[0])
        if self.arms is None:
            self.arms = self._unnamed(arms, doubted=doubted[1])
        self.others = [pair for pair in found if pair is not legs and pair is not arms]

    def _pairs(self, *, partly: bool = False) -> list[symmetry.Pair]:
        """Return the pairs of like branches that are not of a limb which names tell."""
        taken = [limb.path[0] for limb in self.limbs()]
        return [
            pair
            for pair in symmetry.pairs(self.branches, partly=partly)
            if not any(
                self.tree.under(top, path[0]) or self.tree.under(path[0], top)
                for path in pair.paths
                for top in taken
            )
        ]

    def _known(self, pair: Pair) -> symmetry.Pair:
        paths = (pair[0].path, pair[1].path)
        return symmetry.Pair(paths=paths, fork=self.tree.fork([path[0] for path in paths]))

    def _unnamed(self, pair: symmetry.Pair, *, doubted: bool) -> Pair:
        limbs = [
            Limb(side=s, path=path, doubted=doubted)
            for s, path in zip(roles.SIDES, pair.paths, strict=True)
        ]
        for limb in limbs:  # a claim on one side alone made no pair, but holds
            for role, claim in self.claims.items():
                slot = role.removeprefix(f"{limb.side}_")
                if slot in (*LEG, *ARM) and claim.joint in limb.path:
                    limb.claims[slot] = claim
        return limbs[0], limbs[1]

    def _leave_digits(self, limb: Limb) -> None:
        """Take no foot where toes spread from the ankle itself: a digit is not the ball."""
        foot, ankle = limb.claims.get("foot"), limb.joint("ankle")
        if foot is None or foot.how != "geometry" or ankle is None:
            return
        beyond = [
            c
            for c in self.tree.children[ankle]
            if c not in self.skipped and self.tree.bone[c] > 0.2 * self.tree.bone[foot.joint]
        ]
        said = self.names[foot.joint]
        if len(beyond) > 2 or said.part not in ("", "foot") or said.other:
            del limb.claims["foot"]

    def _leave_wings(self, axes: Frame) -> None:
        """Skip what the arms' fork carries on either side besides arms: it is no neck."""
        for pair in self.others:
            ends = self.tree.positions[[path[-1] for path in pair.paths]]
            if pair.fork == self.chest and abs(unit(ends[0] - ends[1]) @ axes.across) > _ASIDE:
                self.skipped |= {path[0] for path in pair.paths}

    def leg_length(self) -> float:
        """Return the mean length of the legs from hip to ankle; 0 where they are not known."""
        lengths = []
        for limb in self.legs or ():
            hip, ankle = limb.joint("hip"), limb.joint("ankle")
            if hip is not None and ankle is not None:
                way: Float64 = self.tree.positions[hip] - self.tree.positions[ankle]
                lengths.append(float((way @ way) ** 0.5))
        return sum(lengths) / len(lengths) if lengths else 0.0

    def up(self) -> Float64:
        """Return the direction from the feet up; without legs from the root to the chest."""
        if self.frame is not None:
            return self.frame.up
        return unit(self.tree.positions[self.chest] - self.tree.positions[0])
