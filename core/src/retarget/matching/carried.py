"""Which joint carries each joint in the body, where the file hangs it from another.

Constraints drive the limbs of many rigs (Rigify's); exports of the deforming bones alone leave them
hanging from the root, and flattened hierarchies leave every joint there. What carries a joint is
told by Rigify's original skeleton, where it is there, else by the parts that names tell (see
`torn`). A rig whose hierarchy does not contradict its names is left as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retarget.matching.claims import counted
from retarget.matching.cut_off import hang_rest
from retarget.matching.parts import Parts
from retarget.matching.torn import TornBody
from retarget.matching.tree import Hung

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.matching.claims import Claim
    from retarget.matching.naming import Name
    from retarget.matching.tree import Tree

_LAYER = re.compile(r"(?<![A-Za-z])(?:def|org)(?![A-Za-z])", re.IGNORECASE)


def carriers(
    tree: Tree, names: Sequence[Name], layer: str, claims: Mapping[str, Claim]
) -> dict[int, int]:
    """Return the joint that carries it, of each joint that hangs elsewhere in the file.

    `layer` is the one that is the body (`claims.body_layer`), `claims` what its names, the file and
    the user say.
    """
    hung = Hung(tree)
    if layer == "def":
        _as_original(hung, names)
    body = TornBody(hung, Parts.read(tree, names, layer, claims))
    if body.is_torn():
        cut_off = body.is_cut_off()
        body.mend()
        if cut_off:  # what else hangs from the root does so because of it
            hang_rest(hung, counted(names, layer), body.parts)
    return {j: above for j, above in enumerate(hung.parents) if above != tree.parents[j]}


def _as_original(hung: Hung, names: Sequence[Name]) -> None:
    """Hang Rigify's deforming joints from each other as those of its original skeleton hang."""
    tree = hung.tree
    bare = [
        _LAYER.sub("", name, count=1) if read.layer else ""
        for name, read in zip(tree.names, names, strict=True)
    ]
    deforming = {bare[joint]: joint for joint, name in enumerate(names) if name.layer == "def"}
    for joint in deforming.values():
        above, original = tree.parents[joint], False
        while above >= 0:
            original = original or names[above].layer == "org"
            carrier = deforming.get(bare[above], joint)
            if joint not in hung.line(carrier):
                if original:  # else it hangs from the carrier already, if by joints between
                    hung.parents[joint] = carrier
                break
            above = tree.parents[above]
