"""Arms: from the shoulder's mass down to the wrist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.mesh.body import FORWARD
from retarget.mesh.sections import along_bones, circle, table
from retarget.mesh.skin import taking_over

if TYPE_CHECKING:
    from retarget.mesh.body import Body
    from retarget.mesh.cage import Cage, Indices
    from retarget.values import Float64

SECTIONS = table("""
# bone place   up   front     +up  -up  front  back  tilt
  0    0.03   .000  .000     .056  .056  .062  .060    0   # shoulder
  0    0.20   .003  .000     .054  .048  .058  .056    0
  0    0.42   .001  .000     .046  .043  .051  .048    0   # upper arm
  0    0.68   .000  .000     .040  .039  .045  .042    0
  0    0.90   .000  .000     .035  .036  .041  .039    0
  1    0.00   .000  .000     .035  .036  .041  .039    0   # elbow
  1    0.12   .000  .000     .036  .039  .044  .041    0
  1    0.32   .000  .000     .036  .040  .047  .043    0   # forearm
  1    0.58   .000  .000     .030  .031  .039  .035    0
  1    0.82   .000  .000     .022  .022  .031  .029    0
  1    0.98   .000  .000     .019  .019  .029  .027    0   # wrist
""")


def add_arm(
    cage: Cage, body: Body, side: str, opening: Indices, across: Float64
) -> tuple[Indices, Float64]:
    """Add an arm to the opening the trunk leaves.

    `across` (3,) points along the knuckles to the thumb's side: the forearm turns into it.
    Returns the ids (10,) and points (10, 3) of the ring at the wrist.
    """
    sign = 1.0 if side == "left" else -1.0
    collar, shoulder, elbow, wrist = (
        f"{side}_{joint}" for joint in ("collar", "shoulder", "elbow", "wrist")
    )
    turned = SECTIONS[:, 0, None] * SECTIONS[:, 1, None]
    shape = along_bones(
        body.at(shoulder, elbow, wrist),
        SECTIONS,
        scale=body.scale,
        side=sign,
        front=(1 - turned) * FORWARD + turned * across,
    )
    rings = shape.rings(circle(10))
    # The wrist takes over early, so that the forearm shows its twist.
    chain = SECTIONS[:, 0] + SECTIONS[:, 1]
    shares = taking_over(chain, [0.05, 1.0, 1.92], [0.3, 0.12, 0.3])
    joints = [body.joint(role) for role in (collar, shoulder, elbow, wrist)]
    ids = np.vstack([opening, cage.add(rings, joints, shares[:, None])])
    cage.add_quads(cage.between(ids, sign))
    return ids[-1], rings[-1]
