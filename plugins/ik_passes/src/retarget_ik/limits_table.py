"""How far human joints turn: ranges by role, about the axes of a body that stands in its T-pose.

Degrees about +X (the character's left), +Y (up) and +Z (forward), counted from the T-pose, palms
down; the table is the left side's, the right side is its mirror image. One of the three axes lies
along the bone: about it the joint twists, about the other two it swings.

Clinical ranges, named AAOS below: those of the American Academy of Orthopaedic Surgeons as others
quote them, for arms in table A.1 of Norkin, White, Measurement of Joint Motion, for legs, neck and
trunk in table 8 of ISRN (Hindawi) 2012, 751768. Named CDC: Soucie et al., Haemophilia 17 (2011)
500, means of each sex and age, of which half the people exceed theirs. Collar, single finger joints
and side play have no such source here. Three rules bring them to the joints of an animated body:

- the spine's ranges (80° forward, 25° back, 35° aside, 45° turned) and the neck's are shared among
  their joints, each of which may take more than its even share;
- what clinics call one joint is two here: the shoulder's 180° of elevation are the collar's and the
  shoulder's, the forearm's 80° of pronation and supination the elbow's twist and the wrist's;
- side play, which clinics do not measure, is what fits of motion capture show in hinges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from retarget import roles

if TYPE_CHECKING:
    from collections.abc import Mapping

Range = tuple[float, float]

_X, _Y, _Z = 0, 1, 2


@attrs.frozen
class Ranges:
    """The ranges of one joint, degrees."""

    twist: int
    """The axis along the bone: 0 for X, 1 for Y, 2 for Z."""
    x: Range
    y: Range
    z: Range
    hinge: tuple[int, int] | None = None
    """The axis about which a hinge flexes and the sign of its flexion; None of other joints."""

    def mirrored(self) -> Ranges:
        """Return the other side's: a mirror in x turns the signs about Y and Z round."""
        (y0, y1), (z0, z1) = self.y, self.z
        hinge = self.hinge and (self.hinge[0], self.hinge[1] * (1 if self.hinge[0] == _X else -1))
        return Ranges(self.twist, self.x, (-y1, -y0), (-z1, -z0), hinge)


_MIDLINE = {
    "spine1": Ranges(_Y, (-25, 45), (-30, 30), (-25, 25)),
    "spine2": Ranges(_Y, (-25, 45), (-30, 30), (-25, 25)),
    "spine3": Ranges(_Y, (-25, 45), (-30, 30), (-25, 25)),
    # AAOS: 45 forward, 45 back, 45 aside; turned 60 to 80; of both together.
    "neck": Ranges(_Y, (-40, 40), (-50, 50), (-35, 35)),
    "head": Ranges(_Y, (-40, 40), (-50, 50), (-35, 35)),
}

_LEFT = {
    # CDC: flexion (X, negative) 131 to 141, extension 26 to 28, of children; AAOS: abduction 45 (Z,
    # positive), adduction 30. Rotation 45 each way. Bent, a hip opens wider than straight: 60.
    "hip": Ranges(_Y, (-140, 30), (-50, 50), (-35, 60)),
    # CDC: flexion 148 to 153, hyperextension 2 to 5, of children. The shin turns when the knee is
    # bent: 30 each way.
    "knee": Ranges(_Y, (-5, 150), (-30, 30), (-20, 20), hinge=(_X, 1)),
    # AAOS: dorsiflexion 20 (X, negative), more under load; plantar flexion 50. Inversion 35
    # (Z, negative), eversion 20 to 25.
    "ankle": Ranges(_Z, (-40, 55), (-30, 30), (-35, 25)),
    # AAOS: extension 70 (X, negative); flexion 45.
    "foot": Ranges(_Z, (-70, 45), (-15, 15), (-15, 15)),
    # Elevation 40 (Z, positive), depression 10 (45 with an arm that hangs), protraction 30 (Y,
    # negative), retraction 25.
    "collar": Ranges(_X, (-35, 35), (-35, 30), (-45, 45)),
    # From 90 of abduction: up 90 and down 90 (AAOS: elevation 180), and past the body, horizontal
    # adduction 135 (Y, negative), abduction 45; AAOS: rotation 90 out (X, negative) and 70 in.
    "shoulder": Ranges(_X, (-100, 95), (-135, 55), (-110, 95)),
    # AAOS: flexion 150 (Y, negative), hyperextension 5 to 15; pronation and supination 80.
    "elbow": Ranges(_X, (-100, 100), (-150, 10), (-35, 35), hinge=(_Y, -1)),
    # AAOS: flexion 80 (Z, negative), extension 70, radial 20 (Y, negative), ulnar deviation 30.
    "wrist": Ranges(_X, (-60, 60), (-30, 40), (-80, 75)),
}

# Flexion (Z, negative) 90, 100, 90 from the knuckle out; AAOS: extension of the knuckle 45.
_FINGER = (
    Ranges(_X, (-50, 50), (-35, 35), (-95, 45)),
    Ranges(_X, (-40, 40), (-25, 25), (-110, 10)),
    Ranges(_X, (-40, 40), (-25, 25), (-95, 25)),
)

# Abduction 70, flexion 50 and 80. The thumb lies across the axes of the table.
_THUMB = (
    Ranges(_X, (-60, 100), (-60, 60), (-70, 50)),
    Ranges(_X, (-60, 60), (-70, 50), (-60, 60)),
    Ranges(_X, (-60, 60), (-90, 60), (-90, 60)),
)


def _table() -> dict[str, Ranges]:
    left = dict(_LEFT)
    for finger in roles.FINGERS:
        rows = _THUMB if finger == "thumb" else _FINGER
        left |= {f"{finger}{n}": row for n, row in enumerate(rows, start=1)}
    table = dict(_MIDLINE)
    for name, ranges in left.items():
        table |= {f"left_{name}": ranges, f"right_{name}": ranges.mirrored()}
    return table


TABLE: Mapping[str, Ranges] = _table()
"""Ranges by role: every humanoid role but the pelvis."""
