"""The trunk: pelvis, waist, ribcage, neck and head, open where the limbs join it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget.mesh.body import FORWARD, UP, unit
from retarget.mesh.sections import along_bones, circle, table
from retarget.mesh.skin import smoothstep, taking_over
from retarget.roles import SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.mesh.body import Body
    from retarget.mesh.cage import Cage, Indices
    from retarget.values import Float64

# Half the width is its own share, in metres, and shares of half the distance between the rig's hips
# and between its shoulders. The dip lowers front and back of the hip line below its sides.
SECTIONS = table("""
# bone place  across front   half: own hips shoulders   front  back   tilt  dip
  0    0.03   .000  -.002     .084  1.0   .00           .080  .094     0   .066   # hip line
  0    0.14   .000   .000     .086  1.0   .00           .092  .108     0   .026   # seat
  0    0.26   .000   .002     .070  .98   .00           .092  .084     0   .000
  0    0.38   .000   .006     .030  .60   .24           .084  .062     0   .000   # waist
  0    0.50   .000   .010     .020  .30   .45           .086  .070     0   .000
  0    0.62   .000   .012     .018  .00   .70           .098  .086     0   .000   # ribs
  0    0.72   .000   .012     .030  .00   .74           .108  .098     0   .000   # chest
  0    0.80   .000   .010     .024  .00   .74           .106  .100     0   .000   # armpits
  0    0.87   .000   .004     .018  .00   .72           .096  .098     2   .000
  0    0.93   .000   .000     .016  .00   .68           .080  .090     6   .000
  0    0.985  .000   .000     .014  .00   .52           .056  .074    12   .000   # shoulders' top
  1    0.00   .000   .000     .062  .00   .00           .046  .060    24   .000   # neck
  1    0.45   .000   .000     .051  .00   .00           .045  .057    20   .000
  1    0.85   .000  -.002     .051  .00   .00           .047  .060    14   .000
  2    0.04   .000  -.012     .056  .00   .00           .090  .068    16   .000   # jaw
  2    0.19   .000  -.014     .066  .00   .00           .100  .086    10   .000
  2    0.41   .000  -.014     .074  .00   .00           .098  .098     4   .000
  2    0.62   .000  -.014     .078  .00   .00           .095  .106     0   .000   # brow
  2    0.82   .000  -.014     .072  .00   .00           .084  .098     0   .000
  2    0.99   .000  -.018     .048  .00   .00           .054  .064     0   .000   # crown
""")

COLUMNS = 16
"""Vertices of a ring of the trunk: 0 on the left, 4 in front, 8 on the right, 12 behind."""

ARMPIT = 7
"""The row below the arms; they join between this row and the third above."""

LONGEST_NECK = 0.09
"""Metres at scale 1. Some skeletons set the head's joint at the skull's base, some in its midst."""

HEAD_HEIGHT = 0.205
"""Metres at scale 1 from the skull's base to near its crown: the last bone of the table."""


@attrs.frozen(kw_only=True, eq=False)
class Openings:
    """Where the limbs join the trunk: by side, a loop of cage vertices in a limb ring's order."""

    arms: Mapping[str, Indices]
    """(10,) from the top to the front and round."""
    legs: Mapping[str, Indices]
    """(12,) from the outside to the front and round; both pass between the legs."""


def add_trunk(cage: Cage, body: Body) -> Openings:
    """Add trunk and head; the head's size is not measured by the skeleton, which ends below it."""
    hips = body.at("left_hip", "right_hip").mean(axis=0)
    neck, head = body.at("neck", "head")
    rise = unit(head - neck) * min(body.distance("neck", "head"), LONGEST_NECK * body.scale)
    head_scale = body.scale**0.6  # a child's head is larger for its body than an adult's
    crown = neck + rise + HEAD_HEIGHT * head_scale * UP
    points = np.stack([hips, neck, neck + rise, crown])

    scale = np.where(SECTIONS[:, 0] == 2, head_scale, body.scale)
    measured = (
        SECTIONS[:, 5] * body.distance("left_hip", "right_hip")
        + SECTIONS[:, 6] * body.distance("left_shoulder", "right_shoulder")
    ) / 2
    half = SECTIONS[:, 4] + measured / scale
    rows = np.column_stack([SECTIONS[:, :4], half, half, SECTIONS[:, 7:10]])
    outline = circle(COLUMNS)
    rings = along_bones(points, rows, scale=scale, side=-1.0, front=FORWARD).rings(outline)
    rings -= (scale * SECTIONS[:, 10])[:, None, None] * outline[:, 1, None] ** 2 * UP

    joints, shares = _binding(body, rings, points)
    drawn = np.ones(rings.shape[:2], bool)
    drawn[ARMPIT + 1 : ARMPIT + 3, [0, 8]] = False  # inside the arms
    ids = np.full(rings.shape[:2], -1)
    ids[drawn] = cage.add(rings[drawn], joints, shares[drawn])
    quads = cage.between(ids, -1.0)
    cage.add_quads(quads[(quads >= 0).all(axis=-1)])

    between = _crotch(rings[0], 0.018 * body.scale)
    crotch = cage.add(between, [body.joint("pelvis")], [1.0])
    _close_crown(cage, rings[-1], ids[-1], body.joint("head"), 0.018 * head_scale)
    return Openings(arms=_arms(ids), legs=_legs(ids[0], crotch))


