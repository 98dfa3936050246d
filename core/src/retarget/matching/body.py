"""A whole body out of a tree of joints: two legs, two arms, and what lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from retarget import roles
from retarget.matching import hands, symmetry
from retarget.matching.claims import ARM, LEG, Claim
from retarget.matching.frame import frame, roughly_up, unit
from retarget.matching.limbs import Limb, consistent, longest, solve_arm, solve_leg
from retarget.matching.sides import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.matching.frame import Frame
    from retarget.matching.naming import Name
    from retarget.matching.tree import Tree
    from retarget.values import Float64

    Pair = tuple[Limb, Limb]


@attrs.define(kw_only=True, eq=False)
class Body:
    """The limbs of a rig, by names or else by symmetry, each on its side."""

    tree: Tree
    names: Sequence[Name]
    claims: Mapping[str, Claim]
    """What names, the file and the user say, by role."""
    skipped: set[int]
    """Joints that are none of the body's, by their names."""
    reach: list[float] = attrs.field(init=False)
    nxt: list[int] = attrs.field(init=False)
    legs: Pair | None = None
    arms: Pair | None = None
    frame: Frame | None = None
    warnings: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        """Find the limbs and the body's axes."""
        self.reach, self.nxt = self.tree.farthest(self.skipped)
        self.legs, self.arms = self._pair(LEG), self._pair(ARM)
        if self.legs is None or self.arms is None:
            self._by_symmetry()
        for limb in self.arms or ():
            solve_arm(self.tree, limb, hands.spread(self.tree, limb.path, self.reach, self.skipped))
        if self.legs is not None:
            up = roughly_up(self.tree, self.legs, self.chest)
            for limb in self.legs:
                solve_leg(self.tree, limb, up)
                self._leave_digits(limb)
        self.frame = frame(self.tree, self.legs, self.arms, self.chest)
        if self.frame is not None:
            self.legs, said = decide(self.tree, "legs", self.legs, self.frame)
            self.warnings += said
            self.arms, said = decide(self.tree, "arms", self.arms, self.frame)
            self.warnings += said

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
        return Limb(side=side, path=[*line, *longest(self.nxt, joints[-1])[1:]], claims=claims)

    def _by_symmetry(self) -> None:
        """Take the longest pairs of like branches for the limbs that no name tells."""
        taken = [limb.path[0] for limb in self.limbs()]
        found = [
            pair
            for pair in symmetry.pairs(self.tree, self.reach, self.nxt, self.skipped)
            if not any(
                self.tree.under(top, path[0]) or self.tree.under(path[0], top)
                for path in pair
                for top in taken
            )
        ]
        if self.legs is None and self.arms is None and len(found) > 1:
            legs, arms = self._legs_and_arms(found)
            self.legs, self.arms = self._unnamed(legs), self._unnamed(arms)
        elif found and (self.legs is None) != (self.arms is None):
            if self.legs is None:
                self.legs = self._unnamed(found[0])
            else:
                self.arms = self._unnamed(found[0])

    def _legs_and_arms(self, found: Sequence[symmetry.Pair]) -> tuple[symmetry.Pair, symmetry.Pair]:
        """Tell legs from arms: legs part first on the way from the root, hands spread."""
        first, second = found[:2]
        forks = [self.tree.parents[pair[0][0]] for pair in (first, second)]
        if forks[0] != forks[1] and self.tree.under(forks[1], forks[0]):
            return first, second
        if forks[0] != forks[1] and self.tree.under(forks[0], forks[1]):
            return second, first
        spread = [
            hands.spread(self.tree, pair[0], self.reach, self.skipped) is not None
            for pair in (first, second)
        ]
        deeper = self.tree.depth[forks[0]] > self.tree.depth[forks[1]]
        arms_first = spread[0] if spread[0] != spread[1] else deeper
        return (second, first) if arms_first else (first, second)

    def _unnamed(self, pair: symmetry.Pair) -> Pair:
        limbs = [Limb(side=s, path=path) for s, path in zip(roles.SIDES, pair, strict=True)]
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
        """Return the direction from the feet to the chest, or from the root to it."""
        if self.frame is not None:
            return self.frame.up
        return unit(self.tree.positions[self.chest] - self.tree.positions[0])
