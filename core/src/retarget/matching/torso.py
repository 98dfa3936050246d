"""The midline: pelvis, spine, neck and head, counted along the one way from hips to head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget import smpl
from retarget.matching.claims import Claim
from retarget.matching.limbs import GEOMETRY, UNSURE
from retarget.roles import HUMANOID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.matching.body import Body
    from retarget.matching.naming import Name
    from retarget.matching.tree import Tree

_TIP = 1.3
"""A last bone longer than the one before by this factor ends at the top of the head."""

_SHOULDER = 0.02
"""Leg lengths below the shoulders at which the fork of the arms may still be the neck."""

_NEAR = 0.5
"""Leg lengths within which the pelvis stands of the hips."""


def _spine2_share() -> float:
    """Return where SMPL-H's second spine joint lies on the way from its first to its third."""
    s1, s2, s3 = (smpl.SMPLH_T_POSE[HUMANOID.index(f"spine{n}")] for n in (1, 2, 3))
    below, above = np.linalg.norm(s2 - s1), np.linalg.norm(s3 - s2)
    return float(below / (below + above))


SPINE2_SHARE = _spine2_share()


def upward(body: Body) -> list[int]:
    """Return the joints from the fork of the arms up to the head, the fork not among them.

    For rigs whose names do not tell the head. A chain that keeps its name (Rigify's spine) is
    followed first, else the branch that rises most; it ends where a face begins, and before a tip.
    """
    tree, names, fork, up = body.tree, body.names, body.chest, body.up()
    barred = {joint for limb in body.limbs() for joint in limb.path}
    chain: list[int] = []
    joint = fork
    while kids := [c for c in tree.children[joint] if c not in body.skipped and c not in barred]:
        torso = [c for c in kids if names[c].part in ("spine", "neck", "head")]
        # A face or hair begins at the head; a neck may have a muscle or a twist beside it.
        if chain and not torso and len(kids) > 1 and len(chain) + len(kids) > 3:
            break

        def rise(child: int) -> float:
            return float(np.max(tree.positions[tree.branch(child)] @ up))

        joint = max(torso or kids, key=rise)
        if (tree.positions[joint] - tree.positions[fork]) @ up <= 0:
            break
        chain.append(joint)
    bones = [tree.bone[j] for j in chain]
    tip = bool(chain) and not names[chain[-1]].part and not tree.children[chain[-1]]
    if tip and len(chain) > (1 if _is_neck(body, fork) else 2) and bones[-1] > _TIP * bones[-2]:
        chain.pop()
    return chain


def _is_neck(body: Body, fork: int) -> bool:
    """Tell whether the fork of the arms is the neck, as in Biped: it stands above the shoulders."""
    shoulders = [j for limb in body.arms or () if (j := limb.joint("shoulder")) is not None]
    if not shoulders or body.names[fork].part == "spine":
        return False
    above = body.tree.positions[fork] - body.tree.positions[shoulders].mean(axis=0)
    return float(above @ body.up()) > -_SHOULDER * body.leg_length()


def pelvis(
    tree: Tree, carried: Sequence[int], hips: Sequence[int], claim: Claim | None, leg: float
) -> Claim | None:
    """Return the joint from which legs and spine come; a name only scores it.

    Where that joint stands far from the hips, as a root on the floor does, the named one is taken.
    """
    if claim is not None and (claim.how in ("map", "file") or not carried):
        return claim
    if not carried:
        return None
    joint = tree.fork(carried)
    if claim is not None and joint != claim.joint:
        middle = tree.positions[list(hips)].mean(axis=0) if hips else tree.positions[claim.joint]
        far = float(np.linalg.norm(tree.positions[joint] - middle)) > _NEAR * leg
        if far and all(tree.under(hip, claim.joint) for hip in hips):
            return claim
    if claim is not None and (
        joint == claim.joint or tree.under(claim.joint, joint) or tree.under(joint, claim.joint)
    ):
        return Claim(joint=joint, how=claim.how, score=claim.score)
    return Claim(joint=joint, how="geometry", score=GEOMETRY)


