"""Which part of the body each joint is called, and where these stand, whatever they hang from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import roles
from retarget.matching import vocabulary as words
from retarget.matching.claims import ARM, LEG

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from retarget.matching.claims import Claim
    from retarget.matching.naming import Name
    from retarget.matching.tree import Tree
    from retarget.values import Float64

TRUNK = ("pelvis", "spine", "neck", "head")
"""The slots of the midline, from below."""

ROOT = 0.01
"""Part of the body's size within which of the root, or of what it hangs from, a joint is a root."""

Part = tuple[str, str]
"""Side, empty for the midline, and slot: of TRUNK, LEG or ARM, a finger or "palm"."""


def limb_of(part: Part) -> tuple[str, str]:
    """Return the side and the limb of a part: two parts alike in it carry each other."""
    side, slot = part
    return side, "leg" if slot in LEG else "arm"


@attrs.frozen(kw_only=True, eq=False)
class Parts:
    """The joints of a body by what they are called."""

    of: Mapping[int, Part]
    """Part by joint."""
    twists: Mapping[int, Part]
    """The part that a joint is a twist of."""
    untold: Mapping[int, frozenset[Part]]
    """Joints that may be of the body and of no part for sure, with the parts that they may be."""
    joints: Mapping[Part, list[int]]
    at: Float64
    """(J, 3), where all joints of the rig stand."""

    @classmethod
    def read(
        cls, tree: Tree, names: Sequence[Name], layer: str, claims: Mapping[str, Claim]
    ) -> Parts:
        """Read them from the names of a layer and from claims, which tell words of two meanings."""
        meant = {
            names[claim.joint].part: role.partition("_")[2]
            for role, claim in claims.items()
            if not names[claim.joint].sure
        }
        of: dict[int, Part] = {}
        twists: dict[int, Part] = {}
        untold: dict[int, frozenset[Part]] = {}
        for joint, name in enumerate(names):
            if name.layer != layer or name.other or name.end:
                continue
            untold[joint] = frozenset((name.side, s) for s in words.AMBIGUOUS.get(name.part, ()))
            if slot := _slot(name, meant):
                part = (name.side if slot not in TRUNK else "", slot)
                (twists if name.twist and slot not in TRUNK else of)[joint] = part
        of |= {c.joint: _of_role(r) for r, c in claims.items() if c.how in ("map", "file")}
        untold = {j: may for j, may in untold.items() if j not in of and j not in twists}
        return cls(of=of, twists=twists, untold=untold, joints=_joints(of), at=tree.positions)

    def without(self, strays: Collection[int]) -> Parts:
        """Return the parts without some joints, which are not what they are called."""
        of = {joint: part for joint, part in self.of.items() if joint not in strays}
        return attrs.evolve(self, of=of, joints=_joints(of))

    def trunk(self) -> list[int]:
        """Return the joints of the midline from below."""
        up = self.up()
        return [
            joint
            for slot in TRUNK
            for joint in sorted(self.on("", [slot]), key=lambda j: float(self.at[j] @ up))
        ]

    def on(self, side: str, slots: Iterable[str]) -> list[int]:
        """Return the joints of some slots of a side."""
        return [joint for slot in slots for joint in self.joints.get((side, slot), ())]

    def fingers(self, side: str) -> list[str]:
        """Return the slots of a side that are fingers."""
        known = {*TRUNK, *LEG, *ARM, "palm"}
        return [slot for whose, slot in self.joints if whose == side and slot not in known]

    def up(self) -> Float64:
        """Return the direction from the legs to arms and head; nothing where one is not known."""
        high = [j for side in roles.SIDES for j in self.on(side, ARM[:2])]
        high += self.on("", ("neck", "head"))
        low = [j for side in roles.SIDES for j in self.on(side, LEG)]
        if not high or not low:
            return np.zeros(3)
        up: Float64 = self.at[high].mean(axis=0) - self.at[low].mean(axis=0)
        return up

    def size(self) -> float:
        """Return how far the joints of the body reach, along the axis on which they do most."""
        return float(np.ptp(self.at[list(self.of)], axis=0).max()) if self.of else 0.0

    def chest(self) -> list[int]:
        """Return the joint that carries the arms: the last of the spine that is not above them."""
        up, trunk = self.up(), self.trunk()
        arms = [j for side in roles.SIDES for j in self.on(side, ["collar"])]
        arms = arms or [j for side in roles.SIDES for j in self.on(side, ["shoulder"])]
        spine = [j for j in trunk if self.of[j][1] in ("pelvis", "spine")] or trunk
        level = float(self.at[arms].mean(axis=0) @ up) if arms else np.inf
        return ([j for j in spine if self.at[j] @ up <= level] or spine)[-1:]

    def in_order(self, side: str, slot: str, slots: Sequence[str] = (*LEG, *ARM)) -> list[int]:
        """Return the joints of a limb's slot from above: those farthest from what lies below."""
        joints = self.on(side, [slot])
        if len(joints) < 2 or slot not in slots:
            return joints
        limb = LEG if slot in LEG else ARM
        place = limb.index(slot)
        below = next((b for s in limb[place + 1 :] if (b := self.on(side, [s]))), [])
        above = next((a for s in limb[:place][::-1] if (a := self.on(side, [s]))), joints)
        to = self.at[below or above].mean(axis=0)
        sign = -1 if below else 1
        return sorted(joints, key=lambda j: sign * float(np.linalg.norm(self.at[j] - to)))


def _joints(of: Mapping[int, Part]) -> dict[Part, list[int]]:
    joints: dict[Part, list[int]] = {}
    for joint in sorted(of):
        joints.setdefault(of[joint], []).append(joint)
    return joints


def _slot(name: Name, meant: Mapping[str, str]) -> str:
    if not name.part:
        return ""
    if name.part == "hand" and name.part not in meant and name.numbers:
        return f"hand {int(name.numbers[0][:4]) // 3}"  # SMPL-H counts all joints of its fingers
    if name.part == "finger":
        first = name.numbers[0] if name.numbers else ""
        return f"finger {first if len(name.numbers) > 1 else first[:1]}"
    if name.sure or name.part in TRUNK:
        return name.part
    return meant.get(name.part, "")


def _of_role(role: str) -> Part:
    side, _, slot = role.rpartition("_")
    return side, slot.rstrip("0123456789") if role in roles.HUMANOID else slot
