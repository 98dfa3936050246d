"""Legs: thigh, knee, calf, ankle, and a foot whose flat sole stands on the rig's floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.mesh.body import FORWARD, UP, unit
from retarget.mesh.sections import Sections, along_bones, circle, table
from retarget.mesh.skin import taking_over

if TYPE_CHECKING:
    from retarget.mesh.body import Body
    from retarget.mesh.cage import Cage, Indices
    from retarget.values import Float64

LEG = table("""
# bone place    out  front    +out  -out  front  back  tilt
  0    0.13    .010  .000     .076  .080  .088  .099    0   # under the seat
  0    0.30    .006  .002     .077  .071  .084  .086    0
  0    0.54    .000  .004     .068  .063  .076  .069    0
  0    0.78    .000  .003     .055  .053  .061  .055    0
  0    0.93    .000  .003     .048  .047  .055  .048    0
  1    0.02    .000  .004     .047  .046  .053  .047    0   # knee
  1    0.12    .000  .000     .047  .046  .048  .056    0
  1    0.28    .001 -.003     .053  .050  .044  .069    0   # calf
  1    0.48    .000 -.002     .047  .045  .040  .060    0
  1    0.70    .000  .000     .035  .035  .035  .040    0
  1    0.88    .000  .000     .029  .030  .033  .034    0   # above the ankle
""")

FOOT = table("""
# ahead  high   out    +out  -out  top   under  lean  chain
  -.04   .072   .000   .031  .033  .036  .040    16   2.02  # ankle
  -.06   .050   .000   .035  .036  .052  .064    42   2.15  # heel to instep
  0.24   .034   .001   .036  .037  .046  .066    62   2.40
  0.62   .026   .004   .041  .041  .031  .050    76   2.75
  0.98   .019   .005   .046  .044  .021  .050    85   3.00  # ball
  1.30   .015   .003   .044  .043  .016  .050    88   3.30
  1.58   .012   .000   .034  .036  .012  .040    90   3.60  # toes
""")


def add_leg(cage: Cage, body: Body, side: str, opening: Indices) -> None:
    """Add a leg and its foot to the opening the trunk leaves."""
    sign = 1.0 if side == "left" else -1.0
    hip, knee, ankle, toes = (f"{side}_{joint}" for joint in ("hip", "knee", "ankle", "foot"))
    points = body.at(hip, knee, ankle)
    outline = circle(12)
    leg = along_bones(points, LEG, scale=body.scale, side=sign, front=FORWARD)
    foot = _foot(body, points[2], body.at(toes)[0], sign)
    chain = np.concatenate([LEG[:, 0] + LEG[:, 1], FOOT[:, 8]])
    shares = taking_over(chain, [0.1, 1.0, 2.0, 3.0], [0.25, 0.1, 0.1, 0.2])
    joints = [body.joint(role) for role in ("pelvis", hip, knee, ankle, toes)]
    rings = np.concatenate([leg.rings(outline), foot.rings(outline)])
    ids = np.vstack([opening, cage.add(rings, joints, shares[:, None])])
    cage.add_quads(cage.between(ids, sign))
    cage.close(ids[-1], sign)


def _foot(body: Body, ankle: Float64, toes: Float64, sign: float) -> Sections:
    """Turn the sections from level, at the ankle, to upright, at the toes.

    The rows of `FOOT`: place ahead of the ankle, in lengths from ankle to ball; height of the
    centre over the sole; shift out; radii; lean from level in degrees; place along the chain.
    """
    reach = (toes - ankle) * [1, 0, 1]
    if np.linalg.norm(reach) < 0.03 * body.scale:  # tells no direction
        reach = 0.12 * body.scale * FORWARD
    forward = unit(reach)
    out = sign * np.cross(UP, forward)
    ground = ankle * [1, 0, 1] + body.sole * UP
    lean = np.radians(FOOT[:, 7, None])
    return Sections(
        centres=ground
        + FOOT[:, 0, None] * reach
        + body.scale * (FOOT[:, 1, None] * UP + FOOT[:, 2, None] * out),
        across=np.tile(out, (len(FOOT), 1)),
        front=np.cos(lean) * forward + np.sin(lean) * UP,
        radii=body.scale * FOOT[:, 3:7],
    )
