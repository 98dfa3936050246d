"""Hands: a palm that parts into four fingers, and a thumb from its side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retarget.mesh.body import unit
from retarget.mesh.sections import along_bones, circle, table
from retarget.mesh.skin import taking_over

if TYPE_CHECKING:
    from retarget.mesh.body import Body
    from retarget.mesh.cage import Cage, Indices
    from retarget.values import Float64

FINGER = table("""
# bone place  shifts      radii                      tilt
  1    0.62   .000 .000   .0088 .0088 .0085 .0085     0
  2    0.00   .000 .000   .0084 .0084 .0084 .0084     0
  2    0.50   .000 .000   .0078 .0078 .0076 .0076     0
  3    0.00   .000 .000   .0074 .0074 .0072 .0072     0
  3    0.50   .000 .000   .0070 .0070 .0070 .0070     0
  3    0.95   .000 .000   .0058 .0058 .0056 .0056     0   # tip
""")

THUMB = table("""
# bone place  shifts      radii                      tilt
  1    0.66   .000 .000   .0130 .0130 .0130 .0130     0
  2    0.00   .000 .000   .0108 .0108 .0108 .0108     0
  2    0.50   .000 .000   .0098 .0098 .0098 .0098     0
  3    0.00   .000 .000   .0096 .0096 .0092 .0092     0
  3    0.50   .000 .000   .0092 .0092 .0084 .0084     0
  3    0.95   .000 .000   .0076 .0076 .0066 .0066     0   # tip
""")

THICKNESS = {"pinky": 0.86, "ring": 0.98, "middle": 1.04, "index": 1.0, "thumb": 1.0}

ROW = ("pinky", "ring", "middle", "index")
"""The knuckle line, towards the thumb."""

# A ring of the hand has ten vertices: five over its back and five under its palm, in pairs at the
# borders of the four fingers, from the outside of the little one to that of the index finger.
BACK = np.array([8, 9, 0, 1, 2])
UNDER = np.array([7, 6, 5, 4, 3])


def across_knuckles(body: Body, side: str) -> Float64:
    """Return (3,) the unit direction along the knuckles, towards the thumb."""
    outer, inner = body.at(f"{side}_pinky1", f"{side}_index1")
    return unit(inner - outer)


def add_hand(
    cage: Cage, body: Body, side: str, wrist: tuple[Indices, Float64], across: Float64
) -> None:
    """Add a hand to the ring at the wrist, given by ids (10,) and points (10, 3)."""
    sign = 1.0 if side == "left" else -1.0
    ids, ring = wrist
    first, second = (body.at(*(f"{side}_{finger}{k}" for finger in ROW)) for k in (1, 2))
    back = sign * unit(np.cross(across, first.mean(axis=0) - ring.mean(axis=0)))
    knuckles = _row(first - 0.1 * (second - first), 0.0135 * body.scale * back)
    webs = _row(first + 0.35 * (second - first), 0.0115 * body.scale * back)

    hand = body.joint(f"{side}_wrist")
    t = np.array([0.24, 0.52])[:, None, None]
    points = (1 - t) * ring + t * knuckles
    # The ball of the thumb: the edge of the palm reaches about the joint the thumb turns on.
    root = body.at(f"{side}_thumb1")[0]
    bulge = root + 0.014 * body.scale * unit(root - points[0].mean(axis=0)) - points[0, 3]
    points[0, [2, 3, 4]] += np.array([[0.35], [1.0], [0.6]]) * bulge
    points[1, 3] += 0.2 * bulge
    palm = cage.add(points, [hand], [1.0])
    lent = taking_over([0.9, 1.35], [1.1], [0.4])[:, 1, None, None] * _fingers_beside()
    shares = np.concatenate([1 - lent.sum(axis=-1, keepdims=True), lent], axis=-1)
    joints = [hand, *(body.joint(f"{side}_{finger}1") for finger in ROW)]
    rings = np.vstack([ids, palm, cage.add(np.stack([knuckles, webs]), joints, shares)])

    quads = cage.between(rings, sign)
    kept = np.ones(quads.shape[:2], bool)
    kept[1, 2] = False  # where the thumb leaves the edge of the palm
    cage.add_quads(quads[kept])
    for k, finger in enumerate(ROW):
        loop = rings[-1, [BACK[k], BACK[k + 1], UNDER[k + 1], UNDER[k]]]
        _add_finger(cage, body, (side, finger), loop, across)
    _add_finger(cage, body, (side, "thumb"), rings[[2, 2, 1, 1], [3, 2, 2, 3]], back)


def _row(through: Float64, up: Float64) -> Float64:
    """Return a ring (10, 3) about the four fingers, whose middles (4, 3) it runs through."""
    borders = (through[:-1] + through[1:]) / 2
    ends = 1.75 * through[[0, -1]] - 0.75 * borders[[0, -1]]
    borders = np.vstack([ends[:1], borders, ends[1:]])
    height = np.array([[0.72], [1], [1], [1], [0.72]]) * up
    ring = np.empty((10, 3))
    ring[BACK], ring[UNDER] = borders + height, borders - height
    return ring


def _fingers_beside() -> Float64:
    """Return (10, 4) the shares in each vertex of a ring of the fingers it borders."""
    borders = (np.eye(5, 4) + np.eye(5, 4, -1)) / 2
    borders[[0, -1]] *= 2  # the outermost have one neighbour
    shares = np.empty((10, 4))
    shares[BACK] = shares[UNDER] = borders
    return shares


def _add_finger(
    cage: Cage, body: Body, name: tuple[str, str], loop: Indices, front: Float64
) -> None:
    """Add a finger to a loop of four vertices, two over it and two under it."""
    side, finger = name
    sign = 1.0 if side == "left" else -1.0
    roles = (f"{side}_wrist", *(f"{side}_{finger}{k}" for k in (1, 2, 3)))
    places = body.at(*roles)
    rows = THUMB if finger == "thumb" else FINGER
    shape = along_bones(
        np.vstack([places, 2 * places[-1:] - places[-2:-1]]),
        rows,
        scale=body.scale * THICKNESS[finger],
        side=sign,
        front=front,
    )
    eighth = np.sqrt(0.5) * np.array([[1, 1], [-1, 1]])
    rings = shape.rings(circle(4) @ eighth.T)
    shares = taking_over(rows[:, 0] + rows[:, 1], [1.0, 2.0, 3.0], [0.4, 0.3, 0.3])
    ids = cage.add(rings, [body.joint(role) for role in roles], shares[:, None])
    cage.add_quads(cage.between(np.vstack([loop, ids]), sign))
    cage.close(ids[-1], sign)
