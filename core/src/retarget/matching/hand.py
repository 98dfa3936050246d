"""One hand of a body: its fingers by name, by the user's word and by place, and what stays open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from retarget import roles
from retarget.matching import fingers, hands
from retarget.matching.claims import Claim
from retarget.matching.limbs import bones_alike

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from retarget.matching.body import Body
    from retarget.matching.tree import Tree


@attrs.frozen(kw_only=True, eq=False)
class Hand:
    """What was found of the fingers of one hand."""

    side: str
    chains: Sequence[hands.Chain] = ()
    claims: Mapping[str, Claim]
    """By role."""
    fits: bool = True
    """False where names leave no place for the fingers that have none."""

    def unmapped(
        self, tree: Tree, found: Mapping[str, Claim], left_out: Collection[str]
    ) -> Iterator[str]:
        """Yield a warning that names the fingers without a role, of a hand that lacks some.

        `found` has the roles of the whole rig, `left_out` those that the user leaves out.
        """
        taken = {claim.joint for claim in found.values()}
        free = any(f"{self.side}_{f}1" not in {*found, *left_out} for f in roles.FINGERS)
        still = [
            tree.names[chain.joints[0]]
            for chain in self.chains
            if taken.isdisjoint(chain.joints) and (chain.finger or (free and len(chain.joints) > 1))
        ]
        if still:
            said, them = ("a finger", "it") if len(still) == 1 else ("fingers", "them")
            yield (
                f"The {self.side} hand has {said} without a role, at rest whatever the motion: "
                f"{', '.join(still)}. A joint map can name {them}."
            )


def read_hands(body: Body, given: Mapping[str, Claim], how: str, score: float) -> list[Hand]:
    """Return the hands of a body; `how` and `score` are those of names, `given` goes before."""
    tree, names = body.tree, body.names
    wrists = {limb.side: w for limb in body.arms or () if (w := limb.joint("wrist")) is not None}
    chains = {
        side: hands.chains(tree, names, wrist, body.skipped) for side, wrist in wrists.items()
    }
    hung = {
        side: _without_surplus(tree, own, [c for s in chains if s != side for c in chains[s]])
        for side, own in chains.items()
    }
    return [
        _hand(body, side, wrist, hung[side], given, how, score) for side, wrist in wrists.items()
    ]


def _without_surplus(
    tree: Tree, own: list[hands.Chain], mirrored: Sequence[hands.Chain]
) -> list[hands.Chain]:
    """Leave out what hangs from this hand alone, as a sword, where more hangs than fingers."""
    if not len(mirrored) <= len(roles.FINGERS) < len(own):
        return own
    alike = [c for c in own if any(_alike(tree, c, other) for other in mirrored)]
    return alike if len(alike) == len(mirrored) else own


def _alike(tree: Tree, one: hands.Chain, other: hands.Chain) -> bool:
    bones = [[tree.bone[j] for j in chain.joints] for chain in (one, other)]
    return bones_alike(*bones)


def _hand(
    body: Body,
    side: str,
    wrist: int,
    chains: list[hands.Chain],
    given: Mapping[str, Claim],
    how: str,
    score: float,
) -> Hand:
    tree, names = body.tree, body.names
    numbered = hands.smplh_fingers(names, tree.branch(wrist)[1:])
    if numbered is not None:
        return Hand(
            side=side,
            claims={
                f"{side}_{r}": Claim(joint=j, how=how, score=score) for r, j in numbered.items()
            },
        )
    hands.read_fingers(names, chains)
    hands.take_given(chains, {c.joint: role for role, c in given.items()})
    fits = fingers.tell(tree, wrist, chains)
    claims = hands.claims(tree, names, wrist, chains, how, score)
    return Hand(
        side=side,
        chains=chains,
        claims={f"{side}_{finger}": claim for finger, claim in claims.items()},
        fits=fits,
    )
