"""Capsules: a tapered, rounded body for any bone, whatever the skeleton is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.mesh.body import FORWARD, UP, unit
from retarget.mesh.sections import along_bones, circle, table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from retarget.mesh.cage import Cage
    from retarget.values import Float64, Skeleton

SECTIONS = table("""
# bone place  shifts   radii            tilt
  0   -0.06   0  0   .7  .7  .7  .7      0
  0    0.10   0  0   1.  1.  1.  1.      0
  0    0.50   0  0   .9  .9  .9  .9      0
  0    0.90   0  0   .7  .7  .7  .7      0
  0    1.06   0  0   .5  .5  .5  .5      0
""")

TAKEN_OVER = np.array([[0.5, 0.5, 0.0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 0.5, 0.5]])
"""Per section, what the joint before the bone, the bone's own and the next one carry."""

THICKNESS = 0.2
"""Radius of a bone of ordinary length, in lengths."""


def add_capsules(cage: Cage, skeleton: Skeleton, joints: Collection[int]) -> None:
    """Add a capsule along every bone that begins or ends at one of `joints`."""
    at = skeleton.rest.positions[:, 0]
    lengths = np.linalg.norm(at[1:] - at[skeleton.parents[1:]], axis=1)
    ordinary = float(lengths.mean()) if lengths.any() else 0.1
    for before, joint, after, start, end in _bones(skeleton, ordinary):
        if joint in joints or after in joints:
            length = float(np.linalg.norm(end - start))
            shape = along_bones(
                np.stack([start, end]),
                SECTIONS,
                scale=THICKNESS * np.sqrt(length * ordinary),  # long bones are slender
                side=1.0,
                front=FORWARD,
            )
            ids = cage.add(shape.rings(circle(4)), [before, joint, after], TAKEN_OVER[:, None])
            cage.add_quads(cage.between(ids, 1.0))
            cage.close(ids[0], -1.0)
            cage.close(ids[-1], 1.0)


def _bones(skeleton: Skeleton, ordinary: float) -> Iterator[tuple[int, int, int, Float64, Float64]]:
    """Yield each bone: the joint before it, its own, the next, and where it starts and ends.

    A joint without children ends in a stub, so that something shows how it turns.
    """
    at = skeleton.rest.positions[:, 0]
    for joint, parent in enumerate(skeleton.parents.tolist()):
        before = max(parent, 0)
        children = [c for c in skeleton.children(joint) if np.linalg.norm(at[c] - at[joint]) > 1e-6]
        for child in children:
            yield before, joint, child, at[joint], at[child]
        if not children:
            onward = at[joint] - at[before]
            stub = 0.4 * ordinary * (unit(onward) if onward.any() else UP)
            yield before, joint, joint, at[joint], at[joint] + stub