def _binding(body: Body, rings: Float64, points: Float64) -> tuple[list[int], Float64]:
    """Bend at every joint from pelvis to head; the limbs carry some of what they join."""
    joints = [body.joint("head")]
    while joints[0] not in (body.joint("pelvis"), 0):
        joints.insert(0, int(body.rig.skeleton.parents[joints[0]]))
    bone = points[1] - points[0]
    rest = body.rig.skeleton.rest.positions[joints, 0]
    stations = np.minimum((rest - points[0]) @ bone / max(bone @ bone, 1e-12), 1.0)
    if body.joint("head") != body.joint("neck"):
        stations[-1] = 1.5  # half-way up the neck: the jaw is the head's
    stations = np.maximum.accumulate(stations)[1:]
    up = SECTIONS[:, 0] + SECTIONS[:, 1]
    spine = taking_over(up, stations, np.where(stations > 1, 0.5, 0.1))

    out = (rings[..., 0] - points[0, 0]) / (body.distance("left_shoulder", "right_shoulder") / 2)
    chest = smoothstep((up - 0.66) / 0.3) * smoothstep((1.3 - up) / 0.3)
    seat = smoothstep((0.2 - up) / 0.25)
    shares = np.broadcast_to(spine[:, None], (*rings.shape[:2], spine.shape[1]))
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        for role, most, begins, zone in (
            ("collar", 0.75, 0.1, chest),
            ("shoulder", 0.3, 0.55, chest),
            ("hip", 0.3, 0.0, seat),
        ):
            lent = most * zone[:, None] * smoothstep((sign * out - begins) / 0.6)
            shares = np.concatenate([shares * (1 - lent[..., None]), lent[..., None]], axis=-1)
            joints.append(body.joint(f"{side}_{role}"))
    return joints, shares


def _crotch(hip_line: Float64, depth: float) -> Float64:
    """Return (3, 3) points from front to back that part the hip line between the legs."""
    back = np.array([[0.22], [0.5], [0.8]])
    low = np.array([[0.6], [1.0], [0.6]])
    crotch: Float64 = (1 - back) * hip_line[4] + back * hip_line[12] - depth * low * UP
    return crotch


def _close_crown(cage: Cage, ring: Float64, ids: Indices, joint: int, rise: float) -> None:
    """Close the last ring by 4 x 4 quads whose corners lie between front and sides."""
    k = np.arange(5)
    grid = np.zeros((5, 5), int)
    grid[0], grid[4], grid[:, 0], grid[:, 4] = k + 2, 14 - k, 2 - k, k + 6
    grid %= COLUMNS
    border, inner = ring[grid], slice(1, 4)
    t = k[inner, None, None] / 4
    ahead = (1 - t) * border[None, 0, inner] + t * border[None, 4, inner]
    aside = (1 - t) * border[None, inner, 0] + t * border[None, inner, 4]
    patch = ids[grid]
    patch[inner, inner] = cage.add((ahead + aside.swapaxes(0, 1)) / 2 + rise * UP, [joint], [1.0])
    cage.add_quads(
        np.stack([patch[:-1, :-1], patch[1:, :-1], patch[1:, 1:], patch[:-1, 1:]], axis=-1)
    )


def _arms(ids: Indices) -> dict[str, Indices]:
    rows = ARMPIT + np.array([3, 3, 2, 1, 0, 0, 0, 1, 2, 3])
    columns = np.array([0, 1, 1, 1, 1, 0, -1, -1, -1, -1])
    return {"left": ids[rows, columns], "right": ids[rows, 8 - columns]}


def _legs(hip_line: Indices, crotch: Indices) -> dict[str, Indices]:
    ahead, behind = np.arange(5), np.arange(4)
    return {
        "left": np.concatenate([hip_line[ahead], crotch, hip_line[12 + behind]]),
        "right": np.concatenate([hip_line[8 - ahead], crotch, hip_line[12 - behind]]),
    }