def split(
    names: Sequence[Name], line: Sequence[int], body: Body, head: int | None
) -> tuple[list[int], list[int]]:
    """Part the joints between pelvis and head into spine and neck, the head in neither.

    What carries the head is the body's, whatever its name says (`Belly`), but for a rig's controls.
    The neck begins above the fork of the arms, or with it; spine joints above the fork are the
    neck where nothing else is called so (Rigify).
    """
    inner = [j for j in line if j != head and names[j].other != "control"]
    parts = [names[j].part for j in inner]
    first = parts.index("neck") if "neck" in parts else len(inner)
    fork = body.chest
    if fork in inner and head is not None and parts[inner.index(fork)] != "neck":
        above = inner.index(fork) + (0 if "neck" not in parts and _is_neck(body, fork) else 1)
        while above < first < len(inner) and parts[above] == "spine":
            above += 1
        first = min(first, above)
    return inner[:first], inner[first:]


def spine_roles(tree: Tree, names: Sequence[Name], spine: Sequence[int]) -> dict[str, int]:
    """Return the joints of spine1, spine2 and spine3 among any number of spine joints.

    The first is spine1, the last spine3, spine2 the one nearest to where SMPL-H has it: of those
    called so where both ends are, for then others were put between. Of two, spine1 and spine3; a
    single one is spine3, which carries the arms.
    """
    if not spine:
        return {}
    if len(spine) == 1:
        return {"spine3": spine[0]}
    found = {"spine1": spine[0], "spine3": spine[-1]}
    if len(spine) > 2:
        gone = dict(zip(spine, tree.along(spine), strict=True))
        called = [j for j in spine if names[j].part == "spine"]
        whole = len(called) > 2 and called[0] == spine[0] and called[-1] == spine[-1]
        between = (called if whole else spine)[1:-1]
        found["spine2"] = min(between, key=lambda j: abs(gone[j] - SPINE2_SHARE * gone[spine[-1]]))
    return found


def midline(body: Body, how: str, score: float) -> tuple[dict[str, Claim], list[int]]:
    """Return the claims of pelvis, spine, neck and head, and the joints from first to last."""
    tree, names = body.tree, body.names
    head, sure = _head(body)
    found = _claimed(names, {} if head is None else {"head": head}, how, score, sure=sure)
    if (stated := body.claims.get("head")) is not None:
        found["head"] = stated
    hips = [j for limb in body.legs or () if (j := limb.joint("hip")) is not None]
    carried = [limb.path[0] for limb in body.limbs()] if body.legs else []
    if carried and body.arms is None:
        carried.append(body.chest)
    root = pelvis(tree, carried, hips, body.claims.get("pelvis"), body.leg_length())
    if root is None:
        return found, []
    found["pelvis"] = root
    last = found["head"].joint if "head" in found else body.chest
    # Of loose joints the way to the head need not begin at the pelvis.
    line = tree.path(tree.fork([root.joint, last]), last)[1:]
    spine, neck = split(names, line, body, head)
    found |= _claimed(names, spine_roles(tree, names, spine), how, score, sure=True)
    found |= _claimed(names, {"neck": neck[0]} if neck else {}, how, score, sure=sure)
    return found, [root.joint, *spine, *neck, *([head] if head is not None else [])]


def _head(body: Body) -> tuple[int | None, bool]:
    """Return the head's joint, and False where it is a guess."""
    claim = body.claims.get("head")
    if claim is not None or body.arms is None:
        return None if claim is None else claim.joint, True
    chain = upward(body)
    named = bool(chain) and bool(body.names[chain[-1]].part)
    return chain[-1] if chain else None, named or len(chain) < 3


def _claimed(
    names: Sequence[Name], found: Mapping[str, int], how: str, score: float, *, sure: bool
) -> dict[str, Claim]:
    """Make claims of joints of the midline: by name where the name says as much."""
    guessed = GEOMETRY if sure else UNSURE
    return {
        role: Claim(joint=joint, how=how, score=score)
        if names[joint].part in ("spine", "neck", "head", "pelvis")
        else Claim(joint=joint, how="geometry", score=guessed)
        for role, joint in found.items()
    }
